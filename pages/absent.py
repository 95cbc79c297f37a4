"""The page for a session that is not there, or cannot be read."""

from __future__ import annotations

from nicegui import ui

from agent.hub import Hub

from .frame import Frame
from .listing import Listing
from .parts.text import text


def absent(hub: Hub, sentence: str) -> None:
    """Builds it, with `sentence` as the reason and status 404, inside a page function."""
    ui.context.client.status_code = 404
    frame = Frame("Not here")
    with frame.drawer:
        Listing(hub, current="", drawer=frame.drawer)
    with frame.main, ui.element("section").classes("ta-welcome"):
        text("h2", "This session is not here")
        text("p", sentence)
        text("a", "Start a new one").classes("ta-btn").props("href=/")
