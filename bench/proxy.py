"""A TCP proxy that counts what a server sends to a browser over websockets: bytes on the wire, and payload in them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields

from .frames import Frames


@dataclass(slots=True)
class Counted:
    """Bytes from the server to the browser since the proxy began; `payload` is after permessage-deflate is undone,
    `files` is what came over connections that are no websockets."""

    wire: int = 0
    payload: int = 0
    frames: int = 0
    files: int = 0

    def since(self, before: Counted) -> Counted:
        return Counted(*(getattr(self, f.name) - getattr(before, f.name) for f in fields(self)))


class Proxy:
    """Listens on a port of its own, and passes on all that comes; made by `counting`."""

    def __init__(self, target: int) -> None:
        self.counted = Counted()
        self.port = 0
        self._target = target
        self._open: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._open.add(task)
        upstream: asyncio.StreamWriter | None = None
        try:
            answers, upstream = await asyncio.open_connection("127.0.0.1", self._target)
            async with asyncio.TaskGroup() as group:
                group.create_task(_pass_on(reader, upstream))
                group.create_task(self._count(answers, writer))
        except* (OSError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            for end in (upstream, writer):
                if end:
                    end.close()

    async def _count(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames = Frames()
        while data := await reader.read(1 << 16):
            writer.write(data)
            for payload in frames.feed(data):
                self.counted.payload += payload
                self.counted.frames += 1
            if frames.is_websocket:
                self.counted.wire += len(data)
            else:
                self.counted.files += len(data)
            await writer.drain()
        writer.close()

    async def close(self) -> None:
        for task in list(self._open):
            task.cancel()
        if self._open:
            await asyncio.wait(list(self._open), timeout=2)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1 << 16):
        writer.write(data)
        await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


@asynccontextmanager
async def counting(target: int) -> AsyncIterator[Proxy]:
    """A proxy before the port `target`, as long as the block runs."""
    proxy = Proxy(target)
    listener = await asyncio.start_server(proxy.connected, "127.0.0.1", 0)
    proxy.port = listener.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        listener.close()
        await proxy.close()
