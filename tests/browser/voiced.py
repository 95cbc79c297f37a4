"""The app with a speech service, at which people sign in: python -m tests.browser.voiced PORT FOLDER, as `app.py`.

FOLDER/speech has the address of the service; see speech_server.py.
"""

from __future__ import annotations

import sys
from pathlib import Path

from agent.models import OneProvider
from agent.providers.demo import Demo
from agent.settings import Settings
from agent.vendors.speech import SpeechServers

from .player import Player
from .serving import serve

PATIENCE = 1.0  # seconds that a service may hang, instead of half a minute


def begin(port: int, folder: Path) -> None:
    address = (folder / "speech").read_text(encoding="utf-8")
    settings = Settings(
        port=port, data=folder / "data", browser=False, signin=True, listen_url=address, speak_url=address
    )
    SpeechServers.__init__.__kwdefaults__ |= {"patience": PATIENCE, "speaks_within": PATIENCE}
    serve(settings, OneProvider(Player(Demo(), folder / "scripts")))


if __name__ == "__main__":
    begin(int(sys.argv[1]), Path(sys.argv[2]))
