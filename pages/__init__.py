"""All that is reachable over HTTP: the list of doors."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from nicegui import app

from agent.hub import Hub

from . import files, session
from .markdown import warm_up
from .security import SecurityHeaders


def mount(hub: Hub, *, examples: Sequence[str] = ()) -> None:
    """Opens all doors to the hub's sessions; `examples` are the questions that an empty session offers."""
    app.add_middleware(SecurityHeaders)
    app.config.quasar_config["loadingBar"]["skipHijack"] = True  # no bar over the page for each request it makes
    app.add_api_route("/healthz", healthz, include_in_schema=False)
    files.mount(hub)
    session.mount(hub, examples)
    app.on_connect(warmed_up)  # while the first person reads or types; earlier, it would delay the first page


async def warmed_up() -> None:
    """Makes ready what the first answer needs, off the event loop."""
    await asyncio.to_thread(warm_up)


def healthz() -> dict[str, str]:
    """Says that the server answers; builds no page, so it may be asked as often as anyone likes."""
    return {"status": "ok"}
