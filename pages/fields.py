"""The fields of a JSON Schema as a table of HTML, in words; and the little markdown that descriptions have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`where` a parameter is; `needed`: it may not be left out."""

    name: str
    schema: Schema
    says: str = ""
    where: str = ""
    needed: bool = True


def fields_of(schema: Schema) -> list[Field]:
    needed = schema.get("required", ())
    return [
        Field(name=name, schema=one, says=one.get("description", ""), needed=name in needed)
        for name, one in schema.get("properties", {}).items()
    ]


def table(title: str, fields: Sequence[Field], *, answer: bool = False) -> str:
    """Nothing where there are none. In an `answer` a field that may be null is told as such."""
    if not fields:
        return ""
    caption = f"<caption>{title}</caption>" if title else ""
    return f"<table>{caption}<tbody>{''.join(_row(one, answer) for one in fields)}</tbody></table>"


def anchor(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name)


def sentence(text: str) -> str:
    """A description, which may be half a sentence, as a whole one."""
    return inline(text[:1].upper() + text[1:] + ("" if not text or text.endswith((".", "!", "?")) else "."))


def inline(text: str) -> str:
    """Code, and links."""
    out = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
    return re.sub(r"\[([^\]]+)\]\((https?://[^)\s]+)\)", r'<a href="\2" rel="noreferrer">\1</a>', out)


def _row(field: Field, answer: bool) -> str:
    default = field.schema.get("default")
    notes = [
        field.where,
        "" if answer or field.needed else "may be left out",
        "" if answer or default in (None, "") else f"else {escape(str(default))}",
    ]
    small = " · ".join(note for note in notes if note)
    return (
        f'<tr><th scope="row"><code>{escape(field.name)}</code></th><td>{_kind(field.schema, answer)}'
        f"{f' <small>{small}</small>' if small else ''}{f'<br>{sentence(field.says)}' if field.says else ''}</td></tr>"
    )


def _kind(schema: Schema, answer: bool) -> str:
    """What sort of value it is, in words."""
    match schema:
        case {"$ref": str(ref)}:
            name = ref.rpartition("/")[2]
            return f'<a href="#{anchor(name)}">{escape(name)}</a>'
        case {"anyOf": [*options]}:
            return " or ".join(_kind(one, answer) for one in options if answer or one != {"type": "null"})
        case {"enum": [*words]}:
            return " or ".join(f"<code>{escape(str(word))}</code>" for word in words)
        case {"type": "array", "items": items}:
            return f"list of {_kind(items, answer)}"
        case _:
            return NAMES.get(schema.get("type", ""), "anything") + _bounds(schema)


NAMES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
    "null": "null",
}


def _bounds(schema: Schema) -> str:
    low, high, length = schema.get("minimum"), schema.get("maximum"), schema.get("maxLength")
    said = f" from {low}" if low is not None else ""
    said += f" to {high:,}" if high is not None else ""
    return said + (f" of at most {length:,} characters" if length is not None else "")
