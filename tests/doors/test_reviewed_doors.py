"""What a person would notice at the doors: whom a message reaches, how many come in, and how long a link holds."""

from __future__ import annotations

import asyncio
import json
import socket
import time

import httpx
import jwt
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from agent.access import ANYBODY
from agent.limits import Limits
from pages.api.dialects import DIALECTS
from pages.api.sse import Stream

from .world import SECRET, until, world


async def test_a_member_cannot_tell_everybody_something_by_naming_nobody():
    async with world(locked=True) as one, httpx.AsyncClient(trust_env=False) as http:
        ada, bob = (one.locks.tokens.invite(name, "member", 1) for name in ("ada", "bob"))
        async with connect(one.ws(f"/ws/agent?token={ada}")) as program:
            await program.recv()
            url = f"{one.url}/api/broadcast?token={bob}"
            said = await http.post(url, json={"content": "Buy this", "to": ""})
            assert said.status_code == 400
            one.doors.broadcast("Lunch", "ada")
            assert "Lunch" in await program.recv()


async def test_the_echo_counts_as_a_connection():
    async with world(limits=Limits(connections=1)) as one, connect(one.ws("/ws")) as first:
        await first.send("hello")
        assert await first.recv() == "HELLO"
        async with connect(one.ws("/ws")) as second:
            assert (await second.recv()).startswith("[ERROR]")
            with pytest.raises(ConnectionClosed):
                await second.recv()
            assert second.close_code == 1013


async def test_hello_comes_first_whoever_comes_meanwhile():
    async with world() as one:
        session = one.hub.new("x")
        response = Stream(one.doors, session, ANYBODY, DIALECTS["native"], 0).response()
        seat = session.presence.join("ben")
        told = [await anext(response._content) for _ in range(2)]  # type: ignore[attr-defined]
        assert json.loads(told[1].removeprefix("data: "))["type"] == "hello"
        seat.leave()
        await response._content.aclose()  # type: ignore[attr-defined]
        await response._held.aclose()  # type: ignore[attr-defined]


async def test_a_room_closes_for_a_guest_when_its_own_link_says_so():
    async with world(locked=True) as one:
        one.hub.new("short", owner="ada").rename("Short")
        one.hub.new("long", owner="ada").rename("Long")
        soon, late = time.time() + 1, time.time() + 3600
        claims = {"user_id": "guest-x", "role": "viewer", "exp": late}
        rooms = {"short": ["viewer", soon], "long": ["viewer", late]}
        token = jwt.encode({**claims, "rooms": rooms}, SECRET, "HS256")
        async with (
            connect(one.ws(f"/ws/agent?session=short&token={token}")) as short,
            connect(one.ws(f"/ws/agent?session=long&token={token}")) as long,
        ):
            for _ in range(2):
                await short.recv(), await long.recv()
            await until(lambda: time.time() > soon + 0.01)  # the server counts in ms
            for id in ("short", "long"):
                one.hub.here(id).rename("A secret")  # type: ignore[union-attr]
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(short.recv(), 3)
            assert short.close_code == 4003
            assert "A secret" in await asyncio.wait_for(long.recv(), 3)
        await until(lambda: one.empty)


async def test_who_waits_under_the_name_of_what_was_deleted_comes_back_to_it_once_it_is_restored():
    async with world() as one:
        session = one.hub.new("standup")
        session.say("Hello")
        await session.wait_idle()
        await one.hub.delete("standup")
        async with connect(one.ws("/ws/agent?session=standup")) as program:
            await program.recv()
            await one.hub.restore("standup")
            with pytest.raises(ConnectionClosed):
                await program.recv()
            assert program.close_code == 1001  # with 1000, clients would not come back
        async with connect(one.ws("/ws/room/standup/ben")) as program:
            assert json.loads(await program.recv())["lastEventId"] == len(session.log)


async def test_who_hangs_up_in_the_middle_of_a_long_log_does_not_keep_it_in_memory():
    async with world() as one:
        session = one.hub.new("x")
        for i in range(40_000):
            session.rename(f"{i}".zfill(120))
        with socket.create_connection(("127.0.0.1", one.port)) as program:
            program.send(b"GET /api/sessions/x/events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
            await until(lambda: session.held == 1)
        await until(lambda: session.held == 0)


async def test_nobody_is_said_to_be_writing_who_may_only_watch():
    async with world(locked=True) as one:
        session = one.hub.new("x", owner="ada")
        session.share("vic", "viewer", by="ada")
        typed: list[str] = []
        session.presence.join("ada", on_note=lambda note: typed.append(note.kind))
        token = one.locks.tokens.invite("vic", "member", 1)
        async with connect(one.ws(f"/ws/agent?session=x&token={token}")) as program:
            await program.send('{"type": "typing"}')
            async with asyncio.timeout(5):
                while (told := json.loads(await program.recv()))["type"] != "error":
                    pass
            assert told["kind"] == "forbidden"
        await until(lambda: typed == ["user_joined", "user_left"])
