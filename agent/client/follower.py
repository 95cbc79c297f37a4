"""One reader's events, so that a slow one costs the others nothing, and the memory little."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from ..events import Event
from .connection import Connection
from .trouble import AgentError

BACKLOG = 1000  # events


class Follower:
    """Events as they come while the reader keeps up; one that falls behind reads on from where it is, over a
    connection of its own, at its own pace."""

    def __init__(self, cursor: int, open: Callable[[int], Connection]) -> None:
        self._cursor = cursor
        self._open = open
        self._waiting: deque[Event] = deque()
        self._bell = asyncio.Event()
        self._behind = False
        self.own: Connection | None = None
        self._over: AgentError | None = None

    def offer(self, event: Event) -> None:
        if len(self._waiting) >= BACKLOG:
            self._behind = True
        if not self._behind:
            self._waiting.append(event)
            self._bell.set()

    def end(self, error: AgentError) -> None:
        """No more will come: the reader gets what there is, and then the reason."""
        self._over = self._over or error
        self._bell.set()

    async def next(self) -> Event:
        """Raises AgentError once there are no more."""
        while not self._waiting and not self._behind:
            if self._over:
                raise self._over
            self._bell.clear()
            await self._bell.wait()
        event = self._waiting.popleft() if self._waiting else await self._missed()
        self._cursor = event.event_id
        return event

    async def _missed(self) -> Event:
        if self._over and self.own is None:
            raise self._over
        self.own = self.own or self._open(self._cursor)
        while not isinstance(heard := await self.own.receive(), Event):
            pass
        return heard
