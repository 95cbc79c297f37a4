"""The message box. The browser's half, with the draft and the keys, is `composer.js`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from agent.attachments import COUNT, LARGEST, LARGEST_IMAGE, LONGEST_TEXT, POSSIBLE, TOGETHER, TOO_MANY, TOO_MUCH
from agent.transcript import Message

from .state import begin, change

# iOS makes JPEGs of its own pictures where HEIC is not among these
ACCEPT = "image/png,image/jpeg,image/gif,image/webp,application/pdf,text/*,.md,.csv,.json,.py,.log,.xml,.yaml,.toml"
LIMITS = {
    "accept": ACCEPT,
    "count": COUNT,
    "largest": LARGEST,
    "image": LARGEST_IMAGE,
    "together": TOGETHER,
    "text": LONGEST_TEXT,
    "possible": POSSIBLE,
    "tooMany": TOO_MANY,
    "tooMuch": TOO_MUCH,
}


MODULES = {"thinkaloud-composer": "composer", "thinkaloud-notify": "notify", "thinkaloud-voice": "voice"}


class Composer(ui.element, component="composer.js", esm=MODULES):
    """A textbox "Message" with "Attach files", and "Send", or "Stop" while the agent works.

    `on_send(id, text, files, session)` must end in `accepted(id)` or `refused(id)`; until then the browser keeps the
    text and may send it again, under the same id. `files` are the ids of attachments, `session` is the one that the
    page showed when it was written. `on_typing` is called now and then while somebody writes and is not `alone`.
    """

    def __init__(
        self,
        *,
        session: str,
        fresh: bool,
        longest: int,
        on_send: Callable[[str, str, Sequence[str], str], Any],
        on_stop: Callable[[], Any],
        on_withdraw: Callable[[str], Any],
        on_typing: Callable[[], Any],
    ) -> None:
        super().__init__()
        self._props.update(session=session, longest=longest, limits=LIMITS)
        begin(self, fresh=fresh, running=False, queued=[], gone=False, may=True, alone=True)

        def sent(event: GenericEventArguments) -> None:
            files = [str(file) for file in event.args.get("files", ())]
            on_send(event.args["id"], event.args["text"], files, event.args["session"])

        self.on("send", sent)
        self.on("stop", lambda: on_stop())
        self.on("withdraw", lambda event: on_withdraw(event.args["id"]))
        self.on("typing", lambda: on_typing())

    def show(
        self,
        *,
        fresh: bool,
        running: bool,
        queued: Sequence[Message],
        gone: bool,
        may: bool = True,
        alone: bool = True,
        mine: Sequence[str] = (),
    ) -> None:
        """Where the session stands; `fresh` while nobody has said anything in it. Who may not take part gets a line
        that says so. What others than `mine` have written cannot be taken back. Sends only what is new."""
        chips = [_chip(one, mine) for one in queued]
        change(self, {"fresh": fresh, "running": running, "queued": chips, "gone": gone, "may": may, "alone": alone})

    def typed(self, user: str, *, still: bool = True) -> None:
        """Somebody else is writing, or is not any more."""
        self.run_method("typed", user, still)

    def accepted(self, message: str) -> None:
        self.run_method("accepted", message)

    def refused(self, message: str) -> None:
        self.run_method("refused", message)

    def give_back(self, text: str, files: Sequence[Mapping[str, Any]] = ()) -> None:
        """Puts a text that was taken back, and its attachments, into the box, if that is empty."""
        self.run_method("giveBack", text, *([list(files)] if files else []))

    def _displayed_contents(self, *, only_visible: bool) -> list[str]:
        """For tests with NiceGUI's `User`, which runs no JavaScript."""
        state = self._props["state"]
        if not state["may"]:
            return ["You may watch this session"]
        buttons = ["Stop"] if state["running"] else ["Send"]
        return ["Message", *buttons, *(chip["content"] for chip in state["queued"])]


def _chip(message: Message, mine: Sequence[str]) -> dict[str, Any]:
    chip: dict[str, Any] = {"id": message.id, "content": message.content[:200]}
    if mine and message.author not in mine:
        chip["by"] = message.author
    return {**chip, "files": len(message.attachments)} if message.attachments else chip
