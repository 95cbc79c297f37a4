"""What a server sent, as what it should have been: servers that only resemble a vendor's send anything anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ..sound import sound

MOST = 10**12
DEEPEST = 60


def mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def mappings(value: object) -> list[Mapping[str, Any]]:
    """The objects in a list; anything else in it is left out."""
    return [mapping(one) for one in cast("list[object]", value) if one] if isinstance(value, list) else []


def text(value: object) -> str:
    return value if isinstance(value, str) else ""


def count(value: object) -> int:
    """Tokens; 0 where it is no number of them."""
    return int(number(value) or 0)


def number(value: object) -> float | None:
    """A number that tokens or dollars may come to, at least 0; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value <= MOST:  # which NaN is not, either
        return None
    return max(0.0, float(value))


def whole(value: Any, *, depth: int = DEEPEST) -> Any:
    """JSON without halves of characters, which can neither be sent nor shown. Raises ValueError where it is nested
    deeper than anybody would."""
    match value:
        case str():
            return sound(value)
        case list() | dict() if not depth:
            raise ValueError("nested too deeply")
        case list():
            return [whole(one, depth=depth - 1) for one in cast("list[Any]", value)]
        case dict():
            entries = cast("dict[str, Any]", value).items()
            return {sound(key): whole(one, depth=depth - 1) for key, one in entries}
        case _:
            return value


def kept(value: Mapping[str, Any]) -> dict[str, Any] | None:
    """`value` as it can be sent again; None where it cannot."""
    try:
        return whole(value)
    except ValueError:
        return None
