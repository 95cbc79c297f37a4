"""The sessions that exist: opened once, forked, deleted, recovered after a crash, put to rest at shutdown."""

import asyncio
from collections.abc import Sequence

import pytest

from agent import forking
from agent.errors import BadRequest, Busy, Damaged, NotFound
from agent.events import Event, ForkedFrom, SessionCreated, ThoughtDelta, ThoughtEnd, TurnEnd
from agent.hub import Hub
from agent.log import Journal, Memory, Past
from agent.providers.base import ThinkingPiece, UsagePiece
from agent.session import Session
from agent.store import Card, MemoryStore
from agent.transcript import Turn
from tests.agent.test_run import check_laws
from tests.builders import MovedClock, Scripted, Wait, answer, hub_with, settle


async def said(hub: Hub, *messages: str) -> Session:
    session = hub.new()
    for message in messages:
        session.say(message)
        await session.wait_idle()
    return session


def asked(session: Session) -> list[list[str]]:
    return [[m.content for m in turn.messages] for turn in session.transcript.turns if isinstance(turn, Turn)]


async def test_a_session_opened_twice_is_the_same_one():
    store = MemoryStore()
    first = await said(hub_with(Scripted(), store=store), "hello")
    hub = hub_with(Scripted(), store=store)
    one, two = await asyncio.gather(hub.open(first.id), hub.open(first.id))
    assert one is two
    assert list(one.log.after(0)) == list(first.log.after(0))
    assert one.transcript == first.transcript


async def test_a_session_that_is_not_there_is_not_found():
    with pytest.raises(NotFound):
        await hub_with(Scripted()).open("nope")


@pytest.mark.parametrize("bad", ["", "a b", "../etc", "x" * 65, "é"])
def test_an_id_is_made_of_letters_digits_and_dashes(bad: str):
    if bad:
        with pytest.raises(BadRequest):
            hub_with(Scripted()).new(bad)


async def test_regenerating_forks_everything_before_the_turn_and_asks_the_same_again():
    hub = hub_with(Scripted(answer("one"), answer("two"), answer("other two")))
    source = await said(hub, "first", "second")
    last = source.transcript.last
    assert last is not None
    fork = await forking.fork(hub, source.id, last.id)
    await fork.wait_idle()
    assert [[m.content for m in t.messages] for t in fork.transcript.turns if isinstance(t, Turn)] == [
        ["first"],
        ["second"],
    ]
    assert fork.transcript.last is not None
    assert fork.transcript.last.answer.strip() == "other two"
    assert fork.forked_from == ForkedFrom(session=source.id, event_id=last.event_id - 1)
    assert [e.event_id for e in fork.log.after(0)] == list(range(1, len(fork.log) + 1))
    assert source.transcript.last.answer.strip() == "two"
    check_laws(fork.log)
    assert isinstance(fork.log.after(0)[0], SessionCreated)


async def test_editing_asks_something_else_in_a_fork():
    hub = hub_with(Scripted(answer("one"), answer("two")))
    source = await said(hub, "first")
    assert source.transcript.last is not None
    fork = await forking.fork(hub, source.id, source.transcript.last.id, content="changed")
    await fork.wait_idle()
    assert asked(fork) == [["changed"]]
    assert not fork.transcript.queued


async def test_a_turn_that_is_not_there_cannot_be_forked():
    hub = hub_with(Scripted(answer("one")))
    source = await said(hub, "first")
    with pytest.raises(NotFound):
        await forking.fork(hub, source.id, "nope")


async def test_a_deleted_session_is_stopped_gone_and_comes_back():
    clock = MovedClock()
    hub = hub_with(Scripted(answer("a b c", wait=9), clock=clock), clock=clock)
    session = hub.new()
    session.say("go")
    await clock.pass_(1)
    await hub.delete(session.id)
    assert hub.cards() == []
    assert not session.running
    with pytest.raises(NotFound):
        await hub.open(session.id)
    await hub.restore(session.id)
    assert [card.id for card in hub.cards()] == [session.id]
    again = await hub.open(session.id)
    assert again.transcript.last is not None
    assert again.transcript.last.state == "interrupted"


async def test_the_list_tells_when_it_changes():
    hub = hub_with(Scripted(answer("x")))
    calls: list[bool] = []
    session = hub.new()
    hub.watchers.add(lambda: calls.append(hub.running(session.id)))
    session.say("hello")
    await session.wait_idle()
    await hub.rename(session.id, "Other")
    assert True in calls
    assert calls[-1] is False
    assert hub.cards()[0].title == "Other"


async def test_shutdown_ends_running_turns_as_such_and_keeps_them():
    clock = MovedClock()
    store = MemoryStore()
    hub = hub_with(Scripted(answer("a b c", wait=9), clock=clock), store=store, clock=clock)
    session = hub.new()
    session.say("go")
    await clock.pass_(1)
    await hub.shutdown()
    end = session.log.after(0)[-1]
    assert isinstance(end, TurnEnd)
    assert (end.reason, end.why, end.by) == ("interrupted", "shutdown", None)
    assert list(store.open(session.id)[0]) == list(session.log.after(0))


class Crashed(MemoryStore):
    """A store that finds, in a journal, what a dead server left."""

    def __init__(self, left: dict[str, list[Event]]) -> None:
        super().__init__()
        self.left = left

    def unsettled(self) -> list[str]:
        return list(self.left)

    def open(self, session: str) -> tuple[Past, list[Event], Journal]:
        if session == "broken":
            raise Damaged("The session could not be read; it was set aside.")
        return Past(), self.left.get(session, []), Memory()

    async def settle(self, session: str, events: list[Event], card: Card) -> None:
        await super().settle(session, events, card)
        self.left.pop(session, None)


async def test_after_a_crash_at_any_event_everything_is_there_and_the_turn_is_marked():
    source = await said(hub_with(Scripted(answer("one two three"))), "count")
    events = list(source.log.after(0))
    for cut in range(1, len(events)):
        store = Crashed({"s": events[:cut], "broken": []})
        hub = hub_with(Scripted(answer("rest")), store=store)
        recovered = await hub.recover()
        assert hub.notices == ["The session could not be read; it was set aside."]
        kept = store._events["s"]
        assert kept[:cut] == events[:cut]
        if recovered:
            end = kept[-1]
            assert isinstance(end, TurnEnd)
            assert (end.reason, end.why) == ("interrupted", "crash")
        assert [card.id for card in hub.cards()] == ["s"], f"cut at {cut}"


async def test_the_time_that_a_server_was_down_counts_for_nothing():
    clock = MovedClock()
    a, b, c = (ThinkingPiece(text=text) for text in "abc")
    thinking = [Wait(seconds=0.4), a, Wait(seconds=0.005), b, Wait(seconds=0.005), c, Wait(seconds=9)]
    session = hub_with(Scripted(thinking, clock=clock), clock=clock).new()
    session.say("count")
    await clock.pass_(3)
    store = Crashed({"s": list(session.log.after(0))})
    last = session.log.after(0)[-1]
    assert isinstance(last, ThoughtDelta)
    assert last.content == "bc", "two pieces in one: the event has the date of the first"
    await clock.pass_(3600)
    assert await hub_with(Scripted(), store=store, clock=clock).recover() == ["s"]
    *_, thought, end = store._events["s"]
    assert isinstance(thought, ThoughtEnd)
    assert isinstance(end, TurnEnd)
    assert (thought.ms, end.ms) == (10, 410)
    assert thought.at == end.at == last.at + 5


async def test_a_long_session_is_folded_only_as_far_back_as_it_is_used():
    store = MemoryStore()
    first = await said(hub_with(Scripted(), store=store), *[f"question {i}" for i in range(70)])
    hub = hub_with(Scripted(answer("x")), store=store)
    session = await hub.open(first.id)
    assert len(session.transcript.turns) == 60
    assert session.title == "question 0"
    session.say("one more")
    await session.wait_idle()
    assert len(session.log) > len(first.log)
    assert hub.cards()[0].turns == 71


async def test_two_turns_one_right_after_the_other_are_both_settled():
    store = MemoryStore()
    hub = hub_with(Scripted(answer("one"), answer("two")), store=store)
    session = hub.new()
    session.say("a")
    session.say("b")
    await session.wait_idle()
    await settle()
    assert list(store.open(session.id)[0]) == list(session.log.after(0))


async def test_a_session_in_which_nobody_said_anything_is_let_go():
    hub = hub_with(Scripted(answer("x")))
    empty, used = hub.new(), await said(hub, "hello")
    hub.drop(empty.id)
    hub.drop(used.id)
    hub.drop("never was")
    assert hub.here(empty.id) is None
    assert hub.here(used.id) is used


async def test_a_message_sent_again_after_a_restart_is_said_once():
    store = MemoryStore()
    first = hub_with(Scripted(answer("x")), store=store)
    session = first.new()
    session.say("hello", message="m1")
    await session.wait_idle()
    again = await hub_with(Scripted(), store=store).open(session.id)
    again.say("hello", message="m1")
    assert not again.running


async def test_a_session_is_not_opened_while_it_is_deleted_nor_brought_back_by_who_held_it():
    store = MemoryStore()
    hub = hub_with(Scripted(), store=store)
    session = await said(hub, "hello")
    deleting = asyncio.create_task(hub.delete(session.id))
    await asyncio.sleep(0)
    with pytest.raises(NotFound):
        await hub.open(session.id)
    await deleting
    with pytest.raises(Busy):
        session.say("still there?")
    assert hub.cards() == []
    assert session.log.closed


async def test_what_was_queued_does_not_begin_while_its_session_is_deleted():
    clock = MovedClock()

    class Slow(MemoryStore):
        async def settle(self, session: str, events: Sequence[Event], card: Card) -> None:
            await clock.sleep(1)
            await super().settle(session, events, card)

    hub = hub_with(Scripted(answer("a", wait=1), clock=clock), store=Slow(), clock=clock)
    session = hub.new()
    session.say("first")
    await clock.pass_(0.5)
    session.say("second")
    await clock.pass_(0.6)  # the first turn has ended and is being settled
    deleting = asyncio.create_task(hub.delete(session.id))
    await clock.pass_(5)
    await deleting
    assert not session.running
    assert sum(isinstance(event, TurnEnd) for event in session.log.after(0)) == 1


async def test_editing_one_of_two_messages_asks_the_other_one_again_as_it_was():
    clock = MovedClock()
    hub = hub_with(Scripted(answer("a", wait=1), clock=clock), clock=clock)
    session = hub.new()
    session.say("first")
    await clock.pass_(0.5)
    session.say("two")
    three = session.say("three")
    await clock.pass_(9)
    last = session.transcript.last
    assert last is not None
    fork = await forking.fork(hub, session.id, last.id, message=three, content="three, edited")
    await clock.pass_(9)
    assert [text for turn in asked(fork) for text in turn] == ["first", "two", "three, edited"]


async def test_what_a_crash_kept_from_being_settled_counts_for_the_list():
    clock = MovedClock()
    script = [UsagePiece(input=1), *answer("Yes.")]
    hub = hub_with(Scripted(script, script, [UsagePiece(input=1), Wait(seconds=9)], clock=clock), clock=clock)
    session = await said(hub, "one", "two")
    session.rename("Numbers")
    session.say("three")
    await settle()
    store = Crashed({"s": list(session.log.after(0))})
    again = hub_with(Scripted(), store=store, clock=clock)
    assert await again.recover() == ["s"]
    card = again.card("s")
    assert card
    assert (card.title, card.turns, card.cost_usd) == ("Numbers", 3, 0.002)
    assert store.cards() == [card]
