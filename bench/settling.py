"""How long the event loop stands still while a turn is settled in a session that has many already."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from statistics import median

import main
from agent.models import OneProvider
from agent.settings import Settings
from storage.store import DiskStore

from .history import keep, turn
from .server import MODEL, Answering
from .table import Row

TICK = 0.001


async def settling(folder: Path, turns: int, rounds: int) -> list[Row]:
    """The longest wait of a ticker that wants to run every ms, beside its longest in as much time of nothing else."""
    settings = Settings(data=folder / "settling", model=MODEL)
    store = DiskStore(settings.data)
    idle: list[float] = []
    busy: list[float] = []
    took: list[float] = []
    try:
        name = await keep(store, turns)
        hub = main.build(settings, store, models=OneProvider(Answering(folder)))
        session = await hub.open(name)
        for extra in range(1, rounds + 1):
            for event in turn(turns + extra, len(session.log) + 1):
                session.append(event)
            async with asyncio.timeout(60):
                began = time.perf_counter()
                busy.append(await longest_gap(hub.rename(name, f"{turns} turns and {extra}")))
                took.append(time.perf_counter() - began)
                idle.append(await longest_gap(asyncio.sleep(took[-1])))
    finally:
        store.close()
    what = f"event loop blocked while a turn is settled in a session of {turns:,}"
    return [
        Row(what=f"{what}, the worst of {rounds}, beside an idle loop", raw=max(idle), ours=max(busy), bar=20),
        Row(what=f"{what}, median", raw=median(idle), ours=median(busy)),
        Row(what=f"until a turn is settled in a session of {turns:,}", ours=median(took) * 1000),
    ]


async def longest_gap(work: object) -> float:
    """Ms that the loop stood still at the most while `work` went on, beyond a tick."""
    gaps: list[float] = []

    async def tick() -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(TICK)
            now = time.perf_counter()
            gaps.append(now - last - TICK)
            last = now

    ticker = asyncio.create_task(tick())
    await asyncio.sleep(0)
    try:
        await work  # type: ignore[misc]
        await asyncio.sleep(2 * TICK)  # the tick that waited may say how long
    finally:
        ticker.cancel()
    return max(gaps, default=0.0) * 1000
