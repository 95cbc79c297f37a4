"""Something that a program said, until the log shows it or the server declines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from ..events import Event
from .frames import Refusal
from .trouble import AgentError


class Command:
    """It is sent once on each connection, and only once whatever happened meanwhile is known: then nothing is said
    twice that was done already."""

    def __init__(self, said: Mapping[str, Any], settles: Callable[[Event], bool] | None) -> None:
        self.said = said
        self._settles = settles
        self._due = self._sent = self._done = False
        self._error: AgentError | None = None
        self._bell = asyncio.Event()

    async def wait_due(self) -> bool:
        """True when it is to be sent, now or again; False once it is done. Raises AgentError where it was refused."""
        while True:
            if self._error:
                raise self._error
            if self._done:
                return False
            if self._due and not self._sent:
                self._sent = True
                return True
            self._bell.clear()
            await self._bell.wait()

    def go(self) -> None:
        self._due = True
        self._bell.set()

    def lost(self, *, too_long: bool) -> None:
        """The connection is another. One that was closed because a frame was too long is not asked to take it again."""
        if too_long and self._sent:
            self.fail(AgentError("too_long", "That is longer than the server takes."))
        self._due = self._sent = False

    def see(self, event: Event) -> None:
        if self._settles and self._settles(event):
            self._done = True
            self._bell.set()

    def is_about(self, refusal: Refusal) -> bool:
        """Whether it was this that the server declined; then it has failed."""
        if not self._sent or refusal.message not in (None, self.said.get("id")):
            return False
        self.fail(refusal.error)
        return True

    def fail(self, error: AgentError) -> None:
        if not self._done:
            self._error = self._error or error
            self._bell.set()
