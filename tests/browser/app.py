"""Thinkaloud as in production, with a provider that plays scripts, and a door that tells what the log says.

python -m tests.browser.app PORT FOLDER: sessions in FOLDER/data, scripts in FOLDER/scripts, documents in FOLDER/docs.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import main
from agent.events import Event
from agent.models import OneProvider
from agent.providers.demo import Demo
from agent.settings import Settings
from agent.transcript import Ask, Message, Thought, Turn, fold
from storage.store import DiskStore

from .player import Player


def serve(port: int, folder: Path) -> None:
    settings = Settings(port=port, data=folder / "data", docs=str(folder / "docs"), browser=False)
    store = DiskStore(settings.data)
    try:
        hub = main.build(settings, store, models=OneProvider(Player(Demo(), folder / "scripts")))
        hub.notices += store.notices
        asyncio.run(hub.recover())
        os.environ["NICEGUI_STORAGE_PATH"] = str(settings.data / "nicegui")  # as main.run does, before the import
        from nicegui import app

        async def log(session: str) -> list[dict[str, Any]]:
            return told((await hub.open(session)).log.after(0))

        app.add_api_route("/test/log/{session}", log)
        main.run(settings, hub, {})
    finally:
        store.close()


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
    serve(int(sys.argv[1]), Path(sys.argv[2]))
