"""A server with the doors of the speech service, behind the gate and between such middlewares as NiceGUI's."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from nicegui.middlewares import RedirectWithPrefixMiddleware
from starlette.middleware.gzip import GZipMiddleware
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from agent.hub import Hub
from agent.speech import Recordings, Speech
from pages import voice
from pages.api.auth import Tokens
from pages.api.doors import Doors
from pages.api.locks import COOKIE, Locks
from pages.gate import Gate
from pages.handshake import Handshake
from pages.security import SecurityHeaders
from tests.doors.world import LARGEST_FRAME, Unsignalled, hub_of, until

OWN = {"sec-fetch-site": "same-origin"}
SECRET = "x" * 32
DONE = json.dumps({"done": True})


class VoiceWorld:
    def __init__(self, hub: Hub, locks: Locks, port: int, server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
        self.hub = hub
        self._serving = serving
        self.server = server
        self.locks = locks
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.http = httpx.AsyncClient(base_url=self.url, headers=OWN, timeout=10, verify=False)

    def cookie(self, user: str, role: Any = "member") -> dict[str, str]:
        return {"cookie": f"{COOKIE}={self.locks.tokens.invite(user, role, 1)}"}

    async def stop(self) -> None:
        """May be called again."""
        self.server.should_exit = True
        await asyncio.wait_for(self._serving, 10)

    async def wait_idle(self) -> None:
        """Until nothing is being answered."""
        await until(lambda: not self.server.server_state.tasks)

    async def say(self, session: str, headers: Mapping[str, str] | None = None, **asked: Any) -> httpx.Response:
        body = {"session": session, "text": "Hello."} | asked
        return await self.http.post("/voice/speech", json=body, headers=headers)

    def listen(
        self, session: str, *, lang: str = "en-US", type: str = "audio/webm;codecs=opus", headers: Any = None
    ) -> connect:
        query = httpx.QueryParams(session=session, lang=lang, type=type)
        url = f"ws://127.0.0.1:{self.port}/voice/listen?{query}"
        return connect(url, proxy=None, additional_headers=headers, max_size=None)

    async def heard(self, session: str, *frames: bytes | str, **given: Any) -> tuple[list[dict[str, Any]], int | None]:
        """What comes back, and the code that it is closed with."""
        async with self.listen(session, **given) as line:
            with suppress(ConnectionClosed):  # it need not be sent to its end
                for frame in frames:
                    await line.send(frame)
            return await rest(line)


async def rest(line: ClientConnection) -> tuple[list[dict[str, Any]], int | None]:
    """What comes until it is closed. As a page does, it hangs up itself once it has heard what went wrong."""
    async with asyncio.timeout(20):
        told: list[dict[str, Any]] = []
        with suppress(ConnectionClosed):
            while True:
                told.append(json.loads(await line.recv()))
                if "error" in told[-1]:
                    return told, None
    return told, line.close_code


@asynccontextmanager
async def voice_world(
    speech: Speech, *, recordings: Recordings | None = None, locked: bool = False
) -> AsyncIterator[VoiceWorld]:
    hub = hub_of()
    locks = Locks(tokens=Tokens(SECRET, hub.chance.clock), open=not locked, address="http://127.0.0.1")
    app = FastAPI(openapi_url=None)
    app.add_middleware(RedirectWithPrefixMiddleware)
    app.add_middleware(GZipMiddleware)
    voice.mount(app, Doors(hub, locks), speech, recordings)
    config = uvicorn.Config(
        SecurityHeaders(Gate(app, locks)),
        ws="wsproto",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        ws_max_size=LARGEST_FRAME,
        timeout_graceful_shutdown=1,
    )
    config.load()
    config.ws_protocol_class = Handshake
    logging.getLogger("uvicorn").propagate = True  # another server in this process may have changed that
    server = Unsignalled(config)
    listening = socket.socket(proto=socket.IPPROTO_TCP)  # else nobody sets TCP_NODELAY, and all takes 40 ms
    listening.bind(("127.0.0.1", 0))
    serving = asyncio.create_task(server.serve([listening]))
    await until(lambda: server.started)
    world = VoiceWorld(hub, locks, listening.getsockname()[1], server, serving)
    try:
        yield world
    finally:
        await world.http.aclose()
        await world.stop()
