"""One request of an AG-UI client, from its first frame until it is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from agent.access import Person, standing
from agent.errors import ThinkaloudError
from agent.log import joined
from agent.session import Session

from ..feed import feed_of

if TYPE_CHECKING:
    from ag_ui.core import BaseEvent

    from .words import Words

AWAY = "The session was put away, or the server is going down. Ask again."
UNSHARED = "That session is not shared with you any more."
EXPIRED = "Your sign-in has run out. Sign in again."


class Visit:
    """A reader that is told `first`, then what follows `cursor`, until its run ends. `began`: the run is one that this
    request has begun; `message` is the one that it waits to see read."""

    name = ""

    def __init__(
        self,
        session: Session,
        person: Person,
        words: Words,
        *,
        first: Iterable[BaseEvent],
        cursor: int,
        message: str | None = None,
        began: bool = True,
    ) -> None:
        self.user = person.user
        self._session = session
        self._person = person
        self._words = words
        self._first = first
        self._cursor = cursor
        self._message = message
        self._began = began
        self._wake = asyncio.Event()
        self._notes: list[dict[str, Any]] = []
        self._over = False
        self._done = asyncio.Event()

    async def frames(self, heartbeat: float, until: float | None = None) -> AsyncGenerator[str, None]:
        """The response; it ends with the run, or `until` (Unix seconds) the person's sign-in is good for."""
        from ag_ui.core import CustomEvent
        from ag_ui.encoder import EventEncoder

        encode, session, words = EventEncoder().encode, self._session, self._words
        yield "".join(map(encode, self._first))
        with feed_of(session).reader(self._wake.set):
            while not words.ended:
                self._wake.clear()
                notes, self._notes = self._notes, []
                for note in notes:
                    name = note.pop("type")
                    yield encode(CustomEvent(name=name, value=note, timestamp=session.now()))
                if standing(self._person, session) is None:
                    yield "".join(map(encode, words.fail(session.now(), "forbidden", UNSHARED)))
                elif events := session.log.after(self._cursor):
                    self._cursor = events[-1].event_id
                    if told := "".join(map(encode, words.tell(joined(events)))):
                        yield told
                elif last := "".join(map(encode, self._last(until))):
                    yield last
                else:
                    try:
                        async with asyncio.timeout(heartbeat):
                            await self._wake.wait()
                    except TimeoutError:
                        yield ": heartbeat\n\n"

    def tell(self, frame: dict[str, Any]) -> None:
        self._notes.append(dict(frame))
        self._wake.set()

    async def close(self) -> None:
        self._over = True
        self._wake.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._done.wait(), 0.5)

    def left(self) -> None:
        """The client goes, and is still counted. A run of its own that it has not heard the end of is stopped, unless
        somebody else is there: to hang up is all that it can do."""
        self._done.set()
        session, by = self._session, self._person.user
        if self._words.ended or not self._began:
            return
        with suppress(ThinkaloudError):  # it was read meanwhile, or the disk refuses
            if self._message is not None and self._words.turn is None:
                session.withdraw(self._message, by=by)
        turn = session.transcript.running
        ours = turn and (turn.id == self._words.turn or any(one.id == self._message for one in turn.messages))
        if ours and len(session.presence) <= 1:
            session.stop(by=by)

    def _last(self, until: float | None) -> Iterable[BaseEvent]:
        """The run's end where the log does not tell it, and has been told so far."""
        session, words, now = self._session, self._words, self._session.now()
        if session.log.closed or self._over:
            return words.fail(now, "busy", AWAY)
        if until is not None and now / 1000 >= until:
            return words.fail(now, "unauthorized", EXPIRED)
        if words.turn is not None or session.running:
            return ()
        if session.trouble:
            return words.fail(now, "storage", session.trouble)
        last, waiting = session.transcript.last, session.transcript.queued
        if last and last.state == "interrupted" and not any(one.intent == "interrupt" for one in waiting):
            with suppress(ThinkaloudError):  # what was queued stays so when a turn is stopped; a client cannot wait
                session.withdraw(self._message or "", by=self._person.user)
            return words.cancel(now)
        return ()
