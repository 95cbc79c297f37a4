"""What is told once, to whoever is connected, and is in no log: so without an `eventId`."""

from __future__ import annotations

from collections.abc import Sequence

from ..shape import COUNT, FLAG, NUMBER, TEXT, TEXTS, Frame, Shape

HELLO = Shape(
    type="hello",
    says="the first frame of a connection; `reset`: the cursor was past the log's end, so all follows from 1",
    fields={"session": TEXT, "lastEventId": COUNT, "active_users": TEXTS, "model": TEXT, "title": TEXT},
    optional={"reset": FLAG},
    numbered="never",
)
USER_JOINED = Shape(
    type="user_joined",
    says="somebody came; `active_users` are those who are here now",
    fields={"user_id": TEXT, "active_users": TEXTS},
    numbered="never",
)
USER_LEFT = Shape(
    type="user_left",
    says="somebody went",
    fields={"user_id": TEXT, "active_users": TEXTS},
    numbered="never",
)
TYPING = Shape(type="typing", says="somebody is writing", fields={"user_id": TEXT}, numbered="never")
PING = Shape(type="ping", says="are you there? Answer `pong`, or anything", numbered="never")
ERROR = Shape(
    type="error",
    says="with an `eventId`: the turn failed. Without: what this connection asked was refused, and nobody else knows",
    fields={"kind": TEXT, "message": TEXT},
    optional={"retry_after": NUMBER},
    numbered="sometimes",
)
EPHEMERAL = (HELLO, USER_JOINED, USER_LEFT, TYPING, PING)


def refusal(kind: str, message: str, retry_after: float | None) -> Sequence[Frame]:
    return [ERROR.frame(kind=kind, message=message, retry_after=retry_after)]
