"""Events as a session has them, for tests: one turn, or a stream of anything at all."""

from __future__ import annotations

import random
from dataclasses import replace

from agent.events import (
    AskClosed,
    AskOpened,
    Event,
    Failure,
    MessagePosted,
    MessageRead,
    MessageWithdrawn,
    SessionCleared,
    SessionRenamed,
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
)
from agent.store import Card

WORDS = [
    "Zürich",
    "tram",
    "“quoted”",
    "naïve",
    "\n",
    "\t",
    "🙂",
    "x" * 40,
    '"',
    "\\",
    "",
    "\u2028",
    "\0",
    "\ud83d",
    "é",
]
KINDS = ("thinking", "action", "observation", "answer")


def card(session: str = "s", title: str = "Trams", events: int = 0, updated: int = 1) -> Card:
    return Card(id=session, title=title, model="demo:demo", created=1, updated=updated, turns=1, events=events)


def numbered(events: list[Event], first: int = 1) -> list[Event]:
    return [
        replace(event, event_id=number, at=event.at or 1_800_000_000_000 + 16 * number)
        for number, event in enumerate(events, first)
    ]


def turn(
    first: int = 1, *, question: str = "why?", answer: str = "because it is so", deltas: int = 4, thoughts: int = 1
) -> list[Event]:
    """A turn that was asked for and ended well; its first event is number `first`."""
    name = f"t{first}"
    events: list[Event] = [
        MessagePosted(message=f"m{first}", author="anna", content=question),
        TurnStart(turn=name, by="anna", model="demo:demo"),
        MessageRead(turn=name, message=f"m{first}"),
    ]
    for number in range(thoughts):
        thought = f"h{first}.{number}"
        events.append(ThoughtStart(turn=name, thought=thought, kind="answer" if number else "thinking"))
        size = max(1, -(-len(answer) // deltas))
        for start in range(0, len(answer), size):
            events.append(ThoughtDelta(turn=name, thought=thought, content=answer[start : start + size]))
        events.append(ThoughtEnd(turn=name, thought=thought, content=answer, ms=70))
    events.append(TurnEnd(turn=name, reason="done", usage=TokenCount(input=3, output=5), ms=90))
    return numbered(events, first)


def anything(dice: random.Random) -> list[Event]:
    """A stream that no agent would make: unfinished and twice-ended thoughts, time going back, odd letters."""

    def text() -> str:
        return "".join(dice.choices(WORDS, k=dice.randrange(6)))

    def maybe(value: object) -> object:
        return value if dice.random() < 0.5 else None

    thoughts = [f"h{number}" for number in range(3)]
    said = dict.fromkeys(thoughts, "")
    turn_id: str | None = None
    at = 1_800_000_000_000
    events: list[Event] = []
    for number in range(dice.randrange(1, 60)):
        at += dice.randrange(-5, 50)
        if dice.random() < 0.1:
            turn_id = dice.choice([None, "t1", "t2"])
        base = {"event_id": 7 + number, "at": at, "turn": turn_id}
        thought = dice.choice(thoughts)
        content = text()
        args = maybe({"a": [1, 2.5, None, {"b": text()}], "huge": 2**70})
        made: list[Event] = [
            MessagePosted(**base, message="m", author=text(), content=content, intent="steer"),
            MessagePosted(**base, message="m", author="a", content=content, attachments=({"name": text()},)),
            MessageRead(**base, message="m"),
            MessageWithdrawn(**base, message="m"),
            SessionRenamed(**base, title=content),
            SessionCleared(**base, by=content),
            SessionSwitched(**base, model=content, by="a"),
            TurnStart(**base, by="a", model="demo:demo"),
            ThoughtStart(**base, thought=thought, kind=dice.choice(KINDS), call="c", tool="t", args=args),
            TurnTrimmed(**base, upto=dice.randrange(9)),
            TurnProgressed(**base, percent=dice.randrange(100), message=content),
            TurnRetried(**base, in_ms=500, message=content),
            AskOpened(**base, ask="a", kind="approval", content=content, choices=("yes", "no"), args=args, expires=5),
            AskClosed(**base, ask="a", by=maybe("a"), content=maybe(content), allow=dice.choice([None, True, False])),
            TurnEnd(**base, reason="failed", why="limit", error=Failure(kind="k", message=content, retry_after=1.5)),
            TurnEnd(**base, reason="done", usage=TokenCount(input=1), cost_usd=0.001, ms=9, upstream_closed_ms=1.25),
        ]
        event = dice.choice(made)
        if dice.random() < 0.6:
            marks = maybe(tuple((dice.randrange(40), dice.randrange(9)) for _ in range(dice.randrange(3))))
            event = ThoughtDelta(**base, thought=thought, content=content, marks=marks)
            said[thought] += content
        elif dice.random() < 0.3:
            whole = dice.choice([said[thought], said[thought] + "…", content])
            echo = maybe({"vendor": "v", "data": {"signature": content, "deep": [None, {"a": 2**70}]}})
            event = ThoughtEnd(**base, thought=thought, content=whole, ms=5, ok=dice.random() < 0.8, echo=echo)
        events.append(event)
    return events
