"""What it costs to keep an event: the journal, and `Log.append` as a whole, beside a bare `os.write` of the line."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from agent.chance import RealClock
from agent.codec import encode
from agent.events import Event, ThoughtDelta
from agent.log import Log
from storage.coding import dumps
from storage.store import DiskStore

from .answer import answer
from .table import Row

BATCH = 200


def journal(folder: Path, events: int) -> list[Row]:
    """Medians over batches, in microseconds an event; the three take turns."""
    place = folder / "journal"
    store = DiskStore(place)
    handle = os.open(place / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        _, _, written = store.open("written")
        log = Log(store.open("logged")[2], RealClock())
        batches = [deltas(first, BATCH) for first in range(1, events + 1, BATCH)]
        lines = {event.event_id: dumps(encode(event)) + b"\n" for batch in batches for event in batch}
        bare = [each(batch, lambda event: os.write(handle, lines[event.event_id])) for batch in batches]
        kept = [each(batch, written.write) for batch in batches]
        shown = [each(batch, log.append) for batch in batches]
    finally:
        os.close(handle)
        store.close()
    rows = [("journal.write of an event", kept), ("Log.append of an event, journal and all", shown)]
    what = "{}, beside a bare os.write of its line"
    return [
        Row(what=what.format(name), raw=median(bare), ours=median(took), unit="µs", kind="times") for name, took in rows
    ]


def deltas(first: int, count: int) -> list[Event]:
    tokens = answer(count)
    return [
        ThoughtDelta(event_id=first + i, at=1_800_000_000_000 + i, turn="turn", thought="thought", content=token)
        for i, token in enumerate(tokens)
    ]


def each(events: list[Event], do: Callable[[Event], object]) -> float:
    """Microseconds that it takes on average."""
    began = time.perf_counter()
    for event in events:
        do(event)
    return (time.perf_counter() - began) / len(events) * 1e6
