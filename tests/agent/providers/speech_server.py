"""A speech service on loopback that plays scripts as upstream.py does, and reads the recordings that it is sent."""

from __future__ import annotations

import asyncio
import email.policy
import json
from collections.abc import Sequence
from email.parser import BytesParser
from typing import Any, Self

from tests.agent.providers.upstream import Upstream
from tests.agent.providers.wire import Connection, Reply, Request, Step

WAV = b"RIFF\xff\xff\xff\xffWAVE"


class SpeechServer(Upstream):
    """`voices` is what it lists; None: it has no such door. A recording's `body` has its fields, and `file` as (name,
    bytes, type)."""

    def __init__(self, voices: Any = None) -> None:
        super().__init__()
        self.voices = voices

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Hearing(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    @property
    def asked(self) -> list[Request]:
        """All but those for the list of voices."""
        return [request for request in self.requests if request.method == "POST"]

    def take(self, request: Request) -> Sequence[Step]:
        if request.path == "/v1/audio/voices":
            self.requests.append(request)
            return [Reply(status=404) if self.voices is None else Reply(body=self.voices)]
        taken = super().take(request)
        self.complaints = [one for one in self.complaints if one.startswith("nobody expected")]  # its rules are others
        return taken


class Hearing(Connection):
    async def _read(self) -> Request:
        head = (await self._until(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await self._exactly(int(headers.get("content-length", "0")))
        at = asyncio.get_running_loop().time()
        return Request(method=method, path=path, headers=headers, body=read(headers, body), at=at)


def read(headers: dict[str, str], body: bytes) -> Any:
    kind = headers.get("content-type", "")
    if not body or not kind.startswith("multipart/form-data"):
        return json.loads(body) if body else None
    message = BytesParser(policy=email.policy.HTTP).parsebytes(f"content-type: {kind}\r\n\r\n".encode() + body)
    out: dict[str, Any] = {}
    for part in message.iter_parts():
        name, file = part.get_param("name", header="content-disposition"), part.get_filename()
        data = part.get_payload(decode=True)
        out[str(name)] = (file, data, part.get_content_type()) if file else data.decode()
    return out


def event(**fields: Any) -> bytes:
    return b"data: " + json.dumps(fields).encode() + b"\n\n"


def delta(text: str) -> bytes:
    return event(type="transcript.text.delta", delta=text)


def done(text: str) -> bytes:
    return event(type="transcript.text.done", text=text)
