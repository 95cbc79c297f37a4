"""An agent that works elsewhere: ask it, follow it, stop it, answer it."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from types import TracebackType

from ..chance import Chance
from ..events import (
    AskClosed,
    AskOpened,
    Event,
    Intent,
    MessagePosted,
    MessageWithdrawn,
    SessionCleared,
    ThoughtEnd,
    TurnEnd,
)
from .address import Address
from .connection import Connection
from .link import Link
from .thought import Reading, Thought
from .trouble import AgentError, Gone

PATIENCE, TRIES = 10.0, 3  # what was too fast is said again so often, where the server wants no longer a pause
logger = logging.getLogger(__name__)


def connect(
    url: str,
    *,
    session: str | None = None,
    token: str | None = None,
    tries: int = 5,
    retrying: Callable[[str, float], None] | None = None,
    chance: Chance | None = None,
) -> Agent:
    """The agent at `url`, for `async with`, in that `session` or in a new one, to which one comes back by its id,
    `Agent.session`. What a session holds already is not read: see `Agent.events`.

    A connection that breaks is made again by itself, and nothing is missing then nor comes twice. After `tries` in a
    row that brought nothing, every call raises Unreachable; `retrying` is told why, and for how many seconds it waits.
    `url` may also be the address of the session's page. Raises AgentError where it is none.
    """
    chance = chance or Chance()
    address = Address.read(url, session, new=chance.id(24))
    token = _checked(token)

    def connection(cursor: int | None) -> Connection:
        return Connection(address, cursor=cursor, token=token, tries=tries, chance=chance, retrying=retrying or _told)

    return Agent(address.session, Link(connection), chance)


class Agent:
    """One session's agent. Calls may be made at once, and are all over the one connection."""

    def __init__(self, session: str, link: Link, chance: Chance) -> None:
        self.session = session
        self._link = link
        self._chance = chance

    async def __aenter__(self) -> Agent:
        """Raises Unreachable, Denied."""
        await self._link.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the connection, within a second. A run goes on: see `interrupt`."""
        await self._link.close()

    @property
    def title(self) -> str:
        return self._link.title

    @property
    def model(self) -> str:
        return self._link.model

    @property
    def active_users(self) -> tuple[str, ...]:
        """Who is connected now."""
        return self._link.active_users

    @property
    def cursor(self) -> int:
        """The number of the last event that was heard: with `events(after=…)` one goes on from there another day."""
        return self._link.cursor

    async def ask(self, content: str, *, intent: Intent = "queue") -> AsyncGenerator[Thought, None]:
        """Posts a message and yields what the agent does about it, as it happens, up to the end of the turn that
        read it: see Thought. That the turn failed or was stopped is told by the last one, and is no exception.

        While the agent works on something else, `queue` waits for the next turn, `steer` is read before its next
        step, `interrupt` stops it. Whoever leaves early leaves it at work.
        Raises AgentError where the message was refused: `too_long`, `forbidden`, … What was only too fast is said
        again by itself, three times at most, after the seconds that the server wants.
        """
        message = self._chance.id(24)
        reading = Reading(message)
        async with self._link.following() as follower:
            await self._post(content, intent, message)
            while not reading.over:
                for thought in reading.take(await follower.next()):
                    yield thought

    async def answer(self, content: str, *, intent: Intent = "queue") -> str:
        """The whole answer. Raises AgentError where there is none: the turn failed (`kind` tells why), was
        `interrupted`, or the message `withdrawn`; else as `ask`."""
        answer: list[str] = []
        async with aclosing(self.ask(content, intent=intent)) as thoughts:
            async for thought in thoughts:
                match thought.event:
                    case ThoughtEnd(content=whole) if thought.kind == "answer":
                        answer.append(whole)
                    case TurnEnd(error=error) if error:
                        raise AgentError(error.kind, error.message, error.retry_after)
                    case TurnEnd(reason="interrupted", by=by):
                        raise AgentError("interrupted", f"The answer was stopped{f' by {by}' if by else ''}.")
                    case MessageWithdrawn():
                        raise AgentError("withdrawn", "The message was taken back before the agent read it.")
                    case _:
                        pass
        return "".join(answer)

    def events(self, after: int | None = None) -> AsyncGenerator[Event, None]:
        """All that happens in the session, from now on, or after the event with that number (0: from the start).

        They come over a connection of their own, so nothing is lost or piled up while the reader is slow. Ends with
        the session. Raises AgentError as every call does, Reset among them.
        """
        return self._events(self._link.cursor if after is None else after)

    async def interrupt(self) -> None:
        """Stops the agent, and returns once it has stopped."""
        if self._link.turn is not None:
            await self._link.do({"type": "interrupt"}, lambda event: isinstance(event, TurnEnd))
        else:
            await self._link.do({"type": "interrupt"}, None)  # there may be a turn that began before we came

    async def reply(self, ask: str | AskOpened, content: str | None = None, *, allow: bool | None = None) -> None:
        """Answers a `question` with `content`, an `approval` with `allow`. Raises AgentError, `not_found` where the
        agent does not wait for that any more."""
        id = ask.ask if isinstance(ask, AskOpened) else ask
        said = {"content": content} if allow is None else {"allow": allow}
        await self._link.do(
            {"type": "reply", "ask": id, **said}, lambda event: isinstance(event, AskClosed) and event.ask == id
        )

    async def clear(self) -> None:
        """The agent is stopped, and forgets what came before. Raises AgentError."""
        await self._link.do({"type": "clear"}, lambda event: isinstance(event, SessionCleared))

    async def withdraw(self, message: str) -> None:
        """Takes back a message (`MessagePosted.message`) that was not read yet. Raises AgentError."""
        await self._link.do(
            {"type": "withdraw", "message": message},
            lambda event: isinstance(event, MessageWithdrawn) and event.message == message,
        )

    async def typing(self) -> None:
        """Others may see that something is being written."""
        await self._link.do({"type": "typing"}, None)

    async def _events(self, cursor: int) -> AsyncGenerator[Event, None]:
        async with self._link.another(cursor) as connection:
            try:
                while True:
                    heard = await connection.receive()
                    if isinstance(heard, Event):
                        yield heard
            except Gone:
                return

    async def _post(self, content: str, intent: Intent, message: str) -> None:
        said = {"type": "message", "content": content, "intent": intent, "id": message}
        left = TRIES
        while True:
            try:
                await self._link.do(said, lambda event: isinstance(event, MessagePosted) and event.message == message)
            except AgentError as error:
                if error.kind != "rate_limited" or not left or not 0 < (error.retry_after or 0) <= PATIENCE:
                    raise
                left -= 1
                await self._chance.clock.sleep(error.retry_after or 0)
            else:
                return


def _checked(token: str | None) -> str | None:
    token = (token or "").strip()
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        raise AgentError("bad_request", "That is no token: it has characters that none has.")
    return token or None


def _told(why: str, seconds: float) -> None:
    logger.info("%s Trying again in %.1f s.", why, seconds)
