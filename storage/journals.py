"""The journals of all sessions of this process, and the thread that makes them survive a power cut."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from .journal import SessionJournal

SECONDS = 1.0  # what a power cut may cost; protocol.md, promise 1
OPEN_FILES = 200


class Journals:
    """One journal per session, synced once a second until `close`.

    A session that was left with something unsettled keeps its file open only while fewer than OPEN_FILES others
    have written since: the next event just opens another segment.
    """

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        self._folder = folder
        self._tell = tell
        self._all: dict[str, SessionJournal] = {}
        self._writing: OrderedDict[SessionJournal, None] = OrderedDict()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sync_each_second, name="journal-sync", daemon=True)
        self._thread.start()

    def get(self, session: str) -> SessionJournal | None:
        return self._all.get(session)

    def make(self, session: str) -> SessionJournal:
        """A new journal, instead of one that this session may have had."""
        self._all[session] = journal = SessionJournal(self._folder, session, self._opened)
        return journal

    def is_free(self, session: str) -> bool:
        """Whether nobody may be writing: what was open is halted, or never had an event and is now forgotten."""
        journal = self._all.get(session)
        if journal is None or journal.halted:
            return True
        if journal.segments:
            return False
        journal.halt("This session was restored meanwhile: load the page again.")
        del self._all[session]
        return True

    def forget(self, session: str) -> None:
        """The session is opened anew: whoever still has the halted journal stays halted."""
        self._all.pop(session, None)

    def leave(self, session: str) -> None:
        """Its journal holds nothing any more; one that does (the disk would not settle it) stays."""
        journal = self._all.get(session)
        if journal and not journal.segments and not journal.halted:
            journal.halt("This session was opened anew meanwhile: load the page again.")
            del self._all[session]

    def sync(self) -> None:
        """Syncs them all; the first failure of one does not keep the others from it."""
        self._each(SessionJournal.sync)

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self._each(SessionJournal.close)

    def _each(self, do: Callable[[SessionJournal], None]) -> None:
        for journal in list(self._all.values()):
            try:
                do(journal)
            except OSError as error:
                self._tell(f"The disk did not confirm what was written: {error.strerror}.")

    def _opened(self, journal: SessionJournal) -> None:
        """Called on the thread that writes, like `rotate`."""
        self._writing[journal] = None
        self._writing.move_to_end(journal)
        if len(self._writing) > OPEN_FILES:
            self._writing.popitem(last=False)[0].rotate()

    def _sync_each_second(self) -> None:
        while not self._over.wait(SECONDS):
            self.sync()
