"""AG-UI's words: whatever happens in a session, its clients accept what they are told, and end with the whole truth."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from ag_ui.core import BaseEvent
from ag_ui.core import Event as AnyEvent
from pydantic import TypeAdapter

from agent.events import (
    AskClosed,
    AskOpened,
    Event,
    MessagePosted,
    MessageRead,
    ThoughtDelta,
    ThoughtEnd,
    ThoughtStart,
    TurnEnd,
    TurnStart,
)
from agent.log import joined
from agent.transcript import Ask, Transcript, Turn, fold
from pages.api.agui.history import history, missed
from pages.api.agui.words import Words
from tests.agent.test_any_turn import an_hour

EVENTS: TypeAdapter[Any] = TypeAdapter(AnyEvent)


class Reader:
    """A client that is as strict as AG-UI's own, and keeps messages as it does."""

    def __init__(self) -> None:
        self.messages: dict[str, tuple[str, str]] = {}
        self.running = False
        self.outcome = ""
        self.asked = ""
        self._open: set[tuple[str, str]] = set()
        self._calls: set[str] = set()

    def hear(self, events: Iterable[BaseEvent]) -> None:
        for event in events:
            text = event.model_dump_json(by_alias=True)
            told = json.loads(text)
            assert None not in list(values(told)), text
            assert EVENTS.validate_json(text).type == event.type
            assert isinstance(told["timestamp"], int)
            self._take(told)

    def _take(self, event: dict[str, Any]) -> None:
        name = event["type"]
        if name == "RUN_STARTED":
            assert not self.running
            self.running, self.outcome = True, ""
            return
        assert self.running, f"{name} outside of a run"
        part, _, step = name.rpartition("_")
        match part, step:
            case (("TEXT_MESSAGE" | "REASONING_MESSAGE" | "REASONING"), ("START" | "END" | "CONTENT")):
                self._stretch(part, step, event["messageId"], event)
            case "TOOL_CALL", ("START" | "ARGS" | "END"):
                self._stretch(part, step, event["toolCallId"], event)
            case "TOOL_CALL", "RESULT":
                self._calls.discard(event["toolCallId"])
                assert event["messageId"] not in self.messages
                self.messages[event["messageId"]] = ("tool", event["content"])
            case "MESSAGES", "SNAPSHOT":
                self.messages = {m["id"]: shown(m) for m in event["messages"]}
            case "RUN", "FINISHED":
                assert not self._open
                self.running, self.outcome = False, event["outcome"]["type"]
                if self.outcome == "interrupt":
                    self.asked = event["outcome"]["interrupts"][0]["id"]
                assert not self._calls or self.outcome == "interrupt", "a client would run these calls itself"
            case "RUN", "ERROR":
                self.running, self.outcome = False, "error"
                self._open.clear()
            case _:
                assert name == "CUSTOM"

    def _stretch(self, part: str, step: str, id: str, event: dict[str, Any]) -> None:
        if step == "START":
            assert (part, id) not in self._open
            self._open.add((part, id))
            if part == "TOOL_CALL":
                self._calls.add(id)
            if part != "REASONING":
                kind = {"TEXT_MESSAGE": event.get("role"), "REASONING_MESSAGE": "reasoning", "TOOL_CALL": "call"}[part]
                self.messages.setdefault(id, (str(kind), ""))
            return
        assert (part, id) in self._open, f"{event['type']} of what is not open"
        if step == "END":
            self._open.remove((part, id))
        else:
            assert event["delta"]
            kind, text = self.messages[id]
            self.messages[id] = (kind, text + event["delta"])


def values(told: Any) -> Iterable[Any]:
    yield told
    for one in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from values(one)


def shown(message: dict[str, Any]) -> tuple[str, str]:
    if calls := message.get("toolCalls"):
        return "call", calls[0]["function"]["arguments"]
    return message["role"], message.get("content", "")


def truth(transcript: Transcript, turn: str | None = None) -> dict[str, tuple[str, str]]:
    turns = [one for one in transcript.turns if isinstance(one, Turn) and turn in (None, one.id)]
    messages = history(Transcript(turns=[*turns]))
    out = {m.id: shown(json.loads(m.model_dump_json(by_alias=True))) for m in messages}
    return {id: message for id, message in out.items() if message != ("reasoning", "")}


def batches(dice: random.Random, events: Sequence[Event]) -> Iterable[list[Event]]:
    """As a reader that is now quick and now slow gets them."""
    at = 0
    while at < len(events):
        upto = min(len(events), at + dice.choice([1, 1, 2, 5, 30]))
        yield joined(events[at:upto])
        at = upto


def follow(reader: Reader, words: Words, dice: random.Random, events: Sequence[Event], at: int = 0) -> None:
    """Run after run until the turn has ended: each time the agent waits, the next one tells the rest."""
    while True:
        for batch in batches(dice, events[at:]):
            reader.hear(words.tell(batch))
            if words.ended:
                break
        if reader.outcome != "interrupt":
            return
        at = next(i for i, e in enumerate(events, 1) if isinstance(e, AskOpened) and e.ask == reader.asked)
        words = Words("t", "r2", turn=words.turn, known=list(reader.messages))
        words.remember(events[:at])
        reader.hear([*words.begin(events[at - 1].at), *words.reopen(events[at - 1].at)])


def heard(reader: Reader, *ids: str) -> dict[str, tuple[str, str]]:
    return {id: reader.messages[id] for id in ids if id in reader.messages}


@pytest.mark.parametrize("seed", range(30))
async def test_whoever_asked_is_told_the_whole_turn_once(seed: int):
    dice = random.Random(seed)
    session, _ = await an_hour(dice)
    events = session.log.after(0)
    steers = {event.message for event in events if isinstance(event, MessagePosted) and event.intent == "steer"}
    for read in [event for event in events if isinstance(event, MessageRead) and event.message not in steers]:
        words, reader = Words("t", "r", message=read.message), Reader()
        reader.hear(words.begin(1, ["tools"]))
        follow(reader, words, dice, events)
        end = next(event for event in events if isinstance(event, TurnEnd) and event.turn == read.turn)
        assert reader.outcome == {"done": "success", "interrupted": "cancelled", "failed": "error"}[end.reason]
        assert {i: m for i, m in reader.messages.items() if m != ("reasoning", "")} == truth(fold(events), read.turn)


@pytest.mark.parametrize("seed", range(30))
async def test_whoever_comes_in_the_middle_ends_with_the_same(seed: int):
    dice = random.Random(seed)
    session, _ = await an_hour(dice)
    events = session.log.after(0)
    inside = [i for i, event in enumerate(events, 1) if event.turn and not isinstance(event, TurnEnd)]
    for at in dice.sample(inside, min(12, len(inside))):
        before = fold(events[:at])
        turn = before.running
        assert turn
        if any(isinstance(item, Ask) and not item.closed for item in turn.items):
            continue  # it would be told up to the question, and that is the end of the run
        words, reader = Words("t", "r", turn=turn.id, queued=before.queued), Reader()
        words.remember(events[:at])
        reader.hear([*words.begin(1), *missed(before, [], 1), *words.reopen(1)])
        follow(reader, words, dice, events, at)
        whole = truth(fold(events))
        assert heard(reader, *truth(fold(events), turn.id)) == truth(fold(events), turn.id)
        assert reader.messages.keys() <= {*whole, *(e.thought for e in events if isinstance(e, ThoughtStart))}


def test_what_is_open_when_the_agent_asks_is_closed_and_goes_on_in_the_next_run():
    events: list[Event] = [
        TurnStart(turn="u", by="ada", model="test:script"),
        MessageRead(turn="u", message="m"),
        ThoughtStart(turn="u", thought="a", kind="thinking"),
        ThoughtDelta(turn="u", thought="a", content="Which "),
        ThoughtStart(turn="u", thought="b", kind="answer"),
        ThoughtStart(turn="u", thought="c", kind="action", call="1", tool="add", args={"a": 1}),
        ThoughtStart(turn="u", thought="d", kind="answer"),
        ThoughtDelta(turn="u", thought="d", content="I a"),
        AskOpened(turn="u", ask="q", kind="approval", content="Add?", tool="add", args={"a": 1}, expires=86_400_000),
        AskClosed(turn="u", ask="q", by="ada", allow=True),
        ThoughtDelta(turn="u", thought="a", content="one?"),
        ThoughtEnd(turn="u", thought="a", content="Which one?", ms=1),
        ThoughtEnd(turn="u", thought="b", content="", ms=1),
        ThoughtEnd(turn="u", thought="c", content="add(a=1)", ms=1),
        ThoughtDelta(turn="u", thought="d", content="sk."),
        ThoughtEnd(turn="u", thought="d", content="I ask.", ms=1),
        TurnEnd(turn="u", reason="done"),
    ]
    words, reader = Words("t", "r", message="m"), Reader()
    told = list(words.tell(events[:9]))
    reader.hear([*words.begin(1), *told])
    assert reader.outcome == "interrupt"
    asked = json.loads(told[-1].model_dump_json(by_alias=True))["outcome"]["interrupts"][0]
    assert asked == {
        "id": "q",
        "reason": "approval",
        "message": "Add?",
        "responseSchema": {"type": "boolean"},
        "expiresAt": "1970-01-02T00:00:00+00:00",
        "metadata": {"tool": "add", "args": {"a": 1}},
    }
    at_once = Reader()
    late = Words("t", "r", message="m")
    at_once.hear([*late.begin(1), *late.tell(events)])
    assert at_once.outcome == "success", "nobody has to answer what was answered by the time it is told"
    words = Words("t", "r2", turn="u", known=list(reader.messages))
    words.remember(events[:9])
    reader.hear([*words.begin(2), *words.reopen(2)])
    follow(reader, words, random.Random(1), events, 9)
    assert reader.outcome == "success"
    assert reader.messages == {
        "a": ("reasoning", "Which one?"),
        "c": ("call", '{"a": 1}'),
        "c-none": ("tool", "Interrupted before it ran."),
        "d": ("assistant", "I ask."),
    }
    assert at_once.messages == reader.messages
