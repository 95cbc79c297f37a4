"""A settled stretch of events as one small document: `unpack(pack(events)) == events`, to the millisecond.

    {"first": 17, "count": 212, "at": 1732147200000, "rows": [row, …]}

A row is an event as the codec spells it, without its number; `at` counts from the event before (0 is left out)
and `turn` stands only where it changes. A row that is a list holds deltas of one thought that follow each other:
`[thought, ms, piece, ms, piece, …]`. A piece is a number of characters of the thought's whole text where its
deltas are the beginning of that (they nearly always are), else the text; with marks, `[piece, ms, chars, …]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from agent.codec import decode, encode
from agent.events import Event, ThoughtDelta, ThoughtEnd

Row = dict[str, Any] | list[Any]
SPOKEN = {"message.posted", "thought.end", "ask.opened", "ask.closed"}


def pack(events: Sequence[Event]) -> dict[str, Any]:
    """The events, at least one, numbered one after the other, as JSON values."""
    first = events[0]
    whole = _whole_texts(events)
    rows: list[Row] = []
    at: int = first.at
    turn: str | None = None
    run: list[Any] = []
    for number, event in enumerate(events, first.event_id):
        if event.event_id != number:
            raise ValueError(f"event {event.event_id} stands where {number} should")
        late, at = event.at - at, event.at
        if isinstance(event, ThoughtDelta):
            if event.turn != turn:
                turn, run = event.turn, []
                rows.append({"turn": turn})
            if not run or run[0] != event.thought:
                run = [event.thought]
                rows.append(run)
            piece = len(event.content) if event.thought in whole else event.content
            marks = event.marks
            run += (late, piece if marks is None else [piece, *(n for mark in marks for n in mark)])
            continue
        row = encode(event)
        del row["eventId"], row["at"]
        row.pop("turn", None)
        if late:
            row["at"] = late
        if event.turn != turn:
            row["turn"] = turn = event.turn
        rows.append(row)
        run = []
    return {"first": first.event_id, "count": len(events), "at": first.at, "rows": rows}


def unpack(packed: Mapping[str, Any]) -> list[Event]:
    """The events that `pack` was given. Raises ValueError where `packed` is something else."""
    try:
        events = list(_unpacked(packed))
        if len(events) != packed["count"]:
            raise ValueError(f"{len(events)} events instead of {packed['count']}")
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"not a packed stretch: {error!r}") from error
    return events


def texts(packed: Mapping[str, Any]) -> Iterator[str]:
    """What people and the agent said in it, in order: what a search may find."""
    for row in packed["rows"]:
        if isinstance(row, dict):
            spoken = cast("dict[str, Any]", row)
            if spoken.get("type") in SPOKEN and spoken.get("content"):
                yield spoken["content"]


def _whole_texts(events: Sequence[Event]) -> set[str]:
    """The thoughts whose deltas, joined, are the beginning of the text of their one end."""
    said: dict[str, list[str]] = {}
    ends: dict[str, str | None] = {}
    for event in events:
        if isinstance(event, ThoughtDelta):
            said.setdefault(event.thought, []).append(event.content)
        elif isinstance(event, ThoughtEnd):
            ends[event.thought] = None if event.thought in ends else event.content
    return {thought for thought, end in ends.items() if end and end.startswith("".join(said.get(thought, ())))}


def _unpacked(packed: Mapping[str, Any]) -> Iterator[Event]:
    rows: list[Row] = packed["rows"]
    number, at, turn = packed["first"], packed["at"], None
    ends = (row for row in rows if isinstance(row, dict) and row.get("type") == "thought.end")
    whole = {end["thought"]: end["content"] for end in ends}
    place = dict.fromkeys(whole, 0)
    for row in rows:
        if isinstance(row, dict):
            turn = row.get("turn", turn)
            if "type" in row:
                at += row.get("at", 0)
                yield decode({**row, "eventId": number, "at": at, "turn": turn})
                number += 1
            continue
        thought = row[0]
        for late, piece in zip(row[1::2], row[2::2], strict=True):
            marks = None
            if isinstance(piece, list):
                piece, *flat = cast("list[Any]", piece)
                marks = tuple(zip(flat[::2], flat[1::2], strict=True))
            if isinstance(piece, int):
                start = place[thought]
                place[thought] = stop = start + piece
                if stop > len(whole[thought]):
                    raise ValueError(f"the text of thought {thought} is too short")
                piece = whole[thought][start:stop]
            at += late
            yield ThoughtDelta(event_id=number, at=at, turn=turn, thought=thought, content=piece, marks=marks)
            number += 1
