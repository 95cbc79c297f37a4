"""Server-sent events: the same feed, for EventSource and curl."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, suppress
from typing import Any

from starlette.responses import StreamingResponse

from agent.access import Person, standing
from agent.errors import StorageError
from agent.session import Session

from .bell import Bell
from .dialects import Dialect, Frame
from .doors import Doors
from .feed import as_json, feed_of
from .notes import Notes

HEARTBEAT = 15.0  # seconds of silence after which a comment shows that the server lives, and finds out who has gone
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


def as_sse(frame: Frame) -> str:
    """One message: with an `id` where the frame stands for an event, so that `Last-Event-ID` resumes after it."""
    if isinstance(frame, str):
        return "".join(f"data: {line}\n" for line in frame.split("\n")) + "\n"
    id = f"id: {frame['eventId']}\n" if "eventId" in frame else ""
    return f"{id}data: {as_json(frame)}\n\n"


class Stream:
    """One reader by SSE. `enough` says, once it has been told all there is, whether it may go."""

    def __init__(
        self,
        doors: Doors,
        session: Session,
        person: Person,
        dialect: Dialect,
        cursor: int,
        *,
        enough: Callable[[], bool] = lambda: False,
        until: float | None = None,
    ) -> None:
        self.name = ""
        self.user = person.user
        self._doors = doors
        self._session = session
        self._person = person
        self._dialect = dialect
        self._cursor = cursor
        self._enough = enough
        self._until = until
        self._wake = Bell()
        self._notes = Notes(dialect, self._wake.ring, as_sse)
        self._over = False
        self._done = asyncio.Event()

    def response(self) -> StreamingResponse:
        """The answer to the request. Raises TooManyConnections."""
        stack = AsyncExitStack()
        stack.enter_context(self._doors.seats.seat(self._person.user))
        seat = self._session.presence.join(self._person.user, on_note=self._notes.note)
        self._cursor = self._notes.hello(self._session, self._cursor)
        self._doors.readers.add(self)
        stack.callback(self._done.set)
        stack.callback(self._doors.readers.discard, self)
        stack.callback(seat.leave)
        return Held(self._told(), stack, media_type="text/event-stream", headers=HEADERS)

    def tell(self, frame: dict[str, Any]) -> None:
        self._notes.add(frame)

    async def close(self) -> None:
        self._over = True
        self._wake.ring()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._done.wait(), 0.5)

    async def _told(self) -> AsyncGenerator[str, None]:
        feed = feed_of(self._session)
        yield ": thinkaloud\n\n"  # so that whoever waits for the answer has it
        with feed.reader(self._wake.ring):
            while standing(self._person, self._session) and not self._expired():
                self._wake.quiet()
                for note in self._notes.take():
                    yield note
                try:
                    upto, frames = await feed.after(self._dialect, self._cursor, as_sse)
                except StorageError as error:
                    for frame in self._dialect.error(error.kind, error.message):
                        yield as_sse(frame)
                    return
                if frames:
                    yield "".join(frames)
                if upto > self._cursor:
                    self._cursor = upto
                elif self._over or feed.log.closed or self._enough():
                    return
                elif not await self._woken():
                    yield ": heartbeat\n\n"

    async def _woken(self) -> bool:
        try:
            async with asyncio.timeout(HEARTBEAT):
                await self._wake.wait()
        except TimeoutError:
            return False
        return True

    def _expired(self) -> bool:
        return self._until is not None and self._doors.clock.now() / 1000 >= self._until


class Held(StreamingResponse):
    """A response that holds something until it is over, also where nobody ever began to read it."""

    def __init__(self, content: AsyncGenerator[str, None], held: AsyncExitStack, **kwargs: Any) -> None:
        super().__init__(content, **kwargs)
        self._content, self._held = content, held

    async def __call__(self, *args: Any) -> None:
        try:
            await super().__call__(*args)
        finally:
            await self._content.aclose()
            await self._held.aclose()
