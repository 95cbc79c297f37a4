"""What a person would notice at the doors: whom a message reaches, how many come in, and how long a link holds."""

from __future__ import annotations

import asyncio
import json
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
        async with connect(one.ws(f"/ws/agent?token={ada}")) as socket:
            await socket.recv()
            url = f"{one.url}/api/broadcast?token={bob}"
            said = await http.post(url, json={"content": "Buy this", "to": ""})
            assert said.status_code == 400
            one.doors.broadcast("Lunch", "ada")
            assert "Lunch" in await socket.recv()


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
            await until(lambda: time.time() > soon)
            for id in ("short", "long"):
                one.hub.here(id).rename("A secret")  # type: ignore[union-attr]
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(short.recv(), 3)
            assert short.close_code == 4003
            assert "A secret" in await asyncio.wait_for(long.recv(), 3)
        await until(lambda: one.empty)
