"""The disk as the heart needs it; `storage/` is the real one, `Memory` here forgets when the process ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from .errors import NotFound
from .events import Event, Share, TurnEnd
from .log import Journal, Memory, Past
from .titles import UNTITLED
from .transcript import Transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A session as the drawer lists it. `created` and `updated` in Unix ms, `events` = how many are settled,
    `cost_usd` what its turns cost, as far as that is known; what a fork took over was paid for elsewhere."""

    id: str
    title: str
    model: str
    created: int
    updated: int
    turns: int = 0
    events: int = 0
    cost_usd: float = 0.0
    owner: str = ""
    people: Mapping[str, Share] = field(default_factory=dict[str, Share])
    task: bool = False
    ended: str = ""
    """How its last turn did: `done`, `interrupted`, `failed`; `stopped`: interrupted by a person."""

    @classmethod
    def of(cls, id: str, transcript: Transcript, now: int) -> Card:
        """A new session's."""
        t = transcript
        title = t.title or UNTITLED
        return cls(id=id, title=title, model=t.model, created=now, updated=now, owner=t.owner, task=t.task)

    def grown(self, events: Iterable[Event]) -> Card:
        """With what these events add to turns and cost."""
        ends = [event for event in events if isinstance(event, TurnEnd)]
        cost = sum((end.cost_usd or 0.0 for end in ends), self.cost_usd)
        ended = _ended(ends[-1]) if ends else self.ended
        return replace(self, turns=self.turns + len(ends), cost_usd=cost, ended=ended)

    def transcript(self, cursor: int) -> Transcript:
        """What is known of the session without its events up to `cursor`."""
        people = dict(self.people)
        return Transcript(
            title=self.title, model=self.model, owner=self.owner, people=people, task=self.task, cursor=cursor
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A session that a search found, with the words around the first place (empty: the title matched)."""

    card: Card
    excerpt: str = ""


class Files(Protocol):
    """What people attach to messages. Both block: call them in a thread while serving."""

    def keep(self, file: str, data: bytes) -> None:
        """Keeps `data` durably under an id of its own. Raises StorageError."""
        ...

    def file(self, file: str) -> bytes:
        """Raises NotFound, StorageError."""
        ...


class Store(Files, Protocol):
    """Sessions on disk. Every failure is a StorageError whose message says what to do."""

    def cards(self) -> list[Card]:
        """All sessions that are not deleted, the newest first, from memory."""
        ...

    def unsettled(self) -> list[str]:
        """Sessions with events in a journal that were never settled: what a crash left behind."""
        ...

    def open(self, session: str) -> tuple[Past, Sequence[Event], Journal]:
        """The settled events, those that only a journal has (in order, following the past), and the journal
        for what comes next. An unknown id is an empty session. Blocks: call it in a thread while serving.

        Raises Damaged where the session cannot be read; what can be is not touched.
        """
        ...

    async def settle(self, session: str, events: Sequence[Event], card: Card) -> None:
        """Keeps one stretch (`events` follow those already settled and end where the journal now stands) and
        the card, durably, then drops these events' lines from the journal. Off the event loop.

        Appending may go on meanwhile. After a StorageError the journal still has everything; call it again.
        """
        ...

    def leave(self, session: str) -> None:
        """Nobody has the session in memory any more: all of it is settled, or it never had an event."""
        ...

    async def delete(self, session: str) -> None:
        """Takes the session away; `restore` brings it back. NotFound if there is none."""
        ...

    async def restore(self, session: str) -> None: ...

    async def search(self, words: str, among: Sequence[Card] | None = None) -> list[Hit]:
        """Sessions (`among` these) whose title or text has all the words, in any case, newest first, 50 at most."""
        ...

    def close(self) -> None:
        """Waits for what is being written, and lets go of the data folder."""
        ...


class MemoryStore:
    """A store without a disk, for `python -m agent` and for tests."""

    def __init__(self) -> None:
        self._cards: dict[str, Card] = {}
        self._events: dict[str, list[Event]] = {}
        self._stretches: dict[str, list[int]] = {}
        self._deleted: dict[str, Card] = {}
        self._files: dict[str, bytes] = {}

    def cards(self) -> list[Card]:
        return sorted(self._cards.values(), key=lambda card: -card.updated)

    def unsettled(self) -> list[str]:
        return []

    def open(self, session: str) -> tuple[Past, Sequence[Event], Journal]:
        past = Past(list(self._events.get(session, ())), list(self._stretches.get(session, ())))
        return past, (), Memory()

    async def settle(self, session: str, events: Sequence[Event], card: Card) -> None:
        if events:
            self._stretches.setdefault(session, []).append(events[0].event_id)
            self._events.setdefault(session, []).extend(events)
        self._cards[session] = card

    def leave(self, session: str) -> None:
        pass

    async def delete(self, session: str) -> None:
        if session not in self._cards:
            raise NotFound("That session is not here any more.")
        self._deleted[session] = self._cards.pop(session)

    async def restore(self, session: str) -> None:
        if session in self._deleted:
            self._cards[session] = self._deleted.pop(session)

    def keep(self, file: str, data: bytes) -> None:
        self._files[file] = data

    def file(self, file: str) -> bytes:
        if file not in self._files:
            raise NotFound("That file is not here any more.")
        return self._files[file]

    async def search(self, words: str, among: Sequence[Card] | None = None) -> list[Hit]:
        return titled(words, self.cards() if among is None else among)

    def close(self) -> None:
        pass


def titled(words: str, cards: Iterable[Card]) -> list[Hit]:
    """Those with all the words in their titles, in any case."""
    wanted = words.casefold().split()
    return [Hit(card=card) for card in cards if all(word in card.title.casefold() for word in wanted)]


def _ended(end: TurnEnd) -> str:
    return "stopped" if end.reason == "interrupted" and end.why == "user" else end.reason
