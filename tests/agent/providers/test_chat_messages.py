"""A conversation as chat completions are sent it."""

import base64

from agent.providers.attached import attached
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
from agent.providers.chat_messages import alternating, messages

US, THEM = "openai-chat:http://localhost/v1", "anthropic"


def asked(content: str, author: str = "owner") -> UserText:
    return UserText(author=author, content=content)


def call(id: str = "c1", vendor: str = US, **echo: object) -> ToolCall:
    return ToolCall(call=id, tool="add", args={"a": 1}, echo=Echo(vendor=vendor, data=echo) if echo else None)


def result(id: str = "c1") -> ToolResult:
    return ToolResult(call=id, tool="add", ok=True, content="4")


def sent(*parts: Part, system: str = "", **how: bool) -> list[dict]:
    return messages(Prompt(parts=parts, system=system), {}, US, **how)


CALL = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}


def test_a_step_is_one_message_and_its_results_follow():
    out = sent(
        asked("2+2?"),
        Reasoning(content="Hm."),
        AnswerText(content="Let me add."),
        call("c1"),
        call("c2"),
        result("c1"),
        result("c2"),
        AnswerText(content="Four."),
        asked("Thanks", author="Ada"),
        Note(kind="stopped", content="Stopped."),
        system="Be brief.",
    )
    assert out == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "2+2?"},
        {"role": "assistant", "content": "Let me add.", "tool_calls": [CALL, {**CALL, "id": "c2"}]},
        {"role": "tool", "tool_call_id": "c1", "content": "4"},
        {"role": "tool", "tool_call_id": "c2", "content": "4"},
        {"role": "assistant", "content": "Four."},
        {"role": "user", "content": "Ada: Thanks"},
        {"role": "user", "content": "(Note: Stopped.)"},
    ]


def test_there_is_never_a_message_with_nothing_in_it():
    out = sent(
        asked("Hi"), Reasoning(content="Hm."), Note(kind="cut", content="Cut."), AnswerText(content=""), asked("")
    )
    assert [message["role"] for message in out] == ["user", "user"]


def test_calls_alone_have_an_empty_content():
    assert sent(call(), result())[0] == {"role": "assistant", "content": "", "tool_calls": [CALL]}


def test_thoughts_go_back_to_the_server_that_wants_them():
    out = sent(asked("?"), Reasoning(content="Hm."), call(thoughts="reasoning_content"), result())
    assert out[1] == {"role": "assistant", "content": "", "tool_calls": [CALL], "reasoning_content": "Hm."}


def test_once_a_server_has_sent_thoughts_every_call_has_a_field_for_them():
    out = sent(
        call("c1"),
        result("c1"),
        call("c2", thoughts="reasoning_content"),
        result("c2"),
        call("c3"),
        result("c3"),
        AnswerText(content="Four."),
    )
    fields = [message.get("reasoning_content") for message in out if message["role"] == "assistant"]
    assert fields == [None, "", "", None]
    padded = sent(call("c1"), result("c1"), padded=True)
    assert padded[0]["reasoning_content"] == ""


def test_thoughts_stay_here_where_the_server_refused_them():
    out = sent(
        Reasoning(content="Hm."), call(thoughts="reasoning", message={"x": 1}), result(), thoughts=False, padded=True
    )
    assert out[0] == {"role": "assistant", "content": "", "tool_calls": [CALL]}


def test_what_only_the_server_knows_goes_back_to_it_and_to_nobody_else():
    echo = {"message": {"reasoning_details": [{"data": "x"}]}, "call": {"extra_content": {"signature": "s"}}}
    [ours, _] = sent(call(**echo), result())
    assert ours["reasoning_details"] == [{"data": "x"}]
    assert ours["tool_calls"] == [{**CALL, "extra_content": {"signature": "s"}}]
    [theirs, _] = sent(call(vendor=THEM, thoughts="reasoning_content", **echo), result())
    assert theirs == {"role": "assistant", "content": "", "tool_calls": [CALL]}
    answered = AnswerText(content="Four.", echo=Echo(vendor=US, data={"message": echo["message"]}))
    assert sent(answered)[0]["reasoning_details"] == [{"data": "x"}]


async def test_files_come_along():
    files = {"i": b"png", "f": b"pdf"}
    attachments = (
        Attachment(id="i", name="a.png", media_type="image/png", size=3),
        Attachment(id="f", name="b.pdf", media_type="application/pdf", size=3),
    )
    prompt = Prompt(parts=(UserText(author="owner", content="See", attachments=attachments),), read=files.__getitem__)
    [message] = messages(prompt, await attached(prompt), US)
    pdf = "data:application/pdf;base64," + base64.b64encode(b"pdf").decode()
    assert message["content"] == [
        {"type": "text", "text": "See"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64," + base64.b64encode(b"png").decode()}},
        {"type": "file", "file": {"filename": "b.pdf", "file_data": pdf}},
    ]


def test_where_roles_must_alternate_neighbours_are_joined():
    image = {"type": "image_url", "image_url": {"url": "data:"}}
    out = alternating(
        [
            {"role": "user", "content": "a"},
            {"role": "user", "content": "b"},
            {"role": "assistant", "content": "", "tool_calls": [1]},
            {"role": "tool", "content": "x"},
            {"role": "tool", "content": "y"},
            {"role": "assistant", "content": "c"},
            {"role": "assistant", "content": "d", "tool_calls": [2]},
            {"role": "user", "content": [image]},
            {"role": "user", "content": "e"},
        ]
    )
    assert out == [
        {"role": "user", "content": "a\n\nb"},
        {"role": "assistant", "content": "", "tool_calls": [1]},
        {"role": "tool", "content": "x"},
        {"role": "tool", "content": "y"},
        {"role": "assistant", "content": "c\n\nd", "tool_calls": [2]},
        {"role": "user", "content": [image, {"type": "text", "text": "e"}]},
    ]


def test_a_longer_conversation_begins_as_the_shorter_one_did():
    steps: list[list[Part]] = [
        [asked("2+2?")],
        [call("c1"), result("c1")],
        [Reasoning(content="Hm."), call("c2", thoughts="reasoning_content"), result("c2")],
        [asked("Quick!", author="Ada")],
        [AnswerText(content="Fo"), Note(kind="stopped", content="Stopped.")],
        [asked("Again")],
        [call("c3", vendor=THEM, x=1), call("c4"), result("c3"), result("c4")],
        [Reasoning(content="Hm."), Note(kind="cut", content="Cut.")],
        [asked("Well?")],
    ]
    parts: list[Part] = []
    before: list[dict] = []
    for step in steps:
        parts += step
        now = sent(*parts, system="Be brief.")
        assert now[: len(before)] == before
        before = now


def test_a_tool_that_a_model_made_up_is_spelt_as_servers_take_it():
    for made_up, spelt in (("functions.add:0", "functions_add_0"), ("", "tool"), ("a\0" * 50, "a_" * 32)):
        (message,) = sent(ToolCall(call="c1", tool=made_up, args={}))
        assert message["tool_calls"][0]["function"]["name"] == spelt
