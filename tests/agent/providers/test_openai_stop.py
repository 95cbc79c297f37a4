"""Stop, with both adapters over the OpenAI SDK: the server sees at once that nobody listens any more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from agent.providers.base import TextPiece, ThinkingPiece
from agent.providers.clients import Clients
from agent.providers.endpoint import Endpoint
from agent.providers.openai_chat import OpenAIChat
from agent.providers.openai_responses import OpenAIResponses
from tests.agent.providers.frames import (
    DONE,
    Responses,
    chat_call,
    chat_finish,
    chat_text,
    chat_thinking,
)
from tests.agent.providers.hearing import hear, prompt
from tests.agent.providers.upstream import Hang, Stream, Upstream, Wait


@pytest.fixture(params=["responses", "chat"])
async def model(request: pytest.FixtureRequest, upstream: Upstream) -> AsyncIterator[OpenAIResponses | OpenAIChat]:
    clients = Clients()
    endpoint = Endpoint(vendor="openai", title="OpenAI", url=f"{upstream.url}/v1", key="sk-test-0123456789")
    adapter = OpenAIResponses if request.param == "responses" else OpenAIChat
    yield adapter("gpt-6.1-terra", endpoint, clients)
    await clients.close()


def thinks(model: object) -> list[Any]:
    """A stream that has begun to think."""
    said = Responses()
    if isinstance(model, OpenAIChat):
        return [Stream(), chat_thinking("Hm")]
    return [Stream(), *said.created(), *said.reasoning(["Hm", "m"])[:3]]


def writes_arguments(model: object) -> list[Any]:
    """… and to call a tool."""
    said = Responses()
    call = said.call("c1", "add", '{"a"')[:2]
    return [*thinks(model), *([chat_call("c1", "add", '{"a"')] if isinstance(model, OpenAIChat) else call)]


def says(model: object, *texts: str) -> list[bytes]:
    said = Responses()
    if isinstance(model, OpenAIChat):
        return [chat_text(text) for text in texts]
    return said.text(*texts, done=False)


def ends(model: object) -> list[bytes]:
    return [chat_finish(), DONE] if isinstance(model, OpenAIChat) else [Responses().completed()]


@pytest.mark.parametrize(
    ("where", "how"),
    [
        ("before headers", "cancelled"),
        ("in a thought", "cancelled"),
        ("in arguments", "cancelled"),
        ("in a thought", "closed"),
        ("in arguments", "closed"),
    ],
)
async def test_stop_reaches_the_server_at_once(
    upstream: Upstream, model: OpenAIResponses | OpenAIChat, where: str, how: str
):
    await model.prepare()
    reached = asyncio.Event()
    scripts = {"before headers": [], "in a thought": thinks(model), "in arguments": writes_arguments(model)}
    upstream.plays(*scripts[where], Hang())

    async def listen() -> None:
        async with aclosing(model.stream(prompt("2+2?"))) as stream:
            async for piece in stream:
                if isinstance(piece, ThinkingPiece) and piece.text:
                    reached.set()
                    if how == "closed":
                        break

    listening = asyncio.create_task(listen())
    await upstream.wait_request()
    if where != "before headers":
        await reached.wait()
    stopped = asyncio.get_running_loop().time()
    if how == "cancelled":
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
    else:
        await listening
    assert await upstream.wait_closed() - stopped < 0.05


async def test_after_a_stop_the_next_answer_comes_as_if_nothing_had_been(
    upstream: Upstream, model: OpenAIResponses | OpenAIChat
):
    upstream.plays(*thinks(model), Hang())
    upstream.plays(Stream(), *says(model, "Four."), *ends(model))
    async with aclosing(model.stream(prompt("2+2?"))) as stream:
        async for piece in stream:
            if isinstance(piece, ThinkingPiece) and piece.text:
                break
    heard = await hear(model, prompt("2+2?"))
    assert (heard.answers, heard.finish, heard.error) == (["Four."], "stop", None)


async def test_a_chunk_is_passed_on_before_the_next_one_comes(upstream: Upstream, model: OpenAIResponses | OpenAIChat):
    more = asyncio.Event()
    upstream.plays(Stream(), *says(model, "One"), Wait(more), *says(model, "Two"), *ends(model))
    answers: list[str] = []
    async with aclosing(model.stream(prompt("2+2?"))) as stream:
        async for piece in stream:
            if isinstance(piece, TextPiece):
                answers.append(piece.text)
                more.set()  # which would never be, did the first one wait
    assert answers == ["One", "Two"]


async def test_preparing_never_fails(upstream: Upstream):
    clients = Clients()
    endpoint = Endpoint(vendor="compat", title="Odd", url="::nonsense::", key="k\n")
    await OpenAIChat("small", endpoint, clients).prepare()
    await clients.close()
    assert upstream.requests == []


@pytest.mark.parametrize(("vendor", "told"), [("openai", "org-of-mine"), ("compat", None)])
async def test_whose_account_it_is_only_openai_hears(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch, vendor: str, told: str | None
):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-mine")
    clients = Clients()
    model = OpenAIChat("small", Endpoint(vendor=vendor, title="", url=f"{upstream.url}/v1", key="k"), clients)
    upstream.plays(Stream(), *says(model, "Four."), *ends(model))
    assert (await hear(model, prompt("2+2?"))).error is None
    assert upstream.requests[0].headers.get("openai-organization") == told
    await clients.close()
