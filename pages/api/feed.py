"""What the readers of one session are missing, in their words: made once for all who stand at the same place.

A thousand readers cost a thousand sockets, and one encoding. They are woken together, at once where there is room, and
more rarely as telling them all takes a larger share of the core: then deltas join, and a crowd costs frames, never the
loop. A reader is a cursor; what it has not taken waits in the log.
"""

from __future__ import annotations

import asyncio
import json
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson

from agent.log import joined
from agent.session import Session

from .dialects import Dialect, Facts, Frame

FRAME = 0.016  # seconds between two frames to one reader, at the least
SHARE = 0.35  # of one core that may go into frames
LONGEST = 2000  # events that a reader who is far behind is told at once
KEPT = 64  # passages that are remembered: those of the readers who keep up, and of a few who lag
SHORT = 200  # events of a passage that is worth remembering
_feeds: weakref.WeakValueDictionary[str, Feed] = weakref.WeakValueDictionary()


def spelt(frame: Frame) -> str:
    """As a websocket is sent it."""
    return frame if isinstance(frame, str) else as_json(frame)


def as_json(frame: Mapping[str, Any]) -> str:
    try:
        return orjson.dumps(frame).decode()
    except TypeError:  # a whole number of more than 64 bits, in a tool's arguments
        return json.dumps(frame, separators=(",", ":"), ensure_ascii=False)


Passage = tuple[Dialect, int, int, Callable[[Frame], str]]


class Pulse:
    """Wakes the readers of all sessions; one for the process, since they share its core."""

    def __init__(self) -> None:
        self._due: set[Feed] = set()
        self._next = 0.0
        self._timer: asyncio.Handle | None = None

    def soon(self, feed: Feed) -> None:
        """Wakes the feed's readers now, or as soon as the others before have left time for it."""
        self._due.add(feed)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            wait = self._next - time.perf_counter()
            self._timer = loop.call_later(wait, self._beat) if wait > 0 else loop.call_soon(self._beat)

    def _beat(self) -> None:
        began, spent = time.perf_counter(), time.thread_time()
        due, self._due = self._due, set()
        for feed in due:
            feed.wake()
        # the readers' own steps come before this one: how long they took is what everybody else has waited
        asyncio.get_running_loop().call_soon(self._measured, began, spent)

    def _measured(self, began: float, spent: float) -> None:
        self._next = began + max(FRAME, (time.thread_time() - spent) / SHARE)
        self._timer = None
        for feed in list(self._due):
            self.soon(feed)


PULSE = Pulse()


class Feed:
    """One session's. Whoever reads it is woken by a call of `wake`, looks `after` its cursor, and leaves in the end."""

    def __init__(self, session: Session) -> None:
        self.log = session.log
        self._facts = Facts(session.log)
        self._passages: OrderedDict[Passage, Sequence[str]] = OrderedDict()
        self._readers: set[Callable[[], None]] = set()
        self._listener: asyncio.Task[None] | None = None

    @contextmanager
    def reader(self, wake: Callable[[], None]) -> Generator[None]:
        """Calls `wake` when there is more, or when there will be no more: `log.closed`."""
        self._readers.add(wake)
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen(len(self.log)), name="feed")
        try:
            yield
        finally:
            self._readers.discard(wake)
            if not self._readers and self._listener:
                self._listener.cancel()
                self._listener = None

    async def after(
        self, dialect: Dialect, cursor: int, spell: Callable[[Frame], str] = spelt
    ) -> tuple[int, Sequence[str]]:
        """The cursor to stand at next, and what to send before that, in order; nothing new is the same cursor.

        Raises Damaged where the disk cannot give back what is settled.
        """
        settled, upto = len(self.log.past), len(self.log)
        if cursor < settled:
            upto = min(settled, cursor + LONGEST)
            return upto, await asyncio.to_thread(self._told, dialect, cursor, upto, spell, Facts(self.log))
        if upto <= cursor:
            return cursor, ()
        key = (dialect, cursor, upto, spell)
        if (known := self._passages.get(key)) is None:
            upto = min(upto, cursor + LONGEST)
            known = self._told(dialect, cursor, upto, spell, self._facts)
            if upto - cursor <= SHORT:
                self._passages[key] = known
                if len(self._passages) > KEPT:
                    self._passages.popitem(last=False)
        return upto, known

    def wake(self) -> None:
        """Lets all readers look again."""
        for wake in list(self._readers):
            wake()

    def _told(
        self, dialect: Dialect, cursor: int, upto: int, spell: Callable[[Frame], str], facts: Facts
    ) -> Sequence[str]:
        events = joined(self.log.between(cursor, upto))
        facts.learn(events)
        return [spell(frame) for event in events for frame in dialect.words(event, facts)]

    async def _listen(self, seen: int) -> None:
        """From what the first reader saw: the log may have grown before this task takes its first step."""
        while not self.log.closed:
            await self.log.wait_grown(seen)
            seen = len(self.log)
            PULSE.soon(self)


def feed_of(session: Session) -> Feed:
    """The feed of a session's log: the same for all who read it now."""
    feed = _feeds.get(session.id)
    if feed is None or feed.log is not session.log:
        feed = _feeds[session.id] = Feed(session)
    return feed
