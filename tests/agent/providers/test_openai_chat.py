"""Servers that speak chat completions, in all the ways they do it, played on loopback."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from agent.providers.base import TextPiece, UsagePiece
from agent.providers.clients import Clients
from agent.providers.endpoint import Endpoint
from agent.providers.openai_chat import OpenAIChat
from tests.agent.providers.frames import (
    DONE,
    chat,
    chat_call,
    chat_error,
    chat_finish,
    chat_text,
    chat_thinking,
    chat_usage,
)
from tests.agent.providers.hearing import Heard, hear, prompt
from tests.agent.providers.upstream import Cut, Hang, Reply, Stream, Upstream


@pytest.fixture
def endpoint(upstream: Upstream) -> Endpoint:
    return Endpoint(vendor="ollama", title="Ollama", url=f"{upstream.url}/v1")


@pytest.fixture
def model(endpoint: Endpoint, clients: Clients) -> OpenAIChat:
    return OpenAIChat("small", endpoint, clients)


def says(upstream: Upstream, *chunks: bytes, finish: str = "stop") -> None:
    upstream.plays(Stream(), *chunks, chat_finish(finish), DONE)


async def heard_of(upstream: Upstream, model: OpenAIChat, *chunks: bytes, finish: str = "stop") -> Heard:
    says(upstream, *chunks, finish=finish)
    heard = await hear(model, prompt("2+2?"))
    assert heard.error is None
    return heard


async def test_thoughts_calls_and_an_answer_are_told_as_they_come(upstream: Upstream, model: OpenAIChat):
    upstream.plays(
        Stream(),
        chat({"role": "assistant", "content": ""}),
        chat_thinking("Let me "),
        chat_thinking("add."),
        chat_call("c1", "add", ""),
        chat_call(None, None, '{"a": 2,'),
        chat_call(None, None, ' "b": 2}'),
        chat_call("c2", "add", '{"a": 1}', index=1),
        chat_finish("tool_calls"),
        chat_usage(
            20,
            9,
            prompt_tokens_details={"cached_tokens": 4, "cache_write_tokens": 1},
            completion_tokens_details={"reasoning_tokens": 6},
        ),
        DONE,
    )
    heard = await hear(model, prompt("2+2?"))
    assert heard.thoughts == ["Let me add."]
    assert [(call.call, call.tool, call.args) for call in heard.calls] == [
        ("c1", "add", {"a": 2, "b": 2}),
        ("c2", "add", {"a": 1}),
    ]
    assert heard.usages == [UsagePiece(input=20, output=9, reasoning=6, cached=4, written=1)]
    assert (heard.finish, heard.error) == ("calls", None)

    says(upstream, chat_text("It is "), chat_text("four."))
    after = await hear(model, prompt("2+2?", *heard.parts()))
    assert (after.answers, after.finish) == (["It is four."], "stop")
    assert upstream.requests[1].body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "2+2?"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 2, "b": 2}'}},
                {"id": "c2", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}},
            ],
            "reasoning_content": "Let me add.",
        },
        {"role": "tool", "tool_call_id": "c1", "content": "5"},
        {"role": "tool", "tool_call_id": "c2", "content": "5"},
    ]
    assert upstream.connections == 1  # the connection is used again


async def test_what_is_asked_for(upstream: Upstream, model: OpenAIChat):
    await heard_of(upstream, model)
    says(upstream)
    await hear(model, prompt("2+2?", tools=()))
    with_tools, without = (request.body for request in upstream.requests)
    assert without == {
        "model": "small",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "2+2?"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert set(with_tools) - set(without) == {"tools"}
    assert [tool["function"]["name"] for tool in with_tools["tools"]] == ["add"]


async def test_an_effort_of_ones_own_is_sent(upstream: Upstream, endpoint: Endpoint, clients: Clients):
    await heard_of(upstream, OpenAIChat("small", endpoint, clients, effort="high"))
    assert upstream.requests[0].body["reasoning_effort"] == "high"


def test_a_server_on_this_machine_is_sent_less(endpoint: Endpoint):
    far = Endpoint(vendor="compat", title="Far", url="https://far.example/v1")
    clients = Clients()
    budgets = [OpenAIChat("small", one, clients, budget=n).budget for one in (endpoint, far) for n in (0, 7)]
    assert budgets == [16_000, 7, 100_000, 7]
    assert OpenAIChat("small", endpoint, clients).price(UsagePiece(input=1)) == 0.0


# ── thoughts ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "chunks",
    [
        pytest.param([chat_thinking("Hm", "reasoning"), chat_thinking("m.", "reasoning")], id="reasoning"),
        pytest.param([chat({"reasoning": part, "reasoning_content": part}) for part in ("Hm", "m.")], id="both"),
        pytest.param([chat({"reasoning_content": "", "reasoning": "Hmm."})], id="one of them empty"),
        pytest.param([chat_text("<thi"), chat_text("nk>\nHm"), chat_text("m.</th"), chat_text("ink>\n")], id="tags"),
        pytest.param(
            [chat({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hmm."}]}]})], id="a list"
        ),
    ],
)
async def test_thoughts_are_found_wherever_a_server_puts_them(
    upstream: Upstream, model: OpenAIChat, chunks: Sequence[bytes]
):
    heard = await heard_of(upstream, model, *chunks, chat_text("\n\nFour"), chat_text("\n."))
    assert (heard.thoughts, heard.answers) == (["Hmm."], ["Four\n."])


async def test_a_model_that_does_not_think_shows_no_thought(upstream: Upstream, model: OpenAIChat):
    heard = await heard_of(upstream, model, chat_thinking(""), chat_thinking("\n"), chat_text("\n"), chat_text("Four."))
    assert heard.pieces[0] == TextPiece(text="Four.")


async def test_an_empty_answer_beside_calls_is_not_shown(upstream: Upstream, model: OpenAIChat):
    heard = await heard_of(upstream, model, chat_text("\n\n"), chat_call("c1", "add", "{}"))
    assert (heard.answers, len(heard.calls)) == ([], 1)


async def test_a_refusal_is_an_answer(upstream: Upstream, model: OpenAIChat):
    heard = await heard_of(upstream, model, chat({"refusal": "I will "}), chat({"refusal": "not."}))
    assert heard.answers == ["I will not."]


# ── calls ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "chunks",
    [
        pytest.param([chat_call("c1", "add", '{"a":1}', index=None)], id="without an index"),
        pytest.param([chat_call("c1", "add", '{"a":1}', index=1)], id="counted from one"),
        pytest.param([chat_call("c1", "add", {"a": 1})], id="arguments that are an object"),
        pytest.param([chat_call("c1", "add", '{"a"'), chat_call("c1", "add", ":1}")], id="named twice"),
    ],
)
async def test_a_call_is_a_call_however_it_is_written(upstream: Upstream, model: OpenAIChat, chunks: Sequence[bytes]):
    heard = await heard_of(upstream, model, *chunks, finish="stop")  # instead of "tool_calls", as many do
    assert [(call.call, call.tool, call.args) for call in heard.calls] == [("c1", "add", {"a": 1})]
    assert heard.finish == "calls"


async def test_calls_without_ids_or_with_used_ones_get_their_own(upstream: Upstream, model: OpenAIChat):
    chunks = [chat_call(None, "add", '{"a":1}'), chat_call("call_0", "add", '{"a":2}', index=1)]
    heard = await heard_of(upstream, model, *chunks)
    assert [call.call for call in heard.calls] == ["call_1", "call_0"]
    says(upstream, *chunks)
    after = await hear(model, prompt("2+2?", *heard.parts()))
    assert [call.call for call in after.calls] == ["call_3", "call_4"]
    says(upstream)  # the double complains of results without their calls
    assert (await hear(model, prompt("2+2?", *heard.parts(), *after.parts()))).error is None


async def test_arguments_that_are_no_json_are_answered_for_the_model(upstream: Upstream, model: OpenAIChat):
    heard = await heard_of(upstream, model, chat_call("c1", "add", '{"a": '))
    assert (heard.calls[0].args, heard.finish) == ({}, "calls")
    assert "JSON" in heard.calls[0].error
    says(upstream)
    await hear(model, prompt("2+2?", *heard.parts()))
    assert upstream.requests[1].body["messages"][2]["tool_calls"][0]["function"]["arguments"] == "{}"


# ── how it can go wrong ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        pytest.param([chat_finish("length"), DONE], "length", id="too long"),
        pytest.param([chat_finish("content_filter"), DONE], "filtered", id="filtered"),
        pytest.param([chat_error("Upstream broke.", "server_error")], "overloaded", id="error chunk"),
        pytest.param([chat_error("Too many.", 429)], "rate_limited", id="error chunk with a status"),
        pytest.param([chat({"content": ""}, "error"), DONE], "provider", id="finished by an error"),
        pytest.param([DONE], "incomplete", id="no finish reason"),
        pytest.param([], "incomplete", id="no end"),
        pytest.param([b"data: {nonsense\n\n"], "unreadable", id="no JSON"),
        pytest.param([Cut()], "cut", id="hung up"),
        pytest.param([Cut("rst")], "cut", id="reset"),
    ],
)
async def test_what_was_said_before_it_broke_is_kept(upstream: Upstream, model: OpenAIChat, last: list, kind: str):
    upstream.plays(Stream(), chat_thinking("Hm."), chat_text("Fo"), chat_call("c1", "add", '{"a"'), *last)
    heard = await hear(model, prompt("2+2?"))
    assert heard.error
    assert (heard.thoughts, heard.answers, heard.error.kind) == (["Hm."], ["Fo"], kind)
    assert (heard.calls, heard.finish) == ([], None)  # of a call only half was there


@pytest.mark.parametrize(
    "reply", [Reply(body="<html>Hi</html>", type="text/html"), Reply(body={"ok": True}), Stream()], ids=str
)
async def test_what_is_no_stream_is_no_answer(upstream: Upstream, model: OpenAIChat, reply: Any):
    upstream.plays(reply)
    heard = await hear(model, prompt("2+2?"))
    assert heard.error
    assert heard.error.kind == "no_server"


async def test_nonsense_in_a_chunk_is_passed_over(upstream: Upstream, model: OpenAIChat):
    nonsense: list[Any] = [
        {"choices": None},
        {"choices": [None, 3, {"delta": None}, {"delta": "text"}]},
        {"choices": [{"delta": {"content": 4, "tool_calls": [None, {}, {"function": None}], "reasoning": {"a": 1}}}]},
        {"choices": {}, "usage": "none"},
        [1, 2],
        "text",
        None,
    ]
    chunks = [f"data: {json.dumps(one)}\n\n".encode() for one in nonsense]
    heard = await heard_of(upstream, model, *chunks, b": PROCESSING\n\n", chat_text("Four."))
    assert (heard.thoughts, heard.answers, heard.calls, heard.finish) == ([], ["Four."], [], "stop")


@pytest.mark.parametrize("after", [Hang(), Cut("rst"), b"data: {nonsense\n\n"], ids=["silence", "reset", "nonsense"])
async def test_an_answer_is_whole_whatever_comes_after_its_end(upstream: Upstream, model: OpenAIChat, after: Any):
    upstream.plays(Stream(), chat_text("Four."), chat_finish(), chat_usage(20, 9), after)
    heard = await hear(model, prompt("2+2?"))
    assert (heard.answers, heard.finish, heard.error) == (["Four."], "stop", None)
    assert heard.usages == [UsagePiece(input=20, output=9)]


async def test_openai_itself_wants_a_key(clients: Clients):
    openai = Endpoint(vendor="openai", title="OpenAI", url="https://api.openai.com/v1")
    heard = await hear(OpenAIChat("gpt-4.1", openai, clients), prompt("2+2?"))
    assert heard.error
    assert (heard.error.kind, heard.pieces) == ("no_key", [])
