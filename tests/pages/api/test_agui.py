"""`POST /api/agui` with other people's client: what a person at an AG-UI application notices."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, cast

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from agent.access import ANYBODY, Person
from agent.errors import ProviderError
from agent.events import AskClosed, Event, MessageWithdrawn, TurnEnd
from agent.hub import Hub
from agent.providers.base import (
    AnswerText,
    AskPiece,
    FinishPiece,
    Piece,
    ProgressPiece,
    Prompt,
    TextPiece,
    UsagePiece,
    UserText,
    WholePiece,
)
from pages.api.agui.door import router
from pages.api.auth import Tokens
from pages.api.doors import Doors
from pages.api.locks import Locks
from tests.builders import MovedClock, Script, Scripted, Wait, answer, calls, hub_with, thinks
from tests.pages.api.agui_client import AguiClient, Run, agui_client

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class Asking(Scripted):
    """Asks which colour, and says it."""

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        yield TextPiece(text="Well. ")
        yield AskPiece(content="Which colour?", choices=("red", "blue"), answer=told.set_result)
        try:
            yield TextPiece(text=f"So {await told}.")
        finally:
            self.closed += 1
        yield FinishPiece(reason="stop")


class Endless(Scripted):
    """Says a word each hundredth of a second."""

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        while True:
            yield TextPiece(text="on ")
            await asyncio.sleep(0.01)


class Gate:
    """A clock for scripts on which no time passes until it is opened."""

    def __init__(self) -> None:
        self._opened = asyncio.Event()

    def open(self) -> None:
        self._opened.set()

    async def sleep(self, seconds: float) -> None:
        await self._opened.wait()


def gated(*steps: Script) -> tuple[Scripted, Gate]:
    gate = Gate()
    return Scripted(*steps, clock=cast("MovedClock", gate)), gate


def doors_of(hub: Hub) -> Doors:
    return Doors(hub, Locks(tokens=Tokens("s" * 32, hub.chance.clock), open=True))


@asynccontextmanager
async def served(
    hub: Hub | Doors, person: Person = ANYBODY, heartbeat: float = 15, expires: float | None = None
) -> AsyncGenerator[str, None]:
    """The door on loopback; yields its address."""

    doors = hub if isinstance(hub, Doors) else doors_of(hub)
    app = FastAPI()
    app.include_router(router(doors, heartbeat=heartbeat))

    async def gate(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = {"person": person, "expires": expires}
        await app(scope, receive, send)

    config = uvicorn.Config(gate, host="127.0.0.1", port=0, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await soon(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/api/agui"
    finally:
        server.should_exit = server.force_exit = True
        await serving
        await doors.hub.shutdown()


@asynccontextmanager
async def talking(hub: Hub, thread: str = "t1", **more: Any) -> AsyncGenerator[AguiClient, None]:
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(served(hub, **more))
        yield await stack.enter_async_context(agui_client(url, thread))


async def soon(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 -- what is waited for rings no bell here
            await asyncio.sleep(0.005)


def said(run: Run) -> list[tuple[str, str]]:
    """The client's messages, by role; a call by its name and arguments."""
    out: list[tuple[str, str]] = []
    for message in run.messages:
        for call in message.get("toolCalls", ()):
            out.append(("call", f"{call['function']['name']} {call['function']['arguments']}"))
        if "toolCalls" not in message:
            out.append((message["role"], message["content"]))
    return out


def logged(hub: Hub, kind: type[Event], thread: str = "t1") -> list[Any]:
    session = hub.here(thread)
    return [event for event in session.log.after(0) if isinstance(event, kind)] if session else []


async def test_an_application_sees_thoughts_calls_results_and_the_answer_and_goes_on_with_the_thread():
    provider = Scripted(
        [*thinks("A sum."), UsagePiece(input=7, output=2), *calls(("add", {"a": 1, "b": 2}))],
        [*answer("It is three.")],
        [*calls(("add", {"a": 3, "b": 3}))],  # this vendor counts its calls anew
        answer("Six."),
    )
    hub = hub_with(provider)
    async with talking(hub) as client:
        client.say("1 + 2?", "m1")
        run = await client.run()
        assert run.error is None
        assert run.types == [
            *["RUN_STARTED", "REASONING_START", "REASONING_MESSAGE_START", "REASONING_MESSAGE_CONTENT"],
            *["REASONING_MESSAGE_END", "REASONING_END", "TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END"],
            *["TOOL_CALL_RESULT", "TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END", "RUN_FINISHED"],
        ]
        assert run.events[0]["protocolVersion"] == "1.0"
        assert run.events[-1]["outcome"] == {"type": "success"}
        assert run.events[-1]["usage"][0]["model"] == "script"
        first = [
            ("user", "1 + 2?"),
            ("reasoning", "A sum."),
            ("call", 'add {"a": 1, "b": 2}'),
            ("tool", "3"),
            ("assistant", "It is three. "),
        ]
        assert said(run) == first
        client.say("And doubled?", "m2")
        run = await client.run()
        assert "MESSAGES_SNAPSHOT" not in run.types, "the client had everything"
        more = [("user", "And doubled?"), ("call", 'add {"a": 3, "b": 3}'), ("tool", "6"), ("assistant", "Six. ")]
        assert said(run) == [*first, *more]
    parts = provider.prompts[-1].parts
    assert [part.content for part in parts if isinstance(part, UserText)] == ["1 + 2?", "And doubled?"]
    assert AnswerText(content="It is three. ", echo=None) in parts


async def test_a_run_that_fails_says_why():
    provider = Scripted([TextPiece(text="I "), ProviderError("The vendor is out of order.", kind="overloaded")])
    async with talking(hub_with(provider)) as client:
        client.say("Hello", "m1")
        run = await client.run()
        assert run.events[-1]["type"] == "RUN_ERROR"
        assert run.events[-1]["code"] == "overloaded"
        assert run.events[-1]["message"] == "The vendor is out of order."
        assert said(run) == [("user", "Hello"), ("assistant", "I ")]


async def test_abort_closes_the_upstream_and_the_next_message_is_answered():
    provider = Scripted([TextPiece(text="Once "), Wait(seconds=50)], answer("Fine."))
    hub = hub_with(provider)
    async with talking(hub) as client:
        client.say("A story", "m1")
        run = client.start()
        await run.until("TEXT_MESSAGE_CONTENT")
        client.abort()
        await soon(lambda: provider.closed)
        async for _ in run:
            pass
        await soon(lambda: logged(hub, TurnEnd))
        assert [(end.reason, end.by, end.why) for end in logged(hub, TurnEnd)] == [("interrupted", "owner", "user")]
        session = hub.here("t1")
        assert session
        assert not len(session.presence)
        client.say("Enough", "m2")
        run = await client.run()
        assert said(run) == [
            *[("user", "A story"), ("assistant", "Once "), ("user", "Enough"), ("assistant", "Fine. ")],
        ]


async def test_who_hangs_up_stops_no_run_that_somebody_else_watches():
    provider, gate = gated([TextPiece(text="Once "), Wait(seconds=1), *answer("more.")])
    hub = hub_with(provider)
    async with talking(hub) as client:
        client.say("A story", "m1")
        run = client.start()
        await run.until("TEXT_MESSAGE_CONTENT")
        session = hub.here("t1")
        assert session
        seat = session.presence.join("grace")
        client.abort()
        await soon(lambda: len(session.presence) == 1)
        gate.open()
        await soon(lambda: logged(hub, TurnEnd))
        seat.leave()
    assert logged(hub, TurnEnd)[0].reason == "done"


async def test_a_run_that_is_stopped_elsewhere_ends_as_cancelled():
    provider = Scripted([*thinks("Hm"), Wait(seconds=50)])
    hub = hub_with(provider)
    async with talking(hub) as client:
        client.say("Hello", "m1")
        run = client.start()
        await run.until("REASONING_MESSAGE_CONTENT")
        session = hub.here("t1")
        assert session
        session.stop(by="grace")
        async for _ in run:
            pass
        assert run.error is None
        assert run.types[-3:] == ["REASONING_MESSAGE_END", "REASONING_END", "RUN_FINISHED"]
        assert run.events[-1]["outcome"] == {"type": "cancelled"}
        assert run.events[-1]["metadata"]["by"] == "grace"


async def test_a_question_ends_the_run_and_the_answer_to_it_goes_on_with_the_turn():
    provider = Asking()
    hub = hub_with(provider)
    async with talking(hub) as client:
        client.say("Paint it", "m1")
        run = await client.run()
        assert run.events[-1]["outcome"]["type"] == "interrupt"
        (asked,) = run.pending
        assert asked["reason"] == "question"
        assert asked["message"] == "Which colour?"
        assert asked["responseSchema"] == {"type": "string", "enum": ["red", "blue"]}
        session = hub.here("t1")
        assert session
        assert session.running, "the turn itself waits"
        run = await client.run(resume=[{"interruptId": asked["id"], "status": "resolved", "payload": "blue"}])
        assert run.error is None
        assert run.pending == []
        assert run.events[-1]["outcome"] == {"type": "success"}
        assert said(run)[-2:] == [("assistant", "Well. "), ("assistant", "So blue.")]
    assert [(closed.by, closed.content) for closed in logged(hub, AskClosed)] == [("owner", "blue")]
    assert len(logged(hub, TurnEnd)) == 1


async def test_a_question_that_is_cancelled_stops_the_run():
    provider = Asking()
    hub = hub_with(provider)
    async with talking(hub) as client:
        client.say("Paint it", "m1")
        run = await client.run()
        run = await client.run(resume=[{"interruptId": run.pending[0]["id"], "status": "cancelled"}])
        assert run.error is None
        assert run.events[-1]["outcome"] == {"type": "cancelled"}
        assert provider.closed == 1


async def test_a_run_that_began_in_the_browser_is_seen_and_its_thread_caught_up_with():
    provider, gate = gated(answer("First."), [TextPiece(text="Sec"), Wait(seconds=1), *answer("ond.")])
    hub = hub_with(provider)
    session = hub.new("t1")
    session.say("One", author="grace", message="g1")
    await session.wait_idle()
    async with talking(hub) as client:
        session.say("Two", author="grace", message="g2")
        run = client.start()
        await run.until("TEXT_MESSAGE_START")
        gate.open()
        async for _ in run:
            pass
        assert run.error is None
        seen = [("user", "One"), ("assistant", "First. "), ("user", "Two"), ("assistant", "Second. ")]
        assert said(run) == seen
        provider.steps = [answer("Third."), answer("Fourth.")]
        session.say("Three", author="grace")
        await session.wait_idle()
        client.say("Four", "m4")
        run = await client.run()
        assert said(run) == [
            *[*seen, ("user", "Three"), ("assistant", "Third. "), ("user", "Four"), ("assistant", "Fourth. ")],
        ]


async def test_a_message_waits_for_the_turn_that_runs_and_is_taken_back_by_hanging_up():
    provider = Scripted([TextPiece(text="Mine "), Wait(seconds=50)])
    hub = hub_with(provider)
    session = hub.new("t1")
    session.say("Mine", author="grace")
    async with talking(hub) as client:
        client.say("Me, too", "m1")
        run = client.start()
        await run.until("MESSAGES_SNAPSHOT")
        assert [message.id for message in session.transcript.queued] == ["m1"]
        client.abort()
        await soon(lambda: logged(hub, MessageWithdrawn))
        assert session.running, "hanging up stops nobody else's run"
        async for _ in run:
            pass


async def test_a_message_that_is_left_in_the_queue_is_not_waited_for():
    provider = Scripted([TextPiece(text="Mine "), Wait(seconds=50)])
    hub = hub_with(provider)
    session = hub.new("t1")
    session.say("Mine", author="grace")
    async with talking(hub) as client:
        client.say("Me, too", "m1")
        run = client.start()
        await run.until("MESSAGES_SNAPSHOT")
        session.stop(by="grace")
        async for _ in run:
            pass
        assert run.error is None
        assert run.events[-1]["outcome"] == {"type": "cancelled"}
        assert session.transcript.queued == []


def body(*messages: Any, **more: Any) -> dict[str, Any]:
    return {"threadId": "t1", "runId": "r1", "messages": list(messages), **more}


def user(content: Any, id: str = "m1") -> dict[str, Any]:
    return {"id": id, "role": "user", "content": content}


async def post(url: str, body: Any) -> tuple[int, list[dict[str, Any]], str]:
    """Status, events and the whole text."""
    async with httpx.AsyncClient(timeout=10) as http:
        reply = await http.post(url, content=body if isinstance(body, bytes) else json.dumps(body))
        frames = [line[6:] for line in reply.text.split("\n") if line.startswith("data: ")]
        return reply.status_code, [json.loads(frame) for frame in frames], reply.text


async def test_heartbeats_keep_a_quiet_run_alive_and_the_client_does_not_mind():
    hub = hub_with(Scripted([*thinks("Hm"), Wait(seconds=0.3), *answer("Yes.")]))
    async with served(hub, heartbeat=0.05) as url:
        _, events, text = await post(url, body(user("Well?")))
        assert "\n: heartbeat\n\n" in text
        assert events[-1]["type"] == "RUN_FINISHED"
        async with agui_client(url, "t2") as client:
            client.say("Well?", "m1")
            assert (await client.run()).error is None


async def test_a_picture_in_the_message_reaches_the_model():
    provider = Scripted(answer("A pixel."))
    hub = hub_with(provider)
    data = {"type": "data", "value": base64.b64encode(PIXEL).decode(), "mimeType": "image/png"}
    parts = [{"type": "text", "text": "What is it?"}, {"type": "image", "source": data}]
    async with served(hub) as url:
        status, events, _ = await post(url, body(user(parts)))
        assert status == 200
        assert events[-1]["type"] == "RUN_FINISHED"
    (asked,) = provider.prompts[0].parts
    assert isinstance(asked, UserText)
    assert asked.content == "What is it?"
    assert [file.media_type for file in asked.attachments] == ["image/png"]


async def test_what_nothing_is_done_with_is_named():
    tools = [{"name": "paint", "description": "", "parameters": {}}]
    context = [{"description": "page", "value": "home"}]
    async with served(hub_with(Scripted(answer("Yes.")))) as url:
        _, events, _ = await post(url, body(user("Hi"), tools=tools, context=context, state={}, forwardedProps={}))
        assert (events[1]["type"], events[1]["name"], events[1]["value"]) == ("CUSTOM", "ignored", ["tools", "context"])


async def test_asking_again_without_a_new_message_says_nothing_twice():
    provider = Scripted(answer("Yes."))
    hub = hub_with(provider)
    async with served(hub) as url:
        await post(url, body(user("Hi")))
        _, events, _ = await post(url, body(user("Hi")))
        assert [event["type"] for event in events] == ["RUN_STARTED", "MESSAGES_SNAPSHOT", "RUN_FINISHED"]
        assert [message["content"] for message in events[1]["messages"]] == ["Hi", "Yes. "]
        assert len(provider.prompts) == 1
        _, events, _ = await post(url, body(threadId="nobody-has-been-here"))
        assert [event["type"] for event in events] == ["RUN_STARTED", "RUN_FINISHED"]
        assert hub.here("nobody-has-been-here") is None


DATA = {"type": "data", "value": "AA==", "mimeType": "image/png"}
PART = {"type": "image", "source": {"type": "url", "value": "http://127.0.0.1/secret"}}
REFUSED: list[tuple[Any, int, str]] = [
    (b"", 400, "not an AG-UI input"),
    (b'{"threadId": "t1"}', 400, "runId: Field required"),
    (b"\xff" * 10, 400, "not an AG-UI input"),
    (body({"id": "m1", "role": "king", "content": "Hi"}), 400, "messages.0"),
    (body(user("Hi"), threadId="../etc"), 400, "1 to 64 letters"),
    (body(user("  ")), 400, "empty"),
    (body(user("Hi", id="m" * 1000)), 400, "200 characters"),
    (body(user([PART])), 400, "fetches no files"),
    (
        body(user([{"type": "image", "source": {"type": "data", "value": "§", "mimeType": "image/png"}}])),
        400,
        "not base64",
    ),
    (body(user([{"type": "audio", "source": DATA}])), 400, "audio"),
    (body(user("Hi"), resume=[{"interruptId": "x", "status": "resolved", "payload": "y"}]), 404, "does not wait"),
    (body(user("x" * 100_001)), 413, "characters"),
]


async def test_what_cannot_be_is_refused_with_a_reason_and_leaves_nothing():
    hub = hub_with(Scripted())
    async with served(hub) as url:
        for asked, expected, sentence in REFUSED:
            status, _, text = await post(url, asked)
            assert (status, sentence) == (expected, sentence), text
            assert sentence in json.loads(text)["error"]["message"]
            assert hub.cards() == []
            assert hub.here("t1") is None


async def test_a_new_message_does_not_pass_by_an_open_question():
    hub = hub_with(Asking())
    async with served(hub) as url:
        _, events, _ = await post(url, body(user("Paint it")))
        assert events[-1]["outcome"]["type"] == "interrupt"
        status, _, text = await post(url, body(user("Paint it"), user("Hello?", "m2")))
        assert (status, json.loads(text)["error"]["kind"]) == (409, "busy")
        _, events, _ = await post(url, body())  # somebody else's client, which comes to look
        assert [message["content"] for message in events[1]["messages"]] == ["Paint it", "Well. "]
        assert events[-1]["outcome"]["interrupts"][0]["message"] == "Which colour?"


async def test_who_may_only_watch_sees_the_thread_and_cannot_speak():
    hub = hub_with(Scripted(answer("Yes.")))
    session = hub.new("t1", owner="grace")
    session.say("Hi", author="grace")
    await session.wait_idle()
    session.share("ada", "viewer", by="grace")
    async with served(hub, Person(user="ada", role="member")) as url:
        status, events, _ = await post(url, body())
        assert status == 200
        assert [message["content"] for message in events[1]["messages"]] == ["Hi", "Yes. "]
        status, _, text = await post(url, body(user("Me, too")))
        assert (status, json.loads(text)["error"]["kind"]) == (403, "forbidden")
    async with served(hub, Person(user="eve", role="member")) as url:
        status, _, text = await post(url, body())
        assert (status, json.loads(text)["error"]["kind"]) == (403, "forbidden")


async def test_what_somebodys_own_agent_does_and_how_far_it_is_can_be_seen():
    pieces = [
        WholePiece(kind="action", content="Looks out of the window"),
        WholePiece(kind="observation", content="Rain"),
        WholePiece(kind="action", content="Takes the umbrella"),
        ProgressPiece(percent=50, message="half"),
        *answer("Let us go."),
    ]
    async with served(hub_with(Scripted(pieces))) as url:
        _, events, _ = await post(url, body(user("Shall we?")))
    told = [event for event in events if event["type"] in ("TOOL_CALL_ARGS", "TOOL_CALL_RESULT", "CUSTOM")]
    assert [event.get("delta") or event.get("content", event.get("value")) for event in told] == [
        '{"content": "Looks out of the window"}',
        "Rain",
        '{"content": "Takes the umbrella"}',
        {"percent": 50, "message": "half"},
        "",  # else a client would take the call for one that it should run
    ]
    assert told[0]["toolCallId"] == told[1]["toolCallId"] != told[2]["toolCallId"] == told[4]["toolCallId"]


async def streamed(url: str, body: dict[str, Any], on: Callable[[dict[str, Any]], None]) -> list[dict[str, Any]]:
    """Calls `on` with every event; returns all of them."""
    events: list[dict[str, Any]] = []
    async with httpx.AsyncClient(timeout=10) as http, http.stream("POST", url, json=body) as reply:
        async for line in reply.aiter_lines():
            if line.startswith("data: "):
                events.append(json.loads(line[6:]))
                on(events[-1])
    return events


async def test_who_is_not_shared_with_any_more_hears_no_more():
    provider, gate = gated([TextPiece(text="Once "), Wait(seconds=1), *answer("secret.")])
    hub = hub_with(provider)
    session = hub.new("t1", owner="grace")
    session.say("Tell", author="grace")
    session.share("ada", "viewer", by="grace")

    def on(event: dict[str, Any]) -> None:
        if event["type"] == "TEXT_MESSAGE_START" or event["type"] == "MESSAGES_SNAPSHOT":
            session.share("ada", None, by="grace")
            gate.open()

    async with served(hub, Person(user="ada", role="member")) as url:
        events = await streamed(url, body(), on)
        assert (events[-1]["type"], events[-1]["code"]) == ("RUN_ERROR", "forbidden")
        assert "secret" not in json.dumps(events)


async def test_a_run_is_told_no_longer_than_the_sign_in_is_good_for():
    provider, _ = gated([TextPiece(text="Once "), Wait(seconds=1)])
    hub = hub_with(provider)
    async with served(hub, heartbeat=0.05, expires=hub.chance.clock.now() / 1000 + 0.2) as url:
        _, events, _ = await post(url, body(user("Tell")))
        assert (events[-1]["type"], events[-1]["code"]) == ("RUN_ERROR", "unauthorized")


async def test_the_server_going_down_ends_what_is_told():
    provider, _ = gated([TextPiece(text="Once "), Wait(seconds=1)])
    hub = hub_with(provider)
    doors = doors_of(hub)
    closing: list[asyncio.Task[None]] = []

    def on(event: dict[str, Any]) -> None:
        if event["type"] == "TEXT_MESSAGE_CONTENT":
            closing.append(asyncio.create_task(doors.close()))

    async with served(doors) as url:
        events = await streamed(url, body(user("Tell")), on)
        await asyncio.gather(*closing)
        assert events[-1]["type"] == "RUN_ERROR"
        assert "going down" in events[-1]["message"]


async def test_clients_that_come_and_hang_up_at_any_moment_leave_nothing_behind():
    hub = hub_with(Endless())
    doors = doors_of(hub)
    async with served(doors) as url:
        port = int(url.split(":")[2].split("/")[0])

        async def visit(n: int) -> None:
            asked = json.dumps(body(user("Go", f"m{n}"), threadId=f"t{n}"))
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            head = f"POST /api/agui HTTP/1.1\r\nhost: x\r\ncontent-length: {len(asked)}\r\n\r\n"
            writer.write((head + asked).encode()[: None if n % 5 else 150])
            await asyncio.sleep(n % 10 / 100)
            writer.transport.abort()

        await asyncio.gather(*(visit(n) for n in range(60)))
        await soon(lambda: not doors.seats.taken)
        sessions = [session for n in range(60) if (session := hub.here(f"t{n}"))]
        await soon(lambda: not any(session.running or len(session.presence) for session in sessions))
        assert doors.readers == set()
        assert [session.transcript.queued for session in sessions] == [[]] * len(sessions)
