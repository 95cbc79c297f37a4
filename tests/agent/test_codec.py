"""Every event crosses JSON and comes back the same."""

import json
import typing
from dataclasses import MISSING, fields

import pytest

from agent.codec import NAMES, decode, encode
from agent.events import (
    EVENTS,
    Event,
    Failure,
    ForkedFrom,
    SessionCreated,
    ThoughtDelta,
    ThoughtEnd,
    TokenCount,
    TurnEnd,
)

SAMPLES = {
    "echo": {"vendor": "v", "data": {"a": [1, None]}},
    "marks": ((0, 1), (16, 4)),
    "attachments": ({"name": "a.png", "size": 3},),
    "choices": ("yes", "no"),
    "args": {"expression": "1+1", "deep": {"list": [1, None, "é"]}},
    "error": Failure(kind="x", message="It broke.", retry_after=2.5),
    "usage": TokenCount(input=0, output=7),
    "forked_from": ForkedFrom(session="s", event_id=9),
}


def sample(kind: type[Event], *, full: bool) -> Event:
    values: dict[str, object] = {"event_id": 3, "at": 1_800_000_000_000, "turn": "t1"}
    for name, hint in typing.get_type_hints(kind).items():
        field = next(f for f in fields(kind) if f.name == name)
        if name in values or not (full or field.default is MISSING):
            continue
        options = typing.get_args(hint)
        if name in SAMPLES:
            values[name] = SAMPLES[name]
        elif typing.get_origin(hint) is typing.Literal:
            values[name] = options[0]
        elif any(typing.get_origin(option) is typing.Literal for option in options):
            values[name] = typing.get_args(options[0])[0]
        else:
            values[name] = {str: "words “ö” 🙂", int: 5, float: 1.5, bool: False}[options[0] if options else hint]
    return kind(**values)


@pytest.mark.parametrize("full", [True, False], ids=["every field", "only what is needed"])
@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_an_event_comes_back_from_json_as_it_went(kind: type[Event], full: bool):
    event = sample(kind, full=full)
    assert decode(json.loads(json.dumps(encode(event)))) == event


def test_names_on_the_wire_are_noun_dot_verb():
    assert {NAMES[kind] for kind in EVENTS} >= {"thought.delta", "turn.end", "session.created", "message.withdrawn"}
    assert all(name.count(".") == 1 and name.islower() for name in NAMES.values())


def test_ids_are_spelt_in_camel_case_also_inside():
    created = encode(
        SessionCreated(event_id=1, at=2, title="x", model="m", forked_from=ForkedFrom(session="s", event_id=4))
    )
    assert created["eventId"] == 1
    assert created["forked_from"] == {"session": "s", "eventId": 4}


def test_what_is_listed_is_never_missing_unless_it_is_nothing():
    end = encode(ThoughtEnd(event_id=1, at=2, turn="t", thought="a", content="", ms=0))
    assert end["ok"] is True
    assert end["content"] == ""
    assert "marks" not in encode(ThoughtDelta(event_id=1, at=2, turn="t", thought="a", content="x"))


def test_a_field_from_the_future_is_passed_over_and_one_from_later_than_the_log_has_its_default():
    data = encode(TurnEnd(event_id=1, at=2, turn="t", reason="done"))
    del data["ms"]
    assert decode(data | {"mood": "fine"}) == TurnEnd(event_id=1, at=2, turn="t", reason="done", ms=0)


@pytest.mark.parametrize(
    "data", [{}, {"type": "no.such", "eventId": 1, "at": 1}, {"type": "turn.end", "at": 1}, {"type": []}]
)
def test_what_is_no_event_is_refused(data: dict[str, object]):
    with pytest.raises(ValueError, match="not an event"):
        decode(data)
