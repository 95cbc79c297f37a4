"""The demo brain: an ordinary provider that follows rules. A pure function of the prompt, streamed word by word."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

from ..base import CallPiece, FinishPiece, Piece, Prompt, TextPiece, ThinkingPiece, UsagePiece
from .answer import answer
from .plan import plan
from .reading import Reading, key, read
from .terms import Call
from .thinking import thoughts

WORD = 0.018  # seconds for a word: some 50 words a second, like a quick model
BREATH = 0.12  # before a thought, and after a call so that it is seen before its result


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step comes to: some thoughts, then calls or the (rest of the) answer."""

    thoughts: tuple[str, ...]
    calls: tuple[CallPiece, ...] = ()
    answer: str = ""


class Demo:
    """Rules behind the same loop as a real model; `pace` 1 is like a real model, 2 half as fast, 0 does not wait."""

    model = "demo:rules"
    label = "Demo (rules, no AI model)"
    budget = 0  # it reads all of what there is

    def __init__(
        self,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        dice: Callable[[], float] = lambda: 0.5,
        pace: float = 1.0,
    ) -> None:
        self._sleep = sleep
        self._dice = dice  # 0 to 1, for timings only
        self._pace = pace

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        """One step, the same for the same prompt."""
        step = next_step(prompt)
        for number, thought in enumerate(step.thoughts):
            await self._wait(BREATH)
            for index, word in enumerate(_words(thought)):
                yield ThinkingPiece(text=word, new=number > 0 and index == 0)
                await self._wait(WORD)
        for call in step.calls:
            await self._wait(BREATH)
            yield call
        if step.calls:
            await self._wait(BREATH)
            yield FinishPiece(reason="calls")
            return
        for word in _words(step.answer):
            yield TextPiece(text=word)
            await self._wait(WORD)
        yield FinishPiece(reason="stop")

    def price(self, usage: UsagePiece) -> float | None:
        return 0.0

    async def _wait(self, seconds: float) -> None:
        if self._pace > 0:
            await self._sleep(seconds * self._pace * (0.5 + self._dice()))
        else:
            await asyncio.sleep(0)  # without waiting, but a stop must be able to come between two words


def next_step(prompt: Prompt) -> Step:
    """What the demo does next, of all prompts alike: pure."""
    reading = read(prompt)
    turn = reading.turns[-1]
    made = plan(reading.turns, tuple(tool.name for tool in prompt.tools))
    whole = "" if made.calls else answer(made, files=turn.files)
    given = turn.answer
    rest = whole.removeprefix(given) if whole.startswith(given) else f"\n\n{whole}"
    before = reading.turns[-2] if len(reading.turns) > 1 else None
    thought = thoughts(
        made,
        turn,
        first=_first(reading),
        before=before.cut if before else "",
        rest=bool(given) and not made.calls,
    )
    return Step(
        thoughts=tuple(text for text in thought if text),
        calls=_calls(reading, tuple(call for _, call in made.calls)),
        answer="" if made.calls else rest,
    )


def _first(reading: Reading) -> bool:
    return len(reading.turns) == 1


def _calls(reading: Reading, wanted: tuple[Call, ...]) -> tuple[CallPiece, ...]:
    """Each call once, with an id that the prompt does not have yet."""
    calls: list[CallPiece] = []
    names: set[str] = set()
    number = len(reading.calls)
    for call in wanted:
        if (name := key(call.tool, call.args)) in names:
            continue
        names.add(name)
        number += 1
        while f"demo-{number}" in reading.calls:
            number += 1
        calls.append(CallPiece(call=f"demo-{number}", tool=call.tool, args=dict(call.args)))
    return tuple(calls)


def _words(text: str) -> list[str]:
    """Words with the spaces after them: joined they are the text."""
    return re.findall(r"\S+\s*|\s+", text)
