"""Law 5: state is a fold, and every prefix of a log is a valid log."""

import copy
import random

import pytest

from agent.events import MessagePosted, SessionCleared, TurnRetried
from agent.session import Session
from agent.transcript import Cleared, Message, Thought, Transcript, Turn, fold
from tests.builders import Scripted, answer, calls, hub_with, thinks
from tests.storage.turns import anything


async def a_rich_session() -> Session:
    """Two turns with everything in them, a clearing, a failure, a message taken back."""
    provider = Scripted(
        [*thinks("Let me see."), *calls(("add", {"a": 1, "b": 2}), ("nope", {}))],
        answer("It is **three**."),
        [*thinks("Hm."), *thinks("More."), RuntimeError("boom")],
    )
    session = hub_with(provider).new()
    session.say("one and two?")
    await session.wait_idle()
    session.clear()
    session.rename("Sums")
    session.say("and now?")
    taken = session.say("never mind")
    session.withdraw(taken)
    await session.wait_idle()
    return session


async def test_folding_in_two_steps_is_folding_at_once_wherever_the_cut():
    session = await a_rich_session()
    events = list(session.log.after(0))
    whole = fold(events)
    assert len(events) > 25
    for cut in range(len(events) + 1):
        first = fold(events[:cut])
        before = copy.deepcopy(first)
        assert fold(events[cut:], first) == whole, f"cut at {cut}"
        assert first == before, "the start was changed"
    assert session.transcript == whole


async def test_a_person_sees_what_was_asked_thought_done_and_answered():
    first, cleared, second = fold((await a_rich_session()).log.after(0)).turns
    assert isinstance(first, Turn)
    assert isinstance(second, Turn)
    assert isinstance(cleared, Cleared)
    kinds = [item.kind if isinstance(item, Thought) else type(item).__name__ for item in first.items]
    assert kinds == ["Message", "thinking", "action", "action", "observation", "observation", "answer"]
    assert first.answer.strip() == "It is **three**."
    assert [(t.ok, t.content) for t in first.thoughts if t.kind == "observation"] == [
        (True, "3"),
        (False, "There is no tool nope. There are: add."),
    ]
    assert (second.state, [m.content for m in second.messages]) == ("failed", ["and now?"])
    assert not any(thought.open for thought in second.thoughts)


async def test_a_log_may_be_folded_from_the_beginning_of_any_turn():
    events = list((await a_rich_session()).log.after(0))
    whole = fold(events)
    last = whole.last
    assert last is not None
    posted = next(e for e in events if isinstance(e, MessagePosted) and e.content == "and now?")
    late = fold(events[posted.event_id - 1 :])
    assert late.turns == [last]


def test_events_of_a_turn_that_began_before_the_start_are_passed_over():
    assert fold([TurnRetried(event_id=9, turn="gone", in_ms=5, message="again")]) == Transcript(cursor=9)
    assert isinstance(fold([SessionCleared(event_id=2, by="ada")]).turns[0], Cleared)


def test_a_message_waits_until_it_is_read():
    posted = MessagePosted(event_id=1, at=5, message="m", author="ada", content="hi")
    assert fold([posted]).queued == [Message(id="m", author="ada", content="hi", at=5)]


@pytest.mark.parametrize("seed", range(60))
def test_even_a_log_that_nobody_would_write_may_be_folded_in_two_steps(seed: int):
    events = anything(random.Random(seed))
    whole = fold(events)
    for cut in range(len(events) + 1):
        assert fold(events[cut:], fold(events[:cut])) == whole, f"cut at {cut}"
