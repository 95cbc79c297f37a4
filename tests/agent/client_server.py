"""A server that speaks `native` on loopback to a session of the real heart, and breaks connections as it is told."""

from __future__ import annotations

import asyncio
import http
import json
import random
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from agent import codec
from agent.chance import Chance
from agent.errors import ThinkaloudError
from agent.events import Event, ThoughtDelta
from agent.log import joined
from agent.providers.base import AskPiece, FinishPiece, Piece, ProgressPiece, Prompt, TextPiece
from agent.session import Session
from tests.builders import MovedClock, MovedTimer, Script, Scripted, answer, calls, hub_with, thinks

LONG = "The sky is blue because air scatters short waves more than long ones."
STEPS: tuple[Script, ...] = (
    [*thinks("Let me see, and think."), *calls(("add", {"a": 1, "b": 2}), ("add", {"a": 3, "b": 4}))],
    answer(LONG),
)


def session(*steps: Script) -> Session:
    return hub_with(Scripted(*(steps or STEPS))).new()


class Gated(Scripted):
    """Says a word, waits until it is let go, and says another."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        yield TextPiece(text="Well, ")
        await self.gate.wait()
        yield TextPiece(text="yes.")
        yield FinishPiece(reason="stop")


class Asking(Scripted):
    """Asks before it answers."""

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        heard: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        yield ProgressPiece(percent=50, message="Half way")
        yield AskPiece(content="Tea or coffee?", choices=("tea", "coffee"), answer=heard.set_result)
        yield TextPiece(text=f"Then {await heard}.")
        yield FinishPiece(reason="stop")


@dataclass(kw_only=True)
class Fault:
    """What happens to one connection; by default nothing."""

    status: int | None = None
    """The handshake is answered with this."""
    greet: bool = True
    after: int | None = None
    """It ends after so many events (0: right after hello) …"""
    at: Callable[[Event], bool] | None = None
    """… or once such an event was sent …"""
    heard: str = ""
    """… or once such a frame was heard and done, before anything is told of it …"""
    code: int | None = None
    """… with this close code; None is a cut cable."""
    says: Mapping[str, Any] | None = None
    """What is said before that."""
    twice: bool = False
    """Every event is sent twice."""
    skip: int = 0
    """The event with this number is not sent."""
    hold: asyncio.Event | None = None
    """What comes after hello waits for this."""
    deaf: bool = False
    """What the client says on it is lost."""


@dataclass(kw_only=True)
class Met:
    """A connection as the server saw it."""

    session: str
    after: int
    authorization: str | None
    socket: ServerConnection
    said: list[dict[str, Any]] = field(default_factory=list)
    code: int | None = None


class Double:
    """`session` is what it serves, whatever id is asked for. `faults` are those of the next connections, in order."""

    def __init__(self, session: Session, *, seed: int = 0) -> None:
        self.session = session
        self.faults: list[Fault] = []
        self.met: list[Met] = []
        self.tried = 0
        self.unknown: set[str] = set()
        """Kinds of events that are sent under a name that nobody knows."""
        self.complaints: list[Mapping[str, Any]] = []
        """Errors with which the next messages are answered."""
        self.greeting: dict[str, Any] = {}
        self._dice = random.Random(seed)
        self._server: Server | None = None
        self._fault: dict[ServerConnection, Fault] = {}

    async def __aenter__(self) -> Double:
        await self.start(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int) -> None:
        self._server = await serve(
            self._serve, "127.0.0.1", port, process_request=self._request, close_timeout=0.2, compression=None
        )
        self.port: int = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def open(self) -> int:
        return sum(met.code is None for met in self.met)

    def said(self, type: str) -> list[dict[str, Any]]:
        return [said for met in self.met for said in met.said if said["type"] == type]

    def _request(self, socket: ServerConnection, request: Request) -> Response | None:
        self.tried += 1
        fault = self._fault[socket] = self.faults.pop(0) if self.faults else Fault()
        if urlsplit(request.path).path != "/ws/agent":
            return socket.respond(http.HTTPStatus.NOT_FOUND, "Nothing here.")
        return socket.respond(http.HTTPStatus(fault.status), "No.") if fault.status else None

    async def _serve(self, socket: ServerConnection) -> None:
        fault = self._fault.pop(socket)
        assert socket.request
        query = {name: values[0] for name, values in parse_qs(urlsplit(socket.request.path).query).items()}
        assert query["dialect"] == "native"
        token = socket.request.headers.get("Authorization")
        met = Met(session=query["session"], after=int(query["after"]), authorization=token, socket=socket)
        self.met.append(met)
        feeding = asyncio.create_task(self._feed(socket, met.after, fault))
        try:
            async for text in socket:
                said = json.loads(text)
                met.said.append(said)
                if not fault.deaf:
                    await self._hear(socket, said)
                if said["type"] == fault.heard:
                    await self._end(socket, fault)
        except ConnectionClosed:
            pass
        finally:
            feeding.cancel()
            await asyncio.wait([feeding])
            met.code = socket.close_code or 0

    async def _feed(self, socket: ServerConnection, after: int, fault: Fault) -> None:
        log = self.session.log
        reset = after > len(log)
        after = 0 if reset else after
        hello = {"type": "hello", "session": self.session.id, "lastEventId": len(log), "active_users": ["owner"]}
        hello |= {"model": self.session.model, "title": self.session.title, **({"reset": True} if reset else {})}
        with suppress(ConnectionClosed):
            if not fault.greet:
                await self._end(socket, fault)
                return
            await self._send(socket, hello | self.greeting)
            if fault.after == 0:
                await self._end(socket, fault)
                return
            if fault.hold:
                await fault.hold.wait()
            sent = 0
            async with aclosing(log.follow(after)) as follower:
                async for events in follower:
                    for event in self._cut(events):
                        if event.event_id == fault.skip:
                            continue
                        said = codec.encode(event)
                        if said["type"] in self.unknown:
                            said["type"] = "something.new"
                        for _ in range(2 if fault.twice else 1):
                            await self._send(socket, said | {"hue": "a field that nobody knows"})
                        sent += 1
                        if sent == fault.after or (fault.at and fault.at(event)):
                            await self._end(socket, fault)
                            return
                    await self._send(socket, {"type": "something.passing"})

    def _cut(self, events: Sequence[Event]) -> list[Event]:
        """The events as a reader may get them: neighbouring deltas joined, here and there."""
        out: list[Event] = []
        start = 0
        while start < len(events):
            end = start + self._dice.randint(1, 6)
            out += joined(events[start:end])
            start = end
        return out

    async def _end(self, socket: ServerConnection, fault: Fault) -> None:
        if fault.says:
            await self._send(socket, fault.says)
        if fault.code is None:
            socket.transport.abort()
        else:
            await socket.close(fault.code, "as told")

    async def _send(self, socket: ServerConnection, said: Mapping[str, Any]) -> None:
        await socket.send(json.dumps(said))

    async def _hear(self, socket: ServerConnection, said: dict[str, Any]) -> None:
        try:
            match said:
                case {"type": "message", "content": content, "intent": intent, "id": id}:
                    if self.complaints:
                        await self._send(socket, {"type": "error"} | dict(self.complaints.pop(0)))
                    else:
                        self.session.say(content, intent=intent, message=id)
                case {"type": "interrupt"}:
                    self.session.stop()
                case {"type": "withdraw", "message": message}:
                    self.session.withdraw(message)
                case {"type": "clear"}:
                    self.session.clear()
                case {"type": "reply", "ask": ask, "content": content}:
                    self.session.reply(ask, content)
                case _:
                    pass
        except ThinkaloudError as error:
            await self._send(socket, {"type": "error", "kind": error.kind, "message": error.message})


class HastyClock(MovedClock):
    """A minute and more never passes; all that is shorter has passed already, and is remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def later(self, seconds: float, call: Callable[[], None]) -> MovedTimer:
        timer = MovedTimer(call)
        if seconds < 60:
            self.waited.append(seconds)
            asyncio.get_running_loop().call_soon(timer.ring)
        return timer


def hasty(clock: HastyClock | None = None, seed: int = 1) -> Chance:
    """A client's chance: ids and jitter that repeat themselves, and no waiting."""
    return Chance.seeded(seed, clock or HastyClock())


def told(events: Sequence[Event]) -> list[tuple[int, str, str]]:
    """The events so that two readers' can be compared, however their deltas were joined."""
    return [
        (event.event_id, type(event).__name__, getattr(event, "content", "") or "")
        for event in joined([e if not isinstance(e, ThoughtDelta) else _bare(e) for e in events])
    ]


def _bare(delta: ThoughtDelta) -> ThoughtDelta:
    return ThoughtDelta(event_id=delta.event_id, turn=delta.turn, thought=delta.thought, content=delta.content)


async def wait_for(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Returns once it holds; for what happens in another task and rings no bell."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.002)
