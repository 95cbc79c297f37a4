"""Tokens and money: what was counted, what was estimated, what nobody knows."""

import pytest

from agent.errors import ProviderError
from agent.events import TokenCount, TurnEnd
from agent.providers.base import FinishPiece, Piece, TextPiece, UsagePiece
from agent.session import Session
from tests.builders import MovedClock, Scripted, Wait, add, calls, hub_with, settle


def end_of(session: Session) -> TurnEnd:
    return next(event for event in reversed(session.log.after(0)) if isinstance(event, TurnEnd))


async def turn(provider: Scripted) -> TurnEnd:
    session = hub_with(provider, tools=[add]).new()
    session.say("?")
    await session.wait_idle()
    return end_of(session)


def step(*usage: UsagePiece) -> list[Piece]:
    return [TextPiece(text="So."), *usage, FinishPiece(reason="stop")]


async def test_the_last_word_on_a_step_counts_and_steps_add_up():
    first = [UsagePiece(input=90, estimated=True), *calls(("add", {"a": 1, "b": 2}))]
    first.insert(-1, UsagePiece(input=100, output=20, cached=50, written=10))
    provider = Scripted(first, step(UsagePiece(input=200, output=30, reasoning=5)))
    provider.prices = {100: 0.25, 200: 0.5}
    end = await turn(provider)
    assert end.usage == TokenCount(input=300, output=50, reasoning=5, cached=50, written=10)
    assert end.cost_usd == 0.75


async def test_a_turn_with_one_step_of_unknown_price_has_no_price():
    provider = Scripted([UsagePiece(input=1), *calls(("add", {"a": 1, "b": 2}))], step(UsagePiece(input=2)))
    provider.prices = {1: None}
    end = await turn(provider)
    assert end.usage == TokenCount(input=3)
    assert end.cost_usd is None


async def test_what_is_stopped_is_counted_as_an_estimate():
    clock = MovedClock()
    script = [UsagePiece(input=1000, estimated=True), TextPiece(text="x" * 403), Wait(seconds=9), *step()]
    session = hub_with(Scripted(script, clock=clock), clock=clock).new()
    session.say("?")
    await settle()
    session.stop()
    await session.wait_idle()
    end = end_of(session)
    assert end.usage == TokenCount(input=1000, output=101, estimated=True)
    assert end.cost_usd == 0.001


async def test_a_stop_before_the_first_word_has_paid_for_what_was_sent():
    clock = MovedClock()
    script = [UsagePiece(input=1000, estimated=True), Wait(seconds=9), *step()]
    session = hub_with(Scripted(script, clock=clock), clock=clock).new()
    session.say("?")
    await settle()
    session.stop()
    await session.wait_idle()
    assert end_of(session).usage == TokenCount(input=1000, estimated=True)


async def test_who_counts_nothing_is_not_made_to():
    end = await turn(Scripted(step()))
    assert (end.usage, end.cost_usd) == (None, None)


@pytest.mark.parametrize("costs", [(0.5, 0.25), (0.5, None)])
async def test_a_session_knows_what_its_turns_cost_as_far_as_that_is_known(costs: tuple[float, float | None]):
    provider = Scripted(step(UsagePiece(input=1)), step(UsagePiece(input=2)))
    provider.prices = dict(zip((1, 2), costs, strict=True))
    hub = hub_with(provider)
    session = hub.new()
    for _ in costs:
        session.say("?")
        await session.wait_idle()
    card = hub.card(session.id)
    assert card
    assert card.cost_usd == sum(cost or 0 for cost in costs)


@pytest.mark.parametrize(("kind", "usage"), [("length", (50, False)), ("filtered", (50, False)), ("cut", (100, True))])
async def test_what_the_vendor_has_counted_to_its_end_is_no_estimate(kind: str, usage: tuple[int, bool]):
    counted = UsagePiece(input=100, output=50)
    script = [TextPiece(text="x" * 400), counted, ProviderError("That was it.", kind=kind)]
    end = await turn(Scripted(script))
    assert end.usage
    assert (end.reason, end.usage.output, end.usage.estimated) == ("failed", *usage)
