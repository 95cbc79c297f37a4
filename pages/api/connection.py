"""One websocket, from its first frame to its last: it hears what a client says, and tells what the log says."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

from starlette.types import Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from agent.access import Person, standing
from agent.chance import Timer
from agent.errors import BadRequest, StorageError, ThinkaloudError, TooLong
from agent.limits import Rate
from agent.session import Session

from .acts import act, hear
from .bell import Bell
from .dialects import Dialect
from .dialects.ephemeral import PING
from .doors import Doors
from .feed import Feed, feed_of, spelt
from .incoming import framed, id_of, parse
from .notes import Notes

GOING = 1001  # a close that waits until the client has been told everything
SILENCE = 60.0  # seconds without a frame after which a client is asked whether it is there
GIVEN_UP = 60.0  # … that one frame may take to be sent: whoever does not read comes back with a cursor
REFUSALS = 100  # in a row, after which a client is sent away
logger = logging.getLogger(__name__)


class Connection:
    """Reads with a cursor and nothing else: whatever it has been told can be told again to another one."""

    def __init__(
        self,
        socket: WebSocket,
        emit: Send,
        doors: Doors,
        session: Session,
        person: Person,
        dialect: Dialect,
        cursor: int,
        *,
        name: str = "",
        bare: Dialect | None = None,
        returns: bool = True,
    ) -> None:
        self.name = name
        self.user = person.user
        self._socket = socket
        self._emit = emit
        self._doors = doors
        self._clock = doors.clock
        self._session = session
        self._person = person
        self._dialect = dialect
        self._cursor = cursor
        self._bare = bare
        self._returns = returns
        self._rate = Rate(session.limits.rate, self._clock)
        self._refused = 0
        self._wake = Bell()
        self._notes = Notes(dialect, self._wake.ring, spelt)
        self._said = self._asked = self._clock.elapsed()
        self._sending: float | None = None
        self._stalled = False
        self._timer: Timer | None = None
        self._over: tuple[int, str] | None = None
        self._done = asyncio.Event()

    async def serve(self) -> None:
        """Returns when it has ended, whoever ended it."""
        session = self._session
        self._task = asyncio.current_task()
        self._seat = session.presence.join(self._person.user, returns=self._returns, on_note=self._notes.note)
        self._doors.readers.add(self)
        feed = feed_of(session)
        hearing = asyncio.create_task(self._hear(), name="connection")
        try:
            self._cursor = self._notes.hello(session, self._cursor)
            with feed.reader(self._wake.ring):
                self._look()
                await self._tell_all(feed)
        except (WebSocketDisconnect, OSError, RuntimeError):  # gone; starlette says so in these three ways
            self._end(1006, "")
        except StorageError as error:
            self._end(1011, error.message)
        except Exception:
            self._fail()
        except asyncio.CancelledError:
            if not self._stalled or self._task is None:
                raise
            self._task.uncancel()
        finally:
            if self._timer:
                self._timer.cancel()
            hearing.cancel()
            self._doors.readers.discard(self)
            self._seat.leave()
            self._doors.hub.drop(session.id)
            await self._say_goodbye()
            self._done.set()

    def tell(self, frame: dict[str, Any]) -> None:
        self._notes.add(frame)

    async def close(self) -> None:
        self._end(GOING, "The server is going down.")
        with suppress(TimeoutError):
            await asyncio.wait_for(self._done.wait(), 0.5)

    # ── telling ──────────────────────────────────────────────────────────────────────────────────────────

    async def _tell_all(self, feed: Feed) -> None:
        log, wake = feed.log, self._wake
        while True:
            wake.quiet()
            if self._over and self._over[0] != GOING:
                return None
            if standing(self._person, self._session) is None:
                return self._end(4003, "That session is not shared with you any more.")
            for note in self._notes.take():
                await self._send(note)
            upto, frames = await feed.after(self._dialect, self._cursor)
            for frame in frames:
                await self._send(frame)
            if upto > self._cursor:
                self._cursor = upto
                self._said = self._clock.elapsed()
            if upto < len(log) or self._notes.waiting:
                continue
            if log.closed and self._doors.hub.card(self._session.id):  # another one has come in its place
                return self._end(GOING, "This session is there anew: come back.")
            if log.closed:
                return self._end(1000, "This session is over.")
            if self._over:
                return None
            await wake.wait()

    async def _send(self, text: str) -> None:
        """As ASGI has it: a thousand times a moment, Starlette's own way would be a quarter of the cost."""
        self._sending = self._sending or self._clock.elapsed()
        await self._emit({"type": "websocket.send", "text": text})
        self._sending = None

    # ── hearing ──────────────────────────────────────────────────────────────────────────────────────────

    async def _hear(self) -> None:
        try:
            while self._over is None:
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    return self._end(1006, "")
                self._said = self._clock.elapsed()
                self._seat.hear()
                await self._take(message.get("text"))
        except (WebSocketDisconnect, OSError, RuntimeError):
            self._end(1006, "")
        except Exception:
            self._fail()

    async def _take(self, text: str | None) -> None:
        """Does what a frame says, or answers with the one sentence that says why not."""
        longest = 6 * self._session.limits.message + 10_000  # JSON may need six letters for one
        try:
            self._rate.take()
            if text is None:
                raise BadRequest("Send text, not bytes.")
            if len(text) > longest:
                raise TooLong(f"That frame has {len(text):,} characters: too long for any message.")
            if self._bare and not framed(text):
                self._dialect = self._notes.dialect = self._bare
            self._bare = None
            if self._dialect.prompts:
                hear(self._session, self._person, text)
            else:
                await act(self._doors.hub, self._session, self._person, parse(text), self._seat)
        except ThinkaloudError as error:
            await self._refuse(error, id_of(text) if text and len(text) <= longest else None)
        else:
            self._refused = 0

    async def _refuse(self, error: ThinkaloudError, message: str | None) -> None:
        """Sent from here, so that whoever does not read the refusals is not heard any more either."""
        for frame in self._dialect.error(error.kind, error.message, error.retry_after):
            if isinstance(frame, dict) and message:
                frame = {**frame, "message_id": message}
            await self._send(spelt(frame))
        self._refused += 1
        if self._refused >= REFUSALS:
            self._end(1008, "Too much that could not be done.")

    # ── staying and going ────────────────────────────────────────────────────────────────────────────────

    def _look(self) -> None:
        """Looks from time to time whether it is still worth it, and asks after a silence."""
        now, idle = self._clock.elapsed(), self._session.limits.idle
        if self._sending is not None and now - self._sending >= GIVEN_UP and self._task:
            self._end(1008, "Too slow: come back with your cursor.")
            self._stalled = True
            self._task.cancel()
        elif idle and now - self._said >= idle:
            self._end(GOING, "Nothing was said for a long time.")
        elif self._dialect.ephemeral and now - max(self._said, self._asked) >= SILENCE:
            self._asked = now
            self._notes.add(PING.frame())
        waits = [SILENCE - (now - max(self._said, self._asked)) or SILENCE, GIVEN_UP / 2]
        waits += [idle - (now - self._said)] if idle else []
        self._timer = self._clock.later(max(1.0, min(waits)), self._look)

    def _end(self, code: int, reason: str) -> None:
        self._over = self._over or (code, reason)
        self._wake.ring()

    def _fail(self) -> None:
        logger.exception("a connection to session %s could not go on", self._session.id)
        self._end(1011, "Something went wrong inside Thinkaloud; the server's log has the details.")

    async def _say_goodbye(self) -> None:
        code, reason = self._over or (1000, "")
        if code == 1006 or self._socket.client_state != WebSocketState.CONNECTED:
            return
        with suppress(Exception):
            async with asyncio.timeout(1):
                await self._socket.close(code, brief(reason))


def brief(sentence: str) -> str:
    """As much of it as a close may carry."""
    return sentence.encode()[:120].decode(errors="ignore")
