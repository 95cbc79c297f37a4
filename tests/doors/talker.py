"""A provider that thinks, calls tools and answers at random, but the same for the same question."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator

from agent.providers.base import CallPiece, FinishPiece, Piece, Prompt, TextPiece, ThinkingPiece, ToolResult, UserText
from agent.tools.base import tool
from tests.builders import Scripted

WORDS = "the sky is blue since air scatters short waves more — größer, 天空, 🌍 and so on".split()


@tool
async def ponder(ms: int) -> str:
    """Takes its time."""
    await asyncio.sleep(ms / 1000)
    return f"after {ms} ms"


class Talker(Scripted):
    """`pace`: seconds between two pieces, at the most."""

    def __init__(self, pace: float = 0.008) -> None:
        super().__init__()
        self.pace = pace

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        asked = max(i for i, part in enumerate(prompt.parts) if isinstance(part, UserText))
        question = prompt.parts[asked]
        assert isinstance(question, UserText)
        results = sum(isinstance(part, ToolResult) for part in prompt.parts[asked:])
        dice = random.Random(f"{question.content} {results}")
        await asyncio.sleep(dice.random() * self.pace)
        for _ in range(dice.randint(0, 8)):
            yield ThinkingPiece(text=dice.choice(WORDS) + " ")
            await asyncio.sleep(dice.random() * self.pace)
        if results < dice.randint(0, 3):
            for n in range(dice.randint(1, 2)):
                yield CallPiece(call=f"c{results}-{n}", tool="ponder", args={"ms": dice.randint(0, 30)})
            yield FinishPiece(reason="calls")
            return
        for _ in range(dice.randint(1, 25)):
            yield TextPiece(text=dice.choice(WORDS) + " ")
            await asyncio.sleep(dice.random() * self.pace)
        yield FinishPiece(reason="stop")
