"""The message box. The browser's half, with the draft and the keys, is `composer.js`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from agent.transcript import Message


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
        self._props.update(session=session, fresh=fresh, longest=longest, running=False, queued=[], gone=False)
        self.on("send", lambda event: on_send(event.args["id"], event.args["text"], event.args["session"]))
        self.on("stop", lambda: on_stop())
        self.on("withdraw", lambda event: on_withdraw(event.args["id"]))

    def show(self, *, fresh: bool, running: bool, queued: Sequence[Message], gone: bool) -> None:
        """Where the session stands; `fresh` while nobody has said anything in it. Sends only what is new."""
        chips = [{"id": message.id, "content": message.content[:200]} for message in queued]
        new = {"fresh": fresh, "running": running, "queued": chips, "gone": gone}
        if any(self._props[name] != value for name, value in new.items()):
            self._props.update(new)

    def accepted(self, message: str) -> None:
        self.run_method("accepted", message)

    def refused(self, message: str) -> None:
        self.run_method("refused", message)

    def give_back(self, text: str) -> None:
        """Puts a text that was taken back into the box, if that is empty."""
        self.run_method("giveBack", text)

    def _displayed_contents(self, *, only_visible: bool) -> list[str]:
        """For tests with NiceGUI's `User`, which runs no JavaScript."""
        buttons = ["Stop"] if self._props["running"] else ["Send"]
        return ["Message", *buttons, *(chip["content"] for chip in self._props["queued"])]
