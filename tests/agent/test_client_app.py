"""The Python client and the app itself, in a process of its own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from agent.client import Agent, AgentError, Thought, connect
from agent.events import Event, MessagePosted, TurnEnd
from tests.browser.server import Server

from .client_server import hasty, told


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("THINKALOUD_PACE", "0.1")
    server = Server(tmp_path, entry="main")
    server.start()
    yield server
    server.stop()


async def log_of(agent: Agent) -> list[str]:
    return [repr(each) for each in told([event async for event in _until_end(agent)])]


async def _until_end(agent: Agent) -> AsyncIterator[Event]:
    async for event in agent.events(after=0):
        yield event
        if isinstance(event, TurnEnd):
            return


async def test_it_asks_follows_stops_and_comes_back(app: Server):
    async with connect(app.url) as agent:
        seen: list[Thought] = [thought async for thought in agent.ask("Why is the sky blue?")]
        assert seen[-1].kind == "done"
        assert {"thinking", "answer"} <= {thought.kind for thought in seen}
        first = await log_of(agent)
        async for thought in agent.ask("And at sunset?"):
            if thought.kind == "thinking":
                await agent.interrupt()
        assert thought.kind == "interrupted"
        await agent.clear()
        assert agent.title
    async with connect(f"{app.url}/s/{agent.session}") as again:
        assert again.cursor == agent.cursor
        assert await log_of(again) == first


async def test_the_app_is_killed_and_started_again_and_nothing_is_missing_nor_twice(app: Server):
    loop = asyncio.get_running_loop()
    async with connect(app.url, tries=20) as agent:
        asked = agent.ask("Why is the sky blue?")
        seen = [await anext(asked)]
        while not seen[-1].content:
            seen.append(await anext(asked))
        await loop.run_in_executor(None, app.kill)
        await loop.run_in_executor(None, app.start)
        seen += [thought async for thought in asked]
        end = seen[-1].event
        assert isinstance(end, TurnEnd)
        assert (end.reason, end.why) == ("interrupted", "crash")
        whole = [event async for event in _until_end(agent)]
    begun = next(i for i, event in enumerate(whole) if isinstance(event, MessagePosted))
    assert told([thought.event for thought in seen]) == told(whole[begun:])


async def test_what_the_app_refuses_is_told(app: Server):
    async with connect(app.url, chance=hasty()) as agent:
        with pytest.raises(AgentError) as error:
            await agent.answer("x" * 100_001)
        assert error.value.kind == "too_long"
        with pytest.raises(AgentError) as error:
            await agent.answer("   ")
        assert error.value.kind == "bad_request"
        with pytest.raises(AgentError) as error:
            await agent.withdraw("nothing")
        assert error.value.kind == "not_found"
        assert await agent.answer("Hello")
