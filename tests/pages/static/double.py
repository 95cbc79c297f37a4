"""The websocket door as a browser meets it on a bad day: the dialect `agent` on loopback, cut off where a test says."""

from __future__ import annotations

import asyncio
import json
import mimetypes
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from pages.security import HEADERS

STATIC = Path(__file__).parents[3] / "pages" / "static"

Frame = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What becomes of one connection."""

    frames: int | None = None
    """How many frames it is sent, hello among them, before it breaks; None: it does not."""
    code: int | None = None
    """With which close code; None: without a word."""
    reason: str = ""
    again: int = 0
    """How many frames are sent that it has seen already."""
    deaf: Literal["before", "after"] | None = None
    """It breaks at a message, before or after that is posted."""
    greeting: Frame | None = None
    """What it is told instead of hello."""
    lost: bool = False
    """When it comes, the server has lost the log."""
    mute: bool = False
    """It is accepted, and then nothing is said for ever."""


@dataclass
class Conversation:
    """One session: its log, what its clients said, and with which queries they came."""

    id: str
    log: list[Frame] = field(default_factory=list[Frame])
    plans: list[Plan] = field(default_factory=list[Plan])
    queries: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    said: list[Frame] = field(default_factory=list[Frame])
    reads: bool = True
    """The dialect tells when a message is read or withdrawn."""
    ignored: int = 0
    """So many messages are not posted."""
    queue: list[Frame] = field(default_factory=list[Frame])
    rung: asyncio.Event = field(default_factory=asyncio.Event)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    running: asyncio.Task[None] | None = None
    lines: set[ServerConnection] = field(default_factory=set[ServerConnection])

    async def wait_until(self, done: Callable[[], object]) -> None:
        """Looks whenever somebody came or said something."""
        while not done():
            await self.heard.wait()

    def hear(self) -> None:
        self.heard.set()
        self.heard = asyncio.Event()

    def append(self, type: str, **fields: Any) -> None:
        self.log.append({"type": type, "eventId": len(self.log) + 1, **fields})
        self.rung.set()
        self.rung = asyncio.Event()

    def post(self, frame: Frame) -> None:
        if any(one.get("message") == frame["id"] for one in self.log):
            return
        self.append("user_message", user_id="owner", content=frame["content"], message=frame["id"])
        self.queue.append(frame)
        if self.running is None:
            self._start()

    def _start(self) -> None:
        self.append("status", status="thinking", by="owner", model="double")
        self.running = asyncio.create_task(self._turn())

    async def _turn(self) -> None:
        """Answers all that was said before it, as the real one does."""
        messages, self.queue = self.queue, []
        for message in messages:
            self._tell_read(message)
        try:
            await self._answer(" ".join(message["content"] for message in messages))
        except asyncio.CancelledError:
            self.append("interrupted", by="owner", why="user", message="Stopped by owner.", ms=1)
        self.running = None
        if self.queue:
            self._start()

    def _tell_read(self, message: Frame) -> None:
        if self.reads:
            self.append("read", message=message["id"])

    async def _answer(self, content: str) -> None:
        for word in ("Let ", "me ", "see."):
            self.append("thinking", content=word, thought="t1")
            await asyncio.sleep(0)
        if content == "fail":
            self.append("error", kind="overloaded", message="The vendor is overloaded.", retry_after=7)
            return
        if content == "hold":
            await asyncio.Event().wait()
        if content == "ask":
            self.append("question", ask="q1", content="Which?", choices=["this", "that"])
            reply = await self._reply()
            self.append("replied", ask="q1", by="owner", content=reply["content"])
            content = reply["content"]
        self.append("action", tool="add", args={"a": 1}, content="add(a=1)", thought="t2")
        self.append("observation", content="1", ok=True, ms=3, thought="t3")
        while steer := next((one for one in self.queue if one.get("intent") == "steer"), None):
            self.queue.remove(steer)
            self._tell_read(steer)
        words = [f"{content}{n} " for n in range(5)]
        for word in words:
            self.append("token", content=word, thought="t4")
            await asyncio.sleep(0)
        self.append("done", content="".join(words), usage={}, ms=12)

    async def _reply(self) -> Frame:
        await self.wait_until(lambda: self.said[-1]["type"] == "reply")
        return self.said[-1]

    def take(self, frame: Frame) -> None:
        match frame["type"]:
            case "message" if self.ignored:
                self.ignored -= 1
            case "message":
                self.post(frame)
            case "interrupt" if self.running:
                self.running.cancel()
            case "withdraw":
                self.queue = [one for one in self.queue if one["id"] != frame["message"]]
                if self.reads:
                    self.append("withdrawn", message=frame["message"])
            case "clear":
                self.append("cleared", by="owner")
            case _:
                pass


class Double:
    """A server; `url` without a path."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.conversations: dict[str, Conversation] = {}

    def conversation(self, session: str, *plans: Plan, reads: bool | None = None) -> Conversation:
        """The session, whose first connections go as planned, and all later ones well."""
        one = self.conversations.setdefault(session, Conversation(session))
        one.plans += plans
        if reads is not None:
            one.reads = reads
        return one

    def file(self, line: ServerConnection, request: Request) -> Response | None:
        """What the app serves at /static, with the headers that it puts on everything."""
        path = urlsplit(request.path).path
        if not path.startswith("/static/"):
            return None
        file = STATIC / path.removeprefix("/static/")
        kind = str(mimetypes.guess_type(file)[0])
        return Response(200, "OK", Headers({**HEADERS, "content-type": kind}), file.read_bytes())

    async def door(self, line: ServerConnection) -> None:
        assert line.request
        address = urlsplit(line.request.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        there = self.conversation(query["session"])
        there.queries.append({"path": address.path, **query})
        plan = there.plans.pop(0) if there.plans else Plan()
        speaking = asyncio.create_task(self._speak(line, there, plan, int(query["after"])))
        try:
            await self._listen(line, there, plan)
        except ConnectionClosed:
            pass
        finally:
            there.lines.discard(line)
            speaking.cancel()
            await asyncio.wait([speaking])

    async def _speak(self, line: ServerConnection, there: Conversation, plan: Plan, cursor: int) -> None:
        left = plan.frames if plan.frames is not None else 1 << 30
        if plan.mute:
            return
        hello: Frame = {"type": "hello", "session": there.id, "lastEventId": len(there.log), "active_users": ["owner"]}
        hello = plan.greeting or hello
        if plan.lost:
            there.log.clear()
        if cursor > len(there.log):
            cursor, hello["reset"] = 0, True
        cursor = max(0, cursor - plan.again)
        sent = [hello, *there.log[cursor:]]
        while len(sent) < left:
            for frame in sent:
                await line.send(json.dumps(frame))
                left -= 1
            if line not in there.lines:
                there.lines.add(line)
                there.hear()
            cursor += sum("eventId" in frame for frame in sent)
            rung = there.rung
            while not (sent := there.log[cursor:]):
                await rung.wait()
                rung = there.rung
        for frame in sent[:left]:
            await line.send(json.dumps(frame))
        if plan.code is None:
            line.transport.write_eof()  # so that all that was sent arrives
        else:
            await line.close(plan.code, plan.reason)

    async def _listen(self, line: ServerConnection, there: Conversation, plan: Plan) -> None:
        async for text in line:
            frame = json.loads(text)
            there.said.append(frame)
            if frame["type"] == "message" and plan.deaf == "before":
                break
            there.take(frame)
            there.hear()
            if frame["type"] == "message" and plan.deaf == "after":
                break
        line.transport.abort()


@asynccontextmanager
async def double() -> AsyncGenerator[Double]:
    here = Double(0)
    async with serve(
        here.door, "127.0.0.1", 0, process_request=here.file, ping_interval=None, close_timeout=1
    ) as server:
        here.url = f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        yield here
        for conversation in here.conversations.values():
            if conversation.running:
                conversation.running.cancel()
