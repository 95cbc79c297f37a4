"""A conversation as the Responses API is sent it."""

import base64
import re

import pytest

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
    no_files,
)
from agent.providers.responses_input import items

US, THEM = "openai-responses:https://api.openai.com/v1:gpt", "anthropic"


def echo(type: str, id: str, vendor: str = US, **data: object) -> Echo:
    return Echo(vendor=vendor, data={"type": type, "id": id, **data})


def asked(content: str, author: str = "owner") -> UserText:
    return UserText(author=author, content=content)


def thought(vendor: str = US, id: str = "rs_1") -> Reasoning:
    return Reasoning(content="Hm.", echo=echo("reasoning", id, vendor, summary=[], encrypted_content="x"))


def answer(content: str = "Four.", vendor: str = US) -> AnswerText:
    content_ = [{"type": "output_text", "text": content}]
    return AnswerText(content=content, echo=echo("message", "msg_1", vendor, role="assistant", content=content_))


def call(vendor: str = US, id: str = "c1") -> ToolCall:
    data = {"call_id": id, "name": "add", "arguments": '{"a":1}'}
    return ToolCall(call=id, tool="add", args={"a": 1}, echo=echo("function_call", "fc_1", vendor, **data))


def result(id: str = "c1", ok: bool = True, content: str = "4") -> ToolResult:
    return ToolResult(call=id, tool="add", ok=ok, content=content)


def sent(*parts: Part, vendor: str = US) -> list[dict]:
    return items(Prompt(parts=parts), {}, vendor)


def short(out: list[dict]) -> list[str]:
    """`reasoning rs_1`, `message owner`: which items, and whether they kept their ids."""
    return [f"{item['type']} {item.get('id') or item.get('role') or ''}".strip() for item in out]


def test_what_it_said_goes_back_as_it_said_it():
    out = sent(asked("2+2?"), thought(), call(), result(), thought(id="rs_2"), answer())
    assert out == [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "2+2?"}]},
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"},
        {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "add", "arguments": '{"a":1}'},
        {"type": "function_call_output", "call_id": "c1", "output": "4"},
        {"type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": "x"},
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Four."}],
        },
    ]


def test_what_another_vendor_said_goes_in_plain_words_and_its_thoughts_stay_there():
    out = sent(asked("2+2?"), thought(THEM), call(THEM), result(ok=False, content="No."), answer(vendor=THEM))
    assert out[1:] == [
        {"type": "function_call", "call_id": "c1", "name": "add", "arguments": '{"a": 1}'},
        {"type": "function_call_output", "call_id": "c1", "output": "No."},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Four."}]},
    ]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        pytest.param([thought(), AnswerText(content="Fo")], ["message assistant"], id="the answer was cut"),
        pytest.param([thought()], [], id="it only thought"),
        pytest.param([thought(), thought(id="rs_2"), call()], ["reasoning rs_1", "reasoning rs_2", "fc"], id="twice"),
        pytest.param([thought(), Reasoning(content="Hm"), call()], ["function_call"], id="a thought was cut"),
        pytest.param([Reasoning(content="Verify."), thought(), call()], ["reasoning rs_1", "fc"], id="a word before"),
        pytest.param([thought(THEM), answer()], ["message assistant"], id="an answer without its thought"),
        pytest.param([thought(), answer(), thought(id="rs_2")], ["reasoning rs_1", "message msg_1"], id="one too many"),
        pytest.param([thought(), answer(), call()], ["reasoning rs_1", "message msg_1", "fc"], id="all of it"),
        pytest.param([AnswerText(content="")], [], id="nothing"),
    ],
)
def test_a_thought_goes_back_only_with_what_it_led_to(step: list[Part], expected: list[str]):
    results = [result(part.call) for part in step if isinstance(part, ToolCall)]
    out = sent(asked("2+2?"), *step, *results, asked("So?"))
    names = [name for name in short(out)[1:-1] if name != "function_call_output"]
    assert names == [name.replace("fc", "function_call fc_1") if name == "fc" else name for name in expected]


def test_people_are_told_apart_and_notes_are_nobodys():
    out = sent(asked("Hi"), asked("Me too", author="Ada"), Note(kind="stopped", content="Stopped."))
    assert [(item["role"], item["content"][0]["text"]) for item in out] == [
        ("user", "Hi"),
        ("user", "Ada: Me too"),
        ("developer", "Stopped."),
    ]


def test_a_call_is_known_by_the_id_that_the_session_gave_it():
    renamed = ToolCall(call="call_7", tool="add", args={}, echo=call().echo)
    assert sent(renamed, result("call_7"))[0]["call_id"] == "call_7"
    assert call().echo.data["call_id"] == "c1"  # what is kept stays as it was


async def test_files_come_along():
    files = {"i": b"png", "f": b"pdf", "t": "Grüße".encode()}
    attachments = (
        Attachment(id="i", name="a.png", media_type="image/png", size=3),
        Attachment(id="f", name="b.pdf", media_type="application/pdf", size=3),
        Attachment(id="t", name="c.txt", media_type="text/plain; charset=utf-8", size=3),
    )
    prompt = Prompt(parts=(UserText(author="Ada", content="See", attachments=attachments),), read=files.__getitem__)
    [message] = items(prompt, await attached(prompt), US)
    assert message["content"] == [
        {"type": "input_text", "text": "Ada: See"},
        {
            "type": "input_image",
            "detail": "auto",
            "image_url": "data:image/png;base64," + base64.b64encode(b"png").decode(),
        },
        {
            "type": "input_file",
            "filename": "b.pdf",
            "file_data": "data:application/pdf;base64," + base64.b64encode(b"pdf").decode(),
        },
        {"type": "input_text", "text": "The file c.txt:\n\nGrüße"},
    ]


async def test_a_file_that_is_gone_is_said_to_be_gone():
    gone = Attachment(id="i", name="a.png", media_type="image/png", size=3)
    prompt = Prompt(parts=(UserText(author="owner", content="", attachments=(gone,)),), read=no_files)
    [message] = items(prompt, await attached(prompt), US)
    assert message["content"] == [{"type": "input_text", "text": "(The file a.png is not here any more.)"}]


def test_a_longer_conversation_begins_as_the_shorter_one_did():
    steps: list[list[Part]] = [
        [asked("2+2?")],
        [thought(), call(), result()],
        [asked("Quick!", author="Ada")],
        [thought(THEM), call(THEM, "c2"), call(THEM, "c3"), result("c2"), result("c3")],
        [thought(), AnswerText(content="Fo"), Note(kind="stopped", content="Stopped.")],
        [asked("Again")],
        [Reasoning(content="Verify."), thought(), answer()],
        [Note(kind="continue", content="Go on.")],
        [thought(), Note(kind="cut", content="Cut.")],
        [asked("Well?")],
    ]
    parts: list[Part] = []
    before: list[dict] = []
    for step in steps:
        parts += step
        now = sent(*parts)
        assert now[: len(before)] == before
        assert now == sent(*parts)
        before = now


def test_calls_of_another_vendor_are_spelt_as_openai_takes_them():
    ids = ["x" * 64, "y" * 65, "y" * 66]
    calls = [ToolCall(call=id, tool="functions.add\0:0" + "z" * 99, args={}) for id in ids]
    out = sent(asked("2+2?"), *calls, *(result(id) for id in ids))
    assert [item["call_id"] for item in out[1:4]] == [item["call_id"] for item in out[4:]]
    assert len({item["call_id"] for item in out[1:]}) == 3
    assert all(len(item["call_id"]) <= 64 for item in out[1:])
    assert out[1]["call_id"] == ids[0]
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", item["name"]) for item in out[1:4])
