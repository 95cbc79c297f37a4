"""One connection of the upstream double: HTTP/1.1 read strictly from a socket, and scripts played to it."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole response; a dict is sent as JSON, text as the `type` says."""

    status: int = 200
    body: Any = b""
    type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """The head of an event stream, whose body follows in the script. `close`: it ends when the connection does."""

    framing: Literal["chunked", "close"] = "chunked"
    status: int = 200
    type: str = "text/event-stream; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes of the body, in pieces of `size`, each of which arrives by itself."""

    data: bytes
    size: int = 0


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes on the wire, outside of any framing: a status line of one's own, half a chunk."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Wait:
    """Until the test says so."""

    event: asyncio.Event


@dataclass(frozen=True, slots=True)
class Hang:
    """Silence, until the client goes."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection ends here: politely (FIN), or not (RST)."""

    how: Literal["fin", "rst"] = "fin"


Step = Reply | Stream | Send | Raw | Wait | Hang | Cut | bytes


@dataclass(slots=True, kw_only=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: Any
    at: float
    """When it was whole, on the loop's clock; as `closed_at`."""
    closed_at: float | None = None
    gone: asyncio.Event = field(default_factory=asyncio.Event)


class Host(Protocol):
    """What a connection knows of its upstream."""

    complaints: list[str]

    def start(self, connection: Connection) -> None: ...

    def take(self, request: Request) -> Sequence[Step]: ...


class Gone(Exception):
    """The client has left."""


class Connection(asyncio.Protocol):
    """One client's socket: requests in, scripts out, one after the other."""

    def __init__(self, upstream: Host) -> None:
        self._upstream = upstream
        self._buffer = bytearray()
        self._bell = asyncio.Event()
        self._gone = asyncio.Event()
        self._request: Request | None = None
        self._framing: Literal["", "chunked", "close"] = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._upstream.start(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._bell.set()

    def eof_received(self) -> None:
        self._left()

    def connection_lost(self, exc: Exception | None) -> None:
        self._left()

    def _left(self) -> None:
        if not self._gone.is_set():
            self._gone.set()
            self._bell.set()
            if self._request and not self._request.gone.is_set():
                self._request.closed_at = asyncio.get_running_loop().time()
                self._request.gone.set()

    async def live(self) -> None:
        try:
            while not self._transport.is_closing():
                self._request = request = await self._read()
                for step in self._upstream.take(request):
                    await self._play(step)
                if self._framing == "chunked":
                    self._transport.write(b"0\r\n\r\n")
                elif self._framing == "close":
                    self._transport.close()
                self._framing = ""
        except Gone:
            pass
        except ValueError as error:
            self._upstream.complaints.append(f"malformed request: {error}")
        finally:
            self._transport.close()

    # ── in ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _read(self) -> Request:
        head = (await self._until(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        method, path, version = first.split(" ")
        headers: dict[str, str] = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon or name != name.strip() or name.lower() in headers:
                raise ValueError(f"header {name!r}")
            headers[name.lower()] = value.strip()
        if version != "HTTP/1.1" or "host" not in headers or "transfer-encoding" in headers:
            raise ValueError(f"head {first!r}")
        if method == "POST" and "content-length" not in headers:
            raise ValueError("no content-length")
        body = await self._exactly(int(headers.get("content-length", "0")))
        if method == "POST" and self._buffer:
            raise ValueError("more than content-length says")
        return Request(
            method=method,
            path=path,
            headers=headers,
            body=json.loads(body.decode("utf-8"), parse_constant=_no_constant) if body else None,
            at=asyncio.get_running_loop().time(),
        )

    async def _until(self, mark: bytes) -> bytes:
        while (at := self._buffer.find(mark)) < 0:
            if self._buffer[:1] == b"\x16":  # TLS: what servers of plain HTTP answer to it
                self._transport.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
                raise Gone
            await self._more()
        found = bytes(self._buffer[:at])
        del self._buffer[: at + len(mark)]
        return found

    async def _exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            await self._more()
        found = bytes(self._buffer[:count])
        del self._buffer[:count]
        return found

    async def _more(self) -> None:
        self._bell.clear()
        if self._gone.is_set():
            raise Gone
        await self._bell.wait()

    # ── out ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _play(self, step: Step) -> None:
        if self._gone.is_set():
            raise Gone
        match step:
            case Reply():
                self._reply(step)
            case Stream():
                framing = {"transfer-encoding": "chunked"} if step.framing == "chunked" else {"connection": "close"}
                self._head(step.status, {"content-type": step.type, **framing, **step.headers})
                self._framing = step.framing
            case bytes():
                self._body(step)
            case Send():
                size = step.size or len(step.data)
                for at in range(0, len(step.data), size):
                    self._body(step.data[at : at + size])
                    await asyncio.sleep(0)
            case Raw():
                self._transport.write(step.data)
            case Wait():
                await self._either(step.event)
            case Hang():
                await self._gone.wait()
                raise Gone
            case Cut():
                if step.how == "rst":
                    linger = struct.pack("ii", 1, 0)
                    self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    self._transport.abort()
                else:
                    self._transport.close()
                raise Gone

    def _reply(self, reply: Reply) -> None:
        body: bytes
        if isinstance(reply.body, bytes):
            body, type = reply.body, reply.type or "application/octet-stream"
        elif isinstance(reply.body, str):
            body, type = reply.body.encode(), reply.type or "text/plain; charset=utf-8"
        else:
            body, type = json.dumps(reply.body).encode(), reply.type or "application/json"
        self._head(reply.status, {"content-type": type, "content-length": str(len(body)), **reply.headers})
        self._transport.write(body)

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in headers.items())]
        self._transport.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def _body(self, data: bytes) -> None:
        assert self._framing, "a script sends its Stream() first"
        if data:
            self._transport.write(b"%x\r\n%b\r\n" % (len(data), data) if self._framing == "chunked" else data)

    async def _either(self, event: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(self._gone.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if self._gone.is_set():
            raise Gone


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
