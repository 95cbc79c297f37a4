"""What lies between a program and the server: a line that breaks in mid-frame, or swallows what is sent."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress


class Wire:
    """Listens on a port of its own. With `dice`, every other connection is reset after so many bytes of the server's
    as they say; `swallowing`, nothing goes through in either direction."""

    def __init__(self, target: Callable[[], int], dice: random.Random | None = None) -> None:
        self.swallowing = False
        self.cuts = 0
        self._target = target
        self._dice = dice
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        for end in self._open:
            end.transport.abort()

    def cut(self) -> None:
        """Resets all that is open now."""
        for end in list(self._open):
            end.transport.abort()

    async def _serve(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        budget = self._dice.randint(1, 8000) if self._dice and self._dice.random() < 0.5 else None
        try:
            far, to_far = await asyncio.open_connection("127.0.0.1", self._target())
        except OSError:
            to_near.transport.abort()
            return
        ends = {to_near, to_far}
        self._open |= ends
        ways = [asyncio.create_task(self._pass_on(near, to_far, None))]
        ways.append(asyncio.create_task(self._pass_on(far, to_near, budget)))
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.transport.abort()
        await asyncio.wait(ways)
        self._open -= ends

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, budget: int | None) -> None:
        with suppress(OSError):
            while data := await source.read(1 << 16):
                if self.swallowing:
                    continue
                if budget is not None:
                    data, budget = data[:budget], budget - len(data)
                sink.write(data)
                await sink.drain()
                if budget is not None and budget <= 0:
                    self.cuts += 1
                    return
