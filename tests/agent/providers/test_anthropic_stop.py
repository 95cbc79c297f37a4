"""Stop, in every state that a request to Claude can be in; and that nothing is held back until then."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from agent.providers.anthropic_messages import AnthropicMessages
from agent.providers.base import (
    AnswerText,
    Note,
    Piece,
    TextPiece,
    ThinkingPiece,
    UsagePiece,
)
from agent.providers.clients import Clients
from tests.agent.providers.claude import MODEL, WHY, paid, pieces, plain, prompt, text
from tests.agent.providers.frames import Messages
from tests.agent.providers.upstream import Hang, Stream, Upstream, Wait


@pytest.fixture
def claude(upstream: Upstream, clients: Clients) -> AnthropicMessages:
    return AnthropicMessages(MODEL, paid(upstream), clients)


def silent(where: str) -> list[Any]:
    m = Messages()
    before: dict[str, list[Any]] = {
        "before the headers": [],
        "before the first event": [Stream()],
        "mid-thought": [Stream(), *m.start(), *m.thinking("Hm")[:2]],
        "mid-answer": [Stream(), *m.start(), *m.text("Hm", done=False)],
        "mid-arguments": [Stream(), *m.start(), *m.call("t", "add", '{"a":')[:2]],
    }
    return [*before[where], Hang()]


SEEN: dict[str, Piece] = {
    "mid-thought": ThinkingPiece(text="Hm"),
    "mid-answer": TextPiece(text="Hm"),
    "mid-arguments": UsagePiece(input=10, output=1, estimated=True),
}


@pytest.mark.parametrize("where", ["before the headers", "before the first event", *SEEN])
async def test_a_stop_is_heard_by_the_vendor_at_once(upstream, claude, where):
    upstream.plays(silent(where))
    seen = asyncio.Event()

    async def consume() -> None:
        async with aclosing(claude.stream(prompt())) as stream:
            async for piece in stream:
                if piece == SEEN.get(where):
                    seen.set()

    task = asyncio.create_task(consume())
    await upstream.wait_request()
    if where in SEEN:
        await asyncio.wait_for(seen.wait(), 5)
    began = asyncio.get_running_loop().time()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await upstream.wait_closed() - began < 0.05


async def test_leaving_the_stream_closes_it_too(upstream, claude):
    upstream.plays(silent("mid-answer"))
    async with aclosing(claude.stream(prompt())) as stream:
        async for piece in stream:
            if isinstance(piece, TextPiece):
                break
        began = asyncio.get_running_loop().time()
    assert await upstream.wait_closed() - began < 0.05


async def test_after_a_stop_the_next_step_is_as_any_other(upstream, claude):
    await test_a_stop_is_heard_by_the_vendor_at_once(upstream, claude, "mid-answer")
    upstream.plays(Stream(), plain(Messages(), "Again."))
    stopped = [AnswerText(content="Hm"), Note(kind="stopped", content="Stopped."), WHY]
    assert text(await pieces(claude, WHY, *stopped)) == "Again."


async def test_each_chunk_is_passed_on_as_it_comes(upstream, claude):
    """The server says nothing more until the piece has arrived."""
    m = Messages()
    heard = asyncio.Event()
    upstream.plays(Stream(), m.start(), m.text("One.", done=False), Wait(heard), m.text(" Two."), m.stop())
    said: list[str] = []
    async with aclosing(claude.stream(prompt())) as stream, asyncio.timeout(5):
        async for piece in stream:
            if isinstance(piece, TextPiece):
                said.append(piece.text)
                heard.set()
    assert said == ["One.", " Two."]
