"""All that is reachable over HTTP: the list of doors."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import app

from agent.hub import Hub

from . import session
from .security import SecurityHeaders


def mount(hub: Hub, *, examples: Sequence[str] = ()) -> None:
    """Opens all doors to the hub's sessions; `examples` are the questions that an empty session offers."""
    app.add_middleware(SecurityHeaders)
    app.config.quasar_config["loadingBar"]["skipHijack"] = True  # no bar over the page for each request it makes
    app.add_api_route("/healthz", healthz, include_in_schema=False)
    session.mount(hub, examples)


def healthz() -> dict[str, str]:
    """Says that the server answers; builds no page, so it may be asked as often as anyone likes."""
    return {"status": "ok"}
