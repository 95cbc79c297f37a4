"""Thinkaloud as in production, with a provider that plays scripts, and a door that tells what the log says.

python -m tests.browser.app PORT FOLDER: sessions in FOLDER/data, scripts in FOLDER/scripts, documents in FOLDER/docs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from agent.events import Event
from agent.hub import Hub
from agent.models import OneProvider
from agent.providers.demo import Demo
from agent.settings import Settings
from agent.transcript import Ask, Message, Thought, Turn, fold

from .player import Player
from .serving import serve


def door(hub: Hub) -> None:
    from nicegui import app

    async def log(session: str) -> list[dict[str, Any]]:
        return told((await hub.open(session)).log.after(0))

    app.add_api_route("/test/log/{session}", log)


def told(events: Iterable[Event]) -> list[dict[str, Any]]:
    """What a page should show of a whole log: its turns, folded anew from the first event on."""
    turns = [turn for turn in fold(events).turns if isinstance(turn, Turn)]
    return [{"id": turn.id, "state": turn.state, "items": [item(it) for it in turn.items]} for turn in turns]


def item(it: object) -> dict[str, Any]:
    from pages.markdown import render

    match it:
        case Message():
            return {"kind": "message", "id": it.id, "text": it.content}
        case Thought(kind="thinking" | "answer"):
            return {"kind": it.kind, "id": it.id, "html": render(it.content), "source": it.content}
        case Thought():
            return {"kind": it.kind, "id": it.id, "text": it.content, "args": it.args}
        case Ask():
            return {"kind": "ask", "id": it.id, "text": it.content, "args": None}
    raise TypeError(it)


if __name__ == "__main__":
    folder = Path(sys.argv[2])
    settings = Settings(port=int(sys.argv[1]), data=folder / "data", docs=str(folder / "docs"), browser=False)
    serve(settings, OneProvider(Player(Demo(), folder / "scripts")), door)
