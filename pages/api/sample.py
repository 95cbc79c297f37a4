"""A value of the kind that a JSON Schema describes: what somebody might really send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def sample(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """`schemas` are those that it may refer to by `$ref`. An object has what it needs, and what examples are given."""
    match schema:
        case {"$ref": str(ref)}:
            return sample(schemas[ref.rpartition("/")[2]], schemas)
        case {"examples": [first, *_]} | {"enum": [first, *_]} | {"anyOf": [{"enum": [first, *_]}, *_]}:
            return first
        case {"default": value} if value is not None:
            return value
        case {"type": "object"}:
            needed = schema.get("required", ())
            return {
                key: sample(one, schemas)
                for key, one in schema.get("properties", {}).items()
                if key in needed or "examples" in one
            }
        case {"type": "array", "items": items}:
            return [sample(items, schemas)]
        case {"type": "integer" | "number"}:
            return schema.get("minimum", 1)
        case {"type": "boolean"}:
            return True
        case _:
            return "…"
