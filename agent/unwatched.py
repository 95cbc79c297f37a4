"""The end of a run that nobody watches any more: protocol.md, promise 4."""

from __future__ import annotations

from collections.abc import Callable

from .chance import Clock, Timer
from .presence import Presence, Seat


class Unwatched:
    """Calls `stop` where a run goes on that nobody watches: after `grace` seconds (0 is never) if somebody could
    come back to it, else at once."""

    def __init__(self, clock: Clock, grace: float, presence: Presence, stop: Callable[[], None]) -> None:
        self._clock = clock
        self._grace = grace
        self._presence = presence
        self._stop = stop
        self._timer: Timer | None = None

    def look(self, *, running: bool, left: Seat | None = None) -> None:
        """To be called when a run begins or ends, when somebody comes, goes (`left`), or has looked in."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if len(self._presence) or not running:
            return
        if left and not self._presence.returnable:
            self._stop()
        elif self._grace:
            self._timer = self._clock.later(self._grace, self._stop)
