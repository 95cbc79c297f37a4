"""What people attached to messages, as files under their own ids."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from agent.chance import Clock
from agent.errors import NotFound

from .disk import refusals, replacing, sync_folder

NAME = re.compile(r"([a-z0-9]{16})(\.json)?")  # agent/attachments.py makes them: a file, and the note about it
WORD = re.compile(rb"(?<![a-z0-9])[a-z0-9]{16}(?![a-z0-9])")
UNSENT_MS = 24 * 3600 * 1000
logger = logging.getLogger("thinkaloud.storage")


class KeptFiles:
    """The folder `files` of a data folder. A file is whole or not there; each use keeps it from `sweep` for a day."""

    def __init__(self, data: Path, clock: Clock) -> None:
        self._data = data
        self._folder = data / "files"
        self._clock = clock
        self._unsure = threading.Event()
        self._lock = threading.Lock()

    @refusals()
    def keep(self, file: str, data: bytes) -> None:
        """Durably. Raises StorageError."""
        path = self._path(file)
        with replacing(path) as out:
            out.write(data)
        self._used(path)

    @refusals()
    def file(self, file: str) -> bytes:
        """Raises NotFound, StorageError."""
        path = self._path(file)
        try:
            with self._lock:
                self._used(path)
            return path.read_bytes()
        except FileNotFoundError:
            raise NotFound("That file is not here any more.") from None

    def sweep(self) -> list[str]:
        """Removes what nobody used for a day and no session names, deleted ones included; returns the ids.

        Meant for the start, on a thread of its own: see `sweep_no_more`.
        """
        try:
            old = self._unused()
            for path in self._texts() if old else ():
                if self._unsure.is_set():
                    return []
                with contextlib.suppress(FileNotFoundError):  # a temporary file, or settled meanwhile
                    old -= {word.decode() for word in WORD.findall(path.read_bytes())}
            return self._removed(old) if old and not self._unsure.is_set() else []
        except OSError as error:
            logger.warning("what nobody needs of the attachments could not be removed: %s", error)
            return []

    def sweep_no_more(self) -> None:
        """A session goes from folder to folder: whoever looks into one after the other may miss it."""
        self._unsure.set()

    def _texts(self) -> Iterator[Path]:
        """All that may name a file, in the order in which a text moves by itself: settled, or set aside."""
        for pattern in ("trash/*/*", "journal/*", "sessions/*", "damaged/*"):
            yield from self._data.glob(pattern)

    def _unused(self) -> set[str]:
        found = {match[1] for name in os.listdir(self._folder) if (match := NAME.fullmatch(name))}
        return {id for id in found if self._is_old(id)}

    def _is_old(self, id: str) -> bool:
        used = [path.stat().st_mtime_ns for path in self._paths(id) if path.exists()]
        return max(used, default=0) // 1_000_000 < self._clock.now() - UNSENT_MS

    def _removed(self, ids: Iterable[str]) -> list[str]:
        removed: list[str] = []
        for id in sorted(ids):
            with self._lock:  # whoever is about to send it has used it before, or finds it gone
                if self._is_old(id):
                    for path in self._paths(id):
                        path.unlink(missing_ok=True)
                    removed.append(id)
        sync_folder(self._folder)
        return removed

    def _used(self, path: Path) -> None:
        now = self._clock.now() * 1_000_000
        os.utime(path, ns=(now, now))

    def _path(self, file: str) -> Path:
        if not NAME.fullmatch(file):
            raise NotFound("That file is not here any more.")
        return self._folder / file

    def _paths(self, id: str) -> list[Path]:
        return [self._folder / f"{id}.json", self._folder / id]
