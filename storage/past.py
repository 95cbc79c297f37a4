"""The settled events of a session, unpacked as they are looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, overload

from agent.errors import Damaged
from agent.events import Event
from agent.log import Past

from .lines import Line
from .pack import unpack

UNPACKED = 8  # stretches that stay in memory: the last turns of a few readers


class SettledPast(Past):
    """A past that reads a stretch from its file when somebody looks at it, and keeps the last few.

    Raises ValueError if the stretches are not numbered like a log; looking at events raises Damaged where a
    stretch cannot be read.
    """

    def __init__(self, where: str, documents: Mapping[str, Any]) -> None:
        stretches = [int(key) for key in documents]
        self._documents = list(documents.values())
        self._where = where
        if stretches and (stretches[0] != 1 or any(here >= there for here, there in pairwise(stretches))):
            raise ValueError("the stretches are out of order")
        end = stretches[-1] + len(unpack(_parsed(self._documents[-1]))) if stretches else 1
        super().__init__((), stretches)
        self._ends = [*stretches[1:], end]
        self._length = end - 1
        self._stretch = lru_cache(maxsize=UNPACKED)(self._read)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | Sequence[Event]:
        if isinstance(index, slice):
            start, stop, step = index.indices(self._length)
            if step == 1:
                return self._between(start, stop)
            return [self[i] for i in range(start, stop, step)]
        if index < 0:
            index += self._length
        if not 0 <= index < self._length:
            raise IndexError("no such event")
        number = self._holding(index)
        return self._stretch(number)[index + 1 - self.stretches[number]]

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Event]:
        for number in range(len(self.stretches)):
            yield from self._stretch(number)

    def _between(self, start: int, stop: int) -> Sequence[Event]:
        events: list[Event] = []
        while start < stop:
            number = self._holding(start)
            first = self.stretches[number] - 1
            events += self._stretch(number)[start - first : stop - first]
            start = self._ends[number] - 1
        return events

    def _holding(self, index: int) -> int:
        return bisect_right(self.stretches, index + 1) - 1

    def _read(self, number: int) -> list[Event]:
        first, end = self.stretches[number], self._ends[number]
        try:
            events = unpack(_parsed(self._documents[number]))
            if events[0].event_id != first or len(events) != end - first:
                raise ValueError("another stretch")
        except (OSError, ValueError) as error:
            raise Damaged(f"Events {first} to {end - 1} cannot be read: {self._where} is damaged or gone.") from error
        return events


def _parsed(document: Any) -> Mapping[str, Any]:
    return document.parsed() if isinstance(document, Line) else document
