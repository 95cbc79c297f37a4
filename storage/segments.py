"""What journals left on disk, read back: every whole line that continues the log, and nothing lost of the rest."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.codec import decode
from agent.events import Event

from .coding import loads
from .disk import copy_aside, move_aside


@dataclass(slots=True, kw_only=True)
class Segment:
    """A journal file and the numbers of its first and last event."""

    path: Path
    first: int
    last: int


def segment_files(folder: Path, name: str = "*") -> list[Path]:
    """The journal files of one session (its file name), or of all, in the order of their first events."""
    files = [path for path in folder.glob(f"{name}.*.jsonl") if path.name.split(".")[1].isdecimal()]
    return sorted(files, key=_first)


def recover(
    files: list[Path], settled: int, damaged: Path | None, tell: Callable[[str], None]
) -> tuple[list[Event], list[Segment]]:
    """The events after `settled`, in order without a gap, and the files that hold them. Raises OSError.

    A file that does not end with a whole line, or has anything else than the next event in the middle, is first
    copied to the folder `damaged`, then cut to its good beginning; one that does not continue the log at all is
    moved there. Each time `tell` gets a sentence. Without a folder `damaged`, nothing on disk is touched.
    """
    events: list[Event] = []
    segments: list[Segment] = []
    for path in files:
        first, last = _first(path), settled + len(events)
        if first > last + 1:
            if damaged:
                place = move_aside(path, damaged)
                tell(
                    f"journal/{path.name} begins at event {first}, but the events before it ({last + 1} and on) "
                    f"are missing: it is now damaged/{place.name}."
                )
            continue
        data = path.read_bytes()
        found, good = _whole_lines(data, first)
        if damaged and good < len(data) and not _cut(path, good, len(data), damaged, tell):
            events += found[last + 1 - first :]
            continue  # not among the segments, so that settling does not remove the only copy
        events += found[last + 1 - first :]
        end = first + len(found) - 1
        if end > settled:
            segments.append(Segment(path=path, first=first, last=end))
        elif damaged:
            path.unlink(missing_ok=True)  # settled, but the process died before it could drop these lines
    return events, segments


def _first(path: Path) -> int:
    return int(path.name.split(".")[1])


def _whole_lines(data: bytes, number: int) -> tuple[list[Event], int]:
    """The events from `number` on, and where in `data` the last of them ends."""
    events: list[Event] = []
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        try:
            event = decode(loads(data[start:end]))
        except (ValueError, TypeError):
            break
        if event.event_id != number:
            break
        events.append(event)
        number, start = number + 1, end + 1
    return events, start


def _cut(path: Path, good: int, size: int, damaged: Path, tell: Callable[[str], None]) -> bool:
    try:
        copy = copy_aside(path, damaged)
        with open(path, "r+b") as file:
            file.truncate(good)
            os.fsync(file.fileno())
    except OSError as error:
        tell(f"journal/{path.name} is damaged after {good} of {size} bytes and could not be cut: {error.strerror}.")
        return False
    tell(
        f"journal/{path.name} was damaged after {good} of {size} bytes, probably by a crash: the whole events before "
        f"that are kept, and damaged/{copy.name} is the file as it was."
    )
    return True
