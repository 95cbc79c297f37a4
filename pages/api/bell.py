"""What one task waits for, rung by whoever has news: asyncio's Event, for one who waits, at half the price."""

from __future__ import annotations

import asyncio


class Bell:
    """A ring before anybody waits is not lost."""

    def __init__(self) -> None:
        self._rung = False
        self._waiter: asyncio.Future[None] | None = None

    def ring(self) -> None:
        self._rung = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def quiet(self) -> None:
        """What has rung so far is heard."""
        self._rung = False

    async def wait(self) -> None:
        """Returns once it has rung since it was last quiet."""
        if not self._rung:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
