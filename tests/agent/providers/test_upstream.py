"""The double that stands in for vendors: it notices what they would, and what it says is what their SDKs expect."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any, get_args

import httpx2
import pytest

from tests.agent.providers.frames import (
    Messages,
    Responses,
    chat_call,
    chat_finish,
    chat_text,
    chat_thinking,
    chat_usage,
    sse,
)
from tests.agent.providers.strict import odd
from tests.agent.providers.upstream import Cut, Hang, Reply, Send, Stream, Upstream, Wait

GOOD = {"model": "small", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
HEADERS = {"authorization": "Bearer k", "content-type": "application/json"}


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (b"POST /v1/responses HTTP/1.1\r\nhost: h\r\n\r\n", "content-length"),
        (b"POST /v1/responses HTTP/1.1\r\ncontent-length: 0\r\n\r\n", "head"),
        (b"POST /v1/responses HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\n\r\n{}}", "malformed"),
        (b"POST /v1/responses HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\n\r\n{}more", "more than content-length"),
        (b'POST /v1/responses HTTP/1.1\r\nhost: h\r\ncontent-length: 9\r\n\r\n{"a":NaN}', "NaN is no JSON"),
    ],
)
async def test_a_malformed_request_fails_the_test(raw: bytes, complaint: str):
    async with Upstream() as upstream:
        reader, writer = await asyncio.open_connection("127.0.0.1", upstream.port)
        writer.write(raw)
        await reader.read()
        writer.close()
        with pytest.raises(AssertionError, match=complaint):
            upstream.content()
        upstream.complaints.clear()


async def test_a_request_that_nobody_scripted_fails_the_test():
    async with Upstream() as upstream, httpx2.AsyncClient(trust_env=False) as client:
        said = await client.post(f"{upstream.url}/v1/chat/completions", json=GOOD, headers=HEADERS)
        assert said.status_code == 500
        with pytest.raises(AssertionError, match="nobody expected"):
            upstream.content()
        upstream.complaints.clear()


async def test_it_says_when_the_client_left_and_when_the_next_one_came():
    clock = asyncio.get_running_loop().time
    async with Upstream() as upstream, httpx2.AsyncClient(trust_env=False) as client:
        for steps in ([Hang()], [Stream(), b"data: 1\n\n", Hang()], [Stream(framing="close"), Wait(asyncio.Event())]):
            upstream.plays(*steps)
            number = len(upstream.requests) + 1
            task = asyncio.create_task(
                client.post(f"{upstream.url}/v1/chat/completions", json=GOOD, headers=HEADERS, timeout=30)
            )
            request = await upstream.wait_request(number)
            assert request.closed_at is None
            before = clock()
            task.cancel()
            closed = await upstream.wait_closed(number)
            assert before <= closed <= clock()
            assert closed - before < 1


@pytest.mark.parametrize("framing", ["chunked", "close"])
async def test_what_is_sent_in_bits_arrives_whole(framing: Any):
    text = sse({"a": "ö" * 9})
    async with Upstream() as upstream, httpx2.AsyncClient(trust_env=False) as client:
        for _ in range(2):  # over one connection, where it can be used again
            upstream.plays(Stream(framing=framing), Send(text, 3), [text, text])
            said = await client.post(f"{upstream.url}/v1/chat/completions", json=GOOD, headers=HEADERS)
            assert said.content == text * 3
        assert upstream.connections == (1 if framing == "chunked" else 2)
        upstream.plays(Stream(), text, Cut())
        with pytest.raises(httpx2.RemoteProtocolError):
            await client.post(f"{upstream.url}/v1/chat/completions", json=GOOD, headers=HEADERS)
        upstream.plays(Reply(status=418, body={"a": 1}, headers={"x-b": "c"}))
        said = await client.post(f"{upstream.url}/v1/chat/completions", json=GOOD, headers=HEADERS)
        assert (said.status_code, said.json(), said.headers["x-b"]) == (418, {"a": 1}, "c")


CALL = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": "{}"}}
USER = {"role": "user", "content": "Hi"}


@pytest.mark.parametrize(
    ("path", "body", "complaint"),
    [
        ("/v1/chat/completions", {"messages": [USER, {"role": "assistant", "content": ""}]}, "empty"),
        ("/v1/chat/completions", {"messages": [USER, {"role": "assistant", "tool_calls": [CALL]}]}, "without results"),
        (
            "/v1/chat/completions",
            {"messages": [USER, {"role": "tool", "tool_call_id": "c", "content": "3"}]},
            "its call",
        ),
        ("/v1/chat/completions", {"messages": [USER], "stream": False}, "stream"),
        ("/v1/responses", {"input": [USER]}, "store"),
        ("/v1/responses", {"store": False, "input": [{"type": "function_call", "call_id": "c"}]}, "calls"),
        ("/v1/responses", {"store": False, "input": [USER, {"type": "reasoning"}]}, "required following item"),
        ("/v1/messages", {"messages": [USER]}, "max_tokens"),
        ("/v1/messages", {"max_tokens": 9, "messages": [USER, {"role": "assistant", "content": "a"}]}, "user's"),
        (
            "/v1/messages",
            {
                "max_tokens": 9,
                "messages": [USER, {"role": "assistant", "content": [{"type": "tool_use", "id": "t"}]}, USER],
            },
            "right after",
        ),
    ],
)
def test_what_vendors_refuse_is_noticed(path: str, body: dict[str, Any], complaint: str):
    found = odd("POST", path, HEADERS, {"model": "small", "stream": True, **body}, [path])
    assert [one for one in found if complaint in one], found


def test_its_frames_are_what_the_sdks_expect():
    from anthropic.types import RawMessageStreamEvent
    from openai.types.chat import ChatCompletionChunk
    from openai.types.responses import ResponseStreamEvent

    said, told = Responses(), Messages()
    chunks = [chat_text("a"), chat_thinking("a"), chat_call("c", "add", "{}"), chat_finish(), chat_usage(1, 2)]
    events = [said.reasoning(["a", "b"], ["c"]), said.call("c1", "add", "{}"), said.text("a"), said.refusal("no")]
    blocks = [told.start()[0], told.thinking("a"), told.redacted(), told.text("a"), told.call("t1", "add", "{}")]
    for data in _data(chunks):
        ChatCompletionChunk.model_validate(data)
    for union, frames in ((ResponseStreamEvent, [*events, said.error("x", "m")]), (RawMessageStreamEvent, blocks)):
        kinds = {get_args(kind.model_fields["type"].annotation)[0]: kind for kind in get_args(get_args(union)[0])}
        for data in _data(frames):
            kinds[data["type"]].model_validate(data)


def _data(frames: list[Any]) -> Iterator[dict[str, Any]]:
    for frame in frames:
        if isinstance(frame, list):
            yield from _data(frame)
        else:
            yield json.loads(frame.decode().split("data: ", 1)[1])
