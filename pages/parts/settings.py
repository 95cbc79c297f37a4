"""The gear and its dialog: the access to each vendor. The browser's half is `settings.js`.

A key goes one way: from the browser, in the event of Save, to `on_save`. No element keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from nicegui import ui

from agent.models import Account


class SettingsDialog(ui.element, component="settings.js", esm={"thinkaloud-connection": "connection"}):
    """`on_look()` is called when it opens and must end in `fill`; `on_save(vendor, key, url)` and `on_forget(vendor)`
    in `went`."""

    def __init__(
        self,
        *,
        on_look: Callable[[], Any],
        on_save: Callable[[str, str, str], Any],
        on_forget: Callable[[str], Any],
    ) -> None:
        super().__init__()
        self.on("look", lambda: on_look())
        self.on("save", lambda event: on_save(*(str(event.args[name]) for name in ("vendor", "key", "url"))))
        self.on("forget", lambda event: on_forget(str(event.args["vendor"])))

    def fill(self, accounts: Sequence[Account]) -> None:
        """What is known about each vendor; keys are masked."""
        self.run_method("fill", [asdict(account) for account in accounts])

    def went(self, vendor: str, sentence: str, *, ok: bool, accounts: Sequence[Account]) -> None:
        """How saving or forgetting went, and what is known now."""
        self.run_method("went", vendor, sentence, ok, [asdict(account) for account in accounts])

    def _displayed_contents(self, *, only_visible: bool) -> list[str]:
        """For tests with NiceGUI's `User`, which runs no JavaScript."""
        return ["Settings"]
