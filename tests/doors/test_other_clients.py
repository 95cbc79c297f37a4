"""Programs that other people have written for these doors: small, and as they are."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
import websockets
from playwright.async_api import async_playwright

from tests.browser.chromium import started
from tests.browser.player import words
from tests.browser.proxy import Proxy
from tests.browser.server import Server

from .programs import curl, line, running, say, websocat, wscat

ANSWER = "It is forty-two, and nobody knows why."


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("others")).running() as server:
        think = [*words("think", "Let me see, six times seven."), ["call", "calculate", {"expression": "6*7"}]]
        server.write("answer", think, words("say", ANSWER), pace=0.01)
        server.write("slow", words("say", "word " * 100), pace=0.03)
        yield server


@pytest.fixture
def ws(server: Server) -> str:
    return f"ws://127.0.0.1:{server.port}"


# ── ten lines of Python ──────────────────────────────────────────────────────────────────────────────────


async def test_a_chat_in_plain_text(ws: str):
    async with websockets.connect(f"{ws}/ws/chat") as socket:
        for _ in range(2):
            await socket.send("play answer")
            answer = ""
            while True:
                chunk = await socket.recv()
                if chunk == "\n[DONE]":
                    break
                answer += str(chunk)
            assert answer == ANSWER


async def test_a_bare_prompt_and_then_types_and_contents_until_done(ws: str, capsys: pytest.CaptureFixture[str]):
    async with websockets.connect(f"{ws}/ws/agent-thoughts") as socket:
        await socket.send("play answer")
        async for message in socket:
            data = json.loads(message)
            print(f"[{data['type']}] {data['content']}")
            if data["type"] == "done":
                break
    told = capsys.readouterr().out
    assert "[thinking] Let me see, six times seven.\n" in told
    assert "[action] calculate(" in told
    assert "[observation] 42\n" in told
    assert "".join(row.removeprefix("[answer] ") for row in told.split("\n") if row.startswith("[answer]")) == ANSWER


async def test_a_bare_prompt_where_frames_are_expected_is_answered_in_text(ws: str):
    async with websockets.connect(f"{ws}/ws/agent") as socket:
        await socket.recv()  # hello
        await socket.send("play answer")
        parts = []
        while (part := await socket.recv()) != "[DONE]":
            parts.append(str(part))
    assert "".join(parts) == ANSWER


class StreamingClient:
    """As in many an example: callbacks by type."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.handlers: dict[str, Callable[[dict[str, Any]], None]] = {}
        self.seen: list[str] = []

    def on(self, type: str, handler: Callable[[dict[str, Any]], None]) -> None:
        self.handlers[type] = handler

    async def connect(self) -> None:
        self.ws = await websockets.connect(self.url)
        self.task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for raw in self.ws:
            data = json.loads(raw)
            self.seen.append(data["type"])
            if data["type"] in self.handlers:
                self.handlers[data["type"]](data)

    async def send_message(self, content: str) -> None:
        await self.ws.send(json.dumps({"type": "message", "content": content}))

    async def interrupt(self) -> None:
        await self.ws.send(json.dumps({"type": "interrupt"}))

    async def clear(self) -> None:
        await self.ws.send(json.dumps({"type": "clear"}))

    async def close(self) -> None:
        await self.ws.close()
        await self.task


async def test_a_class_that_says_message_interrupt_and_clear(ws: str):
    client = StreamingClient(f"{ws}/ws/agent")
    tokens: list[str] = []
    events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    statuses: list[str] = []
    client.on("status", lambda data: statuses.append(data["status"]))
    client.on("token", lambda data: tokens.append(data["content"]))
    for type in ("done", "interrupted", "error", "cleared"):
        client.on(type, events.put_nowait)
    await client.connect()
    await client.send_message("play answer")
    done = await asyncio.wait_for(events.get(), 10)
    assert (done["type"], done["content"], "".join(tokens)) == ("done", ANSWER, ANSWER)
    tokens.clear()
    await client.send_message("play slow")
    while not tokens:  # noqa: ASYNC110 (as people do)
        await asyncio.sleep(0.01)
    await client.interrupt()
    assert (await asyncio.wait_for(events.get(), 10))["type"] == "interrupted"
    await client.clear()
    assert (await asyncio.wait_for(events.get(), 10))["type"] == "cleared"
    await client.send_message("")
    wrong = await asyncio.wait_for(events.get(), 10)
    assert (wrong["type"], bool(wrong["message"])) == ("error", True)
    await client.close()
    assert statuses == ["thinking", "thinking"]


async def test_one_that_reconnects_with_a_session_of_its_own_making(ws: str, server: Server):
    session, last, text, drops = str(uuid.uuid4()), 0, "", 0
    asked = False
    while True:
        async with websockets.connect(f"{ws}/ws/agent?session={session}&after={last}") as socket:
            if not asked:
                await socket.send(json.dumps({"type": "message", "content": "play slow", "id": "first"}))
                asked = True
            count = 0
            async for raw in socket:
                data = json.loads(raw)
                last = data.get("eventId", last)
                count += "eventId" in data
                if data["type"] == "token":
                    text += data["content"]
                if data["type"] == "done" or count == 15:
                    break
        if data["type"] == "done":
            break
        drops += 1
    assert drops >= 3
    assert text == data["content"] == "word " * 100


async def test_a_task_and_its_progress(server: Server):
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        begun = await http.post("/api/agent/tasks", json={"prompt": "play answer"})
        assert begun.status_code == 202
        task = begun.json()["taskId"]
        events = [event async for event in sse(http, f"/api/agent/tasks/{task}/stream")]
        assert events[0]["type"] == "progress"
        assert (events[-1]["type"], events[-1]["result"]) == ("complete", ANSWER)
        state = (await http.get(f"/api/agent/tasks/{task}")).json()
        assert (state["state"], state["result"]) == ("done", ANSWER)


async def test_a_room_of_two(ws: str):
    async with websockets.connect(f"{ws}/ws/room/kitchen/ada") as ada:
        assert (await told(ada, "hello"))["active_users"] == ["ada"]
        async with websockets.connect(f"{ws}/ws/room/kitchen/bob") as bob:
            assert (await told(bob, "hello"))["active_users"] == ["ada", "bob"]
            assert await told(ada, "user_joined") == {
                "type": "user_joined", "user_id": "bob", "active_users": ["ada", "bob"],
            }  # fmt: skip
            await bob.send(json.dumps({"type": "typing"}))
            assert (await told(ada, "typing"))["user_id"] == "bob"
            await bob.send(json.dumps({"type": "message", "content": "play answer"}))
            for reader in (ada, bob):
                said = await told(reader, "user_message")
                assert (said["user_id"], said["content"]) == ("bob", "play answer")
                await told(reader, "agent_thinking")
                assert (await told(reader, "agent_response"))["content"] == ANSWER
        assert (await told(ada, "user_left"))["user_id"] == "bob"


async def test_connections_with_names_and_what_is_told_to_all(ws: str, server: Server):
    async with (
        websockets.connect(f"{ws}/ws/alice") as alice,
        websockets.connect(f"{ws}/ws/bob") as bob,
        httpx.AsyncClient(base_url=server.url, trust_env=False) as http,
    ):
        assert (await http.post("/api/broadcast", json={"content": "Hello all"})).json()["connections"] >= 2
        assert [await alice.recv(), await bob.recv()] == ["Hello all", "Hello all"]
        assert (await http.post("/api/broadcast", json={"content": "Bob", "to": "bob"})).json() == {"connections": 1}
        assert await bob.recv() == "Bob"
        missing = await http.post("/api/broadcast", json={"content": "x", "to": "nobody"})
        assert (missing.status_code, missing.json()["error"]["kind"]) == (404, "not_found")
        await alice.send("play answer")
        heard = ""
        while heard != ANSWER:
            heard += str(await asyncio.wait_for(alice.recv(), 5))
            assert ANSWER.startswith(heard)


async def test_an_echo(ws: str):
    async with websockets.connect(f"{ws}/ws") as socket:
        await socket.send("hello, größer")
        assert await socket.recv() == "HELLO, GRÖSSER"


# ── in a terminal ────────────────────────────────────────────────────────────────────────────────────────


async def test_wscat(ws: str):
    async with running([*wscat(), "-c", f"{ws}/ws/chat", "-x", "play answer", "-w", "1"]) as program:
        assert program.stdout
        out = (await asyncio.wait_for(program.stdout.read(), 20)).decode()
    said = "".join(row.removeprefix("< ") for row in out.split("\n"))
    assert said.replace("[DONE]", "").strip() == ANSWER


async def test_websocat(ws: str):
    async with running([*websocat(), f"{ws}/ws/agent?session=websocat"]) as program:
        assert json.loads(await line(program))["type"] == "hello"
        say(program, json.dumps({"type": "message", "content": "play answer"}))
        while (frame := json.loads(await line(program)))["type"] != "done":
            pass
        assert frame["content"] == ANSWER
    async with running([*websocat(), f"{ws}/ws/agent?session=websocat&after={frame['eventId'] - 1}"]) as program:
        assert json.loads(await line(program))["type"] == "hello"
        assert json.loads(await line(program)) == frame


async def test_curl_that_is_cut_and_goes_on(server: Server):
    proxy = Proxy(server.port)
    try:
        asked = [
            *curl(),
            "-X",
            "POST",
            f"{server.url}/api/sessions/curl/messages",
            "-H",
            "content-type: application/json",
        ]
        async with running([*asked, "-d", '{"content": "play slow"}']) as program:
            assert json.loads(await line(program))["session"] == "curl"
        got: list[dict[str, Any]] = []
        for life in range(3):
            last = str(got[-1]["eventId"]) if got else "0"
            stream = f"{proxy.url}/api/sessions/curl/stream"
            async with running([*curl(), "-H", f"Last-Event-ID: {last}", stream]) as program:
                id = ""
                while (row := await line(program)) or program.returncode is None:
                    if row.startswith("id: "):
                        id = row.removeprefix("id: ")
                    elif row.startswith("data: ") and "eventId" in (data := json.loads(row.removeprefix("data: "))):
                        assert str(data["eventId"]) == id
                        got.append(data)
                        if data["type"] == "turn.end" or (life < 2 and len(got) % 12 == 0):
                            break
                proxy.cut()
                proxy.mend()
        whole_events(got)
    finally:
        proxy.close()


# ── in a browser ─────────────────────────────────────────────────────────────────────────────────────────

FOLLOW = """(url) => { window.got = []; window.opened = 0; const source = new EventSource(url);
  source.onopen = () => window.opened++;
  source.onmessage = message => {
    const data = JSON.parse(message.data);
    if (data.eventId) window.got.push([message.lastEventId, data]);
  }}"""


@pytest.mark.timeout(90)
async def test_an_event_source_of_a_browser_that_is_cut_twice(server: Server):
    server.write("long", words("say", "word " * 160), pace=0.05)
    proxy = Proxy(server.port)
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(**started())
            page = await browser.new_page()
            await page.goto(f"{proxy.url}/healthz")
            async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
                await http.post("/api/sessions/browser/messages", json={"content": "play long"})
            await page.evaluate(FOLLOW, "/api/sessions/browser/stream")
            for cut in (20, 25):  # a browser takes 3 s to come back, and the turn goes on for 8
                await page.wait_for_function(f"window.got.length > {cut}")
                proxy.cut()
                await asyncio.sleep(0.2)
                proxy.mend()
            await page.wait_for_function("window.got.some(([id, e]) => e.type == 'turn.end')", timeout=40_000)
            got = await page.evaluate("window.got")
            opened = await page.evaluate("window.opened")
            await browser.close()
    finally:
        proxy.close()
    assert opened == 3
    assert [id for id, _ in got] == [str(event["eventId"]) for _, event in got]
    whole_events([event for _, event in got])


# ── below ────────────────────────────────────────────────────────────────────────────────────────────────


def whole_events(events: list[dict[str, Any]]) -> None:
    """Each once and in order, from the first one to the turn's end, and the text is whole."""
    ids = [event["eventId"] for event in events]
    assert ids == sorted(set(ids))
    assert (events[0]["type"], events[-1]["type"]) == ("session.created", "turn.end")
    for end in events:
        if end["type"] == "thought.end":
            deltas = [e for e in events if e["type"] == "thought.delta" and e["thought"] == end["thought"]]
            assert "".join(delta["content"] for delta in deltas) == end["content"]


async def told(socket: Any, type: str) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while (frame := json.loads(await socket.recv()))["type"] != type:
            pass
    return frame


async def sse(http: httpx.AsyncClient, path: str) -> AsyncIterator[dict[str, Any]]:
    async with http.stream("GET", path, headers={"accept": "text/event-stream"}) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["x-accel-buffering"] == "no"
        async for row in stream.aiter_lines():
            if row.startswith("data: "):
                yield json.loads(row.removeprefix("data: "))
