"""The line above a fork's transcript that leads back to where it came from."""

from __future__ import annotations

from nicegui import ui


def origin(title: str, address: str) -> None:
    """“Forked from …”, as a link."""
    with ui.element("p").classes("ta-origin"):
        ui.icon("call_split").props('aria-hidden="true"')
        ui.link(f"Forked from “{title}”", address)
