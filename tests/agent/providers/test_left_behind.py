"""What an agent of somebody's own leaves behind when its turn is over: nothing that waits, and nothing to wait for."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from agent.errors import ToolError
from agent.hub import Hub
from agent.models import OneProvider
from agent.session import Session
from agent.store import MemoryStore
from agent.tools.base import Tool, tool
from agent.transcript import Ask
from tests.agent.providers.own import custom, until

ROOT = Path(__file__).parents[3]


class Panic(BaseException):
    """Some libraries' own errors are no Exceptions: those that are written in Rust, for example."""


def session_with(agent: object, *tools: Tool) -> Session:
    return Hub(MemoryStore(), models=OneProvider(custom(agent)), tools=tools).new()


@pytest.mark.parametrize("error", [Panic("all is lost"), KeyboardInterrupt("all is lost")])
async def test_whatever_it_raises_ends_its_turn(error: BaseException):
    async def agent(prompt: str):
        yield "Well"
        raise error

    session = session_with(agent)
    session.say("?")
    await asyncio.wait_for(session.wait_idle(), 5)
    turn = session.transcript.last
    assert turn
    assert turn.error
    assert (turn.state, turn.answer) == ("failed", "Well")
    assert f"{type(error).__name__}: all is lost" in turn.error.message


async def test_a_tool_that_panics_or_cancels_itself_has_failed_and_the_turn_goes_on():
    @tool
    def panics() -> str:
        """Breaks."""
        raise Panic("all is lost")

    @tool
    async def gives_up() -> str:
        """Breaks in another way."""
        raise asyncio.CancelledError

    async def agent(prompt: str, context: Any):
        for name in ("panics", "gives_up"):
            try:
                await context.tool(name)
            except ToolError as error:
                yield f"{error} "

    session = session_with(agent, panics, gives_up)
    session.say("?")
    await asyncio.wait_for(session.wait_idle(), 5)
    assert session.transcript.last
    assert session.transcript.last.answer == (
        "panics failed: Panic: all is lost gives_up was cancelled before it was done. "
    )


async def test_its_own_tasks_that_wait_in_the_context_are_let_go_of_at_stop():
    hanging = asyncio.Event()
    tasks: list[asyncio.Task[Any]] = []

    @tool
    async def nap() -> str:
        """Sleeps until it is stopped."""
        hanging.set()
        await asyncio.sleep(60)
        return "never"

    async def agent(prompt: str, context: Any):
        for waits in (context.ask("Which?"), context.wait(60), context.tool("nap")):
            tasks.append(asyncio.ensure_future(waits))
        yield "Well"
        await asyncio.sleep(60)

    session = session_with(agent, nap)
    session.say("?")
    await asyncio.wait_for(hanging.wait(), 5)
    session.stop()
    await session.wait_idle()
    await until(lambda: all(task.done() for task in tasks))
    assert [task.cancelled() for task in tasks] == [True, False, True]
    assert tasks[1].result() is True


async def test_its_own_tasks_that_still_speak_after_the_end_are_let_go_of():
    tasks: list[asyncio.Task[Any]] = []
    go = asyncio.Event()

    async def speaks(context: Any):
        says = [context.progress(number) for number in range(40)]  # made while the turn was alive
        await go.wait()
        for say in says:
            tasks.append(asyncio.create_task(say))

    async def agent(prompt: str, context: Any):
        tasks.append(asyncio.create_task(speaks(context)))
        await asyncio.sleep(0)
        yield "Well"

    session = session_with(agent)
    session.say("?")
    await session.wait_idle()
    go.set()
    await until(lambda: len(tasks) == 41 and all(task.done() for task in tasks))


async def test_two_hundred_stopped_turns_leave_no_task_and_no_thread():
    async def waits(prompt: str, context: Any):
        yield "Well"
        await context.ask("Which?")

    def blocks(prompt: str, context: Any):
        yield "Well"
        context.ask("Which?")

    threads = threading.active_count()
    for agent in (waits, blocks):
        session = session_with(agent)
        for _ in range(100):
            session.say("?")
            await until(lambda turn=session.transcript.turns[-1]: any(isinstance(item, Ask) for item in turn.items))
            session.stop()
            await session.wait_idle()
    await until(lambda: threading.active_count() <= threads)
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


def test_an_agent_that_never_ends_holds_up_nobody_who_wants_to_go():
    """Not even `asyncio.run`, which waits for every task that it knows of."""

    async def agent(prompt: str):
        yield "Well"
        while True:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(60)

    async def serve():
        hub = Hub(MemoryStore(), models=OneProvider(custom(agent)), tools=())
        session = hub.new()
        session.say("?")
        await until(lambda: session.transcript.running and session.transcript.running.answer)
        await hub.shutdown()
        assert session.transcript.last
        assert session.transcript.last.why == "shutdown"

    server = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    server.start()
    server.join(10)
    assert not server.is_alive()


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal")
def test_ctrl_c_while_it_asks_needs_no_enter(tmp_path: Path):
    (tmp_path / "mine.py").write_text("async def agent(prompt, context):\n    yield await context.ask('Which?')\n")
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "agent", "why?", f"--agent={tmp_path / 'mine.py'}"]
    try:
        with subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=theirs,
            stdout=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=hears_ctrl_c,
        ) as asker:
            assert asker.stdout
            while b">" not in asker.stdout.readline() + asker.stdout.read(1):
                pass
            asker.send_signal(signal.SIGINT)
            assert asker.wait(10) == 130
    finally:
        os.close(ours)
        os.close(theirs)


def hears_ctrl_c() -> None:
    """Also where these tests run in the background of a shell, which has all that it begins there ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
