"""What the server says, read: events of the log, and what is about this connection alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from .. import codec
from ..events import Event, ThoughtDelta
from .trouble import AgentError


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The first frame of each connection."""

    session: str
    last_event_id: int
    model: str
    title: str
    active_users: tuple[str, ...]
    reset: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Somebody came or left; these are here now."""

    active_users: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What was said last was not done. `message` is its id, where it was one."""

    error: AgentError
    message: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A place in the log; without an `event` it is of a kind that only a newer client knows."""

    number: int
    event: Event | None

    def follows(self, cursor: int) -> bool:
        """Whether nothing is missing between: a joined delta stands for as many events as it has marks, at most."""
        marks = (self.event.marks or ()) if isinstance(self.event, ThoughtDelta) else ()
        return self.number - cursor <= max(1, len(marks))


Frame = Hello | Presence | Refusal | Ping | Numbered


def frame(text: str | bytes) -> Frame | None:
    """The frame; None where it is nothing that this client knows, which is no reason to worry."""
    try:
        data: Any = json.loads(text)
    except ValueError:
        return None
    if not isinstance(data, dict):
        return None
    said = cast("Mapping[str, Any]", data)
    number = said.get("eventId")
    if isinstance(number, int):
        return Numbered(number=number, event=_event(said))
    match said.get("type"):
        case "hello":
            return Hello(
                session=str(said.get("session", "")),
                last_event_id=int(said.get("lastEventId") or 0),
                model=str(said.get("model", "")),
                title=str(said.get("title", "")),
                active_users=_users(said),
                reset=bool(said.get("reset")),
            )
        case "user_joined" | "user_left":
            return Presence(active_users=_users(said))
        case "error":
            message = str(said.get("message") or "The server would not, and did not say why.")
            error = AgentError(str(said.get("kind") or "error"), message, said.get("retry_after"))
            return Refusal(error=error, message=said.get("message_id"))
        case "ping":
            return Ping()
        case _:
            return None


def _event(said: Mapping[str, Any]) -> Event | None:
    try:
        return codec.decode(said)
    except ValueError:
        return None


def _users(said: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(user) for user in said.get("active_users") or ())
