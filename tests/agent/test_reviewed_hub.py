"""What a person would notice when several things happen to their sessions at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent import forking
from agent.errors import Busy, Damaged, RateLimited
from agent.events import Event
from agent.hub import Hub
from agent.limits import Limits
from agent.session import Session
from agent.store import Card
from storage.store import DiskStore
from tests.builders import MovedClock, Scripted, Wait, answer, hub_with


async def said(hub: Hub, id: str, content: str = "Hello") -> Session:
    session = hub.new(id)
    session.say(content)
    await session.wait_idle()
    return session


class Slow:
    """Makes the hub's store settle (`only` that session) no sooner than it may go on."""

    def __init__(self, hub: Hub, monkeypatch: pytest.MonkeyPatch, only: str = "") -> None:
        self.began, self.go_on = asyncio.Event(), asyncio.Event()
        store = hub._store
        settle = store.settle

        async def slowly(session: str, events: Sequence[Event], card: Card) -> None:
            if session == only or not only:
                self.began.set()
                await self.go_on.wait()
            await settle(session, events, card)

        monkeypatch.setattr(store, "settle", slowly)


async def test_a_server_that_stops_while_somebody_comes_keeps_everything(monkeypatch: pytest.MonkeyPatch):
    hub = hub_with(Scripted())
    for id in ("a", "b"):
        await said(hub, id)
        hub.here(id).rename("Kept?")  # type: ignore[union-attr]
    slow = Slow(hub, monkeypatch)
    stopping = asyncio.create_task(hub.shutdown())
    await slow.began.wait()
    with pytest.raises(Busy):
        hub.new("late").say("Begin")
    slow.go_on.set()
    await stopping
    assert all(hub.card(id).events == len(hub.here(id).log) for id in ("a", "b"))  # type: ignore[union-attr]


async def test_who_deletes_one_session_keeps_no_other_in_memory(monkeypatch: pytest.MonkeyPatch):
    clock = MovedClock()
    hub = hub_with(Scripted(), clock=clock)
    for id in ("a", "b"):
        await said(hub, id)
        hub.here(id).rename("New")  # type: ignore[union-attr]
        clock.ms += 1
    clock.ms += 3_600_000
    slow = Slow(hub, monkeypatch, only="a")
    tidying = asyncio.create_task(hub.tidy())
    await slow.began.wait()
    await hub.delete("b")
    slow.go_on.set()
    await tidying
    assert hub.in_memory == 0
    assert hub.card("b") is None


async def test_a_session_that_is_brought_back_has_its_past_although_somebody_waits_under_its_name(tmp_path: Path):
    store = DiskStore(tmp_path)
    hub = hub_with(Scripted(), store=store)
    try:
        before = len((await said(hub, "standup")).log)
        await hub.delete("standup")
        waits = hub.new("standup")  # who reconnects makes it anew
        seat = waits.presence.join("ben")
        await hub.restore("standup")
        again = await hub.open("standup")
        assert len(again.log) == before
        assert waits.log.closed  # so whoever waited there comes back, and finds it
        seat.leave()
        hub.drop("standup")
        again.say("Go on")
        await again.wait_idle()
        assert len((await hub.open("standup")).log) > before
    finally:
        await hub.shutdown()
        store.close()


async def test_what_an_empty_page_shows_is_still_there_when_somebody_else_has_looked_in():
    hub = hub_with(Scripted())
    session = hub.new("x")
    session.watchers.add(lambda: None)  # a page whose browser has not connected yet, or not again
    session.presence.join("ben").leave()
    hub.drop("x")
    session.say("Hello")
    assert hub.here("x") is session
    await session.wait_idle()


async def test_nothing_more_is_begun_for_who_cannot_come_back():
    clock = MovedClock()
    hub = hub_with(Scripted([Wait(seconds=60)], [Wait(seconds=60)], clock=clock), clock=clock)
    session = hub.new("x")
    seat = session.presence.join("ben", returns=False)
    session.say("One")
    session.say("Two", intent="interrupt")
    seat.leave()
    await clock.pass_(1)
    assert not session.running


async def test_asking_again_that_is_refused_leaves_nothing_behind():
    hub = hub_with(Scripted(answer("Yes."), [Wait(seconds=60)]), limits=Limits(runs=1))
    first = await said(hub, "a")
    turn = first.transcript.last
    assert turn
    hub.new("b").say("Work")
    with pytest.raises(RateLimited):
        await forking.fork(hub, "a", turn.id)
    assert {card.id for card in hub.cards()} == {"a", "b"}
    await hub.shutdown()


async def test_what_cannot_be_read_is_told_once_however_often_it_is_asked_for(tmp_path: Path):
    store = DiskStore(tmp_path)
    hub = hub_with(Scripted(), store=store)
    await said(hub, "x")
    await hub.shutdown()
    store.close()
    (tmp_path / "sessions" / "x.json").unlink()
    store = DiskStore(tmp_path)
    hub = hub_with(Scripted(), store=store)
    try:
        for _ in range(3):
            with pytest.raises(Damaged):
                await hub.open("x")
        assert len(hub.notices) == 1
    finally:
        store.close()
