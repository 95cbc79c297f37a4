"""What is around every page: its colours, the drawer, the header."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, get_args

from nicegui import app, ui

from . import design
from .parts.text import text
from .parts.theme import ThemeButton

PRODUCT = "Thinkaloud"
TIPS = Path(__file__).parent / "tips.js"


class Frame:
    """Made first on a page. Fill `drawer` and `main`, and in the header `badge` (below the title where there is little
    room) and `tools`; `on_title` makes the title a button."""

    def __init__(self, title: str, *, on_title: Callable[[], Any] | None = None) -> None:
        theme: design.Theme = app.storage.user.get("theme", "system")
        theme = theme if theme in get_args(design.Theme) else "system"
        ui.add_head_html(design.first_paint(theme))
        ui.add_head_html(design.script(TIPS))
        ui.add_css(_stylesheet())
        self.drawer = _drawer()
        with ui.header(elevated=False).classes("ta-header"):
            menu = ui.button(icon="menu", color=None).classes("ta-tool")
            menu.props('flat aria-label="Sessions menu" data-tip="Sessions"')
            menu.on("click", js_handler=f"() => getElement({self.drawer.id}).toggle()")
            with ui.element().classes("ta-heading"):
                with ui.element("h1").classes("ta-title"):
                    if on_title:
                        self._title = text("button", title).classes("ta-title-button").on("click", on_title)
                    else:
                        self._title = text("span", title).classes("ta-title-text")
                self.badge = ui.element().classes("ta-badge-place")
            self.tools = ui.element().classes("ta-tools")
            ThemeButton(theme, on_change=lambda theme: app.storage.user.update(theme=theme))
        with ui.element().classes("ta-page") as self.main:
            pass
        ui.skip_link("Skip to the content", target=self.main)
        ui.page_title(f"{title} · {PRODUCT}")

    def show(self, title: str) -> None:
        """A new title, in the header and in the browser's tab."""
        if title != self._title.text:
            self._title.text = title
            with self.main:
                ui.page_title(f"{title} · {PRODUCT}")


def _drawer() -> ui.element:
    """Open beside the page where that is wide enough, over it when asked for elsewhere.

    `ui.left_drawer` asks every browser that connects how wide it is, and waits for the answer; this one is left
    to the browser: `getElement(drawer.id).toggle()`.
    """
    layout = ui.context.client.layout
    layout.props('view="lHh LpR lFf"')
    with layout:
        drawer = ui.element("q-drawer").classes("nicegui-drawer").props("show-if-above side=left :width=272")
    drawer.move(target_index=0)
    return drawer


@cache
def _stylesheet() -> str:
    return design.stylesheet()
