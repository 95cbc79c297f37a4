"""How long to wait before the next try, and when to stop trying."""

from __future__ import annotations

from ..chance import Chance

FIRST, MOST = 1000, 30_000  # ms


class Backoff:
    """Waits twice as long each time, spread over its upper half so that not all come back at once."""

    def __init__(self, tries: int, chance: Chance) -> None:
        self.tries = tries
        self._dice = chance.dice
        self._failed = 0
        self._waits = 0

    def progressed(self) -> None:
        """Something came: all starts over. That this connection will end one day is no failed try."""
        self._failed = -1
        self._waits = 0

    def failed(self) -> bool:
        """One more in a row that came to nothing; tells whether that is enough."""
        self._failed += 1
        return self._failed >= self.tries

    def wait(self) -> float:
        """Seconds before the next try: at most `min(1000 * 2**attempt, 30000)` ms, and at least half of that."""
        most = min(FIRST * 2 ** min(self._waits, 10), MOST) / 1000
        self._waits += 1
        return most * (1 + self._dice.random()) / 2
