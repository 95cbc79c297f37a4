"""What tests are made of: a clock that is moved, a provider that plays a script, a hub that forgets."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import cast

from agent.chance import Chance
from agent.events import Event
from agent.hub import Hub
from agent.limits import Limits
from agent.models import Models, OneProvider
from agent.providers.base import CallPiece, FinishPiece, Piece, Prompt, Provider, TextPiece, ThinkingPiece, UsagePiece
from agent.store import MemoryStore, Store
from agent.tools.base import Tool, tool


class MovedClock:
    """A clock that stands still until `pass_`; sleepers wake in order."""

    def __init__(self, now: int = 1_800_000_000_000) -> None:
        self.ms = now
        self._order = itertools.count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    def now(self) -> int:
        return int(self.ms)

    def elapsed(self) -> float:
        return self.ms / 1000

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        self.later(seconds, lambda: woken.done() or woken.set_result(None))
        await woken

    def later(self, seconds: float, call: Callable[[], None]) -> MovedTimer:
        timer = MovedTimer(call)
        heapq.heappush(self._due, (self.ms + seconds * 1000, next(self._order), timer.ring))
        return timer

    async def pass_(self, seconds: float) -> None:
        """Lets time pass; whatever becomes due happens, in order, and has its consequences."""
        until = self.ms + seconds * 1000
        await settle()
        while self._due and self._due[0][0] <= until:
            self.ms, _, call = heapq.heappop(self._due)
            call()
            await settle()
        self.ms = until


class MovedTimer:
    def __init__(self, call: Callable[[], None]) -> None:
        self._call: Callable[[], None] | None = call

    def ring(self) -> None:
        if self._call:
            self._call()

    def cancel(self) -> None:
        self._call = None


async def settle(rounds: int = 20) -> None:
    """Lets every task go on until it waits for something."""
    for _ in range(rounds):
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A pause in a script, in seconds of the test's clock."""

    seconds: float


Script = Sequence[Piece | Wait | Exception]


class Scripted:
    """A provider that plays one script a step, and remembers what it was sent and how it was left."""

    model = "test:script"
    label = "Script"
    budget = 100_000

    def __init__(self, *steps: Script, clock: MovedClock | None = None) -> None:
        self.steps = list(steps)
        self.prompts: list[Prompt] = []
        self.closed = 0
        self.prices: dict[int, float | None] = {}
        """By the input tokens of a step; a tenth of a cent otherwise."""
        self._clock = clock

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        self.prompts.append(prompt)
        script = self.steps.pop(0) if self.steps else answer("Again.")
        try:
            for piece in script:
                if isinstance(piece, Exception):
                    raise piece
                if not isinstance(piece, Wait):
                    yield piece
                elif self._clock:
                    await self._clock.sleep(piece.seconds)
                else:
                    await asyncio.sleep(piece.seconds)
        finally:
            self.closed += 1

    def price(self, usage: UsagePiece) -> float | None:
        return self.prices.get(usage.input, 0.001)


def answer(text: str, *, wait: float = 0) -> Script:
    """A step that says `text` word by word and yields the floor."""
    out: list[Piece | Wait] = []
    for word in text.split(" "):
        out += [TextPiece(text=word + " "), *([Wait(seconds=wait)] if wait else [])]
    return [*out, FinishPiece(reason="stop")]


def thinks(text: str) -> Script:
    return [ThinkingPiece(text=text)]


def calls(*wanted: tuple[str, dict[str, object]]) -> Script:
    """A step that calls tools: `calls(("add", {"a": 1, "b": 2}))`."""
    pieces = [CallPiece(call=f"c{i}", tool=tool, args=args) for i, (tool, args) in enumerate(wanted)]
    return [*pieces, FinishPiece(reason="calls")]


@tool
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


def hub_with(
    provider: Provider | Models,
    *,
    store: Store | None = None,
    tools: Sequence[Tool] = (add,),
    clock: MovedClock | None = None,
    limits: Limits | None = None,
) -> Hub:
    models = OneProvider(provider) if hasattr(provider, "stream") else provider
    return Hub(
        store or MemoryStore(), models=cast(Models, models), tools=tools, chance=Chance.seeded(7, clock), limits=limits
    )


def types(events: Sequence[Event]) -> list[str]:
    """The events as their class names, deltas in a row as one."""
    names = [type(event).__name__ for event in events]
    return [name for i, name in enumerate(names) if i == 0 or name != "ThoughtDelta" or names[i - 1] != "ThoughtDelta"]
