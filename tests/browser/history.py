"""A session of very many turns, as it would be on disk had somebody asked that often."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from agent.chance import Chance
from agent.events import Event, TurnEnd
from agent.hub import Hub
from agent.models import OneProvider
from agent.providers.demo import EXAMPLES, Demo
from agent.store import Card, MemoryStore
from agent.tools import toolbox
from storage.lines import changing
from storage.names import file_name
from storage.pack import pack
from storage.store import DiskStore

START = 1_790_000_000_000


def write_history(folder: Path, session: str, turns: int) -> None:
    """Keeps a session in the data folder: what the demo did for its examples, over and over.

    A stretch per turn, as `DiskStore.settle` keeps them, but all in one write: a thousand would take 13 s.
    """
    stretches = list(_stretches(asyncio.run(_one_round()), turns))
    last = stretches[-1][-1]
    card = Card(
        id=session,
        title="A long one",
        model="demo:rules",
        created=START,
        updated=last.at,
        turns=turns,
        events=last.event_id,
    )
    store = DiskStore(folder)
    try:
        with changing(folder / "sessions" / f"{file_name(session)}.json") as file:
            for stretch in stretches:
                file.put("stretches", stretch[0].event_id, pack(stretch))
            file.put("session", 1, asdict(card))
        asyncio.run(store.settle(card.id, (), card))
    finally:
        store.close()


async def _one_round() -> list[list[Event]]:
    """The events of a session in which each example was asked once, as stretches that end with their turn."""
    chance = Chance.seeded(5)
    hub = Hub(
        MemoryStore(),
        models=OneProvider(Demo(pace=0)),
        tools=toolbox(clock=chance.clock, folders=[]),
    )
    session = hub.new()
    for example in EXAMPLES:
        session.say(example)
        await session.wait_idle()
    events = list(session.log.after(0))
    ends = [0, *(i + 1 for i, event in enumerate(events) if isinstance(event, TurnEnd))]
    return [events[start:end] for start, end in pairwise(ends)]


def _stretches(made: list[list[Event]], turns: int) -> Iterator[list[Event]]:
    number = 0
    for turn in range(turns):
        events = made[turn % len(made)]
        if turn and turn % len(made) == 0:
            events = events[1:]  # a session is created once
        yield [_renamed(event, turn, number + i, START + turn * 60_000) for i, event in enumerate(events, 1)]
        number += len(events)


def _renamed(event: Event, turn: int, number: int, now: int) -> Event:
    """The same for another turn; texts of messages say which."""
    new: dict[str, Any] = dict(_ids(event, turn))
    if content := getattr(event, "content", ""):
        new["content"] = f"Question {turn}: {content}" if type(event).__name__ == "MessagePosted" else content
    return replace(event, event_id=number, at=now + number % 1000, **new)


def _ids(event: Event, turn: int) -> Iterator[tuple[str, str]]:
    for name in ("turn", "thought", "message", "call"):
        value = getattr(event, name, None)
        if value is not None and type(event).__name__ not in ("TurnProgressed", "TurnRetried"):
            yield name, f"{value}-{turn}"
