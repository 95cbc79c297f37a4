"""The dialect `text`: the answer and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from agent.events import Event, ThoughtDelta, TurnEnd

from ..facts import Facts
from ..shape import Frame
from .base import Dialect
from .ending import failure

CUT = re.compile(r"(?<=\[)(?=DONE\]|ERROR\])")
"""Where an answer that speaks of the marks is cut in two, so that no frame of it is taken for one."""


@cache
def text(mark: str) -> Dialect:
    """Plain text that closes each answer with `mark` (none where that is empty); the same object for the same mark."""

    def words(event: Event, facts: Facts) -> Sequence[Frame]:
        match event:
            case ThoughtDelta() if event.content and (start := facts.thought(event)) and start.kind == "answer":
                return CUT.split(event.content)
            case TurnEnd(reason="done"):
                return closing
            case TurnEnd():
                return _error(failure(event).message)
            case _:
                return ()

    def _error(message: str) -> Sequence[Frame]:
        return [f"[ERROR] {message}", *closing]

    def refusal(kind: str, message: str, retry_after: float | None) -> Sequence[Frame]:
        return _error(message)

    closing = [mark] if mark else []
    return Dialect(
        name="text",
        words=words,
        refusal=refusal,
        shapes=(),
        json=False,
        prompts=True,
        whole=False,
        ephemeral=False,
    )
