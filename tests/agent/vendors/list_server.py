"""A server on loopback that lists models, or does what servers do instead; it remembers what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from agent.chance import Chance
from agent.providers.endpoint import Endpoint
from agent.vendors.environment import from_environment
from agent.vendors.keys import MemoryKeys
from agent.vendors.vendors import Vendors

KEY = "sk-proj-0123456789abcd"
NOWHERE = "http://127.0.0.1:9/v1"  # the discard port: nothing listens there
LOCAL = ("ollama", "lmstudio", "llamacpp", "vllm")

Headers = dict[str, str]
Reply = tuple[int, str] | None  # status and body; None never answers


class ListServer:
    def __init__(self, reply: Callable[[str, Headers], Reply]) -> None:
        self.reply = reply
        self.asked: list[tuple[str, Headers]] = []
        self.asked_now = asyncio.Event()
        self.url = ""
        self._connections: set[asyncio.Task[Any]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._connections.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            path = head[0].split()[1]
            self.asked.append((path, headers))
            self.asked_now.set()
            answer = self.reply(path, headers)
            if answer is None:
                await reader.read()  # until the other side gives up
            else:
                status, body = answer
                data = body.encode()
                kind = "text/html" if body.startswith("<") else "application/json"
                extra = "Location: http://127.0.0.1:9/v1/models\r\n" if 300 <= status < 400 else ""
                writer.write(
                    f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{extra}Content-Length: {len(data)}\r\n"
                    "Connection: close\r\n\r\n".encode()
                    + data
                )
                await writer.drain()
        writer.close()

    async def close(self) -> None:
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)


@asynccontextmanager
async def list_server(reply: Callable[[str, Headers], Reply]) -> AsyncGenerator[ListServer]:
    out = ListServer(reply)
    server = await asyncio.start_server(out.serve, "127.0.0.1", 0)
    out.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield out
    finally:
        server.close()
        await out.close()


def models(*entries: str | dict[str, Any]) -> str:
    """A list as OpenAI's API has it; a name stands for a model of that name."""
    data = [entry if isinstance(entry, dict) else {"id": entry, "object": "model"} for entry in entries]
    return json.dumps({"object": "list", "data": data})


def lists(*entries: str | dict[str, Any], keys: Sequence[str] = ()) -> Callable[[str, Headers], Reply]:
    """Lists these models; where `keys` are given, to them alone."""

    def reply(path: str, headers: Headers) -> Reply:
        if not path.split("?")[0].endswith("/models"):
            return 404, "<html>not here</html>"
        if keys and headers.get("authorization", "").removeprefix("Bearer ") not in keys:
            said = headers.get("authorization", "")  # as OpenAI does, the complaint repeats what it was given
            return 401, json.dumps({"error": {"message": f"Incorrect API key: {said}", "code": "invalid_api_key"}})
        return 200, models(*entries)

    return reply


def says(status: int, body: str) -> Callable[[str, Headers], Reply]:
    return lambda path, headers: (status, body)


def hangs(path: str, headers: Headers) -> Reply:
    return None


def vendors(environ: Mapping[str, str] | None = None, kept: MemoryKeys | None = None, **options: Any) -> Vendors:
    """Models that know of no server on this machine but those in `environ`."""
    nowhere = {vendor: Endpoint(vendor=vendor, title=vendor, url=NOWHERE) for vendor in LOCAL}
    endpoints = {**nowhere, **from_environment(environ or {})}
    return Vendors(endpoints=endpoints, kept=kept or MemoryKeys(), **{"chance": Chance.seeded(7), **options})
