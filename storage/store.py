"""The sessions of one data folder: what `agent.store.Store` promises, kept.

- format.json: which format the rest is in
- lock: the process that has the folder
- index.json: TinyDB, a card per session
- sessions/<id>.json: TinyDB, a packed document per settled stretch, and the card
- journal/<id>.<n>.jsonl: the lines of what is not settled, from event n on
- files/<id>: what was attached to messages, and <id>.json about it
- trash/: deleted sessions, for a week
- damaged/: what could not be read, as it was; never deleted
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from agent.chance import Clock, RealClock
from agent.errors import Busy, Damaged, NotFound, StorageError
from agent.events import Event
from agent.log import Journal, Past
from agent.store import Card, Hit

from . import search, sessions
from .disk import move_aside, refusals
from .files import KeptFiles
from .index import Index
from .journal import SessionJournal
from .journals import Journals
from .lock import Lock
from .names import file_name, session_of
from .segments import recover, segment_files
from .trash import Trash
from .upgrade import upgrade

T = TypeVar("T")
FOLDERS = ("sessions", "journal", "files", "trash", "damaged")
logger = logging.getLogger("thinkaloud.storage")


class DiskStore:
    """The store over a data folder, which is made if it is not there: `DiskStore(Path("data"))`.

    Raises Locked where another server has the folder, StorageError where it cannot be used. All disk work but the
    journal's own lines happens on one thread, in order; searching has another. `notices` are sentences about what
    was found damaged and put right, for whoever started the server.
    """

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self.notices: list[str] = []
        self._folder = folder
        self._clock = clock or RealClock()
        with refusals():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = Lock(folder)
        try:
            upgrade(folder)
            self._trash = Trash(folder)
            self._files = KeptFiles(folder, self._clock)
            self._index = self._tidied_up()
        except BaseException:
            self._lock.release()
            raise
        self._journals = Journals(folder / "journal", self._tell)
        self._disk = ThreadPoolExecutor(1, "disk")
        self._searching = ThreadPoolExecutor(1, "search")
        self._searching.submit(self._files.sweep)

    def cards(self) -> list[Card]:
        return sorted(self._index.cards.values(), key=lambda card: -card.updated)

    def unsettled(self) -> list[str]:
        """Sessions with a journal on disk. Meant for the start: later, that is every session with a running turn."""
        with refusals():
            files = segment_files(self._folder / "journal")
            return list(dict.fromkeys(session_of(path) for path in files if path.stat().st_size))

    def open(self, session: str) -> tuple[Past, Sequence[Event], Journal]:
        """See Store. A damaged session file is set aside together with the session's journal, and its card goes;
        where the file is gone but the card is there, both stay, and each opening raises Damaged."""
        if self._is_new(session):  # at once, however long the disk is busy: a new session is made on the event loop
            return Past(), (), self._journals.make(session)
        return self._on_disk(lambda: self._open(session)).result()

    async def settle(self, session: str, events: Sequence[Event], card: Card) -> None:
        journal = self._journals.get(session)
        if journal:
            journal.rotate()  # before anything is awaited: here the journal stands where `events` end
        await self._wait(lambda: self._settle(session, events, card))

    def leave(self, session: str) -> None:
        self._journals.leave(session)

    async def delete(self, session: str) -> None:
        """See Store. The session's journal writes nothing more until it is restored."""
        if session not in self._index.cards:
            raise NotFound("That session is not here any more.")
        journal = self._journals.get(session)
        if journal:
            journal.halt("This session was deleted.")
        try:
            await self._wait(lambda: self._delete(session))
        except StorageError:
            if journal:
                journal.go_on()
            raise

    async def restore(self, session: str) -> None:
        """See Store. Raises NotFound where there is nothing to restore, Busy where its name was taken since."""
        await self._wait(lambda: self._restore(session))

    def keep(self, file: str, data: bytes) -> None:
        self._files.keep(file, data)

    def file(self, file: str) -> bytes:
        return self._files.file(file)

    async def search(self, words: str, among: Sequence[Card] | None = None) -> list[Hit]:
        """See Store. Looks at what is settled; a search that nobody waits for any more ends early."""
        given_up = threading.Event()
        cards = self.cards() if among is None else among
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._searching, lambda: search.search(words, cards, self._path, given_up.is_set)
            )
        finally:
            given_up.set()

    def close(self) -> None:
        self._files.sweep_no_more()
        self._searching.shutdown(cancel_futures=True)
        self._disk.shutdown()
        self._journals.close()
        self._lock.release()

    def _on_disk(self, work: Callable[[], T]) -> Future[T]:
        """The work, queued for the disk thread; what the disk refuses becomes a StorageError."""
        try:
            return self._disk.submit(refusals()(work))
        except RuntimeError as error:
            raise StorageError("The server is stopping: nothing more can be saved.") from error

    async def _wait(self, work: Callable[[], T]) -> T:
        """The work goes on even if nobody waits for it any more: half of it would be of no use."""
        return await asyncio.shield(asyncio.wrap_future(self._on_disk(work)))

    def _is_new(self, session: str) -> bool:
        known = session in self._index.cards or self._journals.get(session) is not None
        return not (known or self._path(session).exists() or self._trash.knows(session) or self._lines_of(session))

    # ── on the disk thread ───────────────────────────────────────────────────────────────────────────────

    def _open(self, session: str) -> tuple[Past, Sequence[Event], Journal]:
        path = self._path(session)
        journal = self._journals.get(session)
        try:
            past = sessions.read_past(path)
        except ValueError as error:
            raise self._set_aside(session) from error
        card = self._index.cards.get(session)
        if card and card.events and not path.exists():
            raise Damaged(
                f"The file of “{card.title}”, sessions/{path.name}, is gone: put it back into the data folder, or "
                "delete the session."
            )
        files = self._lines_of(session)
        if journal and not journal.halted:  # its last line may be half there because it is being written
            return past, recover(files, len(past), None, self._tell)[0], journal
        events, segments = recover(files, len(past), self._folder / "damaged", self._tell)
        journal = self._journals.make(session)
        journal.segments += segments
        return past, events, journal

    def _settle(self, session: str, events: Sequence[Event], card: Card) -> None:
        """In this order, so that a crash in between leaves something that is in two places, never in none."""
        path, journal = self._path(session), self._writable(session)
        if events:
            try:
                sessions.add(path, events, card)
            except ValueError as error:
                raise Damaged(
                    f"sessions/{path.name} is damaged, so nothing was added to it: what is new stays in the journal."
                ) from error
        self._put(card)
        if events and journal:
            journal.drop(events[-1].event_id)

    def _put(self, card: Card) -> None:
        self._writable(card.id)
        self._change_index(lambda: self._index.put(card))

    def _change_index(self, change: Callable[[], None]) -> None:
        try:
            change()
        except ValueError:  # damaged while we ran; all that was in it is in memory
            self._set_index_aside()
            self._index.replace(self._index.cards)
            change()

    def _writable(self, session: str) -> SessionJournal | None:
        journal = self._journals.get(session)
        if journal and journal.halted:  # deleted meanwhile: a turn's late end must not bring it back
            raise StorageError(journal.halted)
        return journal

    def _delete(self, session: str) -> None:
        card = self._index.cards.get(session)
        if card is None:
            raise NotFound("That session is not here any more.")
        self._files.sweep_no_more()
        going = self._trash.take(card, self._clock.now())
        self._change_index(lambda: self._index.remove(session))
        self._trash.seal(going)

    def _restore(self, session: str) -> None:
        if session in self._index.cards or not self._journals.is_free(session):
            raise Busy("There is a session of that name again: it has to go first.")
        self._files.sweep_no_more()
        going, card = self._trash.give_back(session)
        self._change_index(lambda: self._index.put(card))
        self._journals.forget(session)
        self._trash.empty(going)

    def _path(self, session: str) -> Path:
        return self._folder / "sessions" / f"{file_name(session)}.json"

    def _lines_of(self, session: str) -> list[Path]:
        return segment_files(self._folder / "journal", file_name(session))

    def _set_aside(self, session: str) -> Damaged:
        """Moves all of a session that cannot be read to damaged/; returns what to tell."""
        card = self._index.cards.get(session)
        name = f"The session “{card.title}”" if card else "A session"
        path, damaged = self._path(session), self._folder / "damaged"
        try:
            for segment in self._lines_of(session):
                move_aside(segment, damaged)
            place = move_aside(path, damaged)
            self._change_index(lambda: self._index.remove(session))
        except OSError as error:
            return Damaged(
                f"{name} cannot be read: sessions/{path.name} is damaged, and could not be set aside "
                f"({error.strerror}). The other sessions are not affected."
            )
        said = f"{name} cannot be read: its file is damaged. It is now damaged/{place.name}, as it was."
        self._tell(said)
        return Damaged(said)

    # ── at the start ─────────────────────────────────────────────────────────────────────────────────────

    @refusals()
    def _tidied_up(self) -> Index:
        """The index, once all that a crash left half done is done: temporary files, deletions, cards."""
        for name in FOLDERS:
            (self._folder / name).mkdir(mode=0o700, exist_ok=True)
        for pattern in ("*.tmp", "sessions/*.tmp", "files/*.tmp", "damaged/*.tmp"):
            for path in self._folder.glob(pattern):
                path.unlink()
        self._trash.purge(self._clock.now())
        unfinished = self._trash.unfinished()
        try:
            index = Index(self._folder / "index.json")
        except ValueError:
            self._set_index_aside()
            index = Index(self._folder / "index.json")
        gone = {session for _, session in unfinished}
        cards = {session: card for session, card in self._completed(index.cards).items() if session not in gone}
        if cards != index.cards:
            index.replace(cards)
        for going, _ in unfinished:
            self._trash.seal(going)
        return index

    def _completed(self, known: Mapping[str, Card]) -> dict[str, Card]:
        """The index with what a crash kept out of it: a session's own file is written before its card."""
        cards = dict(known)
        journals = {session_of(path) for path in segment_files(self._folder / "journal")}
        for path in (self._folder / "sessions").glob("*.json"):
            session = session_of(path)
            if session in cards and session not in journals:
                continue
            try:
                card = sessions.read_card(path)
            except ValueError:
                if session not in cards:  # else opening it sets it aside, and tells who asked for it
                    place = move_aside(path, self._folder / "damaged")
                    self._tell(f"sessions/{path.name} cannot be read: it is now damaged/{place.name}, as it was.")
                continue
            if session not in cards or card.events > cards[session].events:
                cards[session] = card
        return cards

    def _set_index_aside(self) -> None:
        place = move_aside(self._folder / "index.json", self._folder / "damaged")
        self._tell(f"index.json could not be read: it is now damaged/{place.name}, and a new one was made.")

    def _tell(self, sentence: str) -> None:
        self.notices.append(sentence)
        logger.warning(sentence)
