"""Who may do what in a session: one function, which every door asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from .errors import Forbidden

Role = Literal["owner", "member", "viewer"]
Act = Literal["watch", "take part", "own"]
"""Watching is reading; who takes part says, stops, replies, clears and forks; who owns renames, shares and deletes."""

NEEDED: Mapping[Act, int] = {"watch": 1, "take part": 2, "own": 3}
RANK: Mapping[Role | None, int] = {None: 0, "viewer": 1, "member": 2, "owner": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody at a door. A `role` is what they are on this server: its `owner` owns every session, a `member` has
    sessions of their own, a `viewer` watches what is shared with them and no more. `rooms` are sessions that a link
    opened to them, and as what."""

    user: str
    role: Role
    rooms: Mapping[str, Role] = field(default_factory=dict[str, Role])

    @property
    def owns(self) -> str:
        """Whose the sessions are that this person begins: nobody's, while nobody signs in."""
        return "" if (self.user, self.role) == (ANYBODY.user, ANYBODY.role) else self.user


ANYBODY = Person(user="owner", role="owner")
"""Who asks while there is no sign-in: one's own machine has one person."""


LONGEST_NAME = 64


def is_name(name: object) -> bool:
    """Whether it can name somebody: it is shown, so nothing in it may be invisible or change what is around it."""
    return isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip()


class Shared(Protocol):
    """What decides: a session or its card. `owner` is empty where nobody had signed in when it was begun."""

    @property
    def id(self) -> str: ...
    @property
    def owner(self) -> str: ...
    @property
    def people(self) -> Mapping[str, Role]: ...


def standing(person: Person, session: Shared) -> Role | None:
    """As what `person` is in the session: the most that the server, the session and a link make of them; None is a
    stranger."""
    if person.role == "owner":
        return "owner"
    here: list[Role | None] = [session.people.get(person.user), person.rooms.get(session.id)]
    if session.owner and session.owner == person.user:
        here.append("owner")
    best = max(here, key=lambda role: RANK[role])
    return "viewer" if best and person.role == "viewer" else best


def allow(person: Person, act: Act, session: Shared) -> None:
    """Returns if `person` may; raises Forbidden with the reason if not."""
    here = standing(person, session)
    if RANK[here] >= NEEDED[act]:
        return
    if here is None:
        raise Forbidden("That session is somebody else's, and is not shared with you.")
    if act == "own":
        raise Forbidden("Only the session's owner may do that.")
    raise Forbidden("You may watch this session, but not take part in it.")


def allow_new(person: Person) -> None:
    """Returns if `person` may begin sessions; raises Forbidden if not."""
    if person.role == "viewer" or person.rooms:  # who came by a link is a guest in one room
        raise Forbidden("You may watch what is shared with you, but not begin a session of your own.")
