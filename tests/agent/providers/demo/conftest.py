"""A loop as small as can be: provider, tools, prompt; the clock stands still."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

import pytest

from agent.providers.base import (
    AnswerText,
    CallPiece,
    FinishPiece,
    Part,
    Prompt,
    Reasoning,
    TextPiece,
    ThinkingPiece,
    ToolCall,
    ToolResult,
    ToolSpec,
    UserText,
)
from agent.providers.demo import Demo
from agent.tools import Tool, toolbox

NOON = 1_792_497_600_000  # Tuesday, 20 October 2026, 12:00 UTC
HELP = Path(__file__).parents[4] / "docs" / "help"


class StoppedClock:
    def now(self) -> int:
        return NOON

    def elapsed(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)

    def later(self, seconds: float, call: Callable[[], None]):
        raise NotImplementedError


@dataclass
class Talk:
    """A conversation: `say` returns the answer; what was thought and called in that turn is kept."""

    tools: dict[str, Tool]
    demo: Demo
    parts: list[Part] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    calls: list[tuple[str, dict]] = field(default_factory=list)
    seen: list[tuple[bool, str]] = field(default_factory=list)
    steps: int = 0

    @property
    def prompt(self) -> Prompt:
        specs = tuple(ToolSpec(name=t.name, description=t.description, schema=t.schema) for t in self.tools.values())
        return Prompt(parts=tuple(self.parts), tools=specs)

    async def say(self, text: str) -> str:
        self.parts.append(UserText(author="Ada", content=text))
        return await self.go_on()

    async def go_on(self) -> str:
        self.thoughts, self.calls, self.seen, self.steps = [], [], [], 0
        while self.steps < 25:
            answer, calls, finish = "", [], None
            thoughts: list[str] = []
            async for piece in self.demo.stream(self.prompt):
                match piece:
                    case ThinkingPiece(text=text, new=new):
                        thoughts = [*thoughts, text] if new or not thoughts else [*thoughts[:-1], thoughts[-1] + text]
                    case TextPiece(text=text):
                        answer += text
                    case CallPiece():
                        calls.append(piece)
                    case FinishPiece():
                        finish = piece.reason
            self.steps += 1
            self.thoughts += thoughts
            self.parts += [Reasoning(content=thought) for thought in thoughts]
            self.parts += [ToolCall(call=call.call, tool=call.tool, args=call.args) for call in calls]
            for call in calls:
                outcome = await self.tools[call.tool].run(call.args)
                self.calls.append((call.tool, dict(call.args)))
                self.seen.append((outcome.ok, outcome.content))
                result = ToolResult(call=call.call, tool=call.tool, ok=outcome.ok, content=outcome.content)
                self.parts.append(result)
            if answer:
                self.parts.append(AnswerText(content=answer))
            assert finish == ("calls" if calls else "stop")
            if finish == "stop":
                return answer
        raise AssertionError("no end")


@pytest.fixture(scope="session")
def tools() -> dict[str, Tool]:
    return {tool.name: tool for tool in toolbox(clock=StoppedClock(), folders=[HELP], zone=UTC)}


@pytest.fixture
def talk(tools: dict[str, Tool]) -> Talk:
    return Talk(tools=tools, demo=Demo(pace=0))


@pytest.fixture
def new_talk(tools: dict[str, Tool]) -> Callable[[], Talk]:
    return lambda: Talk(tools=tools, demo=Demo(pace=0))
