"""What a server of Anthropic's kind will not have, and what is asked for then."""

from __future__ import annotations

from typing import Any

import pytest

from agent.errors import ProviderError
from agent.providers.anthropic_messages import AnthropicMessages
from agent.providers.base import (
    Echo,
    Part,
    Reasoning,
    ToolCall,
    ToolResult,
)
from agent.providers.clients import Clients
from tests.agent.providers.claude import MODEL, WHY, paid, pieces, plain, text
from tests.agent.providers.frames import Messages
from tests.agent.providers.upstream import Reply, Stream, Upstream


@pytest.fixture
def claude(upstream: Upstream, clients: Clients) -> AnthropicMessages:
    return AnthropicMessages(MODEL, paid(upstream), clients)


def refused(message: str) -> Reply:
    error = {"type": "invalid_request_error", "message": message}
    return Reply(status=400, body={"type": "error", "error": error, "request_id": "req_1"})


async def test_what_a_model_does_not_take_is_left_out_and_remembered(upstream, clients):
    upstream.plays(refused("adaptive thinking is not supported on this model"))
    upstream.plays(refused("This model does not support the effort parameter."))
    upstream.plays(Stream(), plain(Messages(), "Hi"))
    upstream.plays(Stream(), plain(Messages(), "Hi"))
    for _ in range(2):
        said = await pieces(AnthropicMessages("claude-next", paid(upstream), clients))
        assert text(said) == "Hi"
    asked = [(r.body["thinking"]["type"], "output_config" in r.body) for r in upstream.requests]
    assert asked == [("adaptive", True), ("enabled", True), ("enabled", False), ("enabled", False)]


BOUND = "messages.1.content.0: The block is bound to a different conversation"


def earlier(upstream: Upstream, *seals: str) -> list[Part]:
    """A conversation in which the model has thought before."""
    parts: list[Part] = [WHY]
    for number, seal in enumerate(seals):
        block = {"type": "thinking", "thinking": "Hm.", "signature": seal}
        echo = Echo(vendor=f"anthropic:{paid(upstream).url}:{MODEL}", data={"content": [block]})
        parts += [Reasoning(content="Hm.", echo=echo), ToolCall(call=f"c{number}", tool="add", args={})]
        parts += [ToolResult(call=f"c{number}", tool="add", ok=True, content="3")]
    return parts


def thoughts(body: Any) -> list[str]:
    blocks = [block for message in body["messages"] for block in message["content"]]
    return [block["signature"] for block in blocks if block["type"] == "thinking"]


async def test_thoughts_of_a_conversation_that_was_changed_are_dropped_by_the_vendor(upstream, claude):
    upstream.plays(refused(BOUND))
    upstream.plays(Stream(), plain(Messages(), "Hi"))
    assert text(await pieces(claude, *earlier(upstream, "s1"))) == "Hi"
    first, second = upstream.requests
    assert second.headers["anthropic-beta"] == "thinking-binding-controls-2026-08-01"
    binding = {"prefix_mismatch_behavior": "drop_block"}
    assert second.body["thinking"] == {"type": "adaptive", "display": "summarized", "block_binding": binding}
    assert second.body["messages"] == first.body["messages"]


async def test_thoughts_that_are_refused_all_the_same_are_left_out_from_then_on_and_new_ones_are_not(upstream, claude):
    upstream.plays(refused("messages.1.content.0: Invalid `signature` in `thinking` block"))
    upstream.plays(refused("thinking.adaptive.block_binding: Extra inputs are not permitted"))
    upstream.plays(Stream(), plain(Messages(), "Hi"))
    upstream.plays(Stream(), plain(Messages(), "Hi"))
    assert text(await pieces(claude, *earlier(upstream, "s1", "s2"))) == "Hi"
    assert text(await pieces(claude, *earlier(upstream, "s1", "s2", "s3"))) == "Hi"
    assert [thoughts(request.body) for request in upstream.requests] == [["s1", "s2"], ["s1", "s2"], [], ["s3"]]
    assert "anthropic-beta" not in upstream.requests[3].headers


async def test_any_other_refusal_is_told_and_not_tried_again(upstream, claude):
    upstream.plays(refused("messages: at least one message is required"))
    with pytest.raises(ProviderError) as caught:
        await pieces(claude)
    assert caught.value.kind == "refused"
    assert len(upstream.requests) == 1


async def test_a_server_that_refuses_everything_is_given_up(upstream, claude):
    for _ in range(7):
        upstream.plays(refused("thinking block: bound to a different conversation; effort; cache_control"))
    with pytest.raises(ProviderError):
        await pieces(claude, *earlier(upstream, "s1"))
    assert len(upstream.requests) <= 7
