"""The button that shares a session, and its dialog. The browser's half is `share.js`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from .state import begin, change

MODULES = {"thinkaloud-connection": "connection", "thinkaloud-transcript": "transcript"}


class ShareDialog(ui.element, component="share.js", esm=MODULES):
    """`open`: nobody signs in, so the address is all there is to share. `base` is what links begin with, if not with
    the address at which the browser finds the page. `on_look()` ends in `fill`, `on_link(role, days)` in `linked`,
    `on_role(user, role)` (empty: none any more) in `fill`; or either in `refused`."""

    def __init__(
        self,
        *,
        session: str,
        open: bool,
        base: str,
        on_look: Callable[[], Any],
        on_link: Callable[[str, int], Any],
        on_role: Callable[[str, str], Any],
    ) -> None:
        super().__init__()
        self._props.update(session=session, open=open, base=base)
        begin(self, may=False)
        self.on("look", lambda: on_look())
        self.on("link", lambda event: on_link(str(event.args["role"]), int(event.args["days"])))
        self.on("role", lambda event: on_role(str(event.args["user"]), str(event.args["role"])))

    def show(self, *, may: bool) -> None:
        """The button, if whoever looks may share it, and there is something to share."""
        change(self, {"may": may})

    def fill(self, people: Mapping[str, str]) -> None:
        """With whom it is shared, and as what."""
        self.run_method("fill", [{"user": user, "role": role} for user, role in people.items()])

    def linked(self, path: str) -> None:
        self.run_method("linked", path)

    def refused(self, sentence: str) -> None:
        self.run_method("refused", sentence)

    def _displayed_contents(self, *, only_visible: bool) -> list[str]:
        """For tests with NiceGUI's `User`, which runs no JavaScript."""
        return ["Share"] if self._props["state"]["may"] else []
