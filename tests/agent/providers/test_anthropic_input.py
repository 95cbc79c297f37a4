"""A prompt as Anthropic's messages: what goes back, in which order, and that nothing sent is ever changed."""

from __future__ import annotations

import random
import threading
from base64 import b64encode
from typing import Any

import pytest

from agent.errors import NotFound
from agent.providers.anthropic_input import estimate, files_of, messages, seals
from agent.providers.base import (
    AnswerText,
    Attachment,
    Echo,
    Note,
    Part,
    Prompt,
    Reasoning,
    ToolCall,
    ToolResult,
    UserText,
)
from tests.agent.providers.strict import odd

CLAUDE = "anthropic:https://api.anthropic.com:claude-sonnet-5-5"


def said(*parts: Part, **more: Any) -> list[dict[str, Any]]:
    return messages(parts, vendor=CLAUDE, **more)


def user(content: str = "Why?", author: str = "owner", *files: Attachment) -> UserText:
    return UserText(author=author, content=content, attachments=files)


def thought(text: str = "Hm.", seal: str = "s1", vendor: str = CLAUDE) -> Reasoning:
    block = {"type": "thinking", "thinking": text, "signature": seal}
    return Reasoning(content=text, echo=Echo(vendor=vendor, data={"content": [block]}))


def call(id: str = "c1", tool: str = "add", **args: Any) -> ToolCall:
    return ToolCall(call=id, tool=tool, args=args)


def result(id: str = "c1", content: str = "3", *, ok: bool = True) -> ToolResult:
    return ToolResult(call=id, tool="add", ok=ok, content=content)


def text(content: str) -> dict[str, str]:
    return {"type": "text", "text": content}


def test_a_step_with_tools_goes_back_as_it_was():
    assert said(user("1 + 2?"), thought("Add."), call(a=1, b=2), result(), AnswerText(content="3.")) == [
        {"role": "user", "content": [text("1 + 2?")]},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Add.", "signature": "s1"},
                {"type": "tool_use", "id": "c1", "name": "add", "input": {"a": 1, "b": 2}},
            ],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "3"}]},
        {"role": "assistant", "content": [text("3.")]},
    ]


def test_what_people_say_in_a_row_is_one_message_and_says_who_it_was():
    assert said(user("Hello"), user("Me, too", "Ada"), Note(kind="continue", content="Go on.")) == [
        {"role": "user", "content": [text("Hello"), text("Ada: Me, too"), text("(Note: Go on.)")]}
    ]


def test_results_come_before_what_was_said_meanwhile():
    late = said(user(), call("c1"), call("c2"), result("c1"), result("c2", "no", ok=False), user("Stop"))[-1]
    assert late["content"] == [
        {"type": "tool_result", "tool_use_id": "c1", "content": "3"},
        {"type": "tool_result", "tool_use_id": "c2", "content": "no", "is_error": True},
        text("Stop"),
    ]
    early = said(user(), call(), user("Stop"), result())[-1]
    assert [block["type"] for block in early["content"]] == ["tool_result", "text"]


def test_nothing_empty_is_sent():
    sent = said(user("  "), AnswerText(content="\n"), call(), result(content=""))
    assert sent[0]["content"] == [text("(Note: The message was empty.)")]
    assert [block["type"] for block in sent[1]["content"]] == ["tool_use"]
    assert sent[2]["content"][0]["content"].strip()


def test_a_conversation_whose_beginning_is_gone_still_begins_with_the_person():
    sent = said(AnswerText(content="… so that is that."), user("Thanks"))
    assert [message["role"] for message in sent] == ["user", "assistant", "user"]
    assert "left out" in sent[0]["content"][0]["text"]


def test_what_another_model_thought_is_not_sent():
    sent = said(user(), thought(vendor="openai:x"), Reasoning(content="Mine."), AnswerText(content="So."), user())
    assert sent[1]["content"] == [text("So.")]


def test_a_stopped_answer_goes_back_as_far_as_it_was_seen():
    sent = said(user(), thought(), AnswerText(content="Because"), Note(kind="stopped", content="Stopped."), user("Go"))
    assert [block["type"] for block in sent[1]["content"]] == ["thinking", "text"]
    assert sent[2]["content"] == [text("(Note: Stopped.)"), text("Go")]


def test_a_thought_on_which_nothing_followed_is_not_the_end_of_a_message():
    sent = said(user(), thought(), Note(kind="stopped", content="Stopped."), user("Go"))
    assert sent == [{"role": "user", "content": [text("Why?"), text("(Note: Stopped.)"), text("Go")]}]
    sent = said(user(), thought(), call(), thought(seal="s2"), result())
    assert [block["type"] for block in sent[1]["content"]] == ["thinking", "tool_use"]


def test_a_message_that_goes_on_after_a_pause_is_unchanged():
    search = {"type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": {"query": "x"}}
    kept = AnswerText(content="", echo=Echo(vendor=CLAUDE, data={"content": [search]}))
    assert said(user(), thought(), kept)[-1] == {
        "role": "assistant",
        "content": [{"type": "thinking", "thinking": "Hm.", "signature": "s1"}, search],
    }


def test_an_answer_with_sources_goes_back_with_them():
    block = {"type": "text", "text": "So.", "citations": [{"url": "https://example.org"}]}
    answer = AnswerText(content="So.", echo=Echo(vendor=CLAUDE, data={"content": [block]}))
    assert said(user(), answer, user())[1]["content"] == [block]
    other = AnswerText(content="So.", echo=Echo(vendor="another", data={"content": [block]}))
    assert said(user(), other, user())[1]["content"] == [text("So.")]


def test_calls_of_other_vendors_get_ids_that_are_allowed_and_their_own():
    sent = said(
        user(), call("call:1"), result("call:1"), call("call:1"), result("call:1"), call("call_1"), result("call_1")
    )
    ids = [message["content"][0]["id"] for message in sent if message["role"] == "assistant"]
    results = [message["content"][0]["tool_use_id"] for message in sent[2::2]]
    assert ids == results == ["call_1", "call_1-2", "call_1-3"]


def test_a_tool_that_never_was_is_named_as_names_may_be():
    sent = said(user(), call(tool="functions.add"), result(), call("c2", ""), result("c2"))
    assert [m["content"][0]["name"] for m in sent if m["role"] == "assistant"] == ["functions_add", "tool"]


def test_thoughts_that_the_server_refused_are_left_out_and_later_ones_are_not():
    parts = (user(), thought(seal="old"), call(), result(), thought(seal="new"), AnswerText(content="3."), user())
    assert seals(parts, CLAUDE) == {"old", "new"}
    sent = said(*parts, left_out={"old"})
    assert [block["type"] for block in sent[1]["content"]] == ["tool_use"]
    assert [block["type"] for block in sent[3]["content"]] == ["thinking", "text"]


PNG = Attachment(id="f1", name="sky.png", media_type="image/png", size=3)
PDF = Attachment(id="f2", name="law.pdf", media_type="application/pdf", size=3)
TXT = Attachment(id="f3", name="a.csv", media_type="text/csv", size=3)
ZIP = Attachment(id="f4", name="b.zip", media_type="application/zip", size=3)
GONE = Attachment(id="f5", name="gone.png", media_type="image/png", size=3)


async def test_files_come_before_the_words_about_them_and_are_read_beside_the_loop():
    threads: list[int] = []

    def read(id: str) -> bytes:
        threads.append(threading.get_ident())
        if id == "f5":
            raise NotFound("That file is not here any more.")
        return {"f1": b"png", "f2": b"pdf", "f3": b"1,2", "f4": b"\xff\xfe"}[id]

    parts = (user("What is this?", "owner", PNG, PDF, TXT, ZIP, GONE),)
    files = await files_of(Prompt(parts=parts, read=read))
    image, document, table, archive, gone, words = said(*parts, files=files)[0]["content"]
    b64 = {"type": "base64", "media_type": "image/png", "data": b64encode(b"png").decode()}
    assert image == {"type": "image", "source": b64}
    assert document["source"]["media_type"] == "application/pdf"
    assert document["title"] == "law.pdf"
    assert "1,2" in table["text"]
    assert "a.csv" in table["text"]
    assert "b.zip" in archive["text"]
    assert "gone.png" in gone["text"]
    assert words == text("What is this?")
    assert threading.get_ident() not in threads


async def test_an_image_without_words_is_a_message():
    files = await files_of(Prompt(parts=(user("", "owner", PNG),), read=lambda id: b"png"))
    assert [block["type"] for block in said(user("", "owner", PNG), files=files)[0]["content"]] == ["image"]


def test_the_estimate_is_a_quarter_of_the_characters_and_not_the_size_of_pictures():
    assert estimate(text("x" * 4_000)) == pytest.approx(1_000, rel=0.05)
    source = {"type": "base64", "media_type": "image/png", "data": "x" * 4_000_000}
    assert estimate([{"type": "image", "source": source}]) < 2_000


def blocks(sent: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    return [(message["role"], block) for message in sent for block in message["content"]]


@pytest.mark.parametrize("seed", range(60))
def test_a_longer_prompt_begins_with_the_shorter_ones_and_all_of_them_are_taken(seed: int):
    """A conversation is grown turn by turn, as a session does it; what was sent before is never changed."""
    dice = random.Random(seed)
    parts: list[Part] = []
    before: list[tuple[str, Any]] = []
    number = 0
    for _ in range(12):
        parts.append(user(dice.choice(["Why?", " ", "And\nthen?"]), dice.choice(["owner", "Ada"])))
        for _ in range(dice.randrange(1, 4)):
            sent = said(*parts)
            body = {"model": "m", "stream": True, "max_tokens": 1, "messages": sent}
            headers = {"content-type": "application/json", "authorization": "x"}
            assert odd("POST", "/v1/messages", headers, body, ("/v1/messages",)) == []
            assert blocks(sent)[: len(before)] == before
            before = blocks(sent)
            for _ in range(dice.randrange(3)):
                number += 1
                parts.append(thought(f"Thought {number}", f"seal {number}", dice.choice([CLAUDE, CLAUDE, "another"])))
            if dice.random() < 0.5:
                parts.append(AnswerText(content=dice.choice(["So.", "  ", "It is *so*.\n"])))
            if dice.random() < 0.3:
                parts.append(Note(kind="stopped", content="Stopped."))
                break
            called = [f"call.{dice.randrange(4)}.{index}" for index in range(dice.randrange(3))]
            parts += [call(id, n=number) for id in called]
            parts += [result(id, dice.choice(["", "3"]), ok=dice.random() < 0.7) for id in called]
            if not called:
                break
        else:
            parts.append(Note(kind="cut", content="Out of steps."))
