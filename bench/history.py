"""Sessions with many turns behind them, put on disk as the store keeps them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from agent.chance import Chance
from agent.events import (
    Event,
    MessagePosted,
    MessageRead,
    SessionCreated,
    ThoughtDelta,
    ThoughtEnd,
    ThoughtStart,
    TokenCount,
    TurnEnd,
    TurnStart,
)
from agent.store import Card
from storage.store import DiskStore

from .answer import tokens
from .server import MODEL

START = 1_790_000_000_000  # Unix ms of the first event


def marker(turns: int) -> str:
    """What the last answer of a session of so many turns ends with."""
    return f"That was all of turn {turns}."


def session_of(turns: int) -> str:
    return f"turns-{turns}"


async def keep(store: DiskStore, turns: int) -> str:
    """Makes a session of so many turns, one settled stretch each, and returns its id."""
    session, first = session_of(turns), 1
    for number in range(1, turns + 1):
        events = turn(number, first)
        first = events[-1].event_id + 1
        card = Card(id=session, title=f"{turns} turns", model=MODEL, created=START, updated=START)
        await store.settle(session, events, replace(card, turns=number, events=first - 1))
    return session


def keep_all(folder: Path, sizes: list[int]) -> None:
    """Makes a data folder with a session of each size."""

    async def made() -> None:
        for turns in sizes:
            await keep(store, turns)

    store = DiskStore(folder)
    try:
        asyncio.run(made())
    finally:
        store.close()


def turn(number: int, first: int) -> list[Event]:
    """A turn as the demo makes them: ten thoughts, about 3 KB of text; its first event is number `first`."""
    ids, words = Chance.seeded(number), tokens(number)
    name, message = ids.id(), ids.id()
    events: list[Event] = [SessionCreated(title="Turns", model=MODEL)] if first == 1 else []
    events.append(MessagePosted(message=message, author="owner", content=f"What about {number} and the rest of it?"))
    events.append(TurnStart(turn=name, by="owner", model=MODEL))
    events.append(MessageRead(turn=name, message=message))
    for step in range(3):
        call, args = f"c{step}", {"expression": f"{number} * {step + 2}"}
        events += _thought(name, ids.id(8), "thinking", words, 60)
        thought = ids.id(8)
        said = f'calculate(expression="{args["expression"]}")'
        events.append(ThoughtStart(turn=name, thought=thought, kind="action", call=call, tool="calculate", args=args))
        events.append(ThoughtDelta(turn=name, thought=thought, content=said))
        events.append(ThoughtEnd(turn=name, thought=thought, content=said, ms=0))
        thought = ids.id(8)
        events.append(ThoughtStart(turn=name, thought=thought, kind="observation", call=call))
        events.append(ThoughtEnd(turn=name, thought=thought, content=str(number * (step + 2)), ms=3))
    events += _thought(name, ids.id(8), "answer", words, 460, marker(number))
    events.append(TurnEnd(turn=name, reason="done", usage=TokenCount(input=900, output=640), ms=9_000))
    at = START + number * 60_000
    return [replace(event, event_id=first + i, at=at + 16 * i) for i, event in enumerate(events)]


def _thought(turn: str, thought: str, kind: str, words: Iterator[str], count: int, end: str = "") -> Iterator[Event]:
    """A thought of `count` tokens, two to a delta, as a fast model's frames have them."""
    chunks = ["".join((next(words), next(words))) for _ in range(count // 2)]
    if end:
        chunks.append(f"\n\n```\n```\n\n{end}")
    yield ThoughtStart(turn=turn, thought=thought, kind=kind)  # type: ignore[arg-type]
    for chunk in chunks:
        yield ThoughtDelta(turn=turn, thought=thought, content=chunk)
    yield ThoughtEnd(turn=turn, thought=thought, content="".join(chunks), ms=16 * len(chunks))
