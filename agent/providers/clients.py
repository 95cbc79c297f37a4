"""One client per vendor, address and key: making one costs up to 100 ms, importing its SDK up to 2 s."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from .endpoint import Endpoint

logger = logging.getLogger(__name__)
Key = tuple[str, str, str]


class Clients:
    """Makes each client once, in a thread, and closes them all. Belongs to one event loop."""

    def __init__(self) -> None:
        self._made: dict[Key, asyncio.Task[Any]] = {}

    async def get(self, endpoint: Endpoint, make: Callable[[Endpoint], Any]) -> Any:
        """The client of `endpoint`; `make`, which may import an SDK, runs in a thread. Raises what `make` raises."""
        key = (endpoint.vendor, endpoint.url, endpoint.key)
        task = self._made.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            task = self._made[key] = asyncio.create_task(asyncio.to_thread(make, endpoint))
        return await asyncio.shield(task)  # somebody else may be waiting, too

    async def close(self) -> None:
        while self._made:  # somebody may still be asking for one
            _, task = self._made.popitem()
            try:
                await (await task).close()
            except Exception:
                logger.debug("a client could not be closed", exc_info=True)
