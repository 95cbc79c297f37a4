"""What an agent of somebody's own may do besides: whole thoughts, progress, questions, tools."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from agent.errors import BadRequest, NotFound
from agent.events import AskClosed, AskOpened, TurnProgressed
from agent.hub import Hub
from agent.models import OneProvider
from agent.providers.base import (
    AskPiece,
    FinishPiece,
    Piece,
    ProgressPiece,
    Prompt,
    TextPiece,
    UsagePiece,
    UsePiece,
    WholePiece,
)
from agent.session import Session
from agent.store import MemoryStore
from agent.tools.base import Tool, tool
from agent.transcript import Ask, Thought
from tests.builders import add, settle


class Own:
    model = "agent:own"
    label = "Own"
    budget = 0

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.closed = False

    def price(self, usage: UsagePiece) -> float | None:
        return 0.0

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        try:
            yield WholePiece(kind="thinking", content="Hm.")
            yield ProgressPiece(percent=40, message="asking")
            yield ProgressPiece(percent=20)
            answered = asyncio.get_running_loop().create_future()
            yield AskPiece(content="Which?", choices=("left", "right"), answer=answered.set_result)
            self.heard.append(await answered)
            observed = [asyncio.get_running_loop().create_future() for _ in range(2)]
            for n, future in enumerate(observed):
                observe = lambda ok, text, future=future: future.set_result((ok, text))  # noqa: E731
                yield UsePiece(
                    tool="add" if n == 0 else "nap", args={"a": 1, "b": 2} if n == 0 else {}, observe=observe
                )
            self.heard += [str(await future) for future in observed]
            yield TextPiece(text="Done.")
            yield FinishPiece(reason="stop")
        finally:
            self.closed = True


def session_with(own: Own, *tools: Tool) -> Session:
    return Hub(MemoryStore(), models=OneProvider(own), tools=tools).new()


def ask_of(session: Session) -> Ask:
    assert session.transcript.last
    return next(item for item in session.transcript.last.items if isinstance(item, Ask))


async def test_it_asks_goes_on_with_the_answer_and_uses_tools_that_are_seen():
    own = Own()
    session = session_with(own, add)
    session.say("Go.")
    await settle()
    ask = ask_of(session)
    assert (ask.content, ask.choices, ask.closed) == ("Which?", ("left", "right"), False)
    with pytest.raises(BadRequest):
        session.reply(ask.id, "  ")
    session.reply(ask.id, "left", by="ada")
    await session.wait_idle()
    assert own.heard == ["left", "(True, '3')", "(False, 'There is no tool nap. There are: add.')"]
    turn = session.transcript.last
    assert turn
    assert (turn.state, turn.percent) == ("done", 40)
    seen = [(item.kind, item.content) for item in turn.items if isinstance(item, Thought)]
    assert seen[0] == ("thinking", "Hm.")
    assert ("action", "add(a=1, b=2)") in seen
    assert ("observation", "3") in seen
    assert seen[-1] == ("answer", "Done.")
    closed = next(event for event in session.log.after(0) if isinstance(event, AskClosed))
    assert (closed.by, closed.content) == ("ada", "left")
    with pytest.raises(NotFound):
        session.reply(ask.id, "right")


async def test_progress_never_falls():
    session = session_with(Own(), add)
    session.say("Go.")
    await settle()
    assert [event.percent for event in session.log.after(0) if isinstance(event, TurnProgressed)] == [40, 40]
    session.stop()
    await session.wait_idle()


async def test_stop_while_it_waits_for_an_answer_closes_the_question_and_the_agent():
    own = Own()
    session = session_with(own)
    session.say("Go.")
    await settle()
    session.stop()
    await session.wait_idle()
    assert own.closed
    assert ask_of(session).closed
    assert session.transcript.last
    assert session.transcript.last.state == "interrupted"
    with pytest.raises(NotFound):
        session.reply(ask_of(session).id, "left")


async def test_stop_while_its_tools_run_ends_them():
    hanging = asyncio.Event()
    ended: list[str] = []

    @tool
    async def nap() -> str:
        """Sleeps until it is stopped."""
        try:
            hanging.set()
            await asyncio.sleep(60)
        finally:
            ended.append("nap")
        return "never"

    own = Own()
    session = session_with(own, add, nap)
    session.say("Go.")
    await settle()
    session.reply(ask_of(session).id, "left")
    await asyncio.wait_for(hanging.wait(), 5)
    session.stop()
    await session.wait_idle()
    await settle()
    assert ended == ["nap"]
    assert session.transcript.last
    last = session.transcript.last.thoughts[-1]
    assert (last.kind, last.ok, last.open) == ("observation", False, False)


async def test_a_question_is_an_event_that_everybody_can_read():
    session = session_with(Own())
    session.say("Go.")
    await settle()
    opened = next(event for event in session.log.after(0) if isinstance(event, AskOpened))
    assert (opened.kind, opened.content, opened.choices) == ("question", "Which?", ("left", "right"))
    session.stop()
    await session.wait_idle()
