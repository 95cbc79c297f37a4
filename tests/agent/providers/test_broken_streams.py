"""Answers that go wrong before they begin or in the middle: what came is kept, and the rest is said."""

from __future__ import annotations

import pytest

from tests.agent.providers.faults import KEY, SILENCE, Row, after_hel, cases, check
from tests.agent.providers.frames import Messages, Responses, chat, chat_error, chat_finish, chat_text, sse
from tests.agent.providers.upstream import Cut, Hang, Raw, Stream

AGAIN = "Try again in a moment."
TABLE = {
    # ── silence, and broken connections
    "silence": Row(
        does=lambda dialect: [Hang()],
        kind="timeout",
        says=rf"^No answer from .* for {SILENCE} s\. Try again\.$",
        retry=True,
    ),
    "silence of a model on this machine": Row(
        to=("ollama",), does=lambda dialect: [Hang()], kind="timeout", says="or choose a smaller model.$", retry=True
    ),
    "silence in the middle": Row(
        does=after_hel(Hang()), kind="timeout", says=rf"for {SILENCE} s\. Try again\.$", retry=True, text="Hel"
    ),
    "hung up at once": Row(does=lambda dialect: [Cut()], kind="cut", says="hung up without an answer", retry=True),
    "half a head": Row(
        does=lambda dialect: [Raw(b"HTTP/1.1 200 OK\r\ncontent-type: te"), Cut()],
        kind="cut",
        says="[Tt]ry again.$",
        retry=True,
    ),
    "cut in the middle": Row(
        does=after_hel(Cut()),
        kind="cut",
        says=r"^The connection to .* broke; the partial answer is kept\. Continue, or try again\.$",
        retry=True,
        text="Hel",
    ),
    "cut in the middle of a chunk": Row(
        does=after_hel(Raw(b"40\r\ndata: {"), Cut()), kind="cut", says="partial answer is kept", retry=True, text="Hel"
    ),
    "not HTTP": Row(
        does=lambda dialect: [Raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), Cut()],
        kind="no_server",
        says="does not speak like a model's server",
    ),
    # ── streams that go wrong
    "no end": Row(
        does=after_hel(), kind="incomplete", says="ended before it was complete; what came is kept", text="Hel"
    ),
    "no end, and no framing": Row(
        to=("chat",),
        does=lambda dialect: [Stream(framing="close"), chat_text("Hel")],
        kind="incomplete",
        says="ended before it was complete",
        text="Hel",
    ),
    "garbage": Row(
        does=after_hel(b"event: message_delta\ndata: {oops\n\n"),
        kind="unreadable",
        says="sent something unreadable; what came before it is kept. Continue, or try again.$",
        text="Hel",
    ),
    "bytes that are no text": Row(
        does=after_hel(b'event: x\ndata: {"a": "\xff\xfe"\n\n'), kind="unreadable", says="unreadable", text="Hel"
    ),
    "an error in the middle": Row(
        to=("chat",),
        does=after_hel(chat_error("Upstream of m-1 went away", 502)),
        kind="overloaded",
        says="is in trouble: Upstream of m-1 went away. Try again",
        retry=True,
        text="Hel",
    ),
    "an error with a reason in the middle": Row(
        to=("chat",),
        does=after_hel(chat_error("Token 99 is cursed", "odd")),
        kind="provider",
        says="reported an error: Token 99 is cursed.$",
        text="Hel",
    ),
    "an error as text in the middle": Row(
        to=("ollama",),
        does=after_hel(b'data: {"error": "unexpected EOF in model"}\n\n'),
        kind="provider",
        says="^Ollama reported an error: unexpected EOF in model.$",
        text="Hel",
    ),
    "an error in the place of a chunk": Row(
        to=("chat",),
        does=after_hel(sse({"object": "error", "message": "Boom in m-1", "type": "InternalServerError", "code": 500})),
        kind="overloaded",
        says="is in trouble: Boom in m-1. Try again",
        retry=True,
        text="Hel",
    ),
    "an error beside a choice": Row(
        to=("chat",),
        does=after_hel(chat({"content": ""}, "error", error={"code": 429, "message": "Rate limited"})),
        kind="rate_limited",
        says="too many requests",
        retry=True,
        text="Hel",
    ),
    "cut at the length": Row(
        to=("chat",), does=after_hel(chat_finish("length")), kind="length", says="Ask it to go on.$", text="Hel"
    ),
    "an error event, flat": Row(
        to=("responses",),
        does=after_hel(Responses().error("rate_limit_exceeded", "Please try again in 350ms.")),
        kind="rate_limited",
        says=AGAIN,
        retry=True,
        after=0.35,
        text="Hel",
    ),
    "an error event, nested": Row(
        to=("responses",),
        does=after_hel(Responses().error("server_error", f"Sorry about {KEY}.", nested=True)),
        kind="overloaded",
        says=AGAIN,
        retry=True,
        text="Hel",
    ),
    "the response failed": Row(
        to=("responses",),
        does=after_hel(Responses().failed("invalid_image", "The image at /tmp/x.png is broken.")),
        kind="provider",
        says="reported an error: The image at … is broken.$",
        text="Hel",
    ),
    "the response failed for want of credit": Row(
        to=("responses",),
        does=after_hel(Responses().failed("insufficient_quota", "You exceeded your current quota.")),
        kind="no_credit",
        says="no credit",
        text="Hel",
    ),
    "the response stayed incomplete": Row(
        to=("responses",),
        does=after_hel(Responses().incomplete("max_output_tokens")),
        kind="length",
        says="go on",
        text="Hel",
    ),
    "the response was filtered": Row(
        to=("responses",),
        does=after_hel(Responses().incomplete("content_filter")),
        kind="filtered",
        says="filter",
        text="Hel",
    ),
    "overloaded in the middle": Row(
        to=("anthropic",),
        does=after_hel(Messages().error("overloaded_error", "Overloaded")),
        kind="overloaded",
        says="^Anthropic is overloaded or out of order. Try again in a moment.$",
        retry=True,
        text="Hel",
    ),
    "out of order in the middle": Row(
        to=("anthropic",),
        does=after_hel(Messages().error("api_error", "Internal server error")),
        kind="overloaded",
        says=AGAIN,
        retry=True,
        text="Hel",
    ),
    "rate limit in the middle": Row(
        to=("anthropic",),
        does=after_hel(Messages().error("rate_limit_error", "Slow down")),
        kind="rate_limited",
        says=AGAIN,
        retry=True,
        text="Hel",
    ),
    "refused in the middle": Row(
        to=("anthropic",),
        does=after_hel(Messages().error("invalid_request_error", "messages.1: odd block")),
        kind="refused",
        says=r"refused the request: messages\.1: odd block\.$",
        text="Hel",
    ),
    "Anthropic's refusal": Row(
        to=("anthropic",),
        does=after_hel(
            *Messages().stop("refusal", details={"category": "cyber", "explanation": "It is about hacking"})
        ),
        kind="filtered",
        says="^The content filter at Anthropic declined: It is about hacking. Put it in other words.$",
        text="Hel",
    ),
    "Anthropic's length": Row(
        to=("anthropic",), does=after_hel(*Messages().stop("max_tokens")), kind="length", says="go on", text="Hel"
    ),
    "Anthropic's window": Row(
        to=("anthropic",),
        does=after_hel(*Messages().stop("model_context_window_exceeded")),
        kind="too_long",
        says="new session",
        text="Hel",
    ),
}


@pytest.mark.parametrize(("dialect", "row"), cases(TABLE))
async def test_what_came_before_is_kept(dialect: str, row: Row):
    await check(dialect, row)
