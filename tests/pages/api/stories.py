"""Logs as sessions have them, with everything that may happen in any order in which it may happen."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, get_args

from agent.chance import Chance
from agent.events import (
    AskClosed,
    AskOpened,
    Event,
    Failure,
    Kind,
    MessagePosted,
    MessageRead,
    MessageWithdrawn,
    SessionCleared,
    SessionCreated,
    SessionRenamed,
    SessionShared,
    SessionSwitched,
    ThoughtDelta,
    ThoughtEnd,
    ThoughtStart,
    TokenCount,
    TurnEnd,
    TurnProgressed,
    TurnRetried,
    TurnStart,
    TurnTrimmed,
    Why,
)
from agent.log import Log, Memory, Past
from pages.api.dialects import Dialect, Facts
from pages.api.shape import Frame

WORDS = ["Zürich ", "tram ", "“so” ", "\n", "🙂", '"', "\\", "\u2028", "[DONE]", "x" * 30]


def log_of(events: Sequence[Event], settled: int = 0) -> Log:
    return Log(Memory(), Chance().clock, past=Past(events[:settled]), kept=events[settled:])


def frames(dialect: Dialect, events: Iterable[Event], facts: Facts) -> list[Frame]:
    return [frame for event in events for frame in dialect.words(event, facts)]


def a_session(seed: int) -> list[Event]:
    """A few turns, each with one end and all that was open closed before it."""
    dice = random.Random(seed)
    events: list[Event] = [SessionCreated(title="Trams", model="demo:demo", by="ada")]
    for turn in range(dice.randrange(1, 5)):
        events += _between(dice, turn)
        events += _turn(dice, f"t{turn}")
    return [replace(event, event_id=n, at=1_800_000_000_000 + 7 * n) for n, event in enumerate(events, 1)]


def _text(dice: random.Random) -> str:
    return "".join(dice.choices(WORDS, k=dice.randrange(1, 4)))


def _between(dice: random.Random, turn: int) -> Iterator[Event]:
    yield MessagePosted(message=f"m{turn}", author="ada", content=_text(dice))
    more: list[Event] = [
        MessagePosted(message=f"n{turn}", author="ben", content="", attachments=({"id": "f", "name": "a.png"},)),
        MessageWithdrawn(message=f"n{turn}"),
        SessionCleared(by="ada"),
        SessionRenamed(title=_text(dice)),
        SessionShared(user="ben", by="ada", role=dice.choice(["member", "viewer", None])),
        SessionSwitched(model="demo:slow", by="ada"),
    ]
    yield from dice.sample(more, dice.randrange(4))


def _turn(dice: random.Random, turn: str) -> Iterator[Event]:
    """Several thoughts and asks may be open at a time, as tools run side by side."""
    yield TurnStart(turn=turn, by="ada", model="demo:demo")
    yield MessageRead(turn=turn, message="m" + turn[1:])
    said: dict[str, str] = {}
    asked: list[str] = []
    percent = 0
    for step in range(dice.randrange(40)):
        match dice.choice(["open", "delta", "delta", "delta", "delta", "end", "ask", "reply", "on", "else"]):
            case "open":
                thought = f"{turn}h{step}"
                said[thought] = ""
                yield ThoughtStart(turn=turn, thought=thought, **_kind(dice))
            case "delta" if said:
                thought = dice.choice([*said, list(said)[-1]])
                for _ in range(dice.randrange(1, 4)):
                    said[thought] += (content := _text(dice))
                    marks = ((0, 1), (3, len(content) - 1)) if dice.random() < 0.2 else None
                    yield ThoughtDelta(turn=turn, thought=thought, content=content, marks=marks)
            case "end" if said:
                thought = dice.choice(list(said))
                yield ThoughtEnd(turn=turn, thought=thought, content=said.pop(thought), ms=step, ok=dice.random() < 0.8)
            case "ask":
                asked.append(f"{turn}a{step}")
                kind, tool = dice.choice([("question", None), ("approval", "fetch")])
                yield AskOpened(turn=turn, ask=asked[-1], kind=kind, content=_text(dice), tool=tool, choices=("yes",))
            case "reply" if asked:
                told: dict[str, Any] = dice.choice([{"content": "yes"}, {"allow": True}, {"allow": False}])
                yield AskClosed(turn=turn, ask=asked.pop(), by="ben", **told)
            case "on":
                percent = min(100, percent + dice.randrange(30))
                yield TurnProgressed(turn=turn, percent=percent, message=dice.choice(["", "On."]))
            case _:
                more: list[Event] = [
                    TurnRetried(turn=turn, in_ms=500, message="Again."),
                    TurnTrimmed(turn=turn, upto=1),
                    MessagePosted(message=f"{turn}s{step}", author="ben", content=_text(dice), intent="steer"),
                    SessionRenamed(title="While it works"),
                ]
                yield dice.choice(more)
    for thought, content in said.items():
        yield ThoughtEnd(turn=turn, thought=thought, content=content, ms=1)
    for ask in asked:
        yield AskClosed(turn=turn, ask=ask)
    yield _end(dice, turn)


def _kind(dice: random.Random) -> dict[str, Any]:
    kind: Kind = dice.choice(["thinking", "action", "observation", "answer", "answer"])
    if kind == "action" and dice.random() < 0.7:
        return {"kind": kind, "call": "c0", "tool": "add", "args": dice.choice([{}, {"a": 1, "b": ["é", None]}])}
    return {"kind": kind, "call": "c0" if kind == "observation" else None}


def _end(dice: random.Random, turn: str) -> TurnEnd:
    why: Why = dice.choice(get_args(Why))
    ends = [
        TurnEnd(turn=turn, reason="done", usage=TokenCount(input=3, output=5), cost_usd=0.001, ms=90),
        TurnEnd(turn=turn, reason="done"),
        TurnEnd(turn=turn, reason="interrupted", by=dice.choice(["ada", None]), why=why, upstream_closed_ms=2.5),
        TurnEnd(turn=turn, reason="failed", error=Failure(kind="overloaded", message="Busy.", retry_after=1.5)),
        TurnEnd(turn=turn, reason="failed", error=Failure(kind="internal", message="It broke.")),
        TurnEnd(turn=turn, reason="failed"),
    ]
    return dice.choice(ends)
