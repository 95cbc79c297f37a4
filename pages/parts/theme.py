"""The button that goes round light, dark and the system's theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from nicegui import ui

from pages.design import Theme

ICONS = {"light": "light_mode", "dark": "dark_mode", "system": "contrast"}
THEMES: tuple[Theme, ...] = get_args(Theme)


class ThemeButton(ui.button):
    """Applies `theme` to the page; a click goes on to the next one and tells `on_change`."""

    def __init__(self, theme: Theme, *, on_change: Callable[[Theme], Any]) -> None:
        super().__init__(on_click=self._next, color=None)
        self.classes("ta-tool").props("flat")
        self.theme: Theme = theme
        self._on_change = on_change
        self._dark = ui.dark_mode()
        self._show()

    def _next(self) -> None:
        self.theme = THEMES[(THEMES.index(self.theme) + 1) % len(THEMES)]
        self._show()
        self._on_change(self.theme)

    def _show(self) -> None:
        self._dark.value = {"light": False, "dark": True}.get(self.theme)
        self.icon = ICONS[self.theme]
        self._props["aria-label"] = self._props["data-tip"] = f"Theme: {self.theme}"
