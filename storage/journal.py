"""The running turn on disk: one line per event, with the operating system before anyone sees the event."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.codec import encode
from agent.errors import StorageError
from agent.events import Event

from .coding import dumps
from .disk import private, refusal, sync_folder
from .names import file_name
from .segments import Segment

FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)


class SessionJournal:
    """The journal of one session: `agent.log.Journal`, kept in segments `journal/<id>.<first event>.jsonl`.

    `write`, `rotate`, `halt` and `go_on` belong to the thread of the log; `sync` and `drop` to any other.
    """

    def __init__(self, folder: Path, session: str, on_open: Callable[[SessionJournal], None] | None = None) -> None:
        self.segments: list[Segment] = []
        """The files that have events, in order: those that a crash left, then those of this process."""
        self.halted = ""
        """Why nothing may be written, as a sentence; empty if it may."""
        self._folder = folder
        self._name = file_name(session)
        self._on_open = on_open
        self._file: _File | None = None
        self._retired: list[_File] = []
        self._torn = False
        self._new_name = False
        self._closing = threading.Lock()  # held by whoever syncs or closes a file; writing never waits for it

    def write(self, event: Event) -> None:
        """Returns once the operating system has the whole line, one `write` in the usual case.

        Raises StorageError where the disk refuses, and then the file is as it was; writes work again as soon as
        the disk lets them.
        """
        line = dumps(encode(event)) + b"\n"
        file = self._file
        try:
            if file is None or self._torn:
                file = self._ready(event.event_id)
            written = os.write(file.handle, line)
            while written < len(line):  # a disk with room for half a line: the next attempt says why
                written += os.write(file.handle, line[written:])
            file.size += len(line)
        except OSError as error:
            self._mend()
            raise refusal(error) from error
        file.segment.last = event.event_id
        file.unsynced = True

    def rotate(self) -> None:
        """The next event opens a new segment, so that those of the settled turn can go while it is written."""
        file = self._file
        if file is not None and file.size:
            if self._torn:
                self._mend()
            self._retired.append(file)
            self._file, self._torn = None, False

    def halt(self, why: str) -> None:
        """From now on `write` raises StorageError with this sentence, until `go_on`."""
        self.rotate()
        self.halted, self._torn = why, True

    def go_on(self) -> None:
        self.halted = ""

    def sync(self) -> None:
        """Makes all that was written survive a power cut, and closes the segments rotated away. Raises OSError."""
        with self._closing:
            if self._new_name:
                self._new_name = False
                sync_folder(self._folder)
            current = self._file  # read before the retired: in between it may become one of them
            retired = self._retired[:]
            for file in (*retired, current):
                if file is not None:
                    file.sync()
            for file in retired:
                os.close(file.handle)
                self._retired.remove(file)

    def drop(self, through: int) -> None:
        """Removes the segments whose events, up to `through`, are settled. Raises OSError."""
        with self._closing:
            for file in self._retired[:]:
                if file.segment.last <= through:
                    os.close(file.handle)
                    self._retired.remove(file)
            file = self._file
            current = file.segment if file is not None else None
            for segment in self.segments[:]:
                if segment.last <= through and segment is not current:
                    segment.path.unlink(missing_ok=True)
                    self.segments.remove(segment)

    def close(self) -> None:
        """Syncs and closes everything; for the end of the process. Raises OSError."""
        if self._file is not None:
            self._retired.append(self._file)
            self._file = None
        self.sync()

    def _ready(self, number: int) -> _File:
        if self.halted:
            raise StorageError(self.halted)
        if self._file is None:
            self._file = self._opened(number)
            self._new_name = True
            if self._on_open:
                self._on_open(self)
        if self._torn:
            os.ftruncate(self._file.handle, self._file.size)
            self._torn = False
        return self._file

    def _opened(self, number: int) -> _File:
        path = self._folder / f"{self._name}.{number}.jsonl"
        handle = private(str(path), FLAGS)
        if os.fstat(handle).st_size:  # cannot be: what it holds would have been read, and the number higher
            os.close(handle)
            raise StorageError(f"journal/{path.name} is in the way: move it out of the data folder.")
        segment = Segment(path=path, first=number, last=number - 1)
        self.segments.append(segment)
        return _File(handle=handle, segment=segment)

    def _mend(self) -> None:
        """Cuts off the half-written line; where even that is refused, the next write or the next reader does it."""
        if self._file is not None:
            self._torn = True
            with contextlib.suppress(OSError):
                os.ftruncate(self._file.handle, self._file.size)
                self._torn = False


@dataclass(slots=True, kw_only=True, eq=False)
class _File:
    handle: int
    segment: Segment
    size: int = 0
    unsynced: bool = False

    def sync(self) -> None:
        if self.unsynced:
            self.unsynced = False  # before the sync: what is written meanwhile is for the next one
            try:
                os.fsync(self.handle)
            except OSError:
                self.unsynced = True
                raise
