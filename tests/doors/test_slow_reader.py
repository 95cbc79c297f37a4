"""One of twenty stops reading: it costs nobody else, and in the end it has missed nothing."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from agent import codec
from agent.events import Event
from agent.log import joined
from agent.providers.base import FinishPiece, TextPiece
from agent.session import Session
from pages.api import connection
from tests.builders import Scripted, Wait

from .world import World, until, world

pytestmark = pytest.mark.alone

OTHERS = 19
CHUNKS, SIZE = 100, 10_000
MOST = 400_000  # bytes that wait in the server for one reader: what asyncio takes at once, and a frame


def much() -> Scripted:
    said: list[Any] = []
    for n in range(CHUNKS):
        said += [TextPiece(text=f"{n} ".ljust(SIZE, "x")), Wait(seconds=0.005)]
    return Scripted([*said, FinishPiece(reason="stop")])


@asynccontextmanager
async def crowd() -> AsyncIterator[tuple[World, Session, ClientConnection, list[ClientConnection]]]:
    """A session, one who is going to read nothing, and others."""
    async with world(much()) as one:
        with socket.socket(fileno=socket.dup(one.server.servers[0].sockets[0].fileno())) as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32_000)  # else the system takes megabytes
        url = one.ws("/ws/agent?session=x&dialect=native")
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.connect(("127.0.0.1", one.port))
        stalled = await connect(url, sock=narrow, compression=None, max_queue=1, max_size=None, ping_interval=None)
        stalled.transport.pause_reading()
        others = [await connect(url, compression=None, max_queue=None, max_size=None) for _ in range(OTHERS)]
        session = one.hub.here("x")
        assert session
        yield one, session, stalled, others
        for reader in (stalled, *others):
            reader.transport.abort()


async def test_the_others_are_told_at_once_and_the_stalled_one_has_the_rest_when_it_reads_again():
    async with crowd() as (one, session, stalled, others):
        reading = [asyncio.create_task(events(other)) for other in others]
        session.say("Talk")
        most = 0
        while session.running:
            most = max(most, *(c.transport.get_write_buffer_size() for c in one.server.server_state.connections))
            await asyncio.sleep(0.01)
        ended = time.monotonic()
        heard = await asyncio.gather(*reading)
        assert time.monotonic() - ended < 3
        whole = list(session.log.after(0))
        for told in heard:
            assert joined(told) == joined(whole)
        assert most < MOST
        stalled.transport.resume_reading()
        late = await asyncio.wait_for(events(stalled), 10)
        assert joined(late) == joined(whole)
        assert len(late) < min(len(told) for told in heard) / 2


async def test_who_does_not_read_for_too_long_is_sent_away_and_comes_back_with_its_cursor(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(connection, "GIVEN_UP", 3.0)
    async with crowd() as (one, session, stalled, others):
        reading = [asyncio.create_task(events(other)) for other in others]
        session.say("Talk")
        await asyncio.gather(*reading)
        await until(lambda: len(session.presence) == OTHERS, 10)
        stalled.transport.resume_reading()
        had: list[Event] = []
        with pytest.raises(ConnectionClosed):
            await events(stalled, had)
        assert stalled.close_code in (1008, 1006)  # where nothing more could be sent, there is no room for a reason
        cursor = had[-1].event_id if had else 0
        assert cursor < len(session.log)
        async with connect(one.ws(f"/ws/agent?session=x&dialect=native&after={cursor}"), max_size=None) as again:
            rest = await events(again)
        assert joined([*had, *rest]) == joined(session.log.after(0))


async def events(reader: ClientConnection, out: list[Event] | None = None) -> Sequence[Event]:
    """What it is told, to the turn's end."""
    out = [] if out is None else out
    while True:
        frame = json.loads(await reader.recv())
        if "eventId" in frame:
            out.append(codec.decode(frame))
            if frame["type"] == "turn.end":
                return out
