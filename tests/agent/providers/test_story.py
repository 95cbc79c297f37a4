"""All of it against other people's mock of the vendors: five steps of tools with thinking, stop, continue, switch."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from agent.chance import Chance
from agent.events import TokenCount
from agent.hub import Hub
from agent.models import OneProvider
from agent.providers.anthropic_messages import AnthropicMessages
from agent.providers.base import Provider
from agent.providers.clients import Clients
from agent.providers.endpoint import Endpoint
from agent.providers.openai_chat import OpenAIChat
from agent.providers.openai_responses import OpenAIResponses
from agent.session import Session
from agent.store import MemoryStore
from agent.tools import toolbox
from agent.transcript import Turn
from tests.aimock import Aimock, aimock

from .story import BEGIN, LONG, REQUEST, REST, fixtures

MODELS = {"openai": "gpt-6.1-terra", "anthropic": "claude-sonnet-5-5", "compat": "qwen3"}
PATHS = {"openai": "/v1/responses", "anthropic": "/v1/messages", "compat": "/v1/chat/completions"}
KEY = "sk-story-0123456789abcdef"


class Three(OneProvider):
    """The three adapters, each on the mock."""

    def __init__(self, url: str) -> None:
        self.clients = Clients()
        adapters: dict[str, Any] = {"openai": OpenAIResponses, "anthropic": AnthropicMessages, "compat": OpenAIChat}
        self.all: dict[str, Provider] = {}
        for vendor, adapter in adapters.items():
            base = url if vendor == "anthropic" else f"{url}/v1"
            endpoint = Endpoint(vendor=vendor, title=vendor, url=base, key=KEY)
            made = adapter(MODELS[vendor], endpoint, self.clients)
            self.all[made.model] = made
        super().__init__(next(iter(self.all.values())))

    def provider(self, model: str) -> Provider:
        return self.all[model]


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aimock]:
    with aimock(fixtures(list(MODELS)), tmp_path_factory.mktemp("aimock")) as running:
        yield running


@pytest.fixture
async def hub(mock: Aimock) -> AsyncIterator[Hub]:
    models = Three(mock.url)
    chance = Chance()
    yield Hub(MemoryStore(), models=models, tools=toolbox(clock=chance.clock, folders=[]), chance=chance)
    await models.clients.close()


def begun(hub: Hub, vendor: str) -> Session:
    session = hub.new()
    session.switch(f"{vendor}:{MODELS[vendor]}")
    return session


async def ended(session: Session) -> Turn:
    async with asyncio.timeout(20):
        await session.wait_idle()
    turn = session.transcript.last
    assert turn is not None
    assert turn.error is None
    return turn


@pytest.mark.parametrize("vendor", MODELS)
async def test_five_steps_of_tools_with_thinking_and_two_calls_at_once(hub: Hub, mock: Aimock, vendor: str):
    session = begun(hub, vendor)
    session.say(REQUEST)
    turn = await ended(session)
    assert turn.state == "done"
    seen = [(thought.kind, thought.content) for thought in turn.thoughts]
    assert [text for kind, text in seen if kind == "thinking"] == [
        "How many people? Four, three sandwiches each.",
        "Two things at once.",
        "Two left.",
        "Now the days.",
        "That is all I need.",
    ]
    assert [thought.tool for thought in turn.thoughts if thought.kind == "action"] == [
        *("calculate", "convert", "convert", "calculate", "text_statistics")
    ]
    results = [thought for thought in turn.thoughts if thought.kind == "observation"]
    assert all(thought.ok for thought in results)
    assert results[0].content == "12"
    assert "4.66" in results[1].content
    assert turn.answer.startswith("Let me see. Both ways. Almost there. ")
    assert turn.answer.endswith("12 sandwiches, 7.5 km, on a **Saturday**.")
    assert isinstance(turn.usage, TokenCount)
    assert turn.usage.output >= 500
    assert turn.cost_usd == 0.0  # it is this very machine


@pytest.mark.parametrize("vendor", MODELS)
async def test_stop_in_the_answer_continue_and_then_another_model(hub: Hub, mock: Aimock, vendor: str):
    session = begun(hub, vendor)
    session.say(f"{LONG}, {vendor}")
    async with asyncio.timeout(10):
        async for events in session.log.follow():
            running = session.transcript.running
            if events and running and len(running.answer) > 60:
                break
    session.stop()
    stopped = await ended(session)
    assert stopped.state == "interrupted"
    assert BEGIN.startswith(stopped.answer)
    assert stopped.upstream_closed_ms is not None
    assert stopped.upstream_closed_ms < 50
    session.resume()
    going_on = await ended(session)
    assert going_on.state == "done"
    assert going_on.answer == REST

    for other in [*(name for name in MODELS if name != vendor), vendor]:
        session.switch(f"{other}:{MODELS[other]}")
        session.say(f"Was it good, {other}?")
        turn = await ended(session)
        assert (turn.state, turn.model) == ("done", f"{other}:{MODELS[other]}")
        assert turn.answer == f"{other} says yes."
        told = str(mock.asked(PATHS[other])[-1])
        assert stopped.answer.strip() in told
        assert REST in told


async def test_no_key_is_in_what_a_session_leaves_behind(hub: Hub):
    session = begun(hub, "openai")
    session.say(REQUEST)
    await ended(session)
    assert KEY not in repr(session.log.after(0))
