"""The message box. The browser's half, with the draft and the keys, is `composer.js`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from agent.transcript import Message

from .state import begin, change


class Composer(ui.element, component="composer.js"):
    """A textbox "Message" with "Send", or "Stop" while the agent works.

    `on_send(id, text, session)` must end in `accepted(id)` or `refused(id)`; until then the browser keeps the
    text and may send it again, under the same id. `session` is the one that the page showed when it was written.
    """

    def __init__(
        self,
        *,
        session: str,
        fresh: bool,
        longest: int,
        on_send: Callable[[str, str, str], Any],
        on_stop: Callable[[], Any],
        on_withdraw: Callable[[str], Any],
    ) -> None:
        super().__init__()
        self._props.update(session=session, longest=longest)
        begin(self, fresh=fresh, running=False, queued=[], gone=False)
        self.on("send", lambda event: on_send(event.args["id"], event.args["text"], event.args["session"]))
        self.on("stop", lambda: on_stop())
        self.on("withdraw", lambda event: on_withdraw(event.args["id"]))

    def show(self, *, fresh: bool, running: bool, queued: Sequence[Message], gone: bool) -> None:
        """Where the session stands; `fresh` while nobody has said anything in it. Sends only what is new."""
        chips = [{"id": message.id, "content": message.content[:200]} for message in queued]
        change(self, {"fresh": fresh, "running": running, "queued": chips, "gone": gone})

    def accepted(self, message: str) -> None:
        self.run_method("accepted", message)

    def refused(self, message: str) -> None:
        self.run_method("refused", message)

    def give_back(self, text: str) -> None:
        """Puts a text that was taken back into the box, if that is empty."""
        self.run_method("giveBack", text)

    def _displayed_contents(self, *, only_visible: bool) -> list[str]:
        """For tests with NiceGUI's `User`, which runs no JavaScript."""
        state = self._props["state"]
        buttons = ["Stop"] if state["running"] else ["Send"]
        return ["Message", *buttons, *(chip["content"] for chip in state["queued"])]
