"""The app with a speech service, at which people sign in: python -m tests.browser.voiced PORT FOLDER, as `app.py`.

FOLDER/speech has the address of the service; see speech_server.py.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import main
from agent.models import OneProvider
from agent.providers.demo import Demo
from agent.settings import Settings
from agent.vendors.speech import SpeechServers
from storage.store import DiskStore

from .player import Player

PATIENCE = 1.0  # seconds that a service may hang, instead of half a minute


def serve(port: int, folder: Path) -> None:
    address = (folder / "speech").read_text(encoding="utf-8")
    settings = Settings(
        port=port, data=folder / "data", browser=False, signin=True, listen_url=address, speak_url=address
    )
    SpeechServers.__init__.__kwdefaults__ |= {"patience": PATIENCE, "speaks_within": PATIENCE}
    store = DiskStore(settings.data)
    try:
        hub = main.build(settings, store, models=OneProvider(Player(Demo(), folder / "scripts")))
        asyncio.run(hub.recover())
        os.environ["NICEGUI_STORAGE_PATH"] = str(settings.data / "nicegui")  # as main.run does, before the import
        main.run(settings, hub, {})
    finally:
        store.close()


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]))
