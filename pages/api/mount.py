"""All doors for programs, put on the app."""

from __future__ import annotations

from fastapi import FastAPI

from . import rest, server, socket, tasks
from .agui import door as agui
from .doors import Doors


def mount(app: FastAPI, doors: Doors) -> None:
    """Adds the routes of REST, server-sent events and websockets. To be called after all other routes."""
    app.include_router(tasks.router(doors))
    app.include_router(rest.router(doors))
    app.include_router(agui.router(doors))
    app.include_router(server.router(app, doors))
    socket.mount(app, doors)
    server.catch_all(app)
