"""A process to be killed: real logs over a real folder, turns written and settled without a pause.

    python -m tests.storage.victim FOLDER SEED

It begins when it is sent a line. Each session has two readers; what a reader sees goes to stdout, one line per event,
before it sees the next.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from pathlib import Path

from agent.chance import RealClock
from agent.codec import encode
from agent.events import MessagePosted, MessageRead, ThoughtDelta, ThoughtEnd, ThoughtStart, TurnEnd, TurnStart
from agent.log import Log
from agent.store import Card
from storage.coding import dumps
from storage.store import DiskStore

SESSIONS = ("one", "Two")


async def read(log: Log, session: str, cursor: int) -> None:
    async for events in log.follow(cursor):
        for event in events:
            line = dumps([session, encode(event)]) + b"\n"
            assert os.write(1, line) == len(line)


async def live(store: DiskStore, session: str, dice: random.Random) -> None:
    past, kept, journal = store.open(session)
    log = Log(journal, RealClock(), past, kept)
    settled = len(past)
    readers = [asyncio.create_task(read(log, session, len(log))) for _ in range(2)]
    saving: asyncio.Task[None] | None = None
    while not any(reader.done() for reader in readers):
        name = f"t{len(log)}"
        log.append(MessagePosted(message=name, author="anna", content="why?"))
        log.append(TurnStart(turn=name, by="anna", model="demo:demo"))
        log.append(MessageRead(turn=name, message=name))
        for thought in range(2):
            log.append(ThoughtStart(turn=name, thought=f"{name}.{thought}", kind="thinking"))
            said = ""
            for _ in range(dice.randrange(12)):
                words = dice.choice(["so ", "“then” ", "\n", "x" * dice.randrange(6000)])
                said += words
                log.append(ThoughtDelta(turn=name, thought=f"{name}.{thought}", content=words))
                await asyncio.sleep(dice.choice([0, 0, 0.0005]))
            log.append(ThoughtEnd(turn=name, thought=f"{name}.{thought}", content=said, ms=1))
        log.append(TurnEnd(turn=name, reason="done"))
        if saving:
            await saving  # one turn is settled while the next is written
        card = Card(id=session, title=session, model="demo:demo", created=1, updated=len(log), events=len(log))
        events = log.after(settled)
        settled = len(log)
        saving = asyncio.create_task(store.settle(session, events, card))
        await asyncio.sleep(0)  # here it has turned to a new journal file, before anything else is appended


async def main(folder: Path, seed: int) -> None:
    store = DiskStore(folder)
    await asyncio.gather(*(live(store, session, random.Random(f"{seed}{session}")) for session in SESSIONS))


if __name__ == "__main__":
    if sys.stdin.readline():
        asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
