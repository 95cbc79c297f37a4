"""A session's log over a socket that comes back by itself: every event once, in order, from a cursor on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as dial
from websockets.exceptions import ConcurrencyError, ConnectionClosed, WebSocketException

from ..chance import Chance
from ..events import Event
from .address import Address
from .backoff import Backoff
from .frames import Hello, Numbered, Ping, Presence, Refusal, frame
from .trouble import AgentError, Reset, Unreachable, ended, refused

SILENCE = 90.0  # seconds; the server pings after 60 in which nothing was said
OPENING, CLOSING, PINGS = 10.0, 0.8, 20.0
LARGEST = 64 * 2**20  # bytes of one frame; a whole thought is one
CLOSED = "The connection was closed."
quiet = logging.getLogger(f"{__name__}.socket")  # a peer that went away is told by an exception, not twice
quiet.addHandler(logging.NullHandler())
quiet.propagate = False

Heard = Hello | Event | Numbered | Presence | Refusal


class Connection:
    """`cursor` is the last event that was heard; None is whatever the log's last is when somebody answers."""

    def __init__(
        self,
        address: Address,
        *,
        cursor: int | None,
        token: str | None,
        tries: int,
        chance: Chance,
        retrying: Callable[[str, float], None],
    ) -> None:
        self.cursor = cursor
        self.code: int | None = None
        """With what the last socket was closed."""
        self._address = address
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._backoff = Backoff(tries, chance)
        self._clock = chance.clock
        self._retrying = retrying
        self._socket: ClientConnection | None = None
        self._said: AgentError | None = None  # what the server complained of, if that was the last thing it said
        self._asked_again = -1  # the cursor at which something was missing
        self._pause: asyncio.Event | None = None
        self._closed = False

    @property
    def up(self) -> bool:
        return self._socket is not None

    async def receive(self) -> Heard:
        """What the server says next: `Hello` first, and again whenever the connection was made anew.

        Nobody else may wait here meanwhile; whoever stops waiting loses nothing. Raises AgentError once it is over;
        after a Reset it goes on with what is new.
        """
        while True:
            if self._closed:
                raise AgentError("closed", CLOSED)
            if self._socket is None:
                hello = await self._dial()
                if hello is not None:
                    return hello
            elif (heard := await self._next(self._socket)) is not None:
                return heard

    async def send(self, said: Mapping[str, Any]) -> None:
        """Sends it if there is a socket just now; that it broke is for `receive` to notice."""
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(json.dumps(said))

    async def close(self) -> None:
        """Returns within a second; whoever receives hears that it was closed."""
        self._closed = True
        if self._pause is not None:
            self._pause.set()
        if self._socket is not None:
            await self._hang_up(self._socket)

    async def _next(self, socket: ClientConnection) -> Heard | None:
        silence = self._clock.later(SILENCE, socket.transport.abort)
        try:
            text = await socket.recv()
        except ConnectionClosed as closed:
            self._socket = None
            self.code = closed.rcvd.code if closed.rcvd else None
            await self._again(ended(closed, self._address.shown, self._said))
            return None
        finally:
            silence.cancel()
        self._said = None
        match frame(text):
            case Numbered() as numbered:
                return await self._numbered(socket, numbered)
            case Ping():
                self._backoff.progressed()  # a minute went by in which there was nothing to tell
                await self.send({"type": "pong"})
            case Refusal() as refusal:
                self._said = refusal.error
                return refusal
            case Presence() as presence:
                return presence
            case Hello() | None:
                pass
        return None

    async def _numbered(self, socket: ClientConnection, numbered: Numbered) -> Event | Numbered | None:
        cursor = self.cursor or 0
        if numbered.number <= cursor:
            return None
        if not numbered.follows(cursor) and self._asked_again != cursor:
            self._asked_again = cursor
            self._socket = None
            await self._hang_up(socket)
            return None
        self.cursor = numbered.number
        self._backoff.progressed()
        return numbered.event or numbered

    async def _dial(self) -> Hello | None:
        """None where it is to be tried again at once. Raises AgentError."""
        try:
            socket, hello = await self._opened()
        except (WebSocketException, OSError, AgentError, ValueError) as error:
            await self._again(refused(error, self._address.shown, self._said))
            return None
        if self._closed:
            await self._hang_up(socket)
        elif hello.reset and self.cursor:
            self.cursor = None
            await self._hang_up(socket)
            raise Reset
        elif self.cursor is None and hello.last_event_id:
            self.cursor = hello.last_event_id
            await self._hang_up(socket)
        else:
            self._socket, self.cursor = socket, self.cursor or 0
            return hello
        return None

    async def _opened(self) -> tuple[ClientConnection, Hello]:
        self._said = None
        socket = await dial(
            self._address.after(self.cursor or 0),
            additional_headers=self._headers,
            compression=None,
            proxy=None if self._address.local else True,
            open_timeout=OPENING,
            close_timeout=CLOSING,
            ping_interval=PINGS,
            ping_timeout=PINGS,
            max_size=LARGEST,
            logger=quiet,
        )
        try:
            async with asyncio.timeout(OPENING):
                while not isinstance(first := frame(await socket.recv()), Hello):
                    if isinstance(first, Refusal):
                        self._said = first.error
        except BaseException:
            socket.transport.abort()
            raise
        return socket, first

    async def _hang_up(self, socket: ClientConnection) -> None:
        closing = asyncio.create_task(socket.close())
        try:
            with contextlib.suppress(ConnectionClosed, ConcurrencyError):
                while True:  # what is still on its way would hold back the server's goodbye
                    await socket.recv()
            await closing
        finally:
            closing.cancel()
            socket.transport.abort()

    async def _again(self, trouble: AgentError) -> None:
        """Waits until it is time for the next try. Raises what is the matter where there is to be none."""
        if self._closed:
            return
        if not isinstance(trouble, Unreachable):
            raise trouble
        if self._backoff.failed():
            raise Unreachable(f"{trouble} Gave up after {self._backoff.tries} tries.", kind=trouble.kind)
        seconds = max(self._backoff.wait(), trouble.retry_after or 0)
        self._retrying(trouble.message, seconds)
        self._pause = asyncio.Event()
        timer = self._clock.later(seconds, self._pause.set)
        try:
            await self._pause.wait()
        finally:
            timer.cancel()
