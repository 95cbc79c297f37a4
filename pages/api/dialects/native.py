"""The dialect `native`: the log's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from agent.codec import SPELLING, encode, wire_name
from agent.events import EVENTS, Event

from ..facts import Facts
from ..shape import Frame, Schema, Shape
from .base import Dialect
from .ephemeral import EPHEMERAL, ERROR, refusal


def words(event: Event, facts: Facts) -> Sequence[Frame]:
    return [encode(event)]


def shape_of(kind: type[Event]) -> Shape:
    """The shape of an event's own frame, from the fields of its class."""
    hints = get_type_hints(kind)
    own = [f.name for f in fields(kind) if f.name not in {f.name for f in fields(Event)}]
    must = {name: schema_of(hints[name]) for name in own if NoneType not in get_args(hints[name])}
    may = {name: schema_of(hints[name]) for name in own if name not in must}
    return Shape(type=wire_name(kind), says="", fields=must, optional=may)


def schema_of(hint: Any) -> Schema:
    """JSON Schema of what the codec makes of a value of that type; where it is None, it is left out."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return schema_of(next(one for one in inner if one is not NoneType))
    if origin is Literal:
        return {"type": "string", "enum": list(inner)}
    if origin is tuple and inner[-1] is ...:
        return {"type": "array", "items": schema_of(inner[0])}
    if origin is tuple:  # of so many alike: drafts of JSON Schema disagree about others
        return {"type": "array", "items": schema_of(inner[0]), "minItems": len(inner), "maxItems": len(inner)}
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        names = {f.name: SPELLING.get(f.name, f.name) for f in fields(hint)}
        must = [wire for name, wire in names.items() if NoneType not in get_args(hints[name])]
        properties = {wire: schema_of(hints[name]) for name, wire in names.items()}
        return {"type": "object", "required": must, "properties": properties}
    return PLAIN[origin or hint]


PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    Mapping: {"type": "object"},
}
NATIVE = Dialect(
    name="native",
    words=words,
    refusal=refusal,
    shapes=(*map(shape_of, EVENTS), ERROR, *EPHEMERAL),
    json=True,
    prompts=False,
    whole=True,
    ephemeral=True,
)
