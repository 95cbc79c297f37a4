"""A server behind the gate, and somebody who says to it exactly what a test wants, however wrong it is."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from pages import signin
from pages.api.auth import Tokens
from pages.api.locks import Locks
from pages.gate import Gate
from pages.handshake import Handshake
from pages.security import SecurityHeaders
from tests.builders import MovedClock

NOW = 1_800_000_000
HTML = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")


async def told(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers everything there is, with who came in."""
    state = scope["state"]
    person, share = state["person"], state["share"]
    seen = {
        "path": scope["path"],
        "user": person and person.user,
        "role": person and person.role,
        "rooms": person and dict(person.rooms),
        "share": share and [share.session, share.role],
        "expires": state["expires"],
    }
    body = json.dumps(seen).encode()
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "bytes": body})
        if b"stay" in scope["query_string"]:
            while (await receive())["type"] != "websocket.disconnect":
                pass
            await send({"type": "websocket.send", "text": "to nobody"})
            return
        await send({"type": "websocket.close", "code": 1000})
    else:
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": body})


def app(locks: Locks, inner: ASGIApp = told) -> ASGIApp:
    star = Starlette()
    signin.mount(star, locks)
    star.router.routes.append(Mount("", app=inner))
    return SecurityHeaders(Gate(star, locks))


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes
    close: tuple[int, str] | None = None
    """A websocket's code and reason."""

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)

    @property
    def seen(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        return self.seen["error"]

    @property
    def to(self) -> str | None:
        """Where it leads."""
        return self.get("location") if self.status == 303 else None

    @property
    def cookie(self) -> str:
        """What it sets as the cookie, with nothing around it."""
        return (self.get("set-cookie") or "").partition(";")[0].partition("=")[2].strip('"')


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    locks: Locks
    clock: MovedClock
    own: Sequence[tuple[str, str]] = field(default=())
    """What is sent with every request."""

    @property
    def tokens(self) -> Tokens:
        return self.locks.tokens

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def signed_in(self, user: str = "ada", role: Any = "member") -> Server:
        return self.with_cookie(self.tokens.invite(user, role, 1))

    def with_cookie(self, token: str) -> Server:
        return replace(self, own=[("Cookie", f"other=1; thinkaloud={token}")])

    def get(self, path: str, *headers: tuple[str, str], host: str | None = None) -> Reply:
        return self.ask("GET", path, *headers, host=host)

    def page(self, path: str, *headers: tuple[str, str]) -> Reply:
        return self.ask("GET", path, HTML, *headers)

    def post(self, path: str, *headers: tuple[str, str], **form: str) -> Reply:
        body = urlencode(form).encode()
        kind = ("Content-Type", "application/x-www-form-urlencoded")
        return self.ask("POST", path, kind, ("Content-Length", str(len(body))), *headers, body=body)

    def ask(
        self, method: str, path: str, *headers: tuple[str, str], host: str | None = None, body: bytes = b""
    ) -> Reply:
        """`host` as the header has it; "" for none at all."""
        first = [] if host == "" else [("Host", self.host if host is None else host)]
        lines = [f"{name}: {value}" for name, value in [*first, ("Connection", "close"), *self.own, *headers]]
        head = "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode("latin-1")
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as link:
            link.sendall(head + body)
            return read(link)

    def websocket(self, path: str, *headers: tuple[str, str], host: str | None = None, seconds: float = 5) -> Reply:
        first = [] if host == "" else [("Host", self.host if host is None else host)]
        upgrade = [
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ]
        lines = [f"{name}: {value}" for name, value in [*first, *upgrade, *self.own, *headers]]
        head = "\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode("latin-1")
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as link:
            link.sendall(head)
            return read(link)


def read(link: socket.socket) -> Reply:
    file = link.makefile("rb")
    status = int(file.readline().split()[1])
    headers: list[tuple[str, str]] = []
    while line := file.readline().strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers.append((name.lower(), value.strip()))
    if status != 101:
        return Reply(status, headers, file.read())
    body = b""
    while True:  # frames of a server: no mask, and none of ours is longer than 64 kB
        first, length = file.read(2)
        if length == 126:
            length = int.from_bytes(file.read(2), "big")
        data = file.read(length)
        if first & 0xF == 8:
            return Reply(status, headers, body, (int.from_bytes(data[:2], "big"), data[2:].decode()))
        body += data


@contextmanager
def serving(*, inner: ASGIApp = told, **settings: Any) -> Iterator[Server]:
    """On a free port of this machine, as the product's own server is."""
    clock = MovedClock(NOW * 1000)
    locks = Locks(tokens=Tokens("of the tests, and of nothing but them", clock), **settings)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app(locks, inner), ws="wsproto", lifespan="off", log_level="error")
        config.load()
        config.ws_protocol_class = Handshake
        server = uvicorn.Server(config)
        failed: list[BaseException] = []

        def run() -> None:
            try:
                server.run([listening])
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        until = time.monotonic() + 10
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        try:
            yield Server(listening.getsockname()[1], locks, clock)
        finally:
            server.should_exit = True
            thread.join(10)
        assert failed == []
