"""The pages for who finds nothing: because it is not there or not for them, or since they may begin none."""

from __future__ import annotations

from fastapi import FastAPI, HTTPException, Request
from fastapi.exception_handlers import http_exception_handler
from nicegui import Client, ui
from starlette.responses import Response

from agent.entering import seen_by
from agent.errors import Forbidden, ThinkaloudError
from agent.hub import Hub

from .api.doors import Doors
from .frame import Frame
from .gate import wants_page
from .listing import Listing
from .parts.text import text
from .people import Visitor

MOST = 60  # sessions that are listed; the drawer has all


def mount(app: FastAPI, doors: Doors) -> None:
    """Answers who asks for what is not there: browsers by a page, programs in JSON."""

    @app.exception_handler(404)
    async def unknown(request: Request, error: HTTPException) -> Response:
        asked = request.scope
        if "endpoint" in asked or not wants_page(asked) or not (doors.locks.open or request.state.person):
            return await http_exception_handler(request, error)
        with Client(ui.page(""), request=request) as client:
            nowhere(doors.hub, Visitor(doors))
        return client.build_response(request, 404)


def nowhere(hub: Hub, visitor: Visitor) -> None:
    """Builds what an address says at which there is nothing."""
    why = "There is nothing at this address. Perhaps it was mistyped, or cut short."
    _build(hub, visitor, "Not here", "This page is not here", why)


def absent(hub: Hub, visitor: Visitor, error: ThinkaloudError) -> None:
    """Builds it inside a page function, with the error's sentence as the reason and its status."""
    forbidden = isinstance(error, Forbidden)
    ui.context.client.status_code = 403 if forbidden else 404
    if forbidden:
        why = f"{error.message} Its owner can share it with you."
        _build(hub, visitor, "Not for you", "This session is not for you", why)
    else:
        _build(hub, visitor, "Not here", "This session is not here", error.message)


def _build(hub: Hub, visitor: Visitor, title: str, head: str, why: str) -> None:
    frame = Frame(title)
    with frame.drawer:
        Listing(hub, visitor, current="", drawer=frame.drawer)
    way_on = "Start a new session" if visitor.may_begin else "What you may watch"
    with frame.main, ui.element("section").classes("ta-welcome"):
        text("h2", head)
        text("p", why)
        text("a", way_on).classes("ta-btn").props("href=/")


def watch_only(hub: Hub, visitor: Visitor) -> None:
    """Builds the first page of somebody who may begin nothing: what is shared with them."""
    frame = Frame("Shared with you")
    with frame.drawer:
        Listing(hub, visitor, current="", drawer=frame.drawer)
    cards = seen_by(visitor.person, hub.cards())[:MOST]
    with frame.main, ui.element("section").classes("ta-welcome"):
        text("h2", "Watch an agent think")
        text("p", "You may watch what is shared with you, but not begin a session of your own.")
        if not cards:
            text("p", "Nothing is shared with you yet. Open the link that somebody sends you.")
        with ui.element("ul").classes("ta-shared").props('aria-label="Shared with you"'):
            for card in cards:
                with ui.element("li"):
                    text("a", card.title).props(f"href=/s/{card.id}").classes("ta-example")
