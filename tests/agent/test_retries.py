"""A provider that fails for a moment is tried again, visibly, and only while nothing of the step was shown."""

import pytest

from agent.errors import ProviderError
from agent.events import TurnEnd, TurnRetried
from agent.providers.base import FinishPiece, TextPiece, ThinkingPiece, UsagePiece, UsePiece
from agent.run import RETRIES
from agent.session import Session
from tests.builders import MovedClock, Scripted, add, answer, calls, hub_with, settle


def busy(after: float | None = None) -> list[ProviderError]:
    return [ProviderError("Too many requests.", kind="rate_limited", retry=True, retry_after=after)]


def retries(session: Session) -> list[TurnRetried]:
    return [event for event in session.log.after(0) if isinstance(event, TurnRetried)]


def end_of(session: Session) -> TurnEnd:
    return next(event for event in reversed(session.log.after(0)) if isinstance(event, TurnEnd))


async def asked(provider: Scripted, clock: MovedClock) -> Session:
    session = hub_with(provider, clock=clock, tools=[add]).new()
    session.say("?")
    await settle()
    return session


async def test_it_waits_as_long_as_it_is_told_and_then_answers():
    clock = MovedClock()
    session = await asked(Scripted(busy(4), answer("Yes."), clock=clock), clock)
    assert [(event.in_ms, event.message) for event in retries(session)] == [(4000, "Too many requests.")]
    assert session.transcript.running
    assert session.transcript.running.retry == "Too many requests."
    await clock.pass_(3.9)
    assert session.running
    await clock.pass_(0.2)
    turn = session.transcript.last
    assert turn is not None
    assert (turn.state, turn.answer, turn.retry) == ("done", "Yes. ", "")


async def test_it_doubles_its_patience_and_gives_up_after_three():
    clock = MovedClock()
    provider = Scripted(*[busy() for _ in range(9)], clock=clock)
    session = await asked(provider, clock)
    await clock.pass_(60)
    waits = [event.in_ms / 1000 for event in retries(session)]
    assert len(waits) == RETRIES == 3
    assert all(0.75 * 2**n <= wait <= 1.25 * 2**n for n, wait in enumerate(waits))
    end = end_of(session)
    assert (end.reason, end.error and end.error.kind) == ("failed", "rate_limited")
    assert len(provider.prompts) == 4


async def test_whoever_asks_for_more_than_half_a_minute_is_not_waited_for():
    clock = MovedClock()
    session = await asked(Scripted(busy(31), clock=clock), clock)
    end = end_of(session)
    assert retries(session) == []
    assert end.error
    assert (end.reason, end.error.retry_after) == ("failed", 31)


@pytest.mark.parametrize("shown", [TextPiece(text="We"), ThinkingPiece(text="", new=True)])
async def test_what_has_shown_something_is_not_tried_again(shown: TextPiece | ThinkingPiece):
    clock = MovedClock()
    session = await asked(Scripted([shown, *busy(1)], clock=clock), clock)
    assert retries(session) == []
    assert end_of(session).reason == "failed"


async def test_what_will_not_get_better_is_not_tried_again():
    clock = MovedClock()
    session = await asked(Scripted([ProviderError("No credit.", kind="no_credit")], clock=clock), clock)
    assert retries(session) == []


async def test_a_later_step_is_tried_again_though_earlier_ones_were_shown():
    clock = MovedClock()
    session = await asked(Scripted(calls(("add", {"a": 1, "b": 2})), busy(1), answer("3."), clock=clock), clock)
    await clock.pass_(1.1)
    assert len(retries(session)) == 1
    assert end_of(session).reason == "done"


async def test_stop_ends_the_wait_at_once_and_costs_nothing():
    clock = MovedClock()
    session = await asked(Scripted([UsagePiece(input=100, estimated=True), *busy(20)], clock=clock), clock)
    session.stop()
    await session.wait_idle()
    end = end_of(session)
    assert (end.reason, end.why, end.usage, end.upstream_closed_ms) == ("interrupted", "user", None, None)


async def test_a_step_may_ask_for_another_one_at_once():
    clock = MovedClock()
    provider = Scripted([TextPiece(text="One. "), FinishPiece(reason="again")], answer("Two."), clock=clock)
    session = await asked(provider, clock)
    assert len(provider.prompts) == 2
    assert session.transcript.last
    assert session.transcript.last.answer == "One. Two. "


async def test_who_has_asked_or_used_something_is_not_made_to_do_it_twice():
    clock = MovedClock()
    use = UsePiece(tool="add", args={"a": 1, "b": 2}, observe=lambda *_: None)
    session = await asked(Scripted([use, *busy(1)], clock=clock), clock)
    assert retries(session) == []
    assert end_of(session).reason == "failed"
