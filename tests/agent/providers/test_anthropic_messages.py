"""Claude over a real socket: what is asked, what comes and how it ends."""

from __future__ import annotations

import asyncio

import pytest

from agent.errors import ProviderError
from agent.providers.anthropic_messages import AnthropicMessages
from agent.providers.base import (
    AnswerText,
    CallPiece,
    Echo,
    EndPiece,
    FinishPiece,
    Piece,
    Reasoning,
    TextPiece,
    ThinkingPiece,
    UsagePiece,
)
from agent.providers.clients import Clients
from agent.providers.endpoint import Endpoint
from tests.agent.providers.claude import ADD, MODEL, WHY, paid, pieces, plain, text
from tests.agent.providers.frames import Messages, sse
from tests.agent.providers.upstream import Cut, Hang, Reply, Stream, Upstream


@pytest.fixture
def claude(upstream: Upstream, clients: Clients) -> AnthropicMessages:
    return AnthropicMessages(MODEL, paid(upstream), clients)


# ── what is asked ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_step_asks_for_thoughts_that_can_be_read_and_for_what_is_cached(upstream, claude):
    m = Messages()
    upstream.plays(Stream(), plain(m, "Rayleigh."))
    await pieces(claude)
    (request,) = upstream.requests
    assert request.body == {
        "model": MODEL,
        "max_tokens": 32_000,
        "stream": True,
        "system": "Be kind.",
        "messages": [{"role": "user", "content": [{"type": "text", "text": WHY.content}]}],
        "tools": [{"name": "add", "description": "Adds.", "input_schema": ADD.schema}],
        "thinking": {"type": "adaptive", "display": "summarized"},
        "output_config": {"effort": "medium"},
        "cache_control": {"type": "ephemeral"},
    }
    assert request.headers["authorization"] == "Bearer sk-ant-1"
    assert request.headers["x-api-key"] == "sk-ant-1"  # a proxy may know the older way only
    assert claude.model == "anthropic:claude-sonnet-5-5"
    assert claude.label == "Claude Sonnet 5.5"


async def test_an_older_model_thinks_by_a_budget_and_between_its_tools(upstream, clients):
    upstream.plays(Stream(), plain(Messages(), "Hi"))
    await pieces(AnthropicMessages("claude-haiku-4-5", paid(upstream), clients))
    (request,) = upstream.requests
    assert request.body["thinking"]["type"] == "enabled"
    assert request.body["thinking"]["budget_tokens"] >= 1_024
    assert "output_config" not in request.body
    assert request.headers["anthropic-beta"] == "interleaved-thinking-2025-05-14"


async def test_an_address_that_ends_in_v1_is_the_same_address(upstream, clients):
    upstream.plays(Stream(), plain(Messages(), "Hi"))
    endpoint = Endpoint(vendor="anthropic", title="Mine", url=f"{upstream.url}/v1/")
    assert text(await pieces(AnthropicMessages("mine", endpoint, clients))) == "Hi"
    assert upstream.requests[0].path == "/v1/messages"


async def test_without_a_key_it_says_so_and_asks_nobody(upstream, clients, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-of-somebody-else")
    with pytest.raises(ProviderError, match="Settings") as caught:
        await pieces(AnthropicMessages(MODEL, paid(upstream, key=""), clients))
    assert caught.value.kind == "no_key"
    assert upstream.requests == []


async def test_a_server_on_this_machine_wants_no_key_and_gets_nobodys(upstream, clients, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-of-somebody-else")
    upstream.plays(Stream(), plain(Messages(), "Hi"))
    mine = AnthropicMessages("qwen3", Endpoint(vendor="anthropic", title="Mine", url=upstream.url), clients)
    said = await pieces(mine)
    assert "sk-of" not in str(upstream.requests[0].headers)
    assert [piece.estimated for piece in said if isinstance(piece, UsagePiece)] == [True, False]  # its own counts
    assert mine.price(UsagePiece(input=1_000_000)) == 0.0


async def test_a_step_costs_what_it_should(claude):
    assert claude.price(UsagePiece(input=1_000_000)) == pytest.approx(2.0, rel=0.5)


async def test_making_the_client_beforehand_never_fails(upstream, clients):
    await AnthropicMessages(MODEL, paid(upstream), clients).prepare()
    await AnthropicMessages(
        MODEL, Endpoint(vendor="anthropic", title="Odd", url="http://[", key="x"), clients
    ).prepare()


# ── what comes ───────────────────────────────────────────────────────────────────────────────────────────


async def test_a_step_with_everything_in_it(upstream, claude):
    m = Messages()
    upstream.plays(
        Stream(),
        m.start(input=10, cached=100),
        m.thinking("I should", " add.", signature="sig"),
        m.text("Let me ", "add."),
        m.call("toolu_1", "add", '{"a": ', "1}"),
        m.stop("tool_use", output=30),
    )
    said = await pieces(claude)
    assert isinstance(said[0], UsagePiece)
    assert said[0].estimated
    assert said[0].input > 0
    vendor = f"anthropic:{paid(upstream).url}:{MODEL}"
    block = {"type": "thinking", "thinking": "I should add.", "signature": "sig"}
    assert said[1:] == [
        UsagePiece(input=110, output=1, cached=100, estimated=True),
        ThinkingPiece(text="", new=True),
        ThinkingPiece(text="I should"),
        ThinkingPiece(text=" add."),
        EndPiece(kind="thinking", echo=Echo(vendor=vendor, data={"content": [block]})),
        TextPiece(text="Let me "),
        TextPiece(text="add."),
        EndPiece(kind="answer"),
        CallPiece(call="toolu_1", tool="add", args={"a": 1}),
        UsagePiece(input=110, output=30, cached=100),
        FinishPiece(reason="calls"),
    ]


@pytest.mark.parametrize("framing", ["chunked", "close"])
async def test_text_is_never_doubled_however_it_is_cut(upstream, claude, framing):
    words = ["Grüß ", "Gott, ", "日本語 ", "🙂\n\n", "data: x"]
    whole = b"".join(plain(Messages(), *words)).replace(b"\n\n", b"\r\n\r\n")
    upstream.plays(Stream(framing=framing), *[whole[at : at + 7] for at in range(0, len(whole), 7)])
    assert text(await pieces(claude)) == "".join(words)


async def test_the_connection_is_kept_for_the_next_step(upstream, claude):
    for _ in range(3):
        upstream.plays(Stream(), plain(Messages(), "Hi"))
        await pieces(claude)
    assert upstream.connections == 1


async def test_a_server_that_does_not_hang_up_keeps_nobody_waiting(upstream, claude):
    upstream.plays(Stream(), plain(Messages(), "Hi"), Hang())
    async with asyncio.timeout(2):
        assert (await pieces(claude))[-1] == FinishPiece(reason="stop")


async def test_a_paused_reply_goes_on_from_where_it_was(upstream, claude):
    m = Messages()
    search = {"type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": {"query": "sky"}}
    upstream.plays(Stream(), m.start(), m.thinking("Look."), m.block(search), m.stop("pause_turn"))
    said = await pieces(claude)
    assert said[-1] == FinishPiece(reason="again")
    thought, answer = (piece.echo for piece in said if isinstance(piece, EndPiece))
    upstream.plays(Stream(), plain(Messages(), "Blue."))
    await pieces(claude, WHY, Reasoning(content="Look.", echo=thought), AnswerText(content="", echo=answer))
    signed = {"type": "thinking", "thinking": "Look.", "signature": "signed"}
    assert upstream.requests[1].body["messages"][1:] == [{"role": "assistant", "content": [signed, search]}]
    upstream.complaints.clear()  # here the last message is not the person's


# ── how it ends ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("reason", ["end_turn", "stop_sequence", "something_new"])
async def test_calls_are_only_run_where_the_model_stopped_for_them(upstream, claude, reason):
    m = Messages()
    upstream.plays(Stream(), m.start(), m.text("Hi"), m.call("t", "add", '{"a": '), m.stop(reason))
    said = await pieces(claude)
    assert said[-1] == FinishPiece(reason="stop")
    assert not [piece for piece in said if isinstance(piece, CallPiece)]


@pytest.mark.parametrize(
    ("reason", "kind"),
    [("max_tokens", "length"), ("model_context_window_exceeded", "too_long"), ("refusal", "filtered")],
)
async def test_a_reply_that_is_not_whole_is_a_failure_and_its_half_call_is_dropped(upstream, claude, reason, kind):
    m = Messages()
    upstream.plays(Stream(), m.start(), m.call("t", "add", '{"a": '), m.stop(reason, output=9))
    said: list[Piece] = []
    with pytest.raises(ProviderError) as caught:
        await pieces(claude, said=said)
    assert caught.value.kind == kind
    assert said[-1] == UsagePiece(input=10, output=9)  # it is paid for all the same


async def test_a_refusal_says_why(upstream, claude):
    details = {"type": "refusal", "category": "cyber", "explanation": "This could harm somebody."}
    m = Messages()
    upstream.plays(Stream(), m.start(), m.stop("refusal", details=details))
    with pytest.raises(ProviderError, match="This could harm somebody"):
        await pieces(claude)


async def test_a_call_that_cannot_be_read_is_told_to_the_model(upstream, claude):
    m = Messages()
    upstream.plays(Stream(), m.start(), m.call("t", "add", '{"a": oops}'), m.stop("tool_use"))
    *_, call, finish = await pieces(claude)
    assert isinstance(call, CallPiece)
    assert call.args == {}
    assert "JSON" in call.error
    assert finish == FinishPiece(reason="calls")


M = Messages()


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ([Stream(), *M.start(), *M.text("Hal", done=False)], "incomplete"),
        ([Stream(), *M.start(), *M.text("Hal", done=False), Cut()], "cut"),
        ([Stream(), *M.start(), *M.text("Hal", done=False), Cut("rst")], "cut"),
        ([Stream(), *M.start(), M.error("overloaded_error", "Overloaded")], "overloaded"),
        ([Stream(), *M.start(), M.error("rate_limit_error", "Slow down")], "rate_limited"),
        ([Stream(), *M.start(), sse("{nonsense", "content_block_delta")], "unreadable"),
        ([Stream(), *M.start(), b"data: \xff\xfe\n\n"], "unreadable"),
        ([Reply(body="<html><body>Welcome</body></html>", type="text/html")], "no_server"),
        ([Reply(body={"type": "message", "content": []})], "no_server"),
        ([Stream(), sse("[1, 2]", "list")], "no_server"),
        (
            [Reply(status=529, body={"type": "error", "error": {"type": "overloaded_error", "message": "!"}})],
            "overloaded",
        ),
        ([Cut()], "cut"),
    ],
)
async def test_whatever_breaks_is_said_in_a_sentence(upstream, claude, script, kind):
    upstream.plays(script)
    with pytest.raises(ProviderError) as caught:
        await pieces(claude)
    assert caught.value.kind == kind
    assert caught.value.__cause__ is None
    assert "sk-ant-1" not in str(caught.value)
