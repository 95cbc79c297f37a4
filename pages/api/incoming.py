"""What a client may say, and the one sentence that says what is wrong with what it said."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast, get_args

from agent.errors import BadRequest
from agent.events import Intent
from agent.sound import sound

from .shape import FLAG, TEXT, TEXTS, Schema, Shape, one_of

LONGEST_ID = 200  # characters of an id that a client made up
INTENTS: tuple[Intent, ...] = get_args(Intent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Posts; `id` makes a repeated send harmless, `attachments` are ids of what was uploaded."""

    content: str
    intent: Intent = "queue"
    id: str | None = None
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupt:
    """Stops the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Takes back an unread message of one's own."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clear:
    """The agent forgets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Answers what the agent asked: a question with `content`, an approval with `allow`; never both."""

    ask: str
    content: str | None = None
    allow: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """Somebody is writing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pong:
    """The connection lives."""


Said = Message | Interrupt | Withdraw | Clear | Reply | Typing | Pong


def parse(text: str) -> Said:
    """What a frame says. Raises BadRequest with one sentence about what is wrong. Fields nobody knows are passed
    over; how long a message may be is the session's business."""
    frame = _object(text)
    if frame is None:
        raise BadRequest("That is not a JSON object. Send one with a type, such as " + EXAMPLE + ".")
    if "type" not in frame:
        raise BadRequest(f"That frame has no type. There are: {KNOWN}.")
    kind = frame["type"]
    if not isinstance(kind, str):
        raise BadRequest(f"The type of a frame is a text, not {_named(kind)}. There are: {KNOWN}.")
    if kind not in READERS:
        raise BadRequest(f"There is no frame of the type {_quoted(kind)}. There are: {KNOWN}.")
    return READERS[kind](Fields(kind, frame))


def framed(text: str) -> bool:
    """Whether `text` is a JSON object with a `type`, be it right or wrong; else it is a bare prompt."""
    return "type" in (_object(text) or {})


def id_of(text: str) -> str | None:
    """The `id` that a frame has, be the rest right or wrong: whoever sent it waits to hear of it."""
    id = (_object(text) or {}).get("id")
    return sound(id) if isinstance(id, str) and len(id) <= LONGEST_ID else None


def _object(text: str) -> dict[str, Any] | None:
    """The JSON object, or None where it is none. Too deeply nested and absurdly long numbers are no JSON either."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one frame, each read once and strictly."""

    type: str
    frame: Mapping[str, Any]

    def text(self, name: str) -> str:
        value = self.maybe_text(name)
        if value is None:
            raise BadRequest(f"A {self.type} needs {name}: a text.")
        return value

    def maybe_text(self, name: str) -> str | None:
        """What people wrote; halves of characters are mended as everywhere."""
        value = self.frame.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise BadRequest(f"The {name} of a {self.type} is a text, not {_named(value)}.")
        if "\0" in value:
            raise BadRequest(f"The {name} of a {self.type} has a NUL character in it. Take it out.")
        return sound(value)

    def id(self, name: str) -> str:
        value = self.maybe_id(name)
        if value is None:
            raise BadRequest(f"A {self.type} needs {name}: an id.")
        return value

    def maybe_id(self, name: str) -> str | None:
        value = self.maybe_text(name)
        return None if value is None else self._checked(name, self.frame[name])

    def ids(self, name: str) -> tuple[str, ...]:
        value = self.frame.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in cast("list[Any]", value)):
            raise BadRequest(f"The {name} of a {self.type} are a list of ids, each of them a text.")
        return tuple(self._checked(name, one) for one in cast("list[str]", value))

    def intent(self) -> Intent:
        value = self.frame.get("intent")
        if value is None:
            return "queue"
        for intent in INTENTS:
            if intent == value:
                return intent
        named = _quoted(value) if isinstance(value, str) else _named(value)
        raise BadRequest(f"The intent of a message is {', '.join(INTENTS[:-1])} or {INTENTS[-1]}, not {named}.")

    def maybe_flag(self, name: str) -> bool | None:
        value = self.frame.get(name)
        if value is not None and not isinstance(value, bool):
            raise BadRequest(f"The {name} of a {self.type} is true or false, not {_named(value)}.")
        return value

    def _checked(self, name: str, value: str) -> str:
        """An id goes into logs as it is, so it is not mended."""
        if not value or len(value) > LONGEST_ID or not value.isprintable():
            raise BadRequest(f"The {name} of a {self.type}: an id has 1 to {LONGEST_ID} printable characters.")
        return value


def _message(fields: Fields) -> Message:
    ids = fields.ids("attachments")
    content = fields.maybe_text("content") or "" if ids else fields.text("content")
    return Message(content=content, intent=fields.intent(), id=fields.maybe_id("id"), attachments=ids)


def _reply(fields: Fields) -> Reply:
    reply = Reply(ask=fields.id("ask"), content=fields.maybe_text("content"), allow=fields.maybe_flag("allow"))
    if (reply.content is None) == (reply.allow is None):
        raise BadRequest("A reply has either content, to a question, or allow, to an approval.")
    return reply


def _named(value: Any) -> str:
    """What kind of JSON a value is."""
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return "nothing"


def _quoted(value: str) -> str:
    """A word that somebody sent, short and harmless."""
    return f"“{value[:40]}”" if value.isprintable() else "sent"


READERS: Mapping[str, Callable[[Fields], Said]] = {
    "message": _message,
    "interrupt": lambda _: Interrupt(),
    "withdraw": lambda fields: Withdraw(message=fields.id("message")),
    "clear": lambda _: Clear(),
    "reply": _reply,
    "typing": lambda _: Typing(),
    "pong": lambda _: Pong(),
}
KNOWN = ", ".join(READERS)
EXAMPLE = '{"type": "message", "content": "Why is the sky blue?"}'
ID: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_ID}
INCOMING: tuple[Shape, ...] = (
    Shape(
        type="message",
        says="posts. While the agent works, `queue` (default) waits for the next turn, `steer` is read before the "
        "agent's next step, `interrupt` stops the run and opens the next turn. `id` makes a repeated send harmless; "
        "`attachments` are ids of what was uploaded",
        fields={"content": TEXT},
        optional={"intent": one_of(*INTENTS), "id": ID, "attachments": TEXTS},
        numbered="never",
    ),
    Shape(
        type="interrupt",
        says="stops for real: the upstream request is closed, the partial answer is kept and remembered",
        numbered="never",
    ),
    Shape(type="withdraw", says="takes back an unread message of one's own", fields={"message": ID}, numbered="never"),
    Shape(type="clear", says="the agent forgets; people can still scroll up", numbered="never"),
    Shape(
        type="reply",
        says="answers: a `question` with `content`, an `approval` with `allow`",
        fields={"ask": ID},
        optional={"content": TEXT, "allow": FLAG},
        numbered="never",
    ),
    Shape(type="typing", says="presence: somebody is writing", numbered="never"),
    Shape(type="pong", says="presence: the answer to a `ping`", numbered="never"),
)
