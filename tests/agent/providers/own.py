"""An agent of somebody's own, read and stopped as a run does it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest

from agent.errors import ProviderError
from agent.providers.base import (
    AskPiece,
    Part,
    Piece,
    Prompt,
    TextPiece,
    ToolSpec,
    UsePiece,
    UserText,
)
from agent.providers.custom import Custom
from agent.providers.custom.function import Function


def custom(agent: object) -> Custom:
    return Custom(Function(agent, "mine:agent"))


def asked(*parts: Part | str, tools: tuple[str, ...] = (), read: Callable[[str], bytes] | None = None) -> Prompt:
    said = tuple(UserText(author="Ada", content=part) if isinstance(part, str) else part for part in parts)
    specs = tuple(ToolSpec(name=name, description="", schema={}) for name in tools)
    return Prompt(parts=said, tools=specs, **({"read": read} if read else {}))


async def pieces(agent: object, prompt: Prompt | None = None) -> list[Piece]:
    """All that a reader gets who answers every question with its first choice, and whose tools shout."""
    out: list[Piece] = []
    async with aclosing(custom(agent).stream(prompt or asked("Why?"))) as stream:
        async for piece in stream:
            out.append(piece)
            match piece:
                case AskPiece():
                    piece.answer(piece.choices[0] if piece.choices else "whatever")
                case UsePiece():
                    piece.observe(piece.tool != "broken", str(piece.args.get("text", "no text")).upper())
                case _:
                    pass
    return out


async def answer(agent: object, prompt: Prompt | None = None) -> str:
    return "".join(piece.text for piece in await pieces(agent, prompt) if isinstance(piece, TextPiece))


async def failure(agent: object, prompt: Prompt | None = None) -> str:
    with pytest.raises(ProviderError) as raised:
        await pieces(agent, prompt)
    assert raised.value.kind == "agent"
    return raised.value.message


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 (a thread has no event for it)
            await asyncio.sleep(0.001)


class Turn:
    """A turn in the background, as a run reads it: `stop` cancels it and returns how long that took, in seconds."""

    def __init__(self, agent: object) -> None:
        self.heard: list[Piece] = []
        self._task = asyncio.create_task(self._live(agent))

    async def _live(self, agent: object) -> None:
        async with aclosing(custom(agent).stream(asked("Why?"))) as stream:
            async for piece in stream:
                self.heard.append(piece)

    async def hears(self, count: int) -> None:
        await until(lambda: len(self.heard) >= count)

    async def stop(self) -> float:
        began = time.monotonic()
        self._task.cancel()
        await asyncio.wait([self._task])
        assert self._task.cancelled()
        return time.monotonic() - began
