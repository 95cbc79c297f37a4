"""Thinkaloud as in production, disk and all, with a provider that streams the bench's answer.

python -m bench.server PORT FOLDER
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import main
from agent.models import OneProvider
from agent.providers.base import FinishPiece, Piece, Prompt, TextPiece, UsagePiece, UserText
from agent.settings import Settings
from storage.store import DiskStore

from .source import Order, stream

MODEL = "bench:answer"


class Answering:
    """A provider that does what the last message orders."""

    model = MODEL
    label = "Bench"
    budget = 0

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        asked = next(part for part in reversed(prompt.parts) if isinstance(part, UserText))
        async for token in stream(Order.read(asked.content), self._folder):
            yield TextPiece(text=token)
        yield FinishPiece(reason="stop")

    def price(self, usage: UsagePiece) -> float | None:
        return 0.0


def serve(port: int, folder: Path) -> None:
    """Serves the data in `folder/data` until a signal; the times of tokens go to `folder`."""
    settings = Settings(port=port, data=folder / "data", model=MODEL, browser=False)
    store = DiskStore(settings.data)
    provider = Answering(folder)
    try:
        hub = main.build(settings, store, models=OneProvider(provider))
        asyncio.run(hub.recover())
        main.run(settings, hub, {})
    finally:
        store.close()


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]))
