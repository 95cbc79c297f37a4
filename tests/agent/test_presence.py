"""Who is here, and what becomes of a run that nobody watches."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable

import pytest

from agent.access import ANYBODY
from agent.errors import RateLimited
from agent.events import TurnEnd
from agent.hub import Hub
from agent.limits import Limits, Rate, Seats
from agent.presence import Caption, Note, Presence
from agent.session import Session
from agent.store import MemoryStore
from agent.tasks import begin

from ..builders import MovedClock, Scripted, Wait, answer, hub_with, settle


def working(clock: MovedClock, grace: float = 300) -> tuple[Hub, Session]:
    """A session with a run of half an hour."""
    provider = Scripted([Wait(seconds=1800), *answer("Done.")], clock=clock)
    hub = hub_with(provider, clock=clock, limits=Limits(grace=grace))
    return hub, hub.new("s")


def end(session: Session) -> TurnEnd | None:
    last = session.log.after(0)[-1]
    return last if isinstance(last, TurnEnd) else None


def test_others_hear_of_the_first_seat_of_a_person_and_of_the_last() -> None:
    heard: list[Note] = []
    presence = Presence(MovedClock(), lambda left: None)
    presence.join("ada", on_note=heard.append)
    bob, again = presence.join("bob"), presence.join("bob")
    assert [(note.kind, note.user, note.users) for note in heard] == [("user_joined", "bob", ("ada", "bob"))]
    presence.type(bob)
    bob.leave()
    bob.leave()
    assert presence.users == ("ada", "bob")
    again.leave()
    assert [(note.kind, note.users) for note in heard[1:]] == [("typing", ("ada", "bob")), ("user_left", ("ada",))]
    assert len(presence) == 1


async def test_a_run_goes_on_for_the_grace_period_after_the_last_watcher_left() -> None:
    clock = MovedClock()
    _, session = working(clock)
    seat, other = session.presence.join("ada"), session.presence.join("bob")
    session.say("Work!")
    seat.leave()
    await clock.pass_(600)
    assert session.running
    other.leave()
    await clock.pass_(299)
    assert session.running
    await clock.pass_(2)
    ended = end(session)
    assert ended
    assert (ended.reason, ended.why, ended.by) == ("interrupted", "unwatched", None)


async def test_whoever_comes_back_in_time_keeps_it_going() -> None:
    clock = MovedClock()
    _, session = working(clock)
    seat = session.presence.join("ada")
    session.say("Work!")
    seat.leave()
    await clock.pass_(299)
    session.presence.join("ada")
    await clock.pass_(1000)
    assert session.running
    await clock.pass_(600)
    assert end(session).reason == "done"  # type: ignore[union-attr]


async def test_a_run_that_nobody_can_return_to_stops_at_once() -> None:
    clock = MovedClock()
    _, session = working(clock)
    seat = session.presence.join("ada", returns=False)
    session.say("Work!")
    await settle()
    seat.leave()
    await settle()
    assert end(session).why == "unwatched"  # type: ignore[union-attr]


async def test_where_somebody_else_could_return_it_does_not() -> None:
    clock = MovedClock()
    _, session = working(clock)
    seat, page = session.presence.join("ada", returns=False), session.presence.join("ada")
    session.say("Work!")
    page.leave()
    seat.leave()
    await settle()
    assert session.running


async def test_looking_in_now_and_then_is_watching() -> None:
    clock = MovedClock()
    _, session = working(clock)
    session.say("Work!")
    for _ in range(5):
        await clock.pass_(250)
        session.touch()
    assert session.running
    await clock.pass_(301)
    assert not session.running


async def test_a_task_and_a_run_without_a_grace_period_go_on_regardless() -> None:
    for grace, task in ((300.0, True), (0.0, False)):
        clock = MovedClock()
        hub, session = working(clock, grace)
        if task:
            session = begin(hub, ANYBODY, "Work!")
        else:
            session.say("Work!")
        session.presence.join("ada").leave()
        await clock.pass_(1700)
        assert session.running
        await clock.pass_(200)
        assert end(session).reason == "done"  # type: ignore[union-attr]


async def test_sessions_that_nobody_uses_leave_memory_and_come_back_the_same() -> None:
    clock, store = MovedClock(), MemoryStore()
    hub = hub_with(Scripted(*[answer("Yes.") for _ in range(9)]), clock=clock, store=store)
    sessions = {id: hub.new(id) for id in ("idle", "watched", "held", "fresh")}
    for id, session in sessions.items():
        if id != "fresh":
            session.say("Hello?")
            await session.wait_idle()
    sessions["watched"].presence.join("ada")
    sessions["held"].held += 1
    before = list(sessions["idle"].log.after(0))
    await hub.tidy()
    assert hub.in_memory == 4
    await clock.pass_(601)
    stale = sessions["idle"]
    await hub.tidy()
    assert hub.in_memory == 2
    again = await hub.open("idle")
    assert again is not stale
    assert list(again.log.after(0)) == before
    again.say("And again?")
    await again.wait_idle()
    gone = weakref.ref(stale)
    del stale, sessions
    gc.collect()
    assert gone() is None


async def test_the_more_sessions_there_are_the_sooner_they_leave() -> None:
    clock = MovedClock()
    hub = hub_with(Scripted(*[answer("Yes.") for _ in range(30)]), clock=clock, limits=Limits(memory=5))
    for number in range(20):
        session = hub.new(f"s{number}")
        session.say("Hello?")
        await session.wait_idle()
        await clock.pass_(1)
    await hub.tidy()
    assert hub.in_memory == 9  # those of the last ten seconds stay
    await clock.pass_(10)
    await hub.tidy()
    assert hub.in_memory == 5


async def test_somebody_who_has_begun_too_many_runs_is_told_so_and_others_are_not() -> None:
    clock = MovedClock()
    provider = Scripted(*[[Wait(seconds=60), *answer("Done.")] for _ in range(9)], clock=clock)
    hub = hub_with(provider, clock=clock, limits=Limits(runs=2))
    for number in range(2):
        hub.new(f"a{number}").say("Work!", author="ada")
    more = hub.new("more")
    with pytest.raises(RateLimited) as refused:
        more.say("Work!", author="ada")
    assert refused.value.retry_after > 0
    assert not len(more.log)
    more.say("Work!", author="bob")
    await clock.pass_(61)
    hub.new("later").say("Work!", author="ada")


def test_the_rate_says_when_it_will_work_again() -> None:
    clock = MovedClock()
    rate = Rate(10, clock)
    for _ in range(10):
        rate.take()
    with pytest.raises(RateLimited) as refused:
        rate.take()
    clock.ms += refused.value.retry_after * 1000 + 1
    rate.take()


def test_seats_are_counted_in_all_and_of_each() -> None:
    seats = Seats(3, 2)
    with seats.seat("ada"), seats.seat("ada"):
        with pytest.raises(RateLimited), seats.seat("ada"):
            pass
        with seats.seat("bob"), pytest.raises(RateLimited), seats.seat("eve"):
            pass
        assert seats.taken == 2
    assert seats.taken == 0


def test_what_one_speaks_is_told_to_all_other_seats_and_to_none_that_is_gone() -> None:
    presence = hub_with(Scripted()).new().presence
    told: dict[str, list[Caption]] = {"window": [], "bob": [], "gone": []}

    def hear(name: str) -> Callable[[Note], None]:
        return lambda note: told[name].append(note.caption) if note.kind == "caption" else None

    speaks = presence.join("ada", on_note=lambda note: pytest.fail(f"told itself {note}") if note.caption.end else None)
    presence.join("ada", on_note=hear("window"))
    presence.join("bob", on_note=hear("bob"))
    presence.join("eve", on_note=hear("gone")).leave()
    caption = Caption(thought="t1", start=3, end=20, lang="en-US")
    presence.speak(speaks, caption)
    assert told == {"window": [caption], "bob": [caption], "gone": []}
