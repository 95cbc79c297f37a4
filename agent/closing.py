"""How a turn that was cut is closed: everything open first, then the one `turn.end`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .events import AskClosed, Event, ThoughtDelta, ThoughtEnd, TurnEnd
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


def crashed(turn: Turn, last: Event) -> list[Event]:
    """The same and the turn's end, where the server died in it. All have the date of the log's `last` event: how long
    the server was down is no part of what was done."""
    at = last.at
    if isinstance(last, ThoughtDelta) and last.marks:  # it has the date of its first part
        at += last.marks[-1][0]
    end = TurnEnd(turn=turn.id, reason="interrupted", why="crash", ms=max(0, at - turn.at))
    return [replace(event, at=at) for event in (*closings(turn, at), end)]
