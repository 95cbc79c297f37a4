"""Which model answers: the badge, the list behind it, and what a browser remembers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from nicegui.testing import User

from agent.errors import BadRequest
from agent.hub import Hub
from agent.models import Account, Offer, OneProvider, Shelf
from agent.providers.base import Provider, UsagePiece
from pages.parts.picker import ModelPicker

from ..builders import MovedClock, Scripted, answer, hub_with
from .test_session_page import only, send


class Named(Scripted):
    def __init__(self, model: str, clock: MovedClock) -> None:
        super().__init__(answer("Yes."), clock=clock)
        self.model = model
        self.label = model.partition(":")[2].replace("-", " ").title()


class Market(OneProvider):
    """Two models, a vendor that wants a key, and a list that comes when `open` is set."""

    def __init__(self, clock: MovedClock) -> None:
        super().__init__(Named("test:first-one", clock))
        self.clock = clock
        self.made: dict[str, Named] = {}
        self.open = asyncio.Event()
        self.prepared: list[str] = []

    def provider(self, model: str) -> Provider:
        return self.made.setdefault(model, Named(model, self.clock))

    def check(self, model: str) -> None:
        super().check(model)
        if model.startswith("gone:"):
            raise BadRequest("There is no such model any more.")

    async def prepare(self, model: str) -> None:
        self.prepared.append(model)

    async def shelves(self) -> Sequence[Shelf]:
        await self.open.wait()
        offers = tuple(Offer(model=f"test:{name}", label=name) for name in ("first-one", "second-one"))
        return [Shelf(vendor="test", title="Test", offers=offers), Shelf(vendor="shy", title="Shy", trouble="No key.")]

    def accounts(self) -> Sequence[Account]:
        return [Account(vendor="shy", title="Shy")]


@pytest.fixture
def market(clock: MovedClock) -> Market:
    return Market(clock)


@pytest.fixture
def hub(market: Market, clock: MovedClock) -> Hub:
    return hub_with(market, clock=clock)


def told(user: User) -> list[tuple[Any, ...]]:
    """From now on, what the page's picker is told to do in the browser."""
    out: list[tuple[Any, ...]] = []
    only(user, ModelPicker).run_method = lambda *args, **_: out.append(args)  # type: ignore[method-assign, assignment]
    return out


def choose(user: User, model: str) -> None:
    user.find(ModelPicker).trigger("choose", {"model": model})


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(3):
        while not condition():  # noqa: ASYNC110 (what is waited for is a list that a fake fills)
            await asyncio.sleep(0.005)


async def test_the_list_comes_when_it_comes_and_nothing_waits_for_it(user: User, hub: Hub, market: Market) -> None:
    await user.open("/")
    said = told(user)
    user.find(ModelPicker).trigger("look").trigger("look")
    send(user, "Hello?")
    await until(lambda: len(hub.cards()) == 1 and not hub.running(hub.cards()[0].id))
    assert [method for method, *_ in said if method != "change"] == []
    said.clear()
    market.open.set()
    await until(lambda: bool(said))
    (method, shelves, vendors, sentence), *more = said
    assert (method, vendors, sentence, more) == ("fill", ["shy", "test"], "", [])
    assert [(shelf["title"], shelf["trouble"], shelf["settable"]) for shelf in shelves] == [
        ("Test", "", False),
        ("Shy", "No key.", True),
    ]
    assert shelves[0]["offers"][1] == {"model": "test:second-one", "label": "second-one", "note": ""}


async def test_whoever_chooses_a_model_has_it_in_all_windows_of_the_session_and_in_new_ones(
    people: Callable[[], User], hub: Hub, market: Market
) -> None:
    one, two = people(), people()
    await one.open("/")
    await one.should_see("First One")
    send(one, "Hello?")
    (card,) = hub.cards()
    await two.open(f"/s/{card.id}")
    choose(two, "test:second-one")
    await one.should_see("Second One")
    await two.should_see("Second One")
    assert hub.here(card.id).model == "test:second-one"  # type: ignore[union-attr]
    await until(lambda: market.prepared[-1:] == ["test:second-one"])
    await two.open("/")
    await two.should_see("Second One")
    await one.open("/")
    await one.should_see("First One")


async def test_a_model_that_is_not_there_any_more_is_forgotten(user: User, market: Market) -> None:
    await user.open("/")
    said = told(user)
    choose(user, "gone:away")
    choose(user, "nothing")
    assert [method for method, _ in said] == ["refused", "refused"]
    assert said[0][1] == "There is no such model any more."
    from nicegui import app

    with user:
        app.storage.user["model"] = "gone:away"
    await user.open("/")
    await user.should_see("First One")


async def test_a_session_that_was_deleted_takes_no_other_model(user: User, hub: Hub, market: Market) -> None:
    session = hub.new()
    session.say("Hello?")
    await session.wait_idle()
    await user.open(f"/s/{session.id}")
    await hub.delete(session.id)
    said = told(user)
    choose(user, "test:second-one")
    assert [method for method, _ in said] == ["refused"]
    assert hub.cards() == []


async def test_an_error_while_the_models_are_listed_is_a_sentence(
    user: User, market: Market, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> Sequence[Shelf]:
        raise RuntimeError("".join(("sec", "ret")))  # the log may quote this line

    monkeypatch.setattr(market, "shelves", fail)
    await user.open("/")
    said = told(user)
    user.find(ModelPicker).trigger("look")
    await until(lambda: bool(said))
    assert said[0][1] == []
    assert "Something went wrong" in said[0][3]
    assert "secret" not in caplog.text
    caplog.clear()


async def test_what_the_session_has_cost_is_told_beside_the_badge(
    user: User, hub: Hub, market: Market, clock: MovedClock
) -> None:
    session = hub.new()
    session.say("Hello?")
    await session.wait_idle()
    await user.open(f"/s/{session.id}")
    assert only(user, ModelPicker).props["state"]["spent"] == ""
    market.made["test:first-one"].steps = [[UsagePiece(input=7), *answer("Dear.")]]
    market.made["test:first-one"].prices = {7: 0.1234}
    session.say("And now?")
    await session.wait_idle()
    await user.should_see("≈ $0.12")


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        (0.00002, "< $0.0001"),
        (0.0041, "$0.0041"),
        (0.0123, "$0.012"),
        (0.1, "$0.10"),
        (0.5, "$0.50"),
        (12.345, "$12.35"),
    ],
)
def test_money_has_two_digits_that_count(cost: float, said: str) -> None:
    from pages.models import dollars

    assert dollars(cost) == said


async def test_a_turn_tells_which_model_it_was(hub: Hub, market: Market) -> None:
    from pages.render import Render

    session = hub.new()
    session.say("One?")
    await session.wait_idle()
    session.switch("test:second-one")
    session.say("Two?")
    await session.wait_idle()
    names = [
        (turn["model"], turn["name"])
        for turn in Render(session, lambda model: market.provider(model).label).snapshot()["turns"]
    ]
    assert names == [("test:first-one", "First One"), ("test:second-one", "Second One")]
