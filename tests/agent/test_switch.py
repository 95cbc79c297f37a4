"""Another model in mid-session, and what each vendor may see again."""

import pytest

from agent import forking
from agent.errors import BadRequest, ProviderError
from agent.events import SessionSwitched, TurnStart
from agent.hub import Hub
from agent.models import OneProvider
from agent.providers.base import (
    AnswerText,
    CallPiece,
    Echo,
    EndPiece,
    FinishPiece,
    Provider,
    Reasoning,
    TextPiece,
    ThinkingPiece,
    ToolCall,
)
from agent.store import MemoryStore
from agent.transcript import fold
from tests.builders import MovedClock, Scripted, Wait, add, answer, hub_with, settle


class Two(OneProvider):
    """Two providers, by the model's name."""

    def __init__(self, *providers: Scripted) -> None:
        super().__init__(providers[0])
        self.all = {one.model: one for one in providers}

    def provider(self, model: str) -> Provider:
        return self.all[model]


def named(model: str, *steps: object) -> Scripted:
    made = Scripted(*steps)  # type: ignore[arg-type]
    made.model = model
    return made


async def test_another_model_takes_the_next_turn_and_everybody_can_read_since_when():
    one, two = named("a:1", answer("One.")), named("b:2", answer("Two."))
    hub = Hub(MemoryStore(), models=Two(one, two), tools=())
    session = hub.new()
    told: list[str] = []
    session.watchers.add(lambda: told.append(session.model))
    session.say("?")
    await session.wait_idle()
    session.switch("b:2", by="ada")
    assert session.model == "b:2"
    assert told[-1] == "b:2"
    card = hub.card(session.id)
    assert card
    assert card.model == "b:2"
    session.say("?")
    await session.wait_idle()
    events = session.log.after(0)
    assert [event.model for event in events if isinstance(event, TurnStart)] == ["a:1", "b:2"]
    assert [(e.model, e.by) for e in events if isinstance(e, SessionSwitched)] == [("b:2", "ada")]
    assert fold(events).model == "b:2"
    assert two.prompts[0].parts[1] == AnswerText(content="One. ")


async def test_a_session_that_has_not_begun_begins_with_the_model_that_was_chosen():
    session = Hub(MemoryStore(), models=Two(named("a:1"), named("b:2")), tools=()).new()
    session.switch("b:2")
    assert len(session.log) == 0
    session.say("?")
    await session.wait_idle()
    assert fold(session.log.after(0)).model == "b:2"
    assert not any(isinstance(event, SessionSwitched) for event in session.log.after(0))


async def test_what_can_be_no_model_is_refused_and_the_same_one_is_no_news():
    session = Hub(MemoryStore(), models=Two(named("a:1")), tools=()).new()
    session.say("?")
    await session.wait_idle()
    before = len(session.log)
    with pytest.raises(BadRequest):
        session.switch("nonsense")
    session.switch("a:1")
    assert len(session.log) == before


async def test_a_switch_while_the_agent_works_leaves_the_running_turn_alone():
    clock = MovedClock()
    one = Scripted([TextPiece(text="One "), Wait(seconds=5), *answer("more.")], clock=clock)
    one.model = "a:1"
    two = named("b:2", answer("Two."))
    session = Hub(MemoryStore(), models=Two(one, two), tools=()).new()
    session.say("?")
    await settle()
    session.switch("b:2")
    session.say("And?")
    await clock.pass_(6)
    await session.wait_idle()
    models = [event.model for event in session.log.after(0) if isinstance(event, TurnStart)]
    assert models == ["a:1", "b:2"]


async def test_what_a_vendor_wants_to_see_again_comes_back_with_its_thought():
    echo = Echo(vendor="v", data={"signature": "xyz", "deep": [1, {"a": None}]})
    steps = [
        [
            ThinkingPiece(text="Hm."),
            EndPiece(kind="thinking", echo=echo),
            EndPiece(kind="thinking", echo=echo),  # one whose text the vendor keeps to itself
            TextPiece(text="So."),
            EndPiece(kind="answer", echo=echo),
            CallPiece(call="c1", tool="add", args={"a": 1, "b": 2}, echo=echo),
            CallPiece(call="c2", tool="add", args={}, error="That was no JSON."),
            FinishPiece(reason="calls"),
        ],
        answer("3."),
    ]
    provider = Scripted(*steps)  # type: ignore[arg-type]
    session = hub_with(provider, tools=[add]).new()
    session.say("?")
    await session.wait_idle()
    parts = provider.prompts[1].parts[1:]
    assert parts[:4] == (
        Reasoning(content="Hm.", echo=echo),
        Reasoning(content="", echo=echo),
        AnswerText(content="So.", echo=echo),
        ToolCall(call="c1", tool="add", args={"a": 1, "b": 2}, echo=echo),
    )
    assert [(r.ok, r.content) for r in parts[5:]] == [(True, "3"), (False, "That was no JSON.")]  # type: ignore[union-attr]


async def test_what_was_stopped_before_it_was_whole_is_not_seen_again():
    clock = MovedClock()
    provider = Scripted([ThinkingPiece(text="Hm."), Wait(seconds=5), *answer("x")], answer("y"), clock=clock)
    session = hub_with(provider, clock=clock).new()
    session.say("?")
    await settle()
    session.stop()
    await session.wait_idle()
    session.say("And?")
    await session.wait_idle()
    assert provider.prompts[1].parts[1] == Reasoning(content="Hm.")


async def test_asking_again_after_a_failure_asks_the_model_that_was_chosen_since():
    one, two = named("a:1", answer("One."), [ProviderError("Down.", kind="overloaded")]), named("b:2", answer("Two."))
    hub = Hub(MemoryStore(), models=Two(one, two), tools=())
    session = hub.new()
    for _ in range(2):
        session.say("?")
        await session.wait_idle()
    session.switch("b:2")
    assert session.transcript.last
    fork = await forking.fork(hub, session.id, session.transcript.last.id)
    await fork.wait_idle()
    assert fork.transcript.last
    assert (fork.transcript.last.model, fork.transcript.last.answer) == ("b:2", "Two. ")
    card = hub.card(fork.id)
    assert card
    assert card.model == fork.model == "b:2"
