"""What a frame looks like: the table that the code builds frames from, and docs, AsyncAPI and tests are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from agent.events import Event

Schema = Mapping[str, Any]  # JSON Schema
Frame = dict[str, Any] | str  # a JSON object, or plain text

TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number", "minimum": 0}
FLAG: Schema = {"type": "boolean"}
OBJECT: Schema = {"type": "object"}
OBJECTS: Schema = {"type": "array", "items": OBJECT}
PERCENT: Schema = {"type": "integer", "minimum": 0, "maximum": 100}
NUMBERED: Schema = {"type": "integer", "minimum": 1}
WHEN: Mapping[str, Schema] = {"at": {"type": "integer"}, "turn": TEXT}
"""What every frame of a log event has: Unix ms, and the turn once one has begun."""


def one_of(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One type of frame. `fields` are always there, `optional` ones where there is something to say; none is null.

    A frame that stands for a log event carries its `eventId`: `always`; `sometimes`, where the same frame also tells
    what concerns one connection alone; or `never`, where it is ephemeral or another frame of that event has it.
    """

    type: str
    says: str
    fields: Mapping[str, Schema] = field(default_factory=dict[str, Schema])
    optional: Mapping[str, Schema] = field(default_factory=dict[str, Schema])
    numbered: Literal["always", "sometimes", "never"] = "always"

    def frame(self, event: Event | None = None, **values: Any) -> dict[str, Any]:
        """The frame that tells `event` (None: no event of the log), without those `values` that are None."""
        out: dict[str, Any] = {"type": self.type}
        if event is not None:
            if self.numbered != "never":
                out["eventId"] = event.event_id
            out["at"] = event.at
            if event.turn is not None:
                out["turn"] = event.turn
        out.update((name, value) for name, value in values.items() if value is not None)
        return out

    def schema(self) -> dict[str, Any]:
        """JSON Schema of the frame. It may carry more than is listed, as clients are told."""
        common: Mapping[str, Schema] = {} if self.numbered == "never" else {"eventId": NUMBERED, **WHEN}
        must = ["type", *(("eventId", "at") if self.numbered == "always" else ()), *self.fields]
        properties = {"type": {"const": self.type}, **common, **self.fields, **self.optional}
        return {"type": "object", "required": must, "properties": properties}
