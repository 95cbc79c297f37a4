"""What servers stream besides the text and want to see again as one whole: signatures, encrypted thoughts."""

from __future__ import annotations

from typing import Any, cast

GROWING = ("text", "summary", "thinking")


def merged(before: Any, more: Any) -> Any:
    """`before` with what came after it: of lists the entries that go on are joined, of objects the fields."""
    if isinstance(before, list) and isinstance(more, list):
        out = list(cast("list[Any]", before))
        for entry in cast("list[Any]", more):
            if out and _goes_on(out[-1], entry):
                out[-1] = _joined(out[-1], entry)
            else:
                out.append(entry)
        return out
    if isinstance(before, dict) and isinstance(more, dict):
        return {**cast("dict[str, Any]", before), **cast("dict[str, Any]", more)}
    return more


def _goes_on(before: object, more: object) -> bool:
    """Whether `more` is another bit of the entry `before`: of the same type and place, and text that grows."""
    if not isinstance(before, dict) or not isinstance(more, dict):
        return False
    one, other = cast("dict[str, Any]", before), cast("dict[str, Any]", more)
    same = all(one.get(key) == other.get(key) for key in ("type", "index"))
    ids = one.get("id"), other.get("id")
    return same and (None in ids or ids[0] == ids[1]) and any(key in other for key in (*GROWING, "signature"))


def _joined(before: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    out = dict(before)
    for key, value in more.items():
        if key in GROWING and isinstance(value, str) and isinstance(out.get(key), str):
            out[key] += value
        elif value is not None or key not in out:
            out[key] = value
    return out
