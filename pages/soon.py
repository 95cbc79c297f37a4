"""Many reasons to redraw, few redraws."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


class Soon:
    """Calling it calls `redraw` once the event loop gets to it, at most every `seconds`; the last call counts."""

    def __init__(self, redraw: Callable[[], None], *, seconds: float) -> None:
        self._redraw = redraw
        self._seconds = seconds
        self._last = -seconds
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self) -> None:
        if self._timer is None:
            wait = max(0.0, self._last + self._seconds - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(wait, self._now)

    def cancel(self) -> None:
        if self._timer:
            self._timer.cancel()

    def _now(self) -> None:
        self._timer = None
        self._last = time.monotonic()
        self._redraw()
