"""The dialog that asks for a session's new title."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from .text import text


class RenameDialog:
    """Made once a page; `ask` opens it. `on_rename(session, title)` says whether that went well."""

    def __init__(self, *, longest: int, on_rename: Callable[[str, str], Awaitable[bool]]) -> None:
        self._session = ""
        self._on_rename = on_rename
        with ui.dialog().props('aria-label="Rename session"') as self._dialog, ui.card().classes("ta-dialog"):
            text("h2", "Rename session")
            self._title = ui.input("Title").classes("full-width").props(f"outlined autofocus maxlength={longest}")
            self._title.on("keydown.enter", self._save)
            with ui.element().classes("ta-dialog-row"):
                text("button", "Cancel").classes("ta-btn ta-quiet").on("click", self._dialog.close)
                text("button", "Save").classes("ta-btn").on("click", self._save)

    def ask(self, session: str, title: str) -> None:
        self._session = session
        self._title.value = title
        self._dialog.open()

    async def _save(self) -> None:
        if await self._on_rename(self._session, self._title.value or ""):
            self._dialog.close()
