"""What an agent yielded, read as a piece."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

from ...errors import ProviderError
from ..base import Piece, TextPiece, WholePiece
from .trouble import shown

KINDS: dict[object, Literal["thinking", "action", "observation", "answer"]] = {
    "thinking": "thinking",
    "action": "action",
    "observation": "observation",
    "answer": "answer",
}
POSSIBLE = (
    'An agent yields AgentThought("answer", "…"), any object with type and content, a pair such as ("answer", "…"), '
    "a dict with the keys type and content, or text."
)


def is_thought(thing: object) -> bool:
    """Whether it is one thought, and no iterable of them."""
    match thing:
        case str():
            return True
        case tuple():
            pair = cast("tuple[object, ...]", thing)
            return len(pair) == 2 and isinstance(pair[0], str) and pair[0] in KINDS
        case Mapping():
            return "type" in thing and "content" in thing
        case _:
            return hasattr(thing, "type") and hasattr(thing, "content")


def reads(thing: object, label: str) -> Piece | None:
    """The piece that it means, or None where it says nothing. Raises ProviderError with what would be possible."""
    if thing is None:
        return None
    type, content = _parts(thing, label)
    kind = KINDS.get(type) if isinstance(type, str) else None
    if kind is None:
        given = shown(type)
        raise ProviderError(
            f"{label} yielded a thought of the type {given}; there are thinking, action, observation and answer.",
            kind="agent",
        )
    if content is None:
        return None
    if not isinstance(content, str):
        article = "an" if kind[0] in "ao" else "a"
        raise ProviderError(
            f"{label} yielded {article} {kind} whose content is {shown(content)}; it should be text.", kind="agent"
        )
    text = str(content)
    if not text:
        return None
    return TextPiece(text=text) if kind == "answer" else WholePiece(kind=kind, content=text)


def _parts(thing: object, label: str) -> tuple[object, object]:
    given = thing
    match thing:
        case str():
            return "answer", thing
        case tuple():
            pair = cast("tuple[object, ...]", thing)
            if len(pair) == 2:
                return pair[0], pair[1]
        case Mapping():
            keyed = cast("Mapping[str, Any]", thing)
            if "type" in keyed and "content" in keyed:
                return keyed["type"], keyed["content"]
        case _:
            if hasattr(thing, "type") and hasattr(thing, "content"):
                either = cast("Any", thing)
                return either.type, either.content
    raise ProviderError(f"{label} yielded {shown(given)}. {POSSIBLE}", kind="agent")
