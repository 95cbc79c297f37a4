"""What nobody may exceed: told in a frame, with when it will work, and it does work then."""

from __future__ import annotations

import asyncio
import gc
import json
import tracemalloc
import weakref
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from agent.errors import ThinkaloudError
from agent.limits import Limits
from agent.providers.base import CallPiece, FinishPiece
from agent.session import Session
from storage.store import DiskStore
from tests.builders import MovedClock, Scripted, Wait, answer, hub_with

from .world import World, until, world

MANY = 2000


async def test_a_message_or_a_frame_that_is_too_long_is_refused_and_no_more():
    async with world(limits=Limits(message=100)) as one, connect(one.ws("/ws/agent?session=x")) as socket:
        await told(socket, "hello")
        for content in ("x" * 101, "x" * 20_000):
            await socket.send(json.dumps({"type": "message", "content": content, "id": "mine"}))
            refused = await told(socket, "error")
            assert refused["kind"] == "too_long"
        await socket.send(json.dumps({"type": "message", "content": "x" * 100}))
        await told(socket, "done")


async def test_who_is_too_fast_is_told_when_it_works_and_then_it_does():
    clock = MovedClock()
    async with world(clock=clock, limits=Limits(rate=5)) as one, connect(one.ws("/ws/agent?session=x")) as socket:
        await told(socket, "hello")
        for _ in range(5):
            await socket.send('{"type": "typing"}')
        for _ in range(3):
            await socket.send('{"type": "typing"}')
            refused = await told(socket, "error")
            assert refused["kind"] == "rate_limited"
            assert 0 < refused["retry_after"] <= 0.2
        await clock.pass_(refused["retry_after"])
        await socket.send('{"type": "message", "content": "Hello"}')
        await told(socket, "user_message")
        await socket.send('{"type": "typing"}')
        assert (await told(socket, "error"))["kind"] == "rate_limited"


async def test_one_connection_that_is_too_fast_slows_no_other():
    async with (
        world(clock=MovedClock(), limits=Limits(rate=5)) as one,
        connect(one.ws("/ws/chat?session=x")) as fast,
        connect(one.ws("/ws/chat?session=x")) as other,
    ):
        for n in range(6):
            await fast.send(f"Hello {n}")
        await other.send("And I")
        await until(lambda: "And I" in said(one, "x"))
        assert len(said(one, "x")) == 6


async def test_a_person_has_so_many_connections_and_the_server_so_many_in_all():
    async with world(locked=True, limits=Limits(per_user=3, connections=5)) as one:
        ada, bob = (one.locks.tokens.invite(user, "member", 1) for user in ("ada", "bob"))
        open_: list[ClientConnection] = []
        for token in (ada, ada, ada, bob, bob):
            open_.append(await connect(one.ws(f"/ws/agent?token={token}")))
            await told(open_[-1], "hello")
        for token, why in ((ada, "You have|The server has"), (bob, "The server has")):
            late = await connect(one.ws(f"/ws/agent?token={token}"))
            refused = json.loads(await late.recv())
            assert (refused["type"], refused["kind"]) == ("error", "too_many_connections")
            assert refused["retry_after"] > 0
            assert refused["message"].startswith(tuple(why.split("|")))
            with pytest.raises(ConnectionClosed):
                await late.recv()
            assert (late.close_code, late.close_reason) == (1013, refused["message"])
        async with httpx.AsyncClient(trust_env=False, headers={"authorization": f"Bearer {bob}"}) as http:
            await http.post(f"{one.url}/api/sessions/bobs/messages", json={"content": "Hello"})
            answer = await http.get(f"{one.url}/api/sessions/bobs/stream")
            assert answer.status_code == 429
            assert answer.json()["error"]["kind"] == "too_many_connections"
            assert int(answer.headers["retry-after"]) > 0
            await open_.pop(0).close()
            await until(lambda: one.doors.seats.taken == 4)
            async with http.stream("GET", f"{one.url}/api/sessions/bobs/stream") as stream:
                assert stream.status_code == 200
                assert one.doors.seats.taken == 5
            await until(lambda: one.doors.seats.taken == 4)
        for socket in open_:
            await socket.close()
        await until(lambda: one.empty)


async def test_a_person_who_closes_one_connection_may_open_another():
    async with world(locked=True, limits=Limits(per_user=2)) as one:
        url = one.ws(f"/ws/chat?token={one.locks.tokens.invite('ada', 'member', 1)}")
        async with connect(url) as first, connect(url):
            async with connect(url) as third:
                assert str(await third.recv()).startswith("[ERROR] You have 2 connections open")
            await first.close()
            await until(lambda: one.doors.seats.taken == 1)
            async with connect(url) as again:
                await again.send("Hello")
                assert await again.recv() == "Again. "


async def test_a_person_has_so_many_runs():
    clock = MovedClock()
    provider = Scripted(*[[Wait(seconds=1000)] for _ in range(3)], clock=clock)
    async with (
        world(provider, clock=clock, limits=Limits(runs=2)) as one,
        httpx.AsyncClient(base_url=one.url, trust_env=False) as http,
    ):
        for n in range(2):
            posted = await http.post(f"/api/sessions/s{n}/messages", json={"content": "Work"})
            assert posted.status_code == 202
        async with connect(one.ws("/ws/agent?session=s2")) as socket:
            await socket.send('{"type": "message", "content": "Work"}')
            refused = await told(socket, "error")
            assert (refused["kind"], refused["retry_after"] > 0) == ("rate_limited", True)
            answer = await http.post("/api/agent/tasks", json={"prompt": "Work"})
            assert (answer.status_code, "retry-after" in answer.headers) == (429, True)
            await http.post("/api/sessions/s0/interrupt")
            await until(lambda: not one.hub.running("s0"))
            await socket.send('{"type": "message", "content": "Work"}')
            await told(socket, "status")
        assert not one.hub.card("task")


async def test_a_call_with_too_much_in_it_is_not_done_and_the_agent_is_told():
    call = [CallPiece(call="c", tool="add", args={"a": 1, "b": 2, "c": "x" * 500}), FinishPiece(reason="calls")]
    async with (
        world(Scripted(call, answer("Well.")), limits=Limits(args=200)) as one,
        connect(one.ws("/ws/agent")) as socket,
    ):
        await socket.send('{"type": "message", "content": "Add"}')
        seen = await told(socket, "observation")
        assert not seen["ok"]
        assert "200 is the most" in seen["content"]
        await told(socket, "done")


# ── what stays in memory ─────────────────────────────────────────────────────────────────────────────────


async def test_sessions_that_nobody_uses_leave_memory_and_come_back_the_same(tmp_path: Path):
    clock, store = MovedClock(), DiskStore(tmp_path)
    hub = hub_with(Scripted(clock=clock), store=store, clock=clock, limits=Limits(memory=3))
    try:
        logs = {}
        for n in range(10):
            session = hub.new(f"s{n}")
            session.say("Hello")
            await session.wait_idle()
            logs[session.id] = list(session.log.after(0))
        gone = weakref.ref(session)
        held, watched, present = [await hub.open(f"s{n}") for n in range(3)]
        held.held += 1
        watched.watchers.add(lambda: None)
        seat = present.presence.join("ada")
        stale = await hub.open("s9")
        await clock.pass_(11)
        await hub.tidy()
        assert hub.in_memory == 6  # three that are used, and as many as may stay a while
        await clock.pass_(600)
        await hub.tidy()
        assert {name for name in logs if hub.here(name)} == {"s0", "s1", "s2"}
        writes_nothing(stale)
        await hub.open(stale.id)
        writes_nothing(stale)
        del session, stale
        gc.collect()
        assert gone() is None
        for name, events in logs.items():
            assert list((await hub.open(name)).log.after(0)) == events
        seat.leave()
    finally:
        await hub.shutdown()
        store.close()


async def test_a_run_keeps_its_session_in_memory_however_long_it_takes():
    clock = MovedClock()
    hub = hub_with(Scripted([Wait(seconds=5000)], clock=clock), clock=clock, limits=Limits(memory=0, grace=0))
    hub.new("x").say("Work")
    for _ in range(5):
        await clock.pass_(900)
        await hub.tidy()
    assert hub.running("x")
    await hub.shutdown()


@pytest.mark.timeout(100)
async def test_five_hundred_sessions_take_no_more_memory_than_may_stay(tmp_path: Path):
    store = DiskStore(tmp_path)
    try:
        async with (
            world(store=store, limits=Limits(memory=10, rate=1000)) as one,
            httpx.AsyncClient(base_url=one.url, trust_env=False) as http,
        ):
            for n in range(500):
                posted = await http.post(f"/api/sessions/s{n}/messages", json={"content": "Hello"})
                assert posted.status_code == 202
                if n % 100 == 99:
                    await until(lambda: not any(one.hub.running(card.id) for card in one.hub.cards()))
                    for card in one.hub.cards():
                        if session := one.hub.here(card.id):
                            session.used -= 60  # a minute ago
                    await one.hub.tidy()
                    assert one.hub.in_memory <= 10
            for n in (0, 250, 499):
                lines = (await http.get(f"/api/sessions/s{n}/events")).text.splitlines()
                assert [json.loads(line)["eventId"] for line in lines] == list(range(1, len(lines) + 1))
                assert json.loads(lines[-1])["type"] == "turn.end"
            gc.collect()
            ours = [it for it in gc.get_objects() if isinstance(it, Session) and it._house is one.hub._house]
            assert len(ours) < 30
    finally:
        store.close()


@pytest.mark.timeout(100)
async def test_two_thousand_who_come_and_go_leave_nothing_behind():
    process = psutil.Process()
    async with world() as one, httpx.AsyncClient(base_url=one.url, trust_env=False) as http:
        one.hub.new("x").say("Hello")
        await _come_and_go(one, http, 100)  # what is made once is made now
        fds, tasks = process.num_fds(), len(asyncio.all_tasks())
        tracemalloc.start()
        try:
            await _come_and_go(one, http, 100)
            gc.collect()
            before = tracemalloc.get_traced_memory()[0]
            await _come_and_go(one, http, MANY)
            gc.collect()
            grown = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
        print(f"{grown / MANY:.0f} bytes a connection, {process.num_fds() - fds} descriptors")
        assert len(asyncio.all_tasks()) <= tasks
        assert process.num_fds() <= fds
        assert not one.doors.readers
        assert one.doors.seats.taken == 0
        assert grown / MANY < 50  # a task that is left behind has a thousand
        assert one.hub.in_memory == 1


async def _come_and_go(one: World, http: httpx.AsyncClient, many: int) -> None:
    """By every door, some with a word and some without, some politely."""
    paths = ["/ws/agent?session=x", "/ws/agent", "/ws/chat?session=x", "/ws/room/x/ada", "/ws", "/ws/somebody"]

    async def come_and_go(n: int) -> None:
        if n % 7 == 6:
            async with http.stream("GET", "/api/sessions/x/stream") as stream:
                assert stream.status_code == 200
            return
        socket = await connect(one.ws(paths[n % len(paths)]), compression=None)
        if n % 3 == 0:
            await socket.send('{"type": "typing"}' if n % len(paths) in (0, 1, 3) else "")
        if n % 2:
            await socket.close()
        socket.transport.abort()

    for n in range(0, many, 20):
        await asyncio.gather(*(come_and_go(m) for m in range(n, n + 20)))
    await until(lambda: one.empty or (one.doors.seats.taken == 0 and not one.doors.readers))


def writes_nothing(stale: Session) -> None:
    """Whoever kept it while it left memory is told so, whatever they try."""
    for late in (
        lambda: stale.say("Too late"),
        lambda: stale.resume(),
        lambda: stale.rename("Too late"),
        lambda: stale.share("bob", "viewer"),
        lambda: stale.switch("another"),
        lambda: stale.clear(),
    ):
        with pytest.raises(ThinkaloudError) as refused:
            late()
        assert str(refused.value).endswith(".")


async def told(socket: ClientConnection, type: str) -> dict[str, Any]:
    """The next frame of that type."""
    async with asyncio.timeout(5):
        while (frame := json.loads(await socket.recv()))["type"] != type:
            pass
    return frame


def said(one: World, session: str) -> list[str]:
    found = one.hub.here(session)
    messages = [event for event in found.log.after(0) if hasattr(event, "author")] if found else []
    return [message.content for message in messages]
