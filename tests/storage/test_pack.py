from __future__ import annotations

import random
from dataclasses import fields, replace

import pytest

from agent.codec import encode
from agent.events import ThoughtDelta, ThoughtEnd
from storage.coding import dumps, loads
from storage.pack import pack, texts, unpack

from .turns import anything, turn


@pytest.mark.parametrize("seed", range(400))
def test_whatever_was_packed_comes_back_exactly(seed: int) -> None:
    events = anything(random.Random(seed))
    assert unpack(loads(dumps(pack(events)))) == events


def test_a_turn_is_packed_in_half_the_room_of_its_lines_and_has_no_text_twice() -> None:
    events = turn(answer="The tram leaves at noon. " * 100, deltas=150)
    packed = dumps(pack(events))
    assert packed.count(b"The tram leaves at noon. " * 100) == 1
    assert packed.count(b"The tram") == 100
    assert len(packed) < sum(len(dumps(encode(event))) for event in events) / 4


def test_deltas_that_say_something_else_than_the_end_keep_their_own_words() -> None:
    events = turn(answer="as it was said")
    end = next(event for event in events if isinstance(event, ThoughtEnd))
    events[events.index(end)] = replace(end, content="put in other words")
    assert unpack(loads(dumps(pack(events)))) == events


def test_a_thought_that_never_ended_is_kept() -> None:
    events = [event for event in turn() if not isinstance(event, ThoughtEnd)][:-1]
    assert isinstance(events[-1], ThoughtDelta)
    assert unpack(loads(dumps(pack(events)))) == events


def test_events_with_a_gap_in_their_numbers_are_refused() -> None:
    events = turn()
    with pytest.raises(ValueError, match="stands where"):
        pack([*events[:3], *events[4:]])


def test_a_delta_has_no_field_that_packing_would_lose() -> None:
    assert {field.name for field in fields(ThoughtDelta)} == {"event_id", "at", "turn", "thought", "content", "marks"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: packed.pop("rows"),
        lambda packed: packed["rows"].pop(),
        lambda packed: packed["rows"].append(["nobody", 1, 5]),
        lambda packed: packed["rows"].append(["odd", 1]),
        lambda packed: next(row for row in packed["rows"] if isinstance(row, list)).__setitem__(2, 99),
        lambda packed: packed["rows"].append({"type": "no.such"}),
        lambda packed: packed.update(rows=7),
    ],
)
def test_something_else_than_a_packed_turn_is_a_value_error(damage) -> None:
    packed = pack(turn())
    damage(packed)
    with pytest.raises(ValueError, match=r"packed|event|argument|text"):
        unpack(packed)


def test_a_search_sees_what_was_said_and_nothing_else() -> None:
    said = list(texts(pack(turn(question="why trams?", answer="rails"))))
    assert said == ["why trams?", "rails"]
