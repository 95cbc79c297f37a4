"""What nobody may exceed, and the counting. Defaults are such that a team of 50 never meets them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from .chance import Clock
from .errors import RateLimited, TooLong, TooManyConnections

AGAIN = 5.0  # seconds after which somebody may well have left


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Times in seconds, lengths in characters; 0 is none for `grace` and `idle`."""

    message: int = 100_000
    rate: int = 20
    """Messages a second on one connection."""
    connections: int = 2000
    per_user: int = 200
    """Connections of one person; while there is no sign-in, nobody is told apart."""
    runs: int = 20
    """Runs that one person has begun and that have not ended."""
    args: int = 100_000
    """One call's arguments, as JSON."""
    grace: float = 300
    """How long a run goes on that nobody watches."""
    idle: float = 3600
    """How long a connection may stay on which nothing is said by either side."""
    memory: int = 200
    """Sessions in memory that nobody uses."""

    def admit(self, running: int) -> None:
        """Raises RateLimited where somebody who has so many runs going on wants another."""
        if running >= self.runs:
            raise RateLimited(f"You have {self.runs} runs going on, and that is the most. Stop one, or wait.", AGAIN)

    def bound(self, content: str) -> None:
        """Raises TooLong where a message is."""
        if len(content) > self.message:
            raise TooLong(f"That message has {len(content):,} characters; {self.message:,} is the most.")


class Rate:
    """Lets `per_second` through each second, and as many at once after a pause."""

    def __init__(self, per_second: int, clock: Clock) -> None:
        self._per_second = per_second
        self._clock = clock
        self._left = float(per_second)
        self._at = clock.elapsed()

    def take(self) -> None:
        """Raises RateLimited where it is too soon."""
        now = self._clock.elapsed()
        self._left = min(float(self._per_second), self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            wait = round((1 - self._left) / self._per_second, 3)
            raise RateLimited(f"That was too fast: {self._per_second} a second is the most.", retry_after=wait)
        self._left -= 1


class Seats:
    """How many connections there are, in all and of each person."""

    def __init__(self, most: int, per_user: int | None) -> None:
        self.taken = 0
        self._most = most
        self._per_user = per_user
        self._of: Counter[str] = Counter()

    @contextmanager
    def seat(self, user: str) -> Generator[None]:
        """One connection's, while it lasts. Raises TooManyConnections."""
        if self.taken >= self._most:
            raise TooManyConnections("The server has all the connections it may have. Try again soon.", AGAIN)
        if self._per_user is not None and self._of[user] >= self._per_user:
            raise TooManyConnections(
                f"You have {self._per_user} connections open, and that is the most. Close one.", AGAIN
            )
        self.taken += 1
        self._of[user] += 1
        try:
            yield
        finally:
            self.taken -= 1
            self._of[user] -= 1
            if not self._of[user]:
                del self._of[user]
