"""The log of one session: it only grows, and whoever reads it keeps no more than a number."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar, overload

from .chance import Clock
from .events import Event, ThoughtDelta

E = TypeVar("E", bound=Event)
WINDOW = 64  # events that are read at once by whoever looks back


class Journal(Protocol):
    """Where a log's events go before anyone may see them."""

    def write(self, event: Event) -> None:
        """Returns once the operating system has the event; raises StorageError if it has not."""
        ...


class Memory:
    """A journal that forgets, for `python -m agent` and for tests."""

    def write(self, event: Event) -> None:
        pass


class Past(Sequence[Event]):
    """Events that were settled before this log was opened, all in memory. The store has a lazier one."""

    def __init__(self, events: Sequence[Event] = (), stretches: Sequence[int] = ()) -> None:
        self._events = events
        self.stretches: Sequence[int] = stretches or ((1,) if events else ())
        """The number of the first event of each settled stretch: a turn and what led to it."""

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | Sequence[Event]:
        return self._events[index]

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)


class Log:
    """Events numbered from 1: those of the `past`, then `kept` ones that the journal already has, then the new."""

    def __init__(self, journal: Journal, clock: Clock, past: Past | None = None, kept: Sequence[Event] = ()) -> None:
        self.past = past or Past()
        self._journal = journal
        self._clock = clock
        self._tail: list[Event] = list(kept)
        self._waiting: set[asyncio.Future[None]] = set()
        self.closed = False

    def append(self, event: E) -> E:
        """Numbers, dates and journals the event, then shows it; returns it as the log has it.

        Raises StorageError, and then the log is as it was. A date that the event brings along is kept.
        """
        at = event.at or self._clock.now()
        event = replace(event, event_id=len(self.past) + len(self._tail) + 1, at=at)
        self._journal.write(event)
        self._tail.append(event)
        self._ring()
        return event

    @property
    def first(self) -> Event | None:
        return self.past[0] if self.past else self._tail[0] if self._tail else None

    def after(self, cursor: int) -> Sequence[Event]:
        """The events that a reader who has seen `cursor` of them is missing."""
        settled = len(self.past)
        if cursor >= settled:
            return self._tail[cursor - settled :]
        return [*self.past[cursor:], *self._tail]

    def between(self, cursor: int, upto: int) -> Sequence[Event]:
        """The events after `cursor` up to the one with the number `upto`; of the settled ones no others are read."""
        settled = len(self.past)
        early = self.past[cursor : min(upto, settled)] if cursor < settled else ()
        return [*early, *self._tail[max(0, cursor - settled) : max(0, upto - settled)]]

    def back_from(self, upto: int) -> Iterator[Event]:
        """The events up to the number `upto`, the last first; hardly more of the settled ones is read than is asked."""
        window = 1
        while upto > 0:
            first = max(0, upto - window)
            yield from reversed(self.between(first, upto))
            upto, window = first, max(WINDOW, window * 4)

    async def follow(self, cursor: int = 0) -> AsyncGenerator[Sequence[Event], None]:
        """Yields what is missing, as much as there is, then waits for more; ends when the log is closed.

        A slow reader gets its whole backlog at once (see `joined`). Stop following with `aclosing`.
        """
        while True:
            if events := self.after(cursor):
                cursor = events[-1].event_id
                yield events
            elif self.closed:
                return
            else:
                await self.wait_grown(cursor)

    async def wait_grown(self, cursor: int) -> None:
        """Returns once the log has more than `cursor` events, or is closed."""
        while len(self) <= cursor and not self.closed:
            bell: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.add(bell)
            try:
                await bell
            finally:
                self._waiting.discard(bell)

    def close(self) -> None:
        """No more will come: followers drain what there is, and end."""
        self.closed = True
        self._ring()

    def __len__(self) -> int:
        return len(self.past) + len(self._tail)

    def _ring(self) -> None:
        for bell in self._waiting:
            if not bell.done():
                bell.set_result(None)
        self._waiting.clear()


def joined(events: Sequence[Event]) -> list[Event]:
    """The same events with neighbouring deltas of one thought made one, which keeps their inner timing.

    The joined delta has the number of its last part, the date of its first, and `marks` that say when
    (ms after its date) how many characters came.
    """
    out: list[Event] = []
    run: list[ThoughtDelta] = []
    for event in events:
        if isinstance(event, ThoughtDelta):
            if run and run[0].thought != event.thought:
                out.append(_join(run))
                run = []
            run.append(event)
        else:
            if run:
                out.append(_join(run))
                run = []
            out.append(event)
    if run:
        out.append(_join(run))
    return out


def _join(run: list[ThoughtDelta]) -> ThoughtDelta:
    if len(run) == 1:
        return run[0]
    first = run[0]
    marks: list[tuple[int, int]] = []
    for delta in run:
        late = delta.at - first.at
        marks += [(late + ms, chars) for ms, chars in delta.marks or ((0, len(delta.content)),)]
    content = "".join(delta.content for delta in run)
    return replace(run[-1], at=first.at, content=content, marks=tuple(marks))
