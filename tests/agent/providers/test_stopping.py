"""Stop, in whatever state an agent of somebody's own is."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from contextlib import aclosing, suppress
from typing import Any

import pytest

from agent.events import AskOpened, Event, ThoughtEnd, ThoughtStart, TurnEnd
from agent.providers.base import (
    TextPiece,
)
from agent.tools.base import tool
from agent.transcript import Ask, Thought
from tests.agent.providers.own import Turn, asked, custom, until
from tests.builders import hub_with


async def test_stop_in_the_middle_of_an_await_runs_its_finally_blocks():
    cleaned: list[str] = []

    async def agent(prompt: str, context: Any):
        try:
            yield "Yes, "
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            cleaned.append("cancelled")
            raise
        finally:
            await asyncio.sleep(0)
            cleaned.append(f"stopped {context.stopped}")

    turn = Turn(agent)
    await turn.hears(1)
    assert await turn.stop() < 0.5
    assert cleaned == ["cancelled", "stopped True"]


async def test_stop_while_nobody_reads_closes_the_generator_at_its_yield():
    cleaned: list[str] = []

    async def agent(prompt: str):
        try:
            while True:
                yield "more "
        except GeneratorExit:
            cleaned.append("closed")
            raise

    stream = custom(agent).stream(asked("Why?"))
    assert await anext(stream) == TextPiece(text="more ")
    await asyncio.sleep(0.01)  # it runs ahead until it is held back
    await stream.aclose()
    assert cleaned == ["closed"]


@pytest.mark.parametrize("threaded", [False, True])
async def test_stop_inside_a_question(threaded: bool):
    cleaned = threading.Event()
    after: list[BaseException] = []

    async def agent(prompt: str, context: Any):
        try:
            yield await context.ask("Which?")
        except BaseException as error:
            after.append(error)
            raise
        finally:
            cleaned.set()

    def blocking_agent(prompt: str, context: Any):
        try:
            yield context.ask("Which?")
        except BaseException as error:
            after.append(error)
            raise
        finally:
            cleaned.set()

    turn = Turn(blocking_agent if threaded else agent)
    await turn.hears(1)
    assert await turn.stop() < 0.5
    await until(cleaned.is_set)
    assert isinstance(after[0], asyncio.CancelledError)


async def test_stop_does_not_wait_for_a_thread_and_drops_what_it_still_says():
    begun, go_on, said = threading.Event(), threading.Event(), threading.Event()
    seen: list[str] = []

    def agent(prompt: str, context: Any):
        try:
            yield "Yes, "
            begun.set()
            go_on.wait(10)
            seen.append(f"stopped {context.stopped}")
            yield "too late"
            seen.append("went on")
        finally:
            said.set()

    turn = Turn(agent)
    await until(begun.is_set)
    await turn.hears(1)
    assert await turn.stop() < 0.5
    assert not said.is_set()
    go_on.set()
    await until(said.is_set)
    assert seen == ["stopped True"]
    assert turn.heard == [TextPiece(text="Yes, ")]


async def test_a_loop_of_its_own_in_a_thread_wakes_up_at_stop():
    begun, woken = threading.Event(), threading.Event()

    def agent(prompt: str, context: Any):
        yield "Yes, "
        try:
            asyncio.run(sleep(context))
        finally:
            woken.set()

    async def sleep(context: Any) -> None:
        begun.set()
        await context.wait(30)

    turn = Turn(agent)
    await until(begun.is_set)
    assert await turn.stop() < 0.5
    await until(woken.is_set)


async def test_a_thread_may_sleep_until_stop():
    begun = threading.Event()
    woken: list[bool] = []

    def agent(prompt: str, context: Any):
        yield "Yes, "
        begun.set()
        woken.append(context.wait(10))

    turn = Turn(agent)
    await until(begun.is_set)
    await turn.stop()
    await until(lambda: woken)
    assert woken == [True]


async def test_stop_before_a_plain_function_has_returned():
    begun, go_on = threading.Event(), threading.Event()

    def agent(prompt: str) -> str:
        begun.set()
        go_on.wait(10)
        return "too late"

    turn = Turn(agent)
    await until(begun.is_set)
    assert await turn.stop() < 0.5
    go_on.set()


@pytest.mark.parametrize("threaded", [False, True])
async def test_an_agent_that_will_not_hear_of_stop_holds_nobody_up(
    threaded: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr("agent.providers.custom.GRACE", 0.05)
    end = asyncio.Event()

    async def agent(prompt: str):
        yield "Yes, "
        while not end.is_set():
            with suppress(asyncio.CancelledError):
                await end.wait()

    def blocking_agent(prompt: str):
        while not end.is_set():
            try:
                yield "more"
            except GeneratorExit:
                break
        yield "and more"

    turn = Turn(blocking_agent if threaded else agent)
    await turn.hears(1)
    assert await turn.stop() < 0.5
    assert threaded or "nobody listens any more" in caplog.text
    end.set()


async def test_a_cleanup_that_fails_is_for_the_log(caplog: pytest.LogCaptureFixture):
    async def agent(prompt: str):
        try:
            yield "Yes, "
            await asyncio.sleep(3600)
        finally:
            raise ValueError("no broom")

    turn = Turn(agent)
    await turn.hears(1)
    assert await turn.stop() < 0.5
    assert "no broom" in caplog.text


async def test_a_reader_who_leaves_early_is_not_told_of_a_failure(caplog: pytest.LogCaptureFixture):
    async def agent(prompt: str):
        yield "Yes, "
        yield "yes"
        raise ValueError("no such city")

    stream = custom(agent).stream(asked("Why?"))
    await anext(stream)
    await until(lambda: "no such city" in caplog.text)
    await stream.aclose()
    del stream
    gc.collect()
    assert "never retrieved" not in caplog.text


def waiting(prompt: str, context: Any):
    yield "thinking", "Hm."
    context.wait(10)
    yield "too late"


async def sleeping(prompt: str):
    yield "thinking", "Hm."
    await asyncio.sleep(3600)
    yield "too late"


async def asking(prompt: str, context: Any):
    yield "thinking", "Hm."
    yield await context.ask("Which?", ["This", "That"])


async def using(prompt: str, context: Any):
    yield "thinking", "Hm."
    yield await context.tool("rest")


def asking_in_a_thread(prompt: str, context: Any):
    yield "thinking", "Hm."
    yield context.ask("Which?", ["This", "That"])


def sleeping_in_a_thread(prompt: str):
    yield "thinking", "Hm."
    time.sleep(0.5)
    yield "too late"


async def rest() -> str:
    """Sleeps."""
    await asyncio.sleep(3600)
    return "rested"


LAST: dict[Any, type[Event]] = {
    waiting: ThoughtEnd,
    sleeping: ThoughtEnd,
    asking: AskOpened,
    using: ThoughtStart,
    asking_in_a_thread: AskOpened,
    sleeping_in_a_thread: ThoughtEnd,
}


@pytest.mark.parametrize("agent", LAST)
async def test_stop_ends_the_turn_of_a_session_in_every_state(agent: Any):
    session = hub_with(custom(agent), tools=[tool(seconds=3600)(rest)]).new()  # type: ignore[arg-type]
    session.say("Why?")
    async with aclosing(session.log.follow()) as events:
        async for _ in events:
            log = session.log.after(0)
            if any(isinstance(event, ThoughtEnd) for event in log) and isinstance(log[-1], LAST[agent]):
                break
    session.stop()
    await session.wait_idle()
    turn = session.transcript.last
    assert turn
    assert (turn.state, turn.why) == ("interrupted", "user")
    assert not any(item.open for item in turn.items if isinstance(item, Thought))
    assert all(item.closed for item in turn.items if isinstance(item, Ask))
    end = session.log.after(0)[-1]
    assert isinstance(end, TurnEnd)
    assert end.upstream_closed_ms is not None
    assert end.upstream_closed_ms < 300
