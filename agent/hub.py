"""The sessions that exist: found, opened, forked, deleted, and put to rest."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from .attachments import Attachments
from .chance import Chance
from .closing import closings
from .errors import BadRequest, Busy, Damaged, NotFound, StorageError
from .events import Event, ForkedFrom, MessageWithdrawn, SessionCreated, SessionSwitched, TurnEnd
from .log import Log
from .models import Models
from .session import Session
from .store import Card, Hit, Store
from .tools.base import Tool
from .transcript import Transcript, Turn, fold

WINDOW = 60  # settled stretches that a session keeps folded: what its prompt and its first screen are made of
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
logger = logging.getLogger(__name__)


class Hub:
    """All sessions of one server."""

    def __init__(
        self,
        store: Store,
        *,
        models: Models,
        tools: Sequence[Tool],
        chance: Chance | None = None,
    ) -> None:
        self.models = models
        self.watchers: set[Callable[[], None]] = set()
        """Called when the list of sessions changes: one more or less, a title, one begins or ends a turn."""
        self.notices: list[str] = []
        """Sentences about what the disk would not do; people should see them."""
        self._store = store
        self._tools = tools
        self._chance = chance or Chance()
        self.attachments = Attachments(store, self._chance)
        self._open: dict[str, Session] = {}
        self._leaving: set[str] = set()
        self._opening: dict[str, asyncio.Task[Session]] = {}
        self._settled: dict[str, int] = {}
        self._settling: dict[str, asyncio.Lock] = {}
        self._cards: dict[str, Card] = {card.id: card for card in store.cards()}

    # ── sessions ─────────────────────────────────────────────────────────────────────────────────────────

    def new(self, session: str | None = None) -> Session:
        """A session without events; it is listed, and on disk, once somebody says something."""
        session = session or self._chance.id()
        if not ID.fullmatch(session):
            raise BadRequest("A session's id is made of 1 to 64 letters, digits, - and _.")
        _, _, journal = self._store.open(session)
        return self._made(session, Log(journal, self._chance.clock))

    async def open(self, session: str) -> Session:
        """The session, from memory or from disk. Raises NotFound, or Damaged where it cannot be read."""
        if (found := self._open.get(session)) and session not in self._leaving:
            return found
        if session not in self._cards or session in self._leaving:
            raise NotFound("There is no such session. It may have been deleted.")
        task = self._opening.get(session)
        if task is None:
            task = self._opening[session] = asyncio.create_task(self._opened(session))
            task.add_done_callback(lambda _: self._opening.pop(session, None))
        return await asyncio.shield(task)

    def drop(self, session: str) -> None:
        """Lets go of a session in which nobody said anything."""
        found = self._open.get(session)
        if found is not None and not len(found.log):
            del self._open[session]
            self._settled.pop(session, None)

    def here(self, session: str) -> Session | None:
        """The session if it is in memory."""
        return self._open.get(session)

    def cards(self) -> list[Card]:
        """All sessions, the one that changed last first."""
        return sorted(self._cards.values(), key=lambda card: (-card.updated, card.id))

    def card(self, session: str) -> Card | None:
        return self._cards.get(session)

    def running(self, session: str) -> bool:
        found = self._open.get(session)
        return found is not None and found.running

    async def search(self, words: str) -> list[Hit]:
        """Sessions whose title or text has all the words; titles of running ones, too."""
        if not words.strip():
            return [Hit(card=card) for card in self.cards()]
        hits = {hit.card.id: hit for hit in await self._store.search(words)}
        wanted = words.casefold().split()
        for card in self.cards():
            if card.id not in hits and all(word in card.title.casefold() for word in wanted):
                hits[card.id] = Hit(card=card)
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
        self._cards |= {card.id: card for card in self._store.cards() if card.id == session}
        self._tell()

    async def fork(
        self, session: str, turn: str, *, by: str = "owner", message: str | None = None, content: str | None = None
    ) -> Session:
        """A new session with all that came before `turn`, in which the same is asked again, `content` in place of
        `message` (of the only one, if that is None), with the same attachments.

        Raises NotFound where the turn is not among those that the session keeps folded (see WINDOW).
        """
        source = await self.open(session)
        asked = next((t for t in source.transcript.turns if isinstance(t, Turn) and t.id == turn), None)
        if asked is None:
            raise NotFound("That turn is too far back to be asked again from here.")
        said = [content if content is not None and message in (None, m.id) else m.content for m in asked.messages]
        files = [self.attachments.together(file["id"] for file in m.attachments) for m in asked.messages]
        fork = await self._forked(source, asked.event_id - 1)
        if fork.model != source.model:  # switched later, perhaps because the turn failed
            fork.append(SessionSwitched(model=source.model, by=by))
        if not said:
            fork.resume(by=by)
        for text, attachments in zip(said, files, strict=True):
            fork.say(text, author=by, attachments=attachments)
        return fork

    # ── beginning and end ────────────────────────────────────────────────────────────────────────────────

    async def recover(self) -> list[str]:
        """Ends what a crash cut short, as `interrupted` by a `crash`; returns the ids. Call it before serving."""
        recovered: list[str] = []
        for session in self._store.unsettled():
            try:
                found = self._read(session)
                unsettled = found.log.after(len(found.log.past))
                card = replace(self._card(found), title=found.title, model=found.model)
                self._cards[session] = card.grown(unsettled)
                turn = found.transcript.running
                if turn is not None:
                    now = self._chance.clock.now()
                    for event in closings(turn, now):
                        found.append(event)
                    found.append(TurnEnd(turn=turn.id, reason="interrupted", why="crash", ms=max(0, now - turn.at)))
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
        running = [session for session in self._open.values() if session.running]
        for session in self._open.values():
            session.closing = True  # also one that has just ended a turn, and would take up what is queued
        for session in running:
            session.stop(by=None, why="shutdown")
        try:
            async with asyncio.timeout(seconds):
                for session in running:
                    await session.wait_idle()
                for session in self._open.values():
                    await self._settle(session)
        except TimeoutError:
            logger.warning("not everything was settled in %g s; the journals have the rest", seconds)

    # ── below ────────────────────────────────────────────────────────────────────────────────────────────

    def _made(self, session: str, log: Log, start: Transcript | None = None) -> Session:
        made = Session(
            session,
            log,
            self._chance,
            models=self.models,
            files=self._store,
            tools=self._tools,
            ended=self._settle,
            changed=self._changed,
            start=start,
        )
        self._open[session] = made
        self._settled.setdefault(session, len(log.past))
        return made

    async def _opened(self, session: str) -> Session:
        try:
            return await asyncio.to_thread(self._read, session)
        except Damaged as error:
            self.notices.append(error.message)
            if all(card.id != session for card in self._store.cards()):  # set aside; else it may be put back
                self._forget(session)
            raise

    def _read(self, session: str) -> Session:
        past, kept, journal = self._store.open(session)
        card = self._cards.get(session)
        first = past.stretches[-WINDOW] if len(past.stretches) > WINDOW else 1
        start = Transcript(title=card.title, model=card.model, cursor=first - 1) if card else None
        if start and first > 1:  # what was posted in one stretch may have been read in the next
            start.queued = fold(past[past.stretches[-WINDOW - 1] - 1 : first - 1]).queued
        return self._made(session, Log(journal, self._chance.clock, past, kept), start)

    async def _forked(self, source: Session, upto: int) -> Session:
        """Event 1 becomes the fork's own `session.created`, so all others keep their numbers."""
        events = await asyncio.to_thread(lambda: list(source.log.after(0)[:upto]))
        now = self._chance.clock.now()
        origin = ForkedFrom(session=source.id, event_id=upto)
        events[0] = SessionCreated(event_id=1, at=now, title=source.title, model=source.model, forked_from=origin)
        id = self._chance.id()
        turns = sum(isinstance(event, TurnEnd) for event in events)
        card = Card(
            id=id, title=source.title, model=source.model, created=now, updated=now, turns=turns, events=len(events)
        )
        await self._store.settle(id, events, card)
        self._cards[id] = card
        fork = await self.open(id)
        for message in list(fork.transcript.queued):  # asked anew right away, or left to the other branch
            fork.append(MessageWithdrawn(message=message.id))
        return fork

    async def _settle(self, session: Session) -> None:
        """Keeps what the journal has of the session; what cannot be kept now is tried again with the next turn."""
        lock = self._settling.setdefault(session.id, asyncio.Lock())
        async with lock:
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
            updated=self._chance.clock.now() if ended or session.running else card.updated,
        )
        self._tell()

    def _card(self, session: Session) -> Card:
        now = self._chance.clock.now()
        new = Card(id=session.id, title=session.title, model=session.model, created=now, updated=now)
        return self._cards.get(session.id, new)

    def _forget(self, session: str) -> None:
        if found := self._open.pop(session, None):
            found.log.close()
        self._settling.pop(session, None)
        self._settled.pop(session, None)
        self._cards.pop(session, None)
        self._tell()

    def _tell(self) -> None:
        for watcher in list(self.watchers):
            watcher()
