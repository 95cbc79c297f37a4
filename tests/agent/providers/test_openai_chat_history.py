"""What a server of the chat completions kind is sent again, and what it does not take."""

import json
from typing import Any

import pytest

from agent.providers.base import Attachment, EndPiece, Prompt, UserText
from agent.providers.clients import Clients
from agent.providers.endpoint import Endpoint
from agent.providers.openai_chat import LACKS, OpenAIChat
from tests.agent.providers.frames import (
    DONE,
    chat,
    chat_call,
    chat_finish,
    chat_text,
    chat_thinking,
)
from tests.agent.providers.hearing import Heard, hear, prompt
from tests.agent.providers.upstream import Reply, Stream, Upstream


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


async def hear_again(upstream: Upstream, model: OpenAIChat, heard: Heard) -> Heard:
    """What comes after `heard` was remembered and its calls were answered."""
    says(upstream, chat_text("It is "), chat_text("four."))
    return await hear(model, prompt("2+2?", *heard.parts()))


def last_step(upstream: Upstream) -> dict[str, Any]:
    """What the agent said last, as the server got it back."""
    return next(one for one in reversed(upstream.requests[-1].body["messages"]) if one["role"] == "assistant")


# ── what goes back ───────────────────────────────────────────────────────────────────────────────────────


async def test_deepseek_gets_its_thoughts_back_with_calls_also_the_empty_ones(upstream: Upstream, model: OpenAIChat):
    heard = await heard_of(upstream, model, chat_thinking(""), chat_call("c1", "add", "{}"))
    await hear_again(upstream, model, heard)
    assert last_step(upstream)["reasoning_content"] == ""


async def test_vllm_gets_its_thoughts_back_where_it_put_them(upstream: Upstream, model: OpenAIChat):
    heard = await heard_of(upstream, model, chat_thinking("Hm.", "reasoning"), chat_call("c1", "add", "{}"))
    await hear_again(upstream, model, heard)
    assert last_step(upstream)["reasoning"] == "Hm."
    assert "reasoning_content" not in last_step(upstream)


async def test_openrouter_gets_its_details_back_in_one_piece(upstream: Upstream, model: OpenAIChat):
    def details(*entries: dict) -> bytes:
        return chat({"reasoning": entries[0].get("text", ""), "reasoning_details": entries})

    kind = {"type": "reasoning.text", "format": "anthropic-claude-v1", "index": 0}
    hidden = {"type": "reasoning.encrypted", "data": "opaque", "id": "r1", "index": 1}
    chunks = [
        details({**kind, "text": "Let me "}),
        details({**kind, "text": "add."}),
        details({**kind, "signature": "signed"}),
        details(hidden),
        details({**hidden, "data": "more", "id": "r2"}),
    ]
    heard = await heard_of(
        upstream, model, *chunks, chat_call("c1", "add", "{}"), chat_call("c2", "add", "{}", index=1)
    )
    await hear_again(upstream, model, heard)
    step = last_step(upstream)
    assert step["reasoning_details"] == [
        {**kind, "text": "Let me add.", "signature": "signed"},
        hidden,
        {**hidden, "data": "more", "id": "r2"},
    ]
    assert not {"reasoning", "reasoning_content"} & set(step)
    assert json.dumps(step).count("signed") == 1
    assert heard.calls[1].echo is None  # once is enough


async def test_details_of_an_answer_go_back_with_it(upstream: Upstream, model: OpenAIChat):
    entry = {"type": "reasoning.encrypted", "data": "opaque"}
    heard = await heard_of(upstream, model, chat_text("Four."), chat({"reasoning_details": [entry]}))
    assert [piece.kind for piece in heard.pieces if isinstance(piece, EndPiece)] == ["answer"]
    await hear_again(upstream, model, heard)
    assert last_step(upstream) == {"role": "assistant", "content": "Four.", "reasoning_details": [entry]}


async def test_a_signed_call_goes_back_signed(upstream: Upstream, model: OpenAIChat):
    signed = {"google": {"thought_signature": "s"}}
    call = {"index": 0, "id": "c1", "function": {"name": "add", "arguments": "{}"}, "extra_content": signed}
    heard = await heard_of(upstream, model, chat({"tool_calls": [call]}))
    await hear_again(upstream, model, heard)
    assert last_step(upstream)["tool_calls"][0]["extra_content"] == signed


async def test_another_server_gets_none_of_it(upstream: Upstream, model: OpenAIChat, clients: Clients):
    heard = await heard_of(upstream, model, chat_thinking("Hm."), chat_call("c1", "add", "{}"))
    elsewhere = Endpoint(vendor="vllm", title="vLLM", url=f"http://localhost:{upstream.port}/v1")
    await hear_again(upstream, OpenAIChat("small", elsewhere, clients), heard)
    assert set(last_step(upstream)) == {"role", "content", "tool_calls"}


# ── what a server does not take ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "message", "gone"),
    [
        (400, "Unknown parameter: stream_options", "stream_options"),
        (422, "body.stream_options: extra fields not permitted", "stream_options"),
        (400, "registry.ollama.ai/library/gemma:2b does not support tools", "tools"),
        (400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set', "tools"),
        (404, "No endpoints found that support tool use.", "tools"),
        (500, "tools param requires --jinja flag", "tools"),
    ],
)
async def test_what_a_server_does_not_take_is_left_out_from_then_on(
    upstream: Upstream, model: OpenAIChat, status: int, message: str, gone: str
):
    upstream.plays(Reply(status=status, body={"error": {"message": message, "type": "invalid_request_error"}}))
    heard = await heard_of(upstream, model, chat_text("Four."))
    after = await heard_of(upstream, model, chat_text("Four."))
    assert heard.thoughts == ([LACKS["tools"]] if gone == "tools" else [])
    assert (heard.answers, after.answers, after.thoughts) == (["Four."], ["Four."], [])
    assert [gone in request.body for request in upstream.requests] == [True, False, False]


async def heard_after_refusal(upstream: Upstream, model: OpenAIChat, message: str, *chunks: bytes) -> list[dict]:
    """The messages as they were sent a second time, after the server had refused them with these words."""
    heard = await heard_of(upstream, model, *chunks)
    upstream.plays(Reply(status=400, body={"error": {"message": message}}))
    assert (await hear_again(upstream, model, heard)).answers == ["It is four."]
    return upstream.requests[-1].body["messages"]


async def test_a_server_that_misses_thoughts_gets_a_field_for_them(upstream: Upstream, model: OpenAIChat):
    words = "The `reasoning_content` in the thinking mode must be passed back to the API."
    sent = await heard_after_refusal(upstream, model, words, chat_call("c1", "add", "{}"))
    assert sent[-2]["reasoning_content"] == ""


async def test_a_server_that_wants_no_thoughts_gets_none(upstream: Upstream, model: OpenAIChat):
    words = "'messages.2' : for 'role:assistant' property 'reasoning' is unsupported"
    chunks = [chat_thinking("Hm.", "reasoning"), chat_call("c1", "add", "{}")]
    sent = await heard_after_refusal(upstream, model, words, *chunks)
    assert set(sent[-2]) == {"role", "content", "tool_calls"}


async def test_a_server_that_wants_roles_to_alternate_gets_them_so(upstream: Upstream, model: OpenAIChat):
    words = "Conversation roles must alternate user/assistant/user/assistant/..."
    upstream.plays(Reply(status=500, body={"error": {"message": words}}))
    says(upstream)
    await hear(model, prompt("2+2?", "Quick!"))
    assert upstream.requests[-1].body["messages"][1:] == [{"role": "user", "content": "2+2?\n\nQuick!"}]


async def test_a_model_that_uses_tools_only_without_thinking_does_not_think(upstream: Upstream, model: OpenAIChat):
    words = "Function tools with reasoning_effort are not supported for gpt-6 in /v1/chat/completions. To use function "
    words += "tools, use /v1/responses or set reasoning_effort to 'none'."
    upstream.plays(Reply(status=400, body={"error": {"message": words, "param": "reasoning_effort"}}))
    await heard_of(upstream, model, chat_text("Four."))
    assert upstream.requests[-1].body["reasoning_effort"] == "none"


async def test_a_refusal_for_another_reason_is_told_at_once(upstream: Upstream, model: OpenAIChat):
    upstream.plays(Reply(status=400, body={"error": {"message": "Your messages are odd."}}))
    heard = await hear(model, prompt("2+2?"))
    assert heard.error
    assert heard.error.kind == "refused"
    assert len(upstream.requests) == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "this model does not support image input"),
        (500, "image input is not supported - hint: you may need to provide the mmproj"),
        (400, "small is not a multimodal model"),
        (404, "No endpoints found that support image input"),
        (422, "Failed to deserialize: unknown variant `image_url`, expected `text`"),
    ],
)
async def test_a_model_that_cannot_see_answers_without_the_picture_and_says_so(upstream, model, status, words):
    picture = Attachment(id="f", name="a.png", media_type="image/png", size=3)
    said = UserText(author="owner", content="What is it?", attachments=(picture,))
    asked = Prompt(parts=(said,), read={"f": b"png"}.__getitem__)
    upstream.plays(Reply(status=status, body={"error": {"message": words}}))
    says(upstream, chat_text("No idea."))
    heard = await hear(model, asked)
    assert heard.error is None
    assert heard.thoughts == [LACKS["files"]]
    assert heard.answers == ["No idea."]
    first, second = (request.body["messages"][-1]["content"] for request in upstream.requests)
    assert first[1]["type"] == "image_url"
    assert second == "What is it?\n\n(The file a.png came with this. You cannot see it.)"
    says(upstream, chat_text("Still none."))
    assert (await hear(model, asked)).thoughts == []
    assert upstream.requests[-1].body["messages"][-1]["content"] == second
