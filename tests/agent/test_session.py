"""What people do to a session: say, stop, continue, take back, clear, rename."""

import pytest

from agent.errors import BadRequest, Busy, NotFound, StorageError, TooLong
from agent.events import Event, MessageRead, SessionCreated, TurnEnd, TurnStart
from agent.log import Journal, Past
from agent.providers.base import AnswerText, Note, UserText
from agent.store import MemoryStore
from agent.titles import title_of
from tests.agent.test_run import check_laws, end_of
from tests.builders import MovedClock, Scripted, answer, calls, hub_with, settle


async def test_a_session_has_no_events_until_somebody_says_something():
    hub = hub_with(Scripted())
    session = hub.new()
    assert len(session.log) == 0
    assert hub.cards() == []
    session.say("Why is the sky blue?\nReally.")
    await session.wait_idle()
    created = session.log.after(0)[0]
    assert isinstance(created, SessionCreated)
    assert created.title == "Why is the sky blue?"
    assert [card.title for card in hub.cards()] == ["Why is the sky blue?"]


async def test_the_same_message_sent_twice_is_said_once():
    session = hub_with(Scripted(answer("x"))).new()
    assert session.say("hello", message="m1") == session.say("hello", message="m1") == "m1"
    await session.wait_idle()
    assert sum(isinstance(e, MessageRead) for e in session.log.after(0)) == 1


@pytest.mark.parametrize(("content", "error"), [("  \n ", BadRequest), ("x" * 100_001, TooLong)])
async def test_a_message_that_cannot_be_sent_leaves_no_trace(content: str, error: type[Exception]):
    session = hub_with(Scripted()).new()
    with pytest.raises(error):
        session.say(content)
    assert len(session.log) == 0


async def test_what_is_said_while_the_agent_works_is_taken_up_in_the_next_turn():
    clock = MovedClock()
    provider = Scripted(answer("one two", wait=1), answer("three"), clock=clock)
    session = hub_with(provider, clock=clock).new()
    session.say("first")
    await clock.pass_(0.5)
    session.say("second")
    session.say("third")
    assert [m.content for m in session.transcript.queued] == ["second", "third"]
    await clock.pass_(10)
    await session.wait_idle()
    assert [[m.content for m in turn.messages] for turn in session.transcript.turns] == [["first"], ["second", "third"]]
    check_laws(session.log)


async def test_a_steer_is_read_before_the_agents_next_step():
    clock = MovedClock()
    provider = Scripted(calls(("add", {"a": 1, "b": 1})), answer("ok"), clock=clock)
    session = hub_with(provider, clock=clock).new()
    session.say("go")
    await settle(2)
    session.say("in French, please", intent="steer")
    await session.wait_idle()
    assert len(session.transcript.turns) == 1
    assert UserText(author="owner", content="in French, please") in provider.prompts[-1].parts


async def test_an_interrupting_message_stops_the_run_and_opens_the_next_turn():
    clock = MovedClock()
    provider = Scripted(answer("one two three", wait=5), answer("new"), clock=clock)
    session = hub_with(provider, clock=clock).new()
    session.say("first")
    await clock.pass_(1)
    session.say("no, this", intent="interrupt")
    await clock.pass_(20)
    assert [turn.state for turn in session.transcript.turns] == ["interrupted", "done"]
    check_laws(session.log)


async def test_after_a_plain_stop_the_queue_waits_for_the_person():
    clock = MovedClock()
    provider = Scripted(answer("one two three", wait=5), clock=clock)
    session = hub_with(provider, clock=clock).new()
    session.say("first")
    await clock.pass_(1)
    session.say("later")
    session.stop()
    await clock.pass_(1)
    assert not session.running
    assert [m.content for m in session.transcript.queued] == ["later"]


async def test_continue_goes_on_from_the_partial_answer():
    clock = MovedClock()
    provider = Scripted(answer("one two three four", wait=1), answer("three four"), clock=clock)
    session = hub_with(provider, clock=clock).new()
    session.say("count")
    await clock.pass_(1.5)
    session.stop()
    await clock.pass_(1)
    session.resume()
    await session.wait_idle()
    parts = provider.prompts[-1].parts
    kinds = [part.kind if isinstance(part, Note) else type(part).__name__ for part in parts]
    assert kinds == ["UserText", "AnswerText", "stopped", "continue"]
    assert AnswerText(content="one two ") in parts


async def test_there_is_nothing_to_continue_after_a_complete_answer():
    session = hub_with(Scripted(answer("x"))).new()
    with pytest.raises(BadRequest):
        session.resume()
    session.say("?")
    with pytest.raises(Busy):
        session.resume()
    await session.wait_idle()
    with pytest.raises(BadRequest):
        session.resume()


async def test_a_queued_message_may_be_taken_back_by_its_author_until_it_is_read():
    clock = MovedClock()
    session = hub_with(Scripted(answer("one two", wait=1), clock=clock), clock=clock).new()
    first = session.say("first")
    await clock.pass_(0.5)
    second = session.say("second", author="ada")
    for message, by in ((first, "owner"), (second, "eve"), ("none", "ada")):
        with pytest.raises(NotFound):
            session.withdraw(message, by=by)
    session.withdraw(second, by="ada")
    await clock.pass_(10)
    assert len(session.transcript.turns) == 1


async def test_the_agent_forgets_what_was_cleared_and_people_do_not():
    provider = Scripted(answer("one"), answer("two"))
    session = hub_with(provider).new()
    session.say("first")
    await session.wait_idle()
    session.clear()
    session.say("second")
    await session.wait_idle()
    assert provider.prompts[-1].parts == (UserText(author="owner", content="second"),)
    assert len(session.transcript.turns) == 3


async def test_a_title_is_one_line_and_never_empty():
    session = hub_with(Scripted(answer("x"))).new()
    session.say("?")
    await session.wait_idle()
    session.rename("  New \n title ")
    assert session.title == "New title"
    with pytest.raises(BadRequest):
        session.rename("  ")


def test_a_long_first_message_makes_a_short_title():
    assert title_of("short") == "short"
    title = title_of("What is the airspeed velocity of an unladen swallow, African or European, in km/h?")
    assert len(title) <= 61
    assert title.endswith("…")
    assert not title.endswith(",…")
    assert len(title_of("x" * 500)) == 61


async def test_a_message_whose_turn_found_no_room_waits_and_starts_it_when_it_is_sent_again():
    class Tight:
        room = 2

        def write(self, event: Event) -> None:
            if isinstance(event, TurnStart) and self.room:
                self.room -= 1
                raise StorageError("The disk is full.")

    journal = Tight()

    class Store(MemoryStore):
        def open(self, session: str) -> tuple[Past, tuple[Event, ...], Journal]:
            return Past(), (), journal

    session = hub_with(Scripted(answer("x")), store=Store()).new()
    session.say("hello", message="m")
    assert (session.running, session.trouble) == (False, "The disk is full.")
    assert [m.content for m in session.transcript.queued] == ["hello"]
    with pytest.raises(StorageError):
        session.say("hello", message="m")
    session.say("hello", message="m")
    await session.wait_idle()
    assert end_of(session).reason == "done"
    assert sum(isinstance(e, TurnEnd) for e in session.log.after(0)) == 1


async def test_a_queued_message_that_finds_no_room_for_its_turn_waits_and_that_is_said():
    class Tight:
        full = False

        def write(self, event: Event) -> None:
            if self.full:
                raise StorageError("The disk is full.")
            self.full = isinstance(event, TurnEnd)

    journal = Tight()

    class Store(MemoryStore):
        def open(self, session: str) -> tuple[Past, tuple[Event, ...], Journal]:
            return Past(), (), journal

    clock = MovedClock()
    session = hub_with(Scripted(answer("x", wait=1), answer("y"), clock=clock), store=Store(), clock=clock).new()
    session.say("one")
    await settle()
    session.say("two", message="m")
    await clock.pass_(2)
    assert (session.running, session.trouble) == (False, "The disk is full.")
    assert [m.content for m in session.transcript.queued] == ["two"]
    journal.full = False
    session.say("two", message="m")
    await session.wait_idle()
    assert session.transcript.queued == []


async def test_what_was_cleared_cannot_be_continued():
    session = hub_with(Scripted([RuntimeError("boom")])).new()
    session.say("hello")
    await session.wait_idle()
    session.clear()
    with pytest.raises(BadRequest):
        session.resume()
