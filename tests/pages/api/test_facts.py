"""What must be known of earlier events is found from anywhere, and a live turn is read once."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from agent.chance import Chance
from agent.events import Event, ThoughtDelta, ThoughtEnd, ThoughtStart, TurnEnd, TurnProgressed, TurnStart
from agent.log import Log, Memory, Past, joined
from agent.transcript import Turn, fold
from pages.api.facts import KEPT, Facts
from tests.pages.api.stories import a_session, log_of
from tests.storage.turns import numbered, turn


class Counted(Log):
    """Counts the events that are read of it."""

    read = 0

    def between(self, cursor: int, upto: int) -> Sequence[Event]:
        events = super().between(cursor, upto)
        self.read += len(events)
        return events


def counted(events: Sequence[Event], settled: int = 0) -> Counted:
    return Counted(Memory(), Chance().clock, past=Past(events[:settled]), kept=events[settled:])


@pytest.mark.parametrize("seed", range(40))
def test_it_says_what_the_transcript_says(seed: int):
    events = a_session(seed)
    facts = Facts(log_of(events))
    dice = random.Random(seed)
    for event in dice.sample(events, len(events)):
        folded = fold(events[: event.event_id])
        running = next((t for t in folded.turns if isinstance(t, Turn) and t.id == event.turn), None)
        assert facts.percent(event) == (running.percent if running and event.turn else 0)
        if isinstance(event, ThoughtDelta | ThoughtEnd) and running:
            start = facts.thought(event)
            kind = next(thought.kind for thought in running.thoughts if thought.id == event.thought)
            assert start is not None
            assert (start.kind, start.thought) == (kind, event.thought)
        if isinstance(event, TurnEnd) and running:
            assert facts.answer(event) == running.answer


def a_long_turn(deltas: int) -> list[Event]:
    return numbered(
        [
            *turn(),
            TurnStart(turn="long", by="ada", model="m"),
            TurnProgressed(turn="long", percent=7),
            ThoughtStart(turn="long", thought="h", kind="answer"),
            *(ThoughtDelta(turn="long", thought="h", content=f"{n} ") for n in range(deltas)),
            ThoughtEnd(turn="long", thought="h", content="whole", ms=1),
            TurnEnd(turn="long", reason="done"),
        ]
    )


@pytest.mark.parametrize("settled", [0, 9, 3000, 5000])
def test_a_reader_that_comes_late_into_a_long_turn_is_told_its_kind_after_one_look_back(settled: int):
    events = a_long_turn(5000)
    log = counted(events, settled)
    facts = Facts(log)
    for event in events[-20:]:
        if isinstance(event, ThoughtDelta):
            start = facts.thought(event)
            assert start is not None
            assert start.kind == "answer"
        assert facts.percent(event) == 7
    assert log.read < 4 * len(events)
    near = counted(events, settled)
    assert Facts(near).percent(events[30]) == 7
    assert near.read < 200


def test_a_live_turn_is_read_once_whether_it_is_told_of_or_asked_for():
    events = a_long_turn(2000)
    for tell in (True, False):
        log = counted([])
        facts = Facts(log)
        for event in events:
            event = log.append(event)
            if tell:
                facts.learn([event])
            elif isinstance(event, ThoughtDelta):
                assert facts.thought(event) is not None
        assert log.read <= len(events) + 64


def test_what_was_told_of_is_not_looked_for_again():
    events = a_long_turn(300)
    log = counted(events)
    facts = Facts(log)
    facts.learn(joined(events))
    log.read = 0
    assert [facts.percent(event) for event in events[-300:]] == [7] * 300
    end = events[-1]
    assert isinstance(end, TurnEnd)
    assert facts.answer(end) == "whole"
    assert log.read == 0


def test_it_keeps_a_few_turns_however_many_are_read():
    events: list[Event] = []
    for _ in range(100):
        events += turn(len(events) + 1, thoughts=2)
    facts = Facts(log_of(events))
    ends = [event for event in events if isinstance(event, TurnEnd)]
    assert {facts.answer(end) for end in [*ends, *reversed(ends)]} == {"because it is so"}
    assert len(facts._turns) == KEPT


def test_of_a_turn_that_no_log_has_nothing_is_known():
    lost = numbered([ThoughtDelta(turn="t", thought="h", content="x"), TurnEnd(turn="t", reason="done")])
    delta, end = lost
    assert isinstance(delta, ThoughtDelta)
    assert isinstance(end, TurnEnd)
    facts = Facts(log_of(lost))
    assert (facts.thought(delta), facts.answer(end), facts.percent(end)) == (None, "", 0)
