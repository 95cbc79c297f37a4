"""Thinkaloud as in production, with sessions of several people in it.

python -m tests.pages.locked PORT FOLDER open (or locked). Which routes it has is written to FOLDER/routes.json.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import main
from agent.hub import Hub
from agent.models import OneProvider
from agent.settings import Settings
from agent.store import MemoryStore
from tests.builders import Scripted

from .access_table import DOOMED, KINDS, OTHER, PEOPLE, SECRET, SESSIONS, TASKS, USERS, session_of


def serve(port: int, folder: Path, locked: bool) -> None:
    settings = Settings(port=port, data=folder / "data", browser=False, signin=locked)
    hub = main.build(settings, MemoryStore(), models=OneProvider(Scripted()))
    os.environ["NICEGUI_STORAGE_PATH"] = str(settings.data / "nicegui")  # as main.run does, before the import
    from nicegui import app

    def started() -> None:
        fill(hub)
        (folder / "routes.json").write_text(json.dumps(routes(app.routes)))

    app.on_startup(started)
    main.run(settings, hub, {"JWT_SECRET": SECRET})


def fill(hub: Hub) -> None:
    """What the table is about: a session of each kind for each of the people; tasks, too; and some to be deleted."""
    for prefix in (SESSIONS, TASKS, DOOMED):
        for who in PEOPLE:
            for kind in KINDS[:-1]:  # the last is missing
                id = session_of(prefix, who, kind)
                if hub.here(id):
                    continue
                session = hub.new(id, owner=USERS.get(who, "max") if kind == "own" else OTHER, task=prefix == TASKS)
                session.rename(id)
                if kind in ("member", "viewer"):
                    for user in USERS.values():
                        session.share(user, kind)


def routes(registered: list[object], below: str = "") -> list[str]:
    """Every one as “METHOD path”: WS for websockets, ANY where all methods come in, with what FastAPI nests."""
    from fastapi.routing import iter_route_contexts
    from nicegui import __version__
    from starlette.routing import Mount, WebSocketRoute

    out: list[str] = []
    for route in iter_route_contexts(registered):  # type: ignore[arg-type]
        path = below + (route.path or "").replace(__version__, "VERSION")
        original = route.original_route
        if isinstance(original, WebSocketRoute):
            out.append(f"WS {path}")
        elif isinstance(original, Mount) and original.routes:
            out += routes(list(original.routes), path)
        else:
            methods = set(route.methods or {"ANY"})
            out += [f"{method} {path}" for method in methods if method != "HEAD" or "GET" not in methods]
    return sorted(out)


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "locked")
