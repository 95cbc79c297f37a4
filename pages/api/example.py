"""A session in which everything happens: what docs and AsyncAPI show frames of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent.chance import Chance
from agent.events import (
    AskClosed,
    AskOpened,
    Event,
    Failure,
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
)
from agent.log import Log, Memory

DONE = "turn7"
STOPPED = "turn8"
FAILED = "turn9"
STORY: Sequence[Event] = (
    SessionCreated(title="Trams in Zürich", model="demo:rules", by="ada"),
    MessagePosted(message="m1", author="ada", content="How far do the trams go in miles?"),
    TurnStart(turn=DONE, by="ada", model="demo:rules"),
    MessageRead(turn=DONE, message="m1"),
    ThoughtStart(turn=DONE, thought="h1", kind="thinking"),
    ThoughtDelta(turn=DONE, thought="h1", content="The network is 172 km; "),
    ThoughtDelta(turn=DONE, thought="h1", content="I convert that.", marks=((0, 10), (16, 5))),
    ThoughtEnd(turn=DONE, thought="h1", content="The network is 172 km; I convert that.", ms=320),
    ThoughtStart(turn=DONE, thought="h2", kind="action", call="c1", tool="convert", args={"value": 172, "unit": "km"}),
    ThoughtDelta(turn=DONE, thought="h2", content='convert(value=172, unit="km")'),
    ThoughtEnd(turn=DONE, thought="h2", content='convert(value=172, unit="km")', ms=1),
    ThoughtStart(turn=DONE, thought="h3", kind="observation", call="c1"),
    ThoughtEnd(turn=DONE, thought="h3", content="106.9 miles", ms=12),
    TurnProgressed(turn=DONE, percent=60, message="Converted."),
    AskOpened(turn=DONE, ask="a1", kind="question", content="Rounded?", choices=("yes", "no")),
    AskClosed(turn=DONE, ask="a1", by="ada", content="yes"),
    ThoughtStart(turn=DONE, thought="h4", kind="answer"),
    ThoughtDelta(turn=DONE, thought="h4", content="About "),
    ThoughtDelta(turn=DONE, thought="h4", content="107 miles."),
    ThoughtEnd(turn=DONE, thought="h4", content="About 107 miles.", ms=210),
    TurnEnd(turn=DONE, reason="done", usage=TokenCount(input=412, output=38), cost_usd=0.0004, ms=2100),
    SessionRenamed(title="Trams, in miles"),
    SessionCleared(by="ada"),
    SessionShared(user="ben", by="ada", role="member"),
    MessagePosted(message="m2", author="ben", content="And by bus?"),
    TurnStart(turn=STOPPED, by="ben", model="demo:rules"),
    MessageRead(turn=STOPPED, message="m2"),
    TurnTrimmed(turn=STOPPED, upto=25),
    ThoughtStart(turn=STOPPED, thought="h5", kind="action"),
    ThoughtDelta(turn=STOPPED, thought="h5", content="Looks into a timetable"),
    ThoughtEnd(turn=STOPPED, thought="h5", content="Looks into a timetable", ms=40),
    AskOpened(turn=STOPPED, ask="a2", kind="approval", content="May I?", tool="fetch", args={"url": "example.com"}),
    AskClosed(turn=STOPPED, ask="a2", by="ben", allow=False),
    TurnEnd(turn=STOPPED, reason="interrupted", by="ben", why="user", ms=900, upstream_closed_ms=3.1),
    MessagePosted(message="m3", author="ben", content="By bike, then?"),
    MessagePosted(message="m4", author="ben", content="Never mind.", intent="steer"),
    MessageWithdrawn(message="m4"),
    TurnStart(turn=FAILED, by="ben", model="demo:rules"),
    MessageRead(turn=FAILED, message="m3"),
    TurnRetried(turn=FAILED, in_ms=1000, message="The vendor is overloaded. Try again in a moment."),
    TurnEnd(
        turn=FAILED,
        reason="failed",
        error=Failure(kind="overloaded", message="The vendor is overloaded. Try again in a moment.", retry_after=30),
        ms=4000,
    ),
    SessionSwitched(model="demo:slow", by="ben"),
)


def told() -> Log:
    """The story as a log."""
    events = [
        replace(event, event_id=number, at=1_800_000_000_000 + 100 * number) for number, event in enumerate(STORY, 1)
    ]
    return Log(Memory(), Chance().clock, kept=events)
