"""Anthropic's events as pieces, the odd ones above all."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from agent.providers.anthropic_input import messages
from agent.providers.anthropic_reply import Reply
from agent.providers.base import (
    CallPiece,
    Echo,
    EndPiece,
    Piece,
    Reasoning,
    TextPiece,
    ThinkingPiece,
    ToolCall,
    ToolResult,
    UsagePiece,
)

VENDOR = "anthropic:here:claude"


def block(index: int, block: dict[str, Any], *deltas: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of one block, whole."""
    middle = [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
    start = {"type": "content_block_start", "index": index, "content_block": block}
    return [start, *middle, {"type": "content_block_stop", "index": index}]


def words(index: int, *texts: str, **more: Any) -> list[dict[str, Any]]:
    deltas = [{"type": "text_delta", "text": text} for text in texts]
    return block(index, {"type": "text", "text": "", **more}, *deltas)


def tool(index: int, *json: str, **more: Any) -> list[dict[str, Any]]:
    deltas = [{"type": "input_json_delta", "partial_json": text} for text in json]
    return block(index, {"type": "tool_use", "id": f"toolu_{index}", "name": "add", "input": {}, **more}, *deltas)


def stop(reason: str = "end_turn", **usage: Any) -> list[dict[str, Any]]:
    delta = {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}
    return [delta, {"type": "message_stop"}]


def start(**usage: Any) -> list[dict[str, Any]]:
    return [{"type": "message_start", "message": {"usage": usage}}]


def played(*events: list[dict[str, Any]]) -> tuple[Reply, list[Piece]]:
    reply = Reply(VENDOR)
    return reply, [piece for some in events for event in some for piece in reply.take(event)]


def test_a_thought_is_opened_at_once_and_goes_back_exactly_as_it_was():
    deltas = [{"type": "thinking_delta", "thinking": "Hm"}, {"type": "thinking_delta", "thinking": "."}]
    sign = {"type": "signature_delta", "signature": "c2lnbmVk"}
    _, pieces = played(block(0, {"type": "thinking", "thinking": "", "signature": ""}, *deltas, sign))
    whole = {"type": "thinking", "thinking": "Hm.", "signature": "c2lnbmVk"}
    assert pieces == [
        ThinkingPiece(text="", new=True),
        ThinkingPiece(text="Hm"),
        ThinkingPiece(text="."),
        EndPiece(kind="thinking", echo=Echo(vendor=VENDOR, data={"content": [whole]})),
    ]


def test_a_character_that_is_cut_in_two_is_whole_when_the_thought_goes_back():
    deltas = [{"type": "thinking_delta", "thinking": half} for half in ("Sun \ud83c", "\udf1e")]
    *_, end = played(block(0, {"type": "thinking", "thinking": "", "signature": "s"}, *deltas))[1]
    assert isinstance(end, EndPiece)
    assert end.echo
    assert end.echo.data["content"][0]["thinking"] == "Sun 🌞"


def test_a_thought_that_is_kept_secret_is_shown_as_one_and_goes_back():
    hidden = {"type": "thinking", "thinking": "", "signature": ""}
    sign = {"type": "signature_delta", "signature": "s"}
    redacted = {"type": "redacted_thinking", "data": "opaque"}
    _, pieces = played(block(0, hidden, sign), block(1, redacted))
    echoes = [piece.echo.data["content"] for piece in pieces if isinstance(piece, EndPiece) and piece.echo]
    assert echoes == [[{"type": "thinking", "thinking": "", "signature": "s"}], [redacted]]
    assert pieces.count(ThinkingPiece(text="", new=True)) == 2


def test_a_second_text_is_another_answer_and_plain_ones_need_no_echo():
    _, pieces = played(words(0, "Let me ", "see."), words(1, "It is 3."))
    assert pieces == [
        TextPiece(text="Let me "),
        TextPiece(text="see."),
        EndPiece(kind="answer"),
        TextPiece(text="It is 3.", new=True),
        EndPiece(kind="answer"),
    ]


def test_a_text_that_is_empty_is_nothing():
    assert played(words(0), words(1, ""))[1] == []


def test_sources_go_back_with_the_text_they_belong_to():
    source = {"type": "web_search_result_location", "url": "https://example.org", "encrypted_index": "x"}
    text = {"type": "text_delta", "text": "So."}
    cited = block(
        0, {"type": "text", "text": "", "citations": []}, text, {"type": "citations_delta", "citation": source}
    )
    _, pieces = played(cited)
    whole = {"type": "text", "text": "So.", "citations": [source]}
    assert pieces[-1] == EndPiece(kind="answer", echo=Echo(vendor=VENDOR, data={"content": [whole]}))


@pytest.mark.parametrize("json", [['{"a": 1, ', '"b": [2]}'], ['{"a":1,"b":[2]}'], ["", '{"a": 1, "b": [2]}']])
def test_a_call_comes_whole(json: list[str]):
    assert played(tool(0, *json))[1] == [CallPiece(call="toolu_0", tool="add", args={"a": 1, "b": [2]})]


def test_a_call_without_arguments_and_one_that_has_them_at_once():
    assert played(tool(0))[1] == [CallPiece(call="toolu_0", tool="add", args={})]
    assert played(tool(0, input={"a": 1}))[1] == [CallPiece(call="toolu_0", tool="add", args={"a": 1})]


@pytest.mark.parametrize("json", ['{"a": 1', "[1]", "null", "nonsense", "[" * 100_000])
def test_a_call_that_cannot_be_read_is_held_back_with_what_follows(json: str):
    reply, pieces = played(tool(0, json), tool(1, "{}"))
    assert [piece for piece in pieces if isinstance(piece, CallPiece)] == []
    broken, fine = reply.held
    assert broken.args == {}
    assert "JSON" in broken.error
    assert fine.error == ""


def test_a_call_with_more_to_it_than_we_keep_goes_back_whole():
    (piece,) = played(tool(0, '{"a": 1}', caller={"type": "direct"}))[1]
    assert isinstance(piece, CallPiece)
    assert piece.echo
    assert piece.echo.data["content"][0]["caller"] == {"type": "direct"}
    assert piece.echo.data["content"][0]["input"] == {"a": 1}


def test_what_the_vendor_did_by_itself_goes_back_before_what_it_said_then():
    search = {"type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": {}}
    query = {"type": "input_json_delta", "partial_json": '{"query": "sky"}'}
    found = {"type": "web_search_tool_result", "tool_use_id": "srv_1", "content": []}
    _, pieces = played(words(0, "I look."), block(1, search, query), block(2, found), words(3, "Blue."))
    end = pieces[-1]
    assert isinstance(end, EndPiece)
    assert end.echo
    assert end.echo.data["content"] == [
        {**search, "input": {"query": "sky"}},
        found,
        {"type": "text", "text": "Blue."},
    ]
    reply, pieces = played(words(0, "I look."), block(1, search, query), stop("pause_turn"))
    assert reply.stop == "pause_turn"
    assert pieces[:2] == [TextPiece(text="I look."), EndPiece(kind="answer")]  # so that this echo is not its
    assert isinstance(pieces[-1], EndPiece)
    assert pieces[-1].echo


def test_what_nobody_knows_yet_is_no_trouble():
    new = block(0, {"type": "hologram", "data": 1}, {"type": "hologram_delta", "data": 2})
    odd = [{"type": "ping"}, {"type": "novelty"}, {}, {"type": "content_block_delta", "index": 9, "delta": None}]
    reply, pieces = played(odd, new, words(1, "Hi"), stop())
    assert [piece for piece in pieces if isinstance(piece, TextPiece)] == [TextPiece(text="Hi")]
    assert reply.whole


def test_tokens_are_those_of_the_last_count_and_have_the_cache_within():
    usage = {"input_tokens": 10, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 5, "output_tokens": 1}
    details = {"thinking_tokens": 7}
    _, pieces = played(start(**usage), stop(output_tokens=40, output_tokens_details=details))
    first = UsagePiece(input=115, output=1, cached=100, written=5, estimated=True)
    last = UsagePiece(input=115, output=40, cached=100, written=5, reasoning=7)
    assert pieces == [first, last]
    _, pieces = played(start(input_tokens=10, output_tokens=1), stop(input_tokens=12, output_tokens=4))
    assert pieces[-1] == UsagePiece(input=12, output=4)
    nulls = {"cache_read_input_tokens": None, "output_tokens_details": None}
    _, pieces = played(start(input_tokens=10, **nulls), stop(output_tokens=4, **nulls))
    assert pieces[-1] == UsagePiece(input=10, output=4)


def test_a_server_that_counts_nothing_is_not_said_to_have_counted():
    assert played(start(), words(0, "Hi"), stop())[1] == [TextPiece(text="Hi"), EndPiece(kind="answer")]


def test_why_it_ended_is_kept():
    details = {"type": "refusal", "category": "cyber", "explanation": "No."}
    reply, _ = played([{"type": "message_delta", "delta": {"stop_reason": "refusal", "stop_details": details}}])
    assert (reply.begun, reply.whole, reply.stop, reply.explanation) == (True, False, "refusal", "No.")


@pytest.mark.parametrize("odd", [{"a": 1}, ["x"], 7, True, 10**400])
def test_what_is_no_text_and_no_number_does_no_harm(odd: Any):
    reply, pieces = played(
        start(input_tokens=odd, cache_read_input_tokens=odd),
        words(0, odd),
        block(1, {"type": "thinking", "thinking": odd, "signature": odd}, {"type": "thinking_delta", "thinking": odd}),
        tool(2, odd, id=odd, name=odd),
        stop(odd, input_tokens=-5, output_tokens=10**400),
    )
    assert [piece for piece in pieces if isinstance(piece, TextPiece)] == []
    assert [(piece.call, piece.tool) for piece in pieces if isinstance(piece, CallPiece)] == [("call_1", "")]
    assert all(0 <= piece.input <= 14 and piece.output == 0 for piece in pieces if isinstance(piece, UsagePiece))
    assert (reply.stop, reply.whole) == ("", True)
    parts = [Reasoning(content="", echo=piece.echo) for piece in pieces if isinstance(piece, EndPiece)]
    assert messages(parts, vendor=VENDOR) is not None


def test_calls_that_are_numbered_alike_are_told_apart():
    reply = Reply(VENDOR, ["toolu_0"])
    events = [*tool(0, "{}"), *tool(1, "{}"), *tool(1, "{}")]
    calls = [piece for event in events for piece in reply.take(event) if isinstance(piece, CallPiece)]
    assert len({call.call for call in calls} | {"toolu_0"}) == 4
    parts = [ToolCall(call=call.call, tool=call.tool, args=call.args, echo=call.echo) for call in calls]
    results = [ToolResult(call=call.call, tool=call.tool, ok=True, content=str(n)) for n, call in enumerate(calls)]
    said, heard = messages([*parts, *results], vendor=VENDOR)[-2:]
    assert [one["id"] for one in said["content"]] == [one["tool_use_id"] for one in heard["content"]]


@pytest.mark.parametrize("odd", ['{"a": "\\ud83d"}', '{"a": ' + "[" * 300 + "]" * 300 + "}"])
def test_arguments_that_could_not_be_sent_again_are_not_kept(odd: str):
    _, pieces = played(tool(0, odd, name="add\ud83d"), stop("tool_use"))
    for call in pieces:
        if isinstance(call, CallPiece):
            orjson.dumps([call.tool, call.args])
