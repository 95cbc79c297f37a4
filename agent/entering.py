"""Into a session by its id: the way that every door takes."""

from __future__ import annotations

from .access import Act, Person, allow, allow_new, standing
from .errors import NotFound
from .hub import GONE, Hub, check_id
from .session import Session
from .store import Card


async def enter(hub: Hub, person: Person, session: str, act: Act = "watch", *, make: bool = False) -> Session:
    """The session, where this person may do that in it; with `make`, an id that nobody has becomes a new one, theirs.

    Raises NotFound, Forbidden, BadRequest (no session can have that id), or Damaged where it cannot be read.
    """
    shared = hub.here(session) or hub.card(session)
    if shared is not None:
        allow(person, act, shared)
        return await hub.open(session)
    if not make:
        raise NotFound(GONE)
    check_id(session)
    allow_new(person)
    return hub.new(session, owner=person.owns)


def seen_by(person: Person, cards: list[Card]) -> list[Card]:
    """Those of the cards that the person may see, in the same order."""
    return cards if person.role == "owner" else [card for card in cards if standing(person, card)]
