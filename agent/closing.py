"""How a turn that was cut is closed: everything open first, then the one `turn.end`."""

from __future__ import annotations

from collections.abc import Iterator

from .events import AskClosed, Event, ThoughtEnd
from .transcript import Ask, Thought, Turn

UNFINISHED = "Stopped before it finished."


def closings(turn: Turn, now: int) -> Iterator[Event]:
    """The events that close what is open in `turn` at `now` (Unix ms); a half-run tool is marked as such."""
    for item in turn.items:
        if isinstance(item, Thought) and item.open:
            half_run = item.kind == "observation"
            yield ThoughtEnd(
                turn=turn.id,
                thought=item.id,
                content=item.content or (UNFINISHED if half_run else ""),
                ms=max(0, now - item.at),
                ok=not half_run,
            )
        elif isinstance(item, Ask) and not item.closed:
            yield AskClosed(turn=turn.id, ask=item.id)
