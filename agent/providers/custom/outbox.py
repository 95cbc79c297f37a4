"""Pieces on their way from an agent to its reader."""

from __future__ import annotations

import asyncio
from collections import deque

from ..base import Piece

AHEAD = 16  # pieces that an agent may be ahead of its reader


class Outbox:
    """Holds the writer back while it is full; what is in it can be had although it is closed. Whoever still writes
    then gets asyncio.CancelledError."""

    def __init__(self) -> None:
        self._pieces: deque[Piece] = deque()
        self._room = asyncio.Semaphore(AHEAD)
        self._news = asyncio.Event()
        self._closed = False

    async def put(self, piece: Piece) -> None:
        await self._room.acquire()
        if self._closed:
            self._room.release()  # the next one who waits is let go of, too
            raise asyncio.CancelledError
        self._pieces.append(piece)
        self._news.set()

    async def get(self) -> Piece | None:
        """The next piece, or None after the last."""
        while not self._pieces and not self._closed:
            self._news.clear()
            await self._news.wait()
        if not self._pieces:
            return None
        self._room.release()
        return self._pieces.popleft()

    def close(self, _: object = None) -> None:
        self._closed = True
        self._news.set()
        self._room.release()
