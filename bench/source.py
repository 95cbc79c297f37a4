"""The token source of both servers: an order says how many and how fast, a file says when each one left."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

from .answer import answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the bench asks both pages for, as the text of a message: "600 tokens at 50 a second, run 3"."""

    tokens: int
    rate: int
    run: int

    def __str__(self) -> str:
        return f"{self.tokens} tokens at {self.rate} a second, run {self.run}"

    @classmethod
    def read(cls, text: str) -> Order:
        tokens, rate, run = re.findall(r"\d+", text)
        return cls(tokens=int(tokens), rate=int(rate), run=int(run))

    @property
    def seconds(self) -> float:
        return self.tokens / self.rate


async def stream(order: Order, folder: Path) -> AsyncGenerator[str, None]:
    """Yields token i at start + i / rate, without drift; then writes when each one left (see `sent`)."""
    tokens = answer(order.tokens)
    left: list[int] = []
    start = time.monotonic()
    for i, token in enumerate(tokens):
        if (wait := start + i / order.rate - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        left.append(time.time_ns())
        yield token
    path = file_of(order, folder)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(left))
    os.replace(temporary, path)


async def sent(order: Order, folder: Path) -> list[float]:
    """When each token left, in Unix ms, once the last one has. Raises TimeoutError if that takes far too long."""
    path = file_of(order, folder)
    async with asyncio.timeout(3 * order.seconds + 20):
        while not path.exists():  # noqa: ASYNC110 (another process writes it)
            await asyncio.sleep(0.02)
    return [ns / 1e6 for ns in json.loads(path.read_text())]


def file_of(order: Order, folder: Path) -> Path:
    return folder / f"sent-{order.run}.json"
