"""What a client says is understood, or it is told in one sentence why not."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.errors import BadRequest
from pages.api.incoming import (
    INCOMING,
    READERS,
    Clear,
    Interrupt,
    Message,
    Pong,
    Reply,
    Said,
    Typing,
    Withdraw,
    framed,
    parse,
)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        ({"type": "message", "content": "why?"}, Message(content="why?")),
        (
            {"type": "message", "content": "why?", "intent": "steer", "id": "m1", "attachments": ["f1", "f2"]},
            Message(content="why?", intent="steer", id="m1", attachments=("f1", "f2")),
        ),
        ({"type": "message", "attachments": ["f1"]}, Message(content="", attachments=("f1",))),
        ({"type": "message", "content": "why?", "id": None, "intent": None, "x": {}}, Message(content="why?")),
        ({"type": "message", "content": "half \ud83d"}, Message(content="half \ufffd")),
        ({"type": "interrupt"}, Interrupt()),
        ({"type": "withdraw", "message": "m1"}, Withdraw(message="m1")),
        ({"type": "clear", "content": 5}, Clear()),
        ({"type": "reply", "ask": "a", "content": "yes"}, Reply(ask="a", content="yes")),
        ({"type": "reply", "ask": "a", "allow": False}, Reply(ask="a", allow=False)),
        ({"type": "typing"}, Typing()),
        ({"type": "pong"}, Pong()),
    ],
    ids=lambda value: "" if isinstance(value, dict) else repr(value)[:40],
)
def test_a_frame_is_understood(frame: dict[str, Any], said: Said):
    assert parse(json.dumps(frame)) == said
    assert parse("\n " + json.dumps(frame, indent=1)) == said


NO_OBJECT = (
    'That is not a JSON object. Send one with a type, such as {"type": "message", "content": "Why is the sky blue?"}.'
)
THERE_ARE = "There are: message, interrupt, withdraw, clear, reply, typing, pong."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", NO_OBJECT),
        ("why?", NO_OBJECT),
        ('["type"]', NO_OBJECT),
        ('{"type": "message"', NO_OBJECT),
        ('{"type": "clear"} {"type": "clear"}', NO_OBJECT),
        ('{"type":' + '{"a":' * 200_000, NO_OBJECT),
        ('{"type":' + "[" * 200_000 + "]" * 200_000 + "}", NO_OBJECT),
        ('{"type":' + "9" * 10_000 + "}", NO_OBJECT),
        ("{}", f"That frame has no type. {THERE_ARE}"),
        ('{"type": 5}', f"The type of a frame is a text, not a number. {THERE_ARE}"),
        ('{"type": null}', f"The type of a frame is a text, not nothing. {THERE_ARE}"),
        ('{"type": "mesage"}', f"There is no frame of the type “mesage”. {THERE_ARE}"),
        ('{"type": "\\ud83d"}', f"There is no frame of the type sent. {THERE_ARE}"),
        ('{"type": "message"}', "A message needs content: a text."),
        ('{"type": "message", "content": ["a"]}', "The content of a message is a text, not a list."),
        (
            '{"type": "message", "content": "a\\u0000"}',
            "The content of a message has a NUL character in it. Take it out.",
        ),
        (
            '{"type": "message", "content": "a", "intent": "shout"}',
            "The intent of a message is queue, steer or interrupt, not “shout”.",
        ),
        (
            '{"type": "message", "content": "a", "intent": {}}',
            "The intent of a message is queue, steer or interrupt, not an object.",
        ),
        (
            '{"type": "message", "content": "a", "id": ""}',
            "The id of a message: an id has 1 to 200 printable characters.",
        ),
        (
            '{"type": "message", "content": "a", "id": "\\ud83d"}',
            "The id of a message: an id has 1 to 200 printable characters.",
        ),
        ('{"type": "message", "content": "a", "id": 7}', "The id of a message is a text, not a number."),
        (
            '{"type": "message", "content": "a", "attachments": "f1"}',
            "The attachments of a message are a list of ids, each of them a text.",
        ),
        (
            '{"type": "message", "content": "a", "attachments": [1]}',
            "The attachments of a message are a list of ids, each of them a text.",
        ),
        ('{"type": "withdraw"}', "A withdraw needs message: an id."),
        ('{"type": "reply", "content": "a"}', "A reply needs ask: an id."),
        ('{"type": "reply", "ask": "a"}', "A reply has either content, to a question, or allow, to an approval."),
        (
            '{"type": "reply", "ask": "a", "content": "b", "allow": true}',
            "A reply has either content, to a question, or allow, to an approval.",
        ),
        ('{"type": "reply", "ask": "a", "allow": 1}', "The allow of a reply is true or false, not a number."),
    ],
    ids=lambda value: value[:50],
)
def test_a_mistake_is_told_in_one_sentence(text: str, sentence: str):
    with pytest.raises(BadRequest) as told:
        parse(text)
    assert told.value.message == sentence
    assert told.value.kind == "bad_request"


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("Why is the sky blue?", False),
        ("{curly} thoughts", False),
        ('{"content": "no type"}', False),
        ('["type"]', False),
        ('"type"', False),
        ("", False),
        ('{"type": "message", "content": "a"}', True),
        ('{"type": 5}', True),
        (' {"type": "unheard of"}', True),
    ],
)
def test_a_bare_prompt_is_told_from_a_frame(text: str, frame: bool):
    assert framed(text) is frame


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = sorted({name for shape in INCOMING for name in [*shape.fields, *shape.optional]})
FRAMES = st.dictionaries(st.sampled_from(["type", *FIELDS]), VALUES | st.sampled_from([*READERS, "steer"]), max_size=5)


@settings(max_examples=400, deadline=None)
@given(st.text(st.characters(), max_size=60) | FRAMES.map(json.dumps) | st.binary(max_size=40).map(repr))
def test_nothing_that_is_sent_does_any_harm(text: str):
    try:
        outcome = parse(text)
    except BadRequest as error:
        outcome = error.message
    if isinstance(outcome, str):
        assert outcome.endswith(".")
        assert 10 < len(outcome.encode()) < 400
    else:
        assert framed(text)
        assert repr(outcome).encode()


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(INCOMING), st.data())
def test_whatever_the_catalogue_allows_is_understood(shape: Any, data: st.DataObject):
    """But for what no schema says: a reply has one of two fields, and no text has a NUL."""
    schema = shape.schema()
    values = {"content": st.text(), "allow": st.booleans(), "intent": st.sampled_from(["queue", "steer", "interrupt"])}
    ids = st.text("abc-_ é🙂", min_size=1, max_size=30)
    values |= {"id": ids, "message": ids, "ask": ids, "attachments": st.lists(ids)}
    may = [name for name in shape.optional if data.draw(st.booleans())]
    chosen = [*shape.fields, *may]
    if shape.type == "reply":
        chosen = ["ask", data.draw(st.sampled_from(["content", "allow"]))]
    frame = {"type": shape.type, **{name: data.draw(values[name]) for name in chosen}}
    jsonschema_rs.validate(schema, frame)
    if "\0" not in str(frame.get("content", "")):
        assert type(parse(json.dumps(frame))).__name__.lower() == shape.type


def test_the_catalogue_and_the_parser_know_the_same_frames():
    assert [shape.type for shape in INCOMING] == list(READERS)
