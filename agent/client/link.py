"""One session's connection, shared by all that a program does with it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Mapping

from ..events import Event, SessionCreated, SessionRenamed, SessionSwitched, TurnEnd
from .command import Command
from .connection import CLOSED, Connection, Heard
from .follower import Follower
from .frames import Hello, Presence, Refusal
from .trouble import AgentError, Reset

ELSEWHERE = ("too_many_connections", "unauthorized")  # complaints that are about no command
logger = logging.getLogger(__name__)


class Link:
    """Hears everything that is new, and hands it to whoever follows; says one thing at a time."""

    def __init__(self, connect: Callable[[int | None], Connection]) -> None:
        self.title = ""
        self.model = ""
        self.active_users: tuple[str, ...] = ()
        self.turn: str | None = None
        """The running turn, if it is known that one runs."""
        self._connect = connect
        self._main = connect(None)
        self._others: set[Connection] = set()
        self._followers: set[Follower] = set()
        self._pump: asyncio.Task[None] | None = None
        self._turnstile = asyncio.Lock()  # one command at a time: then a complaint can only be about this one
        self._command: Command | None = None
        self._known = 0  # up to this event, what the command asks for may have happened before a connection broke
        self._over: AgentError | None = None

    @property
    def cursor(self) -> int:
        return self._main.cursor or 0

    async def open(self) -> None:
        """Returns once the server has said hello. Raises AgentError."""
        self._take(await self._main.receive())
        self._pump = asyncio.create_task(self._pumping(), name="agent.client")

    async def close(self) -> None:
        """Returns within a second; whoever waits for something hears that it was closed."""
        self._end(AgentError("closed", CLOSED))
        try:
            if self._pump is not None:
                self._pump.cancel()
                await asyncio.wait([self._pump])
        finally:
            await asyncio.gather(*(connection.close() for connection in [self._main, *self._others]))

    async def do(self, said: Mapping[str, object], settles: Callable[[Event], bool] | None) -> None:
        """Returns once the log has what `settles` it (None: once it is sent); raises AgentError where it was refused.

        It is said again on the next connection, if it is not known by then that it was done.
        """
        async with self._turnstile:
            self._check()
            command = self._command = Command(said, settles)
            if self.cursor >= self._known and self._main.up:
                command.go()
            try:
                while await command.wait_due():
                    await self._main.send(command.said)
                    if settles is None:
                        break
            finally:
                self._command = None

    @contextlib.asynccontextmanager
    async def following(self) -> AsyncGenerator[Follower]:
        """A reader of what is new from here on."""
        self._check()
        follower = Follower(self.cursor, self._opened)
        self._followers.add(follower)
        try:
            yield follower
        finally:
            self._followers.discard(follower)
            if follower.own is not None:
                await self._left(follower.own)

    @contextlib.asynccontextmanager
    async def another(self, cursor: int) -> AsyncGenerator[Connection]:
        """A connection beside this one, from that event on."""
        self._check()
        connection = self._opened(cursor)
        try:
            yield connection
        finally:
            await self._left(connection)

    def _opened(self, cursor: int) -> Connection:
        connection = self._connect(cursor)
        self._others.add(connection)
        return connection

    async def _left(self, connection: Connection) -> None:
        self._others.discard(connection)
        await connection.close()

    def _check(self) -> None:
        if self._over:
            raise self._over
        if self._pump is None:
            raise AgentError("closed", "There is no connection yet: use `async with connect(…) as agent`.")

    async def _pumping(self) -> None:
        try:
            while True:
                try:
                    self._take(await self._main.receive())
                except Reset as error:
                    self.turn = None
                    self._fail(error)
        except AgentError as error:
            self._end(error)
        except Exception:
            logger.exception("The client has a fault.")
            self._end(AgentError("error", "The client has a fault; its log tells more."))

    def _take(self, heard: Heard) -> None:
        match heard:
            case Hello():
                self.title, self.model, self.active_users = heard.title, heard.model, heard.active_users
                self._known = heard.last_event_id
                if self._command:
                    self._command.lost(too_long=self._main.code == 1009)
            case Presence():
                self.active_users = heard.active_users
            case Refusal(error=error):
                if error.kind in ELSEWHERE or not (self._command and self._command.is_about(heard)):
                    logger.warning("%s", error.message)
            case Event():
                self._note(heard)
                for follower in self._followers:
                    follower.offer(heard)
                if self._command:
                    self._command.see(heard)
            case _:
                pass
        if self._command and self.cursor >= self._known:
            self._command.go()

    def _note(self, event: Event) -> None:
        match event:
            case SessionCreated(title=title, model=model):
                self.title, self.model = title, model
            case SessionRenamed(title=title):
                self.title = title
            case SessionSwitched(model=model):
                self.model = model
            case TurnEnd():
                self.turn = None
            case _:
                self.turn = event.turn or self.turn

    def _end(self, error: AgentError) -> None:
        """Whatever waits, and whatever is tried later."""
        self._over = self._over or error
        self._fail(error)

    def _fail(self, error: AgentError) -> None:
        for follower in self._followers:
            follower.end(error)
        if self._command:
            self._command.fail(error)
