"""The sessions that exist: found, opened, forked, deleted, and put to rest."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from weakref import WeakKeyDictionary

from .attachments import Attachments
from .chance import Chance
from .closing import crashed
from .errors import BadRequest, Busy, Damaged, NotFound, StorageError
from .events import Event, TurnEnd
from .house import House
from .limits import Limits
from .log import Log
from .models import Models
from .session import Session
from .store import Card, Hit, Store, titled
from .tools.base import Tool
from .transcript import fold

STAYS, RESTED = 600.0, 10.0  # seconds that a session stays in memory which nobody uses; and if there are too many
WINDOW = 60  # settled stretches that a session keeps folded: what its prompt and its first screen are made of
GONE = "There is no such session. It may have been deleted."
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
logger = logging.getLogger(__name__)


def check_id(session: str) -> None:
    """Raises BadRequest where no session can have that id."""
    if not ID.fullmatch(session):
        raise BadRequest("A session's id is made of 1 to 64 letters, digits, - and _.")


class Hub:
    """All sessions of one server."""

    def __init__(
        self,
        store: Store,
        *,
        models: Models,
        tools: Sequence[Tool],
        chance: Chance | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.models = models
        self.limits = limits or Limits()
        self.chance = chance or Chance()
        self.watchers: set[Callable[[], None]] = set()
        """Called when the list of sessions changes: one more or less, a title, one begins or ends a turn."""
        self.notices: list[str] = []
        """Sentences about what the disk would not do; people should see them."""
        self._store = store
        self.attachments = Attachments(store, self.chance)
        self._house = House(
            chance=self.chance,
            models=models,
            files=store,
            tools=tools,
            limits=self.limits,
            admit=self._admit,
            ended=self._settle,
            changed=self._changed,
        )
        self._open: dict[str, Session] = {}
        self._leaving: set[str] = set()
        self._opening: dict[str, asyncio.Task[Session]] = {}
        self._settled: dict[str, int] = {}
        self._settling: WeakKeyDictionary[Session, asyncio.Lock] = WeakKeyDictionary()
        self._cards: dict[str, Card] = {card.id: card for card in store.cards()}
        self._stopping = False

    # ── sessions ─────────────────────────────────────────────────────────────────────────────────────────

    def new(self, session: str | None = None, *, owner: str = "", task: bool = False) -> Session:
        """A session without events; it is listed, and on disk, once somebody says something. Raises BadRequest where
        none can have that id, Busy where one has."""
        session = session or self.chance.id()
        check_id(session)
        if session in self._cards or session in self._open or session in self._leaving:
            raise Busy("There is a session of that name already.")
        _, _, journal = self._store.open(session)
        return self._kept(Session(session, Log(journal, self.chance.clock), self._house, owner=owner, task=task))

    async def open(self, session: str) -> Session:
        """The session, from memory or from disk. Raises NotFound, or Damaged where it cannot be read."""
        if (found := self._open.get(session)) and session not in self._leaving:
            found.used = self.chance.clock.elapsed()
            return found
        if session not in self._cards or session in self._leaving:
            raise NotFound(GONE)
        task = self._opening.get(session)
        if task is None:
            task = self._opening[session] = asyncio.create_task(self._opened(session))
            task.add_done_callback(lambda _: self._opening.pop(session, None))
        return await asyncio.shield(task)

    def drop(self, session: str) -> None:
        """Lets go of a session in which nobody said anything."""
        found = self._open.get(session)
        if found and not (len(found.log) or found.held or len(found.presence) or found.watchers):
            self._let_go(found)

    async def tidy(self) -> None:
        """Lets go of sessions that nobody uses: those of the last minutes stay, if they are not too many."""
        now = self.chance.clock.elapsed()
        idle = sorted((s for s in self._open.values() if not self._needed(s)), key=lambda s: s.used)
        for i, session in enumerate(idle):
            if now - session.used < (RESTED if i < len(idle) - self.limits.memory else STAYS):
                continue
            await self._settle(session)
            if not self._needed(session) and self._settled[session.id] == len(session.log):
                self._let_go(session)

    def _needed(self, session: Session) -> bool:
        busy = session.running or session.held or len(session.presence) or session.watchers
        return bool(busy or session.trouble or session.id in self._leaving or self._open.get(session.id) != session)

    def _let_go(self, session: Session) -> None:
        """Whoever still has it can write nothing more: the next one who asks gets it anew from the disk."""
        session.closing = True
        session.log.close()
        del self._open[session.id]
        self._settled.pop(session.id, None)
        self._store.leave(session.id)

    @property
    def in_memory(self) -> int:
        return len(self._open)

    def _admit(self, user: str) -> None:
        self.limits.admit(sum(session.running and session.by == user for session in self._open.values()))

    def here(self, session: str) -> Session | None:
        return self._open.get(session)  # if it is in memory

    def cards(self) -> list[Card]:
        """All sessions, the one that changed last first."""
        return sorted(self._cards.values(), key=lambda card: (-card.updated, card.id))

    def card(self, session: str) -> Card | None:
        return self._cards.get(session)

    def running(self, session: str) -> bool:
        return session in self._open and self._open[session].running

    async def search(self, words: str, among: Sequence[Card] | None = None) -> list[Hit]:
        """Sessions (`among` these) whose title or text has all the words; titles of running ones, too."""
        cards = self.cards() if among is None else among
        if not words.strip():
            return [Hit(card=card) for card in cards]
        hits = {hit.card.id: hit for hit in (*titled(words, cards), *await self._store.search(words, cards))}
        known = [replace(hit, card=self._cards[hit.card.id]) for hit in hits.values() if hit.card.id in self._cards]
        return sorted(known, key=lambda hit: -hit.card.updated)

    async def rename(self, session: str, title: str) -> None:
        opened = await self.open(session)
        opened.rename(title)
        if not opened.running:
            await self._settle(opened)

    async def delete(self, session: str) -> None:
        """Takes a session away, stopping it first; `restore` brings it back."""
        if session in self._leaving:
            raise Busy("That session is being deleted.")
        self._leaving.add(session)
        try:
            if opening := self._opening.get(session):
                await asyncio.wait([opening])
            found = self._open.get(session)
            if found:
                found.closing = True
                found.stop()
                await self._ended_soon(found)
                await self._settle(found)
            await self._store.delete(session)
            self._forget(session)
        except BaseException:
            if found := self._open.get(session):
                found.closing = False
            raise
        finally:
            self._leaving.discard(session)

    async def _ended_soon(self, session: Session) -> None:
        try:
            async with asyncio.timeout(5):
                await session.wait_idle()
        except TimeoutError:
            raise StorageError(session.trouble or "The session could not be stopped. Try again.") from None

    async def restore(self, session: str) -> None:
        """Undoes a `delete`."""
        await self._store.restore(session)
        found = self._open.get(session)
        if found and not len(found.log):  # somebody has come under that name meanwhile, and has said nothing
            self._let_go(found)
        self._cards |= {card.id: card for card in self._store.cards() if card.id == session}
        self._tell()

    async def adopt(self, events: Sequence[Event], card: Card) -> Session:
        """A session that begins with these events, which are made elsewhere."""
        await self._store.settle(card.id, events, card)
        self._cards[card.id] = card
        return await self.open(card.id)

    # ── beginning and end ────────────────────────────────────────────────────────────────────────────────

    async def recover(self) -> list[str]:
        """Ends what a crash cut short, as `interrupted` by a `crash`; returns the ids. Call it before serving."""
        recovered: list[str] = []
        for session in self._store.unsettled():
            try:
                found = self._kept(self._read(session))
                unsettled = found.log.after(len(found.log.past))
                first = found.log.first
                created = first.at if first else self.chance.clock.now()
                card = replace(self._card(found), title=found.title, model=found.model, created=created)
                self._cards[session] = card.grown(unsettled)
                if turn := found.transcript.running:
                    for event in crashed(turn, next(found.log.back_from(len(found.log)))):
                        found.append(event)
                    recovered.append(session)
                await self._settle(found)
                if found.trouble:
                    self.notices.append(found.trouble)
            except StorageError as error:
                self.notices.append(error.message)
                if all(card.id != session for card in self._store.cards()):
                    self._cards.pop(session, None)  # it was set aside
            self._open.pop(session, None)
        return recovered

    async def shutdown(self, seconds: float = 2.5) -> None:
        """Ends running turns as `interrupted`, why `shutdown`, and settles them, in at most `seconds`."""
        self._stopping = True  # doors are open still
        for session in (here := list(self._open.values())):
            session.closing = True  # also one that has just ended a turn, and would take up what is queued
            session.stop(by=None, why="shutdown")
        try:
            async with asyncio.timeout(seconds):
                for session in here:
                    await session.wait_idle()
                for session in here:
                    await self._settle(session)
        except TimeoutError:
            logger.warning("not everything was settled in %g s; the journals have the rest", seconds)

    # ── below ────────────────────────────────────────────────────────────────────────────────────────────

    def _kept(self, session: Session) -> Session:
        session.closing = self._stopping
        self._open[session.id] = session
        self._settled.setdefault(session.id, len(session.log.past))
        return session

    async def _opened(self, session: str) -> Session:
        try:
            return self._kept(await asyncio.to_thread(self._read, session))
        except Damaged as error:
            self.notices += {error.message} - {*self.notices}
            if all(card.id != session for card in self._store.cards()):  # set aside; else it may be put back
                self._forget(session)
            raise

    def _read(self, session: str) -> Session:
        past, kept, journal = self._store.open(session)
        card = self._cards.get(session)
        first = past.stretches[-WINDOW] if len(past.stretches) > WINDOW else 1
        start = card.transcript(first - 1) if card else None
        if start and first > 1:  # what was posted in one stretch may have been read in the next
            start.queued = fold(past[past.stretches[-WINDOW - 1] - 1 : first - 1]).queued
        return Session(session, Log(journal, self.chance.clock, past, kept), self._house, start)

    async def _settle(self, session: Session) -> None:
        """Keeps what the journal has of the session; what cannot be kept now is tried again with the next turn."""
        async with self._settling.setdefault(session, asyncio.Lock()):
            if self._open.get(session.id) is not session:  # deleted, or let go, in the meantime
                return
            events = session.log.after(self._settled[session.id])
            if not events:
                return
            card = self._cards[session.id] = replace(self._card(session), events=events[-1].event_id)
            try:
                await self._store.settle(session.id, events, card)
            except StorageError as error:
                session.troubled(error.message)
            else:
                self._settled[session.id] = events[-1].event_id
                session.troubled(None)

    def _changed(self, session: Session, event: Event | None) -> None:
        card = self._card(session)
        ended = isinstance(event, TurnEnd)
        self._cards[session.id] = replace(
            card.grown([event] if event else ()),
            title=session.title,
            model=session.model,
            people=dict(session.people),
            updated=self.chance.clock.now() if ended or session.running else card.updated,
        )
        self._tell()

    def _card(self, session: Session) -> Card:
        return self._cards.get(session.id) or Card.of(session.id, session.transcript, self.chance.clock.now())

    def _forget(self, session: str) -> None:
        if found := self._open.pop(session, None):
            found.log.close()
        self._settled.pop(session, None)
        self._cards.pop(session, None)
        self._tell()

    def _tell(self) -> None:
        for watcher in list(self.watchers):
            watcher()
