"""Event ⇄ plain dict of JSON values; the only file that spells wire names.

A field that is None is left out; a field that is missing comes back as its default, so newer classes read old logs.
A field nobody knows (a newer server wrote it) is dropped; an unknown `type` raises `ValueError`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import Field, fields
from typing import Any, cast

from .events import EVENTS, Event, Failure, ForkedFrom, TokenCount

SPELLING = {"event_id": "eventId"}  # every other field is spelt on the wire as in Python
NESTED: dict[str, type[Any]] = {"forked_from": ForkedFrom, "error": Failure, "usage": TokenCount}


def wire_name(event: type[Event]) -> str:
    """`ThoughtDelta` → `thought.delta`."""
    return re.sub(r"(?<!^)(?=[A-Z])", ".", event.__name__).lower()


def encode(event: Event) -> dict[str, Any]:
    """The event as a dict ready for any JSON library: `eventId`, `type`, `at`, `turn` (if any), its own fields."""
    kind = type(event)
    out: dict[str, Any] = {"eventId": event.event_id, "type": NAMES[kind], "at": event.at}
    for name, wire, nested in PLANS[kind]:
        value = getattr(event, name)
        if value is not None:
            out[wire] = _plain(value) if nested else value
    return out


def decode(data: Mapping[str, Any]) -> Event:
    """The event that `encode` was given. Raises ValueError where `data` is not an event."""
    try:
        kind = TYPES[data["type"]]
        known: dict[str, Any] = {"event_id": data["eventId"], "at": data["at"]}
        for name, wire, nested in PLANS[kind]:
            if wire in data:
                value = data[wire]
                read = READERS.get(name)
                known[name] = read(value) if read else _nested(name, value) if nested else value
        return kind(**known)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an event: {error}") from error


def _plain(value: Any) -> dict[str, Any]:
    return {SPELLING.get(f.name, f.name): v for f in fields(value) if (v := getattr(value, f.name)) is not None}


def _nested(name: str, value: Mapping[str, Any] | None) -> Any:
    if value is None:
        return None
    kind = NESTED[name]
    return kind(**{f.name: value[w] for f in fields(kind) if (w := SPELLING.get(f.name, f.name)) in value})


def _marks(value: Any) -> Any:
    return None if value is None else tuple((int(ms), int(chars)) for ms, chars in value)


def _tuple(value: Any) -> tuple[Any, ...]:
    return tuple(cast("list[Any]", value))


READERS: dict[str, Callable[[Any], Any]] = {"marks": _marks, "attachments": _tuple, "choices": _tuple}
NAMES: dict[type[Event], str] = {kind: wire_name(kind) for kind in EVENTS}
TYPES: dict[str, type[Event]] = {name: kind for kind, name in NAMES.items()}


def _plan(kind: type[Event]) -> list[tuple[str, str, bool]]:
    own: list[Field[Any]] = [f for f in fields(kind) if f.name not in ("event_id", "at")]
    return [(f.name, SPELLING.get(f.name, f.name), f.name in NESTED) for f in own]


PLANS = {kind: _plan(kind) for kind in EVENTS}
