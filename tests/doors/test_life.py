"""How long a connection lives, and how it ends."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from agent.errors import NotFound
from agent.limits import Limits
from agent.session import Session
from agent.transcript import Turn
from pages.api.connection import Connection
from tests.browser.player import words
from tests.browser.server import Server
from tests.builders import MovedClock, Scripted, Wait

from .world import SECRET, World, faults, until, world


async def test_silence_is_asked_after_a_minute_and_who_answers_stays():
    clock = MovedClock()
    async with world(clock=clock, limits=Limits(idle=300)) as one, connect(one.ws("/ws/robust?session=x")) as socket:
        assert await heard(socket) == ["hello"]
        await clock.pass_(59)
        assert await heard(socket) == []
        for _ in range(20):  # four times as long as one may be silent
            await clock.pass_(60)
            assert await heard(socket) == ["ping"]
            await socket.send('{"type": "pong"}')
            await until(lambda: seen(one, "x") == clock.now())


@pytest.mark.parametrize("path", ["/ws/chat", "/ws/agent-thoughts", "/ws/somebody"])
async def test_who_only_reads_prompts_and_answers_is_asked_nothing(path: str):
    clock = MovedClock()
    async with world(clock=clock) as one, connect(one.ws(f"{path}?session=x")) as socket:
        for _ in range(10):
            await clock.pass_(60)
        assert await heard(socket) == []


async def test_who_says_nothing_and_hears_nothing_for_too_long_is_let_go_with_a_reason():
    clock = MovedClock()
    async with world(clock=clock, limits=Limits(idle=300)) as one, connect(one.ws("/ws/agent?session=x")) as socket:
        await clock.pass_(299)
        assert await heard(socket) == ["hello", *["ping"] * 4]
        await clock.pass_(1)
        assert await closed(socket) == (1001, "Nothing was said for a long time.")
        await until(lambda: one.empty)


async def test_who_hears_something_is_not_idle():
    clock = MovedClock()
    async with world(clock=clock, limits=Limits(idle=300)) as one:
        session = one.hub.new("x")
        async with connect(one.ws("/ws/chat?session=x")) as socket:
            for _ in range(4):
                await clock.pass_(250)
                session.say("Go on")
                await until(lambda: not session.running)
                assert await socket.recv()
                await heard(socket)


async def test_a_token_that_runs_out_ends_what_it_began():
    async with world(locked=True) as one:
        claims = {"user_id": "ada", "role": "member", "exp": time.time() + 1}
        token = jwt.encode(claims, SECRET, "HS256")
        async with (
            connect(one.ws(f"/ws/agent?session=x&token={token}")) as socket,
            connect(one.ws(f"/ws/chat?session=x&token={token}")) as chat,
            httpx.AsyncClient(trust_env=False) as http,
            http.stream("GET", f"{one.url}/api/sessions/x/stream?token={token}") as stream,
        ):
            assert await heard(socket) == ["hello"]
            assert await closed(socket) == (4001, "Invalid token")
            assert await closed(chat) == (4001, "Invalid token")
            assert time.time() >= claims["exp"]
            # a stream looks when there is something to tell, or after its heartbeat
            here(one, "x").say("Hello")
            await asyncio.wait_for(stream.aread(), 5)
        async with connect(one.ws(f"/ws/agent?session=x&token={token}")) as late:
            assert await closed(late) == (4001, "Invalid token")
        await until(lambda: one.empty)


async def test_with_whom_it_is_not_shared_any_more_is_let_go():
    async with world(locked=True) as one:
        session = one.hub.new("x", owner="ada")
        session.share("bob", "viewer", by="ada")
        token = one.locks.tokens.invite("bob", "member", 1)
        url = f"{one.url}/api/sessions/x/stream?token={token}"
        async with (
            connect(one.ws(f"/ws/agent?session=x&token={token}")) as socket,
            httpx.AsyncClient(trust_env=False) as http,
            http.stream("GET", url) as stream,
        ):
            reading = asyncio.create_task(stream.aread())
            session.share("bob", None, by="ada")
            assert await closed(socket) == (4003, "That session is not shared with you any more.")
            await asyncio.wait_for(reading, 5)
        await until(lambda: one.empty)


async def test_a_session_that_is_deleted_is_over_for_all_who_read_it():
    async with world() as one:
        one.hub.new("x").say("Hello")
        async with (
            connect(one.ws("/ws/agent?session=x")) as socket,
            httpx.AsyncClient(trust_env=False) as http,
            http.stream("GET", f"{one.url}/api/sessions/x/stream") as stream,
        ):
            reading = asyncio.create_task(stream.aread())
            await one.hub.delete("x")
            assert await closed(socket) == (1000, "This session is over.")
            await asyncio.wait_for(reading, 5)
        with pytest.raises(NotFound):
            await one.hub.open("x")


async def test_a_fault_of_ours_is_no_good_bye(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    def fail(_: object) -> None:
        raise KeyError("of the test")

    async with world() as one:
        monkeypatch.setattr(Connection, "_look", fail)
        async with connect(one.ws("/ws/agent?session=x")) as socket:
            code, reason = await closed(socket)
            assert (code, "log has the details" in str(reason)) == (1011, True)
        await until(lambda: one.empty)
    assert len(faults(caplog)) == 1


# ── runs that nobody watches ─────────────────────────────────────────────────────────────────────────────


def at_work(clock: MovedClock) -> Scripted:
    return Scripted([Wait(seconds=10_000)], clock=clock)


async def test_a_run_goes_on_for_the_grace_when_the_last_watcher_has_left():
    clock = MovedClock()
    async with world(at_work(clock), clock=clock, limits=Limits(grace=300)) as one:
        async with connect(one.ws("/ws/agent?session=x")) as socket:
            await socket.send('{"type": "message", "content": "Work"}')
            await until(lambda: running(one, "x"))
        await until(lambda: one.empty)
        await clock.pass_(299)
        assert running(one, "x")
        await clock.pass_(1)
        await until(lambda: not running(one, "x"))
        assert ending(one, "x") == ("interrupted", "unwatched")


async def test_who_comes_back_in_time_keeps_it_going():
    clock = MovedClock()
    async with world(at_work(clock), clock=clock, limits=Limits(grace=300)) as one:
        one.hub.new("x").say("Work")
        for _ in range(3):
            async with connect(one.ws("/ws/chat?session=x")):
                await until(lambda: one.doors.seats.taken == 1)
                await clock.pass_(1000)
            await until(lambda: one.empty)
            await clock.pass_(250)
        async with httpx.AsyncClient(base_url=one.url, trust_env=False) as http:
            for _ in range(10):  # who asks now and then is somebody who watches
                await http.get("/api/sessions/x/events?after=0")
                await clock.pass_(250)
        assert running(one, "x")
        await clock.pass_(50)
        await until(lambda: not running(one, "x"))


async def test_a_connection_to_which_nobody_can_return_takes_its_run_along():
    clock = MovedClock()
    async with world(at_work(clock), clock=clock) as one:
        async with connect(one.ws("/ws/chat")) as socket:
            await socket.send("Work")
            await until(lambda: len(one.hub.cards()) == 1 and running(one, one.hub.cards()[0].id))
        session = one.hub.cards()[0].id
        await until(lambda: not running(one, session))
        assert ending(one, session) == ("interrupted", "unwatched")


async def test_a_task_goes_on_whether_anybody_watches_or_not():
    clock = MovedClock()
    async with world(at_work(clock), clock=clock) as one, httpx.AsyncClient(base_url=one.url, trust_env=False) as http:
        task = (await http.post("/api/agent/tasks", json={"prompt": "Work"})).json()["taskId"]
        async with http.stream("GET", f"/api/agent/tasks/{task}/stream"):
            await until(lambda: one.doors.seats.taken == 1)
        await until(lambda: one.empty)
        await clock.pass_(5000)
        assert running(one, task)


# ── the end of the server ────────────────────────────────────────────────────────────────────────────────


async def test_a_server_that_is_told_to_stop_tells_everybody_and_goes_within_three_seconds(tmp_path: Path):
    server = Server(tmp_path)
    play = server.write("long", words("say", "word " * 500), pace=0.05)
    await asyncio.to_thread(server.start)
    url = f"ws://127.0.0.1:{server.port}/ws/agent?session=x"
    try:
        async with (
            connect(url) as socket,
            connect(f"ws://127.0.0.1:{server.port}/ws/chat") as idle,
            httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=10) as http,
            http.stream("GET", "/api/sessions/x/stream") as _,
        ):
            await socket.send(json.dumps({"type": "message", "content": play}))
            while json.loads(await socket.recv())["type"] != "token":
                pass
            async with http.stream("GET", "/api/sessions/x/stream?after=0") as stream:
                reading = asyncio.create_task(stream.aread())
                began = time.monotonic()
                stopping = asyncio.create_task(asyncio.to_thread(server.stop))
                frames = []
                try:
                    while True:
                        frames.append(json.loads(await socket.recv()))
                except ConnectionClosed:
                    pass
                assert (socket.close_code, socket.close_reason) == (1001, "The server is going down.")
                ends = [frame for frame in frames if frame["type"] == "interrupted"]
                assert [(end["why"], end["message"]) for end in ends] == [("shutdown", "The server was stopped.")]
                told = (await reading).decode()
                assert '"why":"shutdown"' in told
                assert await closed(idle) == (1001, "The server is going down.")
                await stopping
                took = time.monotonic() - began
    finally:
        await asyncio.to_thread(server.stop)
    print(f"gone after {took:.2f} s")
    assert took < 3
    assert "Traceback" not in server.errors()


# ── below ────────────────────────────────────────────────────────────────────────────────────────────────


async def heard(socket: ClientConnection, quiet: float = 0.05) -> list[str]:
    """The types of what has come, once nothing more does."""
    types: list[str] = []
    try:
        while True:
            frame: Any = await asyncio.wait_for(socket.recv(), quiet)
            types.append(json.loads(frame)["type"] if frame.startswith("{") else frame)
    except TimeoutError:
        return types


async def closed(socket: ClientConnection) -> tuple[int | None, str | None]:
    """How it was closed, once it is."""
    try:
        async with asyncio.timeout(5):
            while True:
                await socket.recv()
    except ConnectionClosed:
        return socket.close_code, socket.close_reason


def seen(one: World, session: str) -> int:
    """When somebody there was last heard."""
    return max(seat.heard for seat in here(one, session).presence._seats)


def here(one: World, session: str) -> Session:
    found = one.hub.here(session)
    assert found
    return found


def running(one: World, session: str) -> bool:
    return one.hub.running(session)


def ending(one: World, session: str) -> tuple[str, str | None]:
    turn = here(one, session).transcript.turns[-1]
    assert isinstance(turn, Turn)
    return turn.state, turn.why
