"""A server with all doors for programs, in the test's own event loop, that can be stopped as hard as a kill."""

from __future__ import annotations

import asyncio
import logging
import shutil
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

from agent.chance import Chance
from agent.hub import Hub
from agent.limits import Limits
from agent.models import OneProvider
from agent.providers.base import Provider
from agent.store import MemoryStore, Store
from agent.tools.base import Tool
from pages.api import feed, mount
from pages.api.auth import Tokens
from pages.api.doors import Doors
from pages.api.locks import Locks
from pages.gate import Gate
from pages.handshake import Handshake
from pages.listening import notice_dead_peers, say_goodbye
from tests.builders import MovedClock, Scripted, add

LARGEST_FRAME = 4_000_000  # as in main.py
SECRET = "of the tests, and of nothing but them"


class Unsignalled(uvicorn.Server):
    """Leaves signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class World:
    """One server. `start` and `die` may take turns: it listens on the same port again."""

    def __init__(self, hub: Hub, *, locked: bool = False, ping: float = 20.0) -> None:
        self.hub = hub
        self.clock = hub.chance.clock
        self.locks = Locks(tokens=Tokens(SECRET, self.clock), open=not locked, address="http://127.0.0.1")
        self.port = 0
        self.alive = False
        self._ping = ping

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ws(self, path: str) -> str:
        return f"ws://127.0.0.1:{self.port}{path}"

    async def start(self) -> None:
        feed.PULSE = feed.Pulse()  # the last one may have waited for a loop that is over
        self.doors = Doors(self.hub, self.locks)
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        mount.mount(app, self.doors)
        config = uvicorn.Config(
            Gate(app, self.locks),
            ws="wsproto",
            lifespan="off",
            log_config=None,  # what it logs is pytest's to see
            log_level="warning",
            access_log=False,
            ws_max_size=LARGEST_FRAME,
            ws_ping_interval=self._ping,
            ws_ping_timeout=self._ping,
            timeout_graceful_shutdown=1,
        )
        config.load()
        config.ws_protocol_class = Handshake
        logging.getLogger("uvicorn").propagate = True  # another server in this process may have changed that
        self.server = Unsignalled(config)
        listening = socket.socket(proto=socket.IPPROTO_TCP)  # else nobody sets TCP_NODELAY, and all takes 40 ms
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.port))
        self.port = listening.getsockname()[1]
        self._serving = asyncio.create_task(self.server.serve([listening]))
        await until(lambda: self.server.started)
        self.alive = True
        notice_dead_peers(self.server)
        say_goodbye(self.server, self._goodbye)

    async def _goodbye(self) -> None:
        await self.hub.shutdown(1.5)
        await self.doors.close()

    async def stop(self) -> None:
        """In order, as when it is told to."""
        self.server.should_exit = True
        await asyncio.wait_for(self._serving, 10)

    async def die(self) -> None:
        """At once: connections are cut in mid-frame, nobody is told anything. The hub knows nothing of it."""
        self.alive = False
        for one in self.server.servers:
            one.close()
        self._serving.cancel()
        await asyncio.wait([self._serving])
        for _ in range(10):  # also those that have just been accepted
            for connection in list(self.server.server_state.connections):
                connection.transport.abort()
            await asyncio.sleep(0)

    @property
    def empty(self) -> bool:
        """Whether nothing is left of any connection."""
        here = [self.hub.here(card.id) for card in self.hub.cards()]
        seats = sum(len(session.presence) for session in here if session)
        left = (self.doors.readers, self.doors.seats.taken, seats, self.server.server_state.connections)
        return not any(left)


def hub_of(
    provider: Provider | None = None,
    *,
    store: Store | None = None,
    clock: MovedClock | None = None,
    limits: Limits | None = None,
    tools: Sequence[Tool] = (add,),
) -> Hub:
    """As tests.builders.hub_with, but its ids never come again: one that is started anew has the old ones on disk."""
    chance = Chance(clock=clock) if clock else Chance()
    models = OneProvider(provider or Scripted())
    return Hub(store or MemoryStore(), models=models, tools=tools, chance=chance, limits=limits)


@asynccontextmanager
async def world(
    provider: Provider | None = None,
    *,
    store: Store | None = None,
    clock: MovedClock | None = None,
    limits: Limits | None = None,
    tools: Sequence[Tool] = (add,),
    locked: bool = False,
    ping: float = 20.0,
) -> AsyncIterator[World]:
    """A server over a hub of its own; nothing is left of a connection in the end."""
    one = World(hub_of(provider, store=store, clock=clock, limits=limits, tools=tools), locked=locked, ping=ping)
    await one.start()
    try:
        yield one
    finally:
        await one.stop()


async def until(condition: Callable[[], bool], seconds: float = 10, what: Callable[[], str] = str) -> None:
    """Returns once that is so."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(what() or "it did not happen in time")
        await asyncio.sleep(0.003)


def as_after_a_kill(folder: Path, to: Path) -> Path:
    """What a process that is killed now would leave of this data folder. In the order opposite to that of settling
    (session, index, journal): what is settled while this copies is then in two places, as after a real one, and never
    in none."""
    to.mkdir(mode=0o700)
    copied(folder / "journal", to / "journal")
    for path in folder.glob("*.json"):
        shutil.copy(path, to / path.name)
    for name in ("files", "trash", "damaged", "sessions"):
        copied(folder / name, to / name)
    return to


def copied(folder: Path, to: Path) -> None:
    to.mkdir(mode=0o700)
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # settled meanwhile
            shutil.copy(path, to / path.name)


def faults(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the server's log calls an error. uvicorn calls it one when a client is gone before it was let in."""
    harmless = "without completing handshake"
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    return [one for one in said if harmless not in one]
