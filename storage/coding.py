"""JSON as bytes: orjson, and the standard library for the few values that it refuses."""

from __future__ import annotations

import json
from typing import Any

import orjson


def dumps(value: Any) -> bytes:
    """One line of JSON. Half an emoji (a chunk may end there) and integers over 64 bits survive, too."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":")).encode()


def loads(data: bytes) -> Any:
    """What `dumps` was given, tuples as lists. Raises ValueError where `data` is not JSON."""
    try:
        return orjson.loads(data)
    except ValueError:
        return json.loads(data)
