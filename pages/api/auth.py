"""Who asks: signed tokens, and what a request or a connection shows of itself.

Three kinds of token, none of which is ever taken for another: a *person's* (`user_id`, `role`, `exp`, and nothing that
another program with the same secret could not set), a *guest's* (the same with the `rooms` that links have opened to
them), and a *share* (`share`, `role`, `exp`), which says who may do what where but not who somebody is. A share has an
audience (`aud`), and whatever has one is no person's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from agent.access import LONGEST_NAME, RANK, Person, Role, is_name
from agent.chance import Chance, Clock
from agent.errors import BadRequest, Unauthorized
from agent.hub import ID

INVALID = "Invalid token: ask whoever runs this server for a new link."
MISSING = "Sign in first: ask whoever runs this server for a link."
DAY = 24 * 3600
SHARE = "thinkaloud-share"
LONGEST_TOKEN, MOST_ROOMS, MOST_DAYS = 8192, 20, 3650  # a cookie holds 4 kB, so rooms must be few
# Whatever depends on the time is decided by our clock; `aud` below, for each kind
UNCHECKED = {f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a person's or a guest's token says; times in Unix seconds."""

    person: Person
    expires: float
    until: Mapping[str, float] = field(default_factory=dict[str, float])
    """When each of a guest's rooms closes."""

    @property
    def guest(self) -> bool:
        return bool(self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a share link opens, as what, and until when (Unix seconds)."""

    session: str
    role: Role
    expires: float


class Rooms(Mapping[str, Role]):
    """A guest's: each is there for as long as its own link holds, also for a connection that is older. It has a length
    even then, since a guest stays one."""

    def __init__(self, rooms: Mapping[str, tuple[Role, float]], clock: Clock) -> None:
        self._rooms = rooms
        self._clock = clock

    def __getitem__(self, id: str) -> Role:
        role, until = self._rooms[id]
        if until * 1000 <= self._clock.now():
            raise KeyError(id)
        return role

    def __iter__(self) -> Iterator[str]:
        return (id for id in self._rooms if id in self)

    def __len__(self) -> int:
        return len(self._rooms)


class Tokens:
    """Makes and reads tokens: JWT, HS256 alone. What is wrong with one is nobody's business: reading it raises
    Unauthorized with one and the same sentence."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def invite(self, user: str, role: Role, days: int) -> str:
        """A person's token. Raises BadRequest."""
        if not is_name(user):
            raise BadRequest(f"A name is 1 to {LONGEST_NAME} printable characters, not {user[:80]!r}.")
        if role not in get_args(Role):
            raise BadRequest(f"A role is owner, member or viewer, not {role!r}.")
        return self._sign({"user_id": user, "role": role, "exp": self._in(days)})

    def share(self, session: str, role: Role, days: int) -> str:
        """What `/s/ID?share=…` carries. Raises BadRequest."""
        if not ID.fullmatch(session):
            raise BadRequest("There is no such session to share.")
        if role not in ("viewer", "member"):
            raise BadRequest(f"A session is shared with viewers or members, not with {role!r}.")
        return self._sign({"aud": SHARE, "share": session, "role": role, "exp": self._in(days)})

    def guest(self, grant: Grant, before: Known | None = None) -> str:
        """What a share link makes of somebody who has not signed in; a guest from `before` keeps name and rooms. Each
        room closes when its own link said so."""
        rooms: dict[str, list[Any]] = {}
        if before and before.guest:
            rooms = {id: [role, before.until[id]] for id, role in before.person.rooms.items()}
        held: list[Any] = rooms.pop(grant.session, ["viewer", 0.0])
        new: list[Any] = [grant.role, grant.expires]
        rooms[grant.session] = max(held, new, key=lambda room: (RANK[room[0]], room[1]))
        rooms = dict([*rooms.items()][-MOST_ROOMS:])
        return self._sign(
            {
                "user_id": before.person.user if before and before.guest else f"guest-{Chance().id(8)}",
                "role": "member" if any(role == "member" for role, _ in rooms.values()) else "viewer",
                "rooms": rooms,
                "exp": max(until for _, until in rooms.values()),
            }
        )

    def person(self, token: str) -> Person:
        """Whose it is. Raises Unauthorized."""
        return self.known(token).person

    def known(self, token: str) -> Known:
        """The same, and until when. Raises Unauthorized."""
        claims = self._claims(token)
        user, role = claims.get("user_id"), claims.get("role")
        if "aud" in claims or "share" in claims or not is_name(user) or not isinstance(role, str):
            raise Unauthorized(INVALID)
        if role not in get_args(Role):
            raise Unauthorized(INVALID)
        if "rooms" not in claims:
            return Known(person=Person(user=user, role=role), expires=claims["exp"])
        rooms = {id: room for id, room in _rooms(claims["rooms"]).items() if room[1] > self._now()}
        if not rooms or role == "owner":
            raise Unauthorized(INVALID)
        roles = {id: role for id, (role, _) in rooms.items()}
        best: Role = "member" if "member" in roles.values() else "viewer"  # of the rooms that are still open
        return Known(
            person=Person(user=user, role=best, rooms=Rooms(rooms, self._clock)),
            expires=claims["exp"],
            until={id: until for id, (_, until) in rooms.items()},
        )

    def grant(self, token: str) -> Grant:
        """What a share token opens. Raises Unauthorized."""
        claims = self._claims(token)
        session, role = claims.get("share"), claims.get("role")
        known = isinstance(session, str) and ID.fullmatch(session) and role in ("viewer", "member")
        if claims.get("aud") != SHARE or "user_id" in claims or not known:
            raise Unauthorized(INVALID)
        return Grant(session=session, role=role, expires=claims["exp"])

    def seconds_until(self, expires: float) -> float:
        return max(0, expires - self._now())

    def _claims(self, token: str) -> dict[str, Any]:
        """What is signed, and holds now."""
        import jwt  # here, since a server that runs open does without

        if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
            raise Unauthorized(INVALID)
        try:
            claims = jwt.decode(token, self._secret, algorithms=["HS256"], options=UNCHECKED)
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise Unauthorized(INVALID) from None
        begins, expires = claims.get("nbf", 1), claims.get("exp")
        if not (_is_time(begins) and _is_time(expires) and begins <= self._now() < expires):
            raise Unauthorized(INVALID)
        return claims

    def _sign(self, claims: dict[str, Any]) -> str:
        import jwt

        return jwt.encode(claims, self._secret, algorithm="HS256")

    def _in(self, days: int) -> int:
        if isinstance(days, bool) or not isinstance(days, int) or not 0 < days <= MOST_DAYS:
            raise BadRequest(f"A link holds for 1 to {MOST_DAYS} days, not {days}.")
        return int(self._now()) + days * DAY

    def _now(self) -> float:
        return self._clock.now() / 1000


def _rooms(claim: object) -> dict[str, tuple[Role, float]]:
    rooms: dict[str, tuple[Role, float]] = {}
    for id, room in claim.items() if isinstance(claim, dict) else [("", None)]:
        match room:
            case ["viewer" | "member" as role, until] if ID.fullmatch(id) and _is_time(until):
                rooms[id] = (role, until)
            case _:
                raise Unauthorized(INVALID)
    return rooms


def _is_time(value: object) -> bool:
    """Seconds, as the standard says: milliseconds would be a thousand lifetimes, NaN and Infinity none at all."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e11
