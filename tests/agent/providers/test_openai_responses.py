"""OpenAI's models by the Responses API, played by a server on loopback."""

from typing import Any

import pytest

from agent.providers.base import EndPiece, TextPiece, ThinkingPiece, UsagePiece
from agent.providers.clients import Clients
from agent.providers.endpoint import Endpoint
from agent.providers.openai_responses import OpenAIResponses
from tests.agent.providers.frames import Responses
from tests.agent.providers.hearing import hear, prompt
from tests.agent.providers.upstream import Cut, Hang, Reply, Stream, Upstream


@pytest.fixture
def endpoint(upstream: Upstream) -> Endpoint:
    return Endpoint(vendor="openai", title="OpenAI", url=f"{upstream.url}/v1", key="sk-test-0123456789")


@pytest.fixture
def model(endpoint: Endpoint, clients: Clients) -> OpenAIResponses:
    return OpenAIResponses("gpt-6.1-terra", endpoint, clients)


def completed(upstream: Upstream, *events: Any, said: Responses | None = None) -> None:
    said = said or Responses()
    upstream.plays(Stream(), said.created(), *events, said.completed())


def refusal(param: str | None, message: str, code: str | None = "unsupported_parameter", status: int = 400) -> Reply:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return Reply(status=status, body={"error": error})


async def test_thoughts_calls_and_an_answer_are_told_as_they_come(upstream: Upstream, model: OpenAIResponses):
    said = Responses()
    thinks = said.reasoning(["Let me ", "add."], ["Two numbers", "."])
    calls = [said.call("c1", "add", '{"a": 2,', ' "b": 2}'), said.call("c2", "add", '{"a": 1}')]
    upstream.plays(Stream(), said.created(), thinks, *calls, said.completed(input=20, output=9, cached=4, reasoning=6))
    heard = await hear(model, prompt("2+2?"))
    assert heard.thoughts == ["Let me add.\n\nTwo numbers."]
    assert [(call.call, call.tool, call.args, call.error) for call in heard.calls] == [
        ("c1", "add", {"a": 2, "b": 2}, ""),
        ("c2", "add", {"a": 1}, ""),
    ]
    assert heard.usages == [UsagePiece(input=20, output=9, reasoning=6, cached=4)]
    assert (heard.finish, heard.error) == ("calls", None)

    completed(upstream, (again := Responses()).text("It is ", "four."), said=again)
    after = await hear(model, prompt("2+2?", *heard.parts()))
    assert (after.answers, after.finish) == (["It is four."], "stop")
    first, second = (request.body for request in upstream.requests)
    assert second["input"][: len(first["input"])] == first["input"]
    assert second["input"][1:] == [
        {
            "id": "rs_1",
            "type": "reasoning",
            "encrypted_content": "opaque",
            "summary": [
                {"type": "summary_text", "text": "Let me add."},
                {"type": "summary_text", "text": "Two numbers."},
            ],
        },
        {"id": "fc_2", "type": "function_call", "call_id": "c1", "name": "add", "arguments": '{"a": 2, "b": 2}'},
        {"id": "fc_3", "type": "function_call", "call_id": "c2", "name": "add", "arguments": '{"a": 1}'},
        {"type": "function_call_output", "call_id": "c1", "output": "5"},
        {"type": "function_call_output", "call_id": "c2", "output": "5"},
    ]
    assert upstream.connections == 1  # the connection is used again


async def test_what_is_asked_for(upstream: Upstream, model: OpenAIResponses):
    completed(upstream)
    await hear(model, prompt("2+2?"))
    body = upstream.requests[0].body
    assert upstream.requests[0].headers["authorization"] == "Bearer sk-test-0123456789"
    assert {key: body[key] for key in body if key not in ("input", "tools")} == {
        "model": "gpt-6.1-terra",
        "stream": True,
        "store": False,
        "instructions": "Be brief.",
        "include": ["reasoning.encrypted_content"],
        "reasoning": {"effort": "medium", "summary": "auto"},
        "parallel_tool_calls": True,
    }
    assert [(tool["name"], tool["strict"]) for tool in body["tools"]] == [("add", False)]


async def test_a_thought_that_is_not_told_is_seen_to_begin_and_end(upstream: Upstream, model: OpenAIResponses):
    said = Responses()
    completed(upstream, said.reasoning(), said.text("Four."), said=said)
    heard = await hear(model, prompt("2+2?"))
    assert heard.thoughts == [""]
    assert heard.pieces[0] == ThinkingPiece(text="", new=True)
    assert isinstance(heard.pieces[1], EndPiece)


async def test_every_thought_and_every_answer_is_one_by_itself(upstream: Upstream, model: OpenAIResponses):
    said = Responses()
    events = [said.reasoning(["One."]), said.reasoning(["Two."]), said.text("First."), said.text("Second.")]
    completed(upstream, *events, said=said)
    heard = await hear(model, prompt("2+2?"))
    assert (heard.thoughts, heard.answers) == (["One.", "Two."], ["First.", "Second."])
    assert TextPiece(text="First.") in heard.pieces
    assert TextPiece(text="Second.", new=True) in heard.pieces


async def test_raw_thoughts_of_open_models_are_thoughts_and_come_only_once(upstream: Upstream, model: OpenAIResponses):
    said = Responses()
    item = {"id": "rs_1", "type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm."}]}
    completed(
        upstream,
        said.event("response.output_item.added", output_index=0, item={**item, "content": []}),
        said.event("response.reasoning_text.delta", delta="H", content_index=0),
        said.event("response.reasoning_summary_text.delta", delta="Thinks.", summary_index=0),
        said.event("response.reasoning_text.delta", delta="m.", content_index=0),
        said.event("response.output_item.done", output_index=0, item={**item, "status": "completed"}),
        said.text("Four."),
        said=said,
    )
    heard = await hear(model, prompt("2+2?"))
    assert heard.thoughts == ["Hm."]
    [echo] = [piece.echo for piece in heard.pieces if isinstance(piece, EndPiece) and piece.kind == "thinking"]
    assert echo
    assert echo.data == item


async def test_what_was_not_streamed_is_taken_from_the_whole_item(upstream: Upstream, model: OpenAIResponses):
    said = Responses()
    content = [{"type": "output_text", "text": "Four."}]
    message = {"id": "m", "type": "message", "role": "assistant", "content": content}
    thought = {"id": "r", "type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]}
    completed(
        upstream,
        said.event("response.output_item.done", output_index=0, item=thought),
        said.event("response.output_item.done", output_index=1, item=message),
    )
    heard = await hear(model, prompt("2+2?"))
    assert (heard.thoughts, heard.answers) == (["Hm."], ["Four."])
    assert EndPiece(kind="thinking") in heard.pieces  # nothing of it can be sent back


async def test_an_answer_keeps_its_phase_and_loses_its_status(upstream: Upstream, model: OpenAIResponses):
    said = Responses()
    item = {"id": "m", "type": "message", "role": "assistant", "phase": "commentary", "content": []}
    completed(
        upstream,
        said.event("response.output_item.added", output_index=0, item={**item, "status": "in_progress"}),
        said.event("response.output_text.delta", delta="Four.", content_index=0),
        said.event("response.output_item.done", output_index=0, item={**item, "status": "completed"}),
    )
    heard = await hear(model, prompt("2+2?"))
    completed(upstream)
    await hear(model, prompt("2+2?", *heard.parts(), "So?"))
    assert upstream.requests[1].body["input"][1] == item


async def test_arguments_that_are_no_json_are_answered_for_the_model(upstream: Upstream, model: OpenAIResponses):
    said = Responses()
    completed(upstream, said.call("c1", "add", '{"a": '), said=said)
    heard = await hear(model, prompt("2+2?"))
    assert (heard.calls[0].args, heard.finish) == ({}, "calls")
    assert "JSON" in heard.calls[0].error


async def test_a_refusal_is_an_answer(upstream: Upstream, model: OpenAIResponses):
    said = Responses()
    completed(upstream, said.refusal("I will ", "not."), said=said)
    heard = await hear(model, prompt("Be evil"))
    assert (heard.answers, heard.finish) == (["I will not."], "stop")


async def test_what_it_does_besides_is_passed_over(upstream: Upstream, model: OpenAIResponses):
    said = Responses()
    search = {"id": "ws_1", "type": "web_search_call", "status": "completed"}
    completed(
        upstream,
        said.event("response.output_item.added", output_index=0, item=search),
        said.event("response.web_search_call.searching", item_id="ws_1", output_index=0),
        said.event("response.output_item.done", output_index=0, item=search),
        said.event("response.something_new", delta="?"),
        said.event("response.output_text.delta", delta={"not": "text"}),
        b"data: [1, 2]\n\n",
        b": a comment\n\n",
        said.text("Four."),
        said=said,
    )
    heard = await hear(model, prompt("2+2?"))
    assert (heard.answers, heard.finish, heard.error) == (["Four."], "stop", None)


# ── how it can go wrong ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        pytest.param(lambda said: said.incomplete("max_output_tokens"), "length", id="too long"),
        pytest.param(lambda said: said.incomplete("content_filter"), "filtered", id="filtered"),
        pytest.param(lambda said: said.incomplete("steered"), "incomplete", id="for another reason"),
        pytest.param(lambda said: said.failed("rate_limit_exceeded", "Slow down."), "rate_limited", id="failed"),
        pytest.param(lambda said: said.error("server_error", "Oops."), "overloaded", id="error event"),
        pytest.param(lambda said: said.error("server_error", "Oops.", nested=True), "overloaded", id="nested error"),
        pytest.param(lambda said: b"", "incomplete", id="no end"),
        pytest.param(lambda said: b"data: {nonsense\n\n", "unreadable", id="no JSON"),
        pytest.param(lambda said: Cut(), "cut", id="hung up"),
        pytest.param(lambda said: Cut("rst"), "cut", id="reset"),
    ],
)
async def test_what_was_said_before_it_broke_is_kept(upstream: Upstream, model: OpenAIResponses, last: Any, kind: str):
    said = Responses()
    upstream.plays(Stream(), said.created(), said.reasoning(["Hm."]), said.text("Fo", done=False), last(said))
    heard = await hear(model, prompt("2+2?"))
    assert heard.error
    assert (heard.thoughts, heard.answers, heard.error.kind) == (["Hm."], ["Fo"], kind)
    assert heard.finish is None


async def test_calls_of_a_response_that_broke_off_are_not_half_written(upstream: Upstream, model: OpenAIResponses):
    said = Responses()
    item = {"type": "function_call", "call_id": "c1", "name": "add", "arguments": '{"a"', "status": "incomplete"}
    done = said.event("response.output_item.done", output_index=0, item=item)
    upstream.plays(Stream(), said.created(), done, said.incomplete("max_output_tokens"))
    heard = await hear(model, prompt("2+2?"))
    assert heard.error
    assert (heard.calls, heard.error.kind) == ([], "length")


async def test_a_page_is_no_answer(upstream: Upstream, model: OpenAIResponses):
    upstream.plays(Reply(body="<html>Welcome</html>", type="text/html"))
    heard = await hear(model, prompt("2+2?"))
    assert heard.error
    assert heard.error.kind == "no_server"


async def test_without_a_key_nothing_is_asked_and_nothing_counted(upstream: Upstream, clients: Clients):
    endpoint = Endpoint(vendor="openai", title="OpenAI", url=f"{upstream.url}/v1")
    heard = await hear(OpenAIResponses("gpt-6.1-terra", endpoint, clients), prompt("2+2?"))
    assert heard.error
    assert (heard.error.kind, heard.pieces, upstream.requests) == ("no_key", [], [])


async def test_an_answer_is_whole_although_the_server_does_not_hang_up(upstream: Upstream, model: OpenAIResponses):
    said = Responses()
    upstream.plays(Stream(), said.created(), said.text("Four."), said.completed(), Hang())
    heard = await hear(model, prompt("2+2?"))
    assert (heard.answers, heard.finish, heard.error) == (["Four."], "stop", None)


async def test_a_paid_step_is_estimated_before_it_is_counted(upstream: Upstream, clients: Clients):
    url = f"http://0.0.0.0:{upstream.port}/v1"  # reaches loopback, and does not look like it
    model = OpenAIResponses("gpt-6.1-terra", Endpoint(vendor="openai", title="OpenAI", url=url, key="sk-1"), clients)
    completed(upstream)
    heard = await hear(model, prompt("x" * 4000, tools=()))
    assert heard.usages == [
        UsagePiece(input=1002, estimated=True),
        UsagePiece(input=10, output=5),
    ]
    assert heard.pieces[0] == heard.usages[0]
    assert model.price(heard.usages[1]) == pytest.approx(10 * 1e-6 + 5 * 5e-6)
