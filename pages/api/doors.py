"""What all doors for programs have in common: whose sessions, who may come in, how many, and who is there now."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from agent.access import ANYBODY, Person
from agent.errors import Forbidden, Unauthorized
from agent.hub import Hub
from agent.limits import Seats
from agent.sound import sound

from .auth import MISSING
from .locks import Locks


class Reader(Protocol):
    """A connection that lasts."""

    name: str
    """What it calls itself, for a message to it alone; mostly empty."""

    user: str

    def tell(self, frame: dict[str, Any]) -> None:
        """Sends something that is in no log."""
        ...

    async def close(self) -> None:
        """Ends it, since the server goes, once it has been told all there is; waits until then."""
        ...


class Doors:
    """One for the server. While it runs open nobody is told apart, so only the connections in all are counted."""

    def __init__(self, hub: Hub, locks: Locks) -> None:
        self.hub = hub
        self.locks = locks
        self.clock = hub.chance.clock
        self.seats = Seats(hub.limits.connections, None if locks.open else hub.limits.per_user)
        self.readers: set[Reader] = set()

    def person(self, state: Any) -> Person:
        """Who asks, as the gate has found."""
        person = getattr(state, "person", None)
        if person is None and not self.locks.open:
            raise Unauthorized(MISSING)
        return person or ANYBODY

    def check_name(self, person: Person, name: str) -> None:
        """Raises Forbidden where people sign in and somebody else is connected under that name."""
        if name and not self.locks.open and any(one.name == name and one.user != person.user for one in self.readers):
            raise Forbidden("Somebody else is connected under that name.")

    def broadcast(self, content: str, by: str, to: str | None = None) -> int:
        """Tells all connections, or those of one name; returns how many."""
        told = [reader for reader in self.readers if to is None or reader.name == to]
        for reader in told:
            reader.tell({"type": "broadcast", "content": sound(content), "by": by})
        return len(told)

    async def close(self) -> None:
        """Lets every reader have what there is, and go."""
        await asyncio.gather(*(reader.close() for reader in list(self.readers)))
