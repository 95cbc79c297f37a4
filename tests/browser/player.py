"""A provider that plays what a test wrote down; anything else it leaves to the demo.

A message “play NAME” plays the file NAME.json of a folder: `{"pace": seconds, "steps": [[piece, …], …]}`, where a piece
is `["think", text]`, `["say", text]`, `["call", tool, args]`, `["wait", seconds]`, `["until", file]` (is there) or
`["fail", message]`.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path
from typing import Any

from agent.errors import ProviderError
from agent.providers.base import (
    AnswerText,
    CallPiece,
    FinishPiece,
    Part,
    Piece,
    Prompt,
    Provider,
    TextPiece,
    ThinkingPiece,
    ToolResult,
    UserText,
)

Line = list[Any]


class Player:
    """Goes on where it was cut off: what was answered since the person's last message is not said again."""

    def __init__(self, demo: Provider, folder: Path) -> None:
        self.model = demo.model
        self.label = demo.label
        self.budget = demo.budget
        self.price = demo.price
        self._demo = demo
        self._folder = folder

    def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        asked = max(i for i, part in enumerate(prompt.parts) if isinstance(part, UserText))
        request = prompt.parts[asked]
        assert isinstance(request, UserText)
        if not request.content.startswith("play "):
            return self._demo.stream(prompt)
        script = json.loads((self._folder / f"{request.content.split()[1]}.json").read_text(encoding="utf-8"))
        return play(script, prompt.parts[asked + 1 :])


async def play(script: Mapping[str, Any], since: Sequence[Part]) -> AsyncGenerator[Piece, None]:
    """The step that follows what happened `since` the person's message."""
    said = sum(len(part.content) for part in since if isinstance(part, AnswerText))
    results = sum(isinstance(part, ToolResult) for part in since)
    going_on = said > 0
    step, calls = next_step(script["steps"], results)
    for kind, *rest in step:
        if kind == "call":
            yield CallPiece(call=f"call-{calls}", tool=rest[0], args=rest[1])
            calls += 1
        elif kind == "wait":
            await asyncio.sleep(rest[0])
        elif kind == "until":
            await there(Path(rest[0]))
        elif kind == "fail":
            raise ProviderError(rest[0])
        elif kind == "think" and not going_on:
            yield ThinkingPiece(text=rest[0])
        elif kind == "say":
            skipped = min(said, len(rest[0]))
            said -= skipped
            if skipped == len(rest[0]):
                continue
            yield TextPiece(text=rest[0][skipped:])
        else:
            continue
        await asyncio.sleep(script["pace"])
    yield FinishPiece(reason="calls" if any(piece[0] == "call" for piece in step) else "stop")


async def there(file: Path) -> None:
    """Returns once a test has made the file."""
    while not file.exists():  # noqa: ASYNC110, ASYNC240 -- another process makes it
        await asyncio.sleep(0.05)


def next_step(steps: Sequence[Sequence[Line]], results: int) -> tuple[Sequence[Line], int]:
    """The first step whose calls have no results yet, and how many calls came before it."""
    calls = 0
    for step in steps[:-1]:
        if calls >= results:
            return step, calls
        calls += sum(piece[0] == "call" for piece in step)
    return steps[-1], calls


# ── for whoever writes scripts ───────────────────────────────────────────────────────────────────────────


def words(kind: str, text: str) -> list[Line]:
    """The text word by word, each with the space after it."""
    pieces = text.split(" ")
    return [[kind, word + " "] for word in pieces[:-1]] + [[kind, pieces[-1]]]


def odd(kind: str, text: str, seed: int, longest: int = 23) -> list[Line]:
    """The text in pieces of odd sizes, which cut through words, marks and fences."""
    dice = random.Random(seed)
    pieces: list[Line] = []
    while text:
        size = dice.randint(1, longest)
        pieces.append([kind, text[:size]])
        text = text[size:]
    return pieces


def script(*steps: Sequence[Line], pace: float = 0.02) -> dict[str, Any]:
    return {"pace": pace, "steps": [list(step) for step in steps]}
