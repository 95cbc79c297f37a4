"""Programs that read a session's log by the four transports, and lose their connection as their dice say."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from agent import codec
from agent.events import Event
from agent.log import Log, joined
from pages.api.dialects import DIALECTS, Facts

Transport = Literal["native", "agent", "sse", "rest"]
TRANSPORTS: tuple[Transport, ...] = ("native", "agent", "sse", "rest")
PAST_THE_END = 1_000_000
LOST = (OSError, EOFError, WebSocketException, httpx.HTTPError, TimeoutError)
"""What a program sees of a connection that is gone."""
FIRST_TOKEN = ("turn.start", "status")
IN_A_CALL = ("action",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """When a connection is lost: after so many frames, or at one of these types; and how."""

    after: int | None = None
    at: Sequence[str] = ()
    how: Literal["abort", "close", "drain"] = "abort"
    """`drain`: what had come before it was closed is read all the same."""

    def now(self, count: int, frame: Mapping[str, Any]) -> bool:
        words = {frame.get("type"), frame.get("kind")}
        return (self.after is not None and count >= self.after) or not words.isdisjoint(self.at)


NEVER = Cut()


def cuts(dice: random.Random) -> Iterator[Cut]:
    """One reader's luck: at every k-th frame, some twice in a row, before the first token, within a tool call."""
    k = dice.choice((1, 2, 3, 5, 8, 13))
    for _ in range(dice.randint(0, 5)):
        how = dice.choice(("abort", "close", "drain"))
        yield dice.choice(
            (
                Cut(after=k, how=how),
                Cut(after=k, how=how),
                Cut(after=dice.randint(1, 20), how=how),
                Cut(at=FIRST_TOKEN, after=30, how=how),
                Cut(at=IN_A_CALL, after=30, how=how),
            )
        )
        if dice.random() < 0.3:
            yield Cut(after=0, how=how)  # once more, before it has said anything
    while True:
        yield NEVER


class Reader:
    """Reads until it is cancelled; `frames` are those that stand for events, each as it came, `resets` how often it
    was told that its cursor was past the end."""

    def __init__(
        self, port: Callable[[], int], session: str, transport: Transport, seed: int, http: httpx.AsyncClient
    ) -> None:
        self.session = session
        self.transport: Transport = transport
        self.frames: list[dict[str, Any]] = []
        self.connects = 0
        self.lost = 0
        self.resets = 0
        self.started: int | None = None
        """The cursor it began with; 0 where it was past the end."""
        self.cursor: int | None = None
        self._port = port
        self._dice = random.Random(seed)
        self._cuts = cuts(self._dice)
        self._http = http

    def begin(self, length: int) -> None:
        """Chooses where to start, while the log has this length."""
        self.cursor = self._dice.choice((None, 0, self._dice.randint(0, length), PAST_THE_END))
        self.started = 0 if self.cursor in (None, PAST_THE_END) else self.cursor

    @property
    def at(self) -> int:
        return 0 if self.cursor in (None, PAST_THE_END) else self.cursor or 0

    async def read(self) -> None:
        while True:
            cut = next(self._cuts)
            self.connects += 1
            try:
                match self.transport:
                    case "native" | "agent":
                        await self._websocket(cut)
                    case "sse":
                        await self._stream(cut)
                    case "rest":
                        await self._poll(cut)
            except LOST:
                self.lost += 1
            await asyncio.sleep(self._dice.random() * (0.15 if self.transport == "rest" else 0.01))

    async def _websocket(self, cut: Cut) -> None:
        after = "" if self.cursor is None else f"&after={self.cursor}"
        dialect = "&dialect=native" if self.transport == "native" else ""
        url = f"ws://127.0.0.1:{self._port()}/ws/agent?session={self.session}{after}{dialect}"
        deflate = self._dice.choice((None, None, "deflate"))
        socket = await connect(url, compression=deflate, ping_interval=None, close_timeout=1, max_queue=None)
        try:
            count = 0
            while not cut.now(count, {}):
                frame = json.loads(await socket.recv())
                self._take(frame)
                count += 1
                if cut.now(count, frame):
                    break
            if cut.how != "abort":
                await socket.close()
            while cut.how == "drain":
                self._take(json.loads(await socket.recv()))
        finally:
            socket.transport.abort()

    async def _stream(self, cut: Cut) -> None:
        headers = {} if self.cursor is None else {"last-event-id": str(self.cursor)}
        url = f"http://127.0.0.1:{self._port()}/api/sessions/{self.session}/stream"
        async with self._http.stream("GET", url, headers=headers) as answer:
            if answer.status_code != 200 or cut.now(0, {}):
                return
            count, rest = 0, ""
            async for chunk in answer.aiter_text():
                *messages, rest = (rest + chunk).split("\n\n")
                for message in messages:
                    if message.startswith(":"):
                        continue
                    frame = sse(message)
                    over = cut.now(count, frame)
                    if over and cut.how != "drain":
                        return
                    self._take(frame)
                    count += 1
                if cut.now(count, {}):
                    return

    async def _poll(self, cut: Cut) -> None:
        url = f"http://127.0.0.1:{self._port()}/api/sessions/{self.session}/events"
        params = {} if self.cursor is None else {"after": str(self.cursor)}
        async with self._http.stream("GET", url, params=params) as answer:
            if answer.status_code != 200 or cut.now(0, {}):
                return
            async for line in answer.aiter_lines():
                frame = json.loads(line)
                self._take(frame)
                if cut.now(0, frame):
                    return

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "hello":
            self.resets += bool(frame.get("reset"))
        if "eventId" in frame:
            assert frame["eventId"] > self.at, f"{self.transport} was told {frame['eventId']} again, after {self.at}"
            self.frames.append(frame)
            self.cursor = frame["eventId"]


def sse(message: str) -> dict[str, Any]:
    """One message of a stream; its id is the one of the event in it."""
    lines = message.split("\n")
    data = "\n".join(line.removeprefix("data: ") for line in lines if line.startswith("data: "))
    frame = json.loads(data)
    ids = [line.removeprefix("id: ") for line in lines if line.startswith("id: ")]
    assert ids == ([str(frame["eventId"])] if "eventId" in frame else [])
    return frame


# ── what they should have been told ──────────────────────────────────────────────────────────────────────


def expected(log: Log, cursor: int, transport: Transport) -> list[Any]:
    """All that follows the cursor, with neighbouring deltas made one."""
    events = joined(log.after(cursor))
    if transport != "agent":
        return list(events)
    facts = Facts(log)
    return merged([frame for event in events for frame in DIALECTS["agent"].words(event, facts)])  # type: ignore[misc]


def told(reader: Reader) -> list[Any]:
    """The same of what a reader has had, in however many frames."""
    if reader.transport == "agent":
        return merged(reader.frames)
    events: list[Event] = [codec.decode(frame) for frame in reader.frames]
    return list(joined(events))


def merged(frames: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    for frame in frames:
        last = out[-1] if out else {}
        chunk = frame["type"] in ("token", "thinking")
        if chunk and (last.get("type"), last.get("thought")) == (frame["type"], frame["thought"]):
            out[-1] = last | {"content": last["content"] + frame["content"], "eventId": frame["eventId"]}
        else:
            out.append(dict(frame))
    return out
