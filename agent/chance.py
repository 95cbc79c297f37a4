"""Time, dice and ids: the only file that touches them, so that a story can be told twice alike."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # no l, o, 0, 1: ids are read aloud and typed


class Timer(Protocol):
    def cancel(self) -> None: ...


class Clock(Protocol):
    """What the product knows of time."""

    def now(self) -> int:
        """Unix time in milliseconds."""
        ...

    def elapsed(self) -> float:
        """Seconds that only go forward, for measuring stretches."""
        ...

    async def sleep(self, seconds: float) -> None: ...

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Calls `call` on the event loop after `seconds`, unless cancelled."""
        ...


class RealClock:
    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def elapsed(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        return asyncio.get_running_loop().call_later(seconds, call)


@dataclass(frozen=True, slots=True)
class Chance:
    """Clock, dice and ids in one hand. `Chance()` is the real world; `Chance.seeded(7)` repeats itself."""

    clock: Clock = field(default_factory=RealClock)
    dice: random.Random = field(default_factory=random.Random)
    secret: bool = True

    @classmethod
    def seeded(cls, seed: int, clock: Clock | None = None) -> Chance:
        return cls(clock=clock or RealClock(), dice=random.Random(seed), secret=False)

    def id(self, length: int = 12) -> str:
        """A new id of letters and digits; unguessable unless seeded (a session's id opens its page)."""
        choose = secrets.choice if self.secret else self.dice.choice
        return "".join(choose(ALPHABET) for _ in range(length))
