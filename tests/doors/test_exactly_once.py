"""Whatever happens in between, each reader has every event of the log once, in order: a thousand random stories."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from agent.errors import ThinkaloudError
from agent.hub import Hub
from agent.session import Session
from pages.api import feed
from storage.store import DiskStore

from .readers import TRANSPORTS, Reader, expected, told
from .talker import Talker, ponder
from .wire import Wire
from .world import World, as_after_a_kill, faults, hub_of, until

SEED = int(os.environ.get("DOORS_SEED", "20261121"))
GROUPS, SESSIONS = 16, 16  # … of four readers each: 1,024 stories
ENDS = ("reads on", "is killed", "is killed twice")


@pytest.mark.timeout(110)
async def test_a_thousand_readers_who_lose_their_connections_have_the_log_in_the_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    print(f"DOORS_SEED={SEED}")
    connects = lost = stories = kills = resets = events = 0
    for group in range(GROUPS):
        dice = random.Random(SEED + group)
        fate = ENDS[group % len(ENDS)]
        for name, most in (("LONGEST", 7), ("SHORT", 4), ("KEPT", 2)) if group % 2 else ():
            monkeypatch.setattr(feed, name, most)  # as in a log of thousands, but at every place
        readers, hub, killed = await _group(tmp_path / str(group), dice, fate)
        for reader in readers:
            log = (await hub.open(reader.session)).log
            why = f"{reader.transport} from {reader.started} in {reader.session}; DOORS_SEED={SEED}"
            assert told(reader) == expected(log, reader.started or 0, reader.transport), why
            events += len(log)
        monkeypatch.undo()
        stories += len(readers)
        kills += killed
        connects += sum(reader.connects for reader in readers)
        lost += sum(reader.lost for reader in readers)
        resets += sum(reader.resets for reader in readers)
    print(f"{stories} readers of {events} events: {connects} connections, {lost} cut, {kills} kills, {resets} resets")
    assert faults(caplog) == []
    assert stories >= 1000
    assert connects > 2 * stories
    assert kills
    assert resets


async def _group(folder: Path, dice: random.Random, fate: str) -> tuple[list[Reader], Hub, int]:
    """One server with so many sessions and readers, told to its end."""
    folder.mkdir()  # noqa: ASYNC240 (the test's own)
    store = DiskStore(folder / "0")
    one = World(hub_of(Talker(), store=store, tools=[ponder]))
    await one.start()
    names = [f"story-{n}" for n in range(SESSIONS)]
    kills = {"is killed": 1, "is killed twice": 2}.get(fate, 0)
    old: list[tuple[World, DiskStore]] = []
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=None), timeout=5, trust_env=False) as http:
        wire = Wire(lambda: one.port, dice)
        await wire.start()
        ways = (lambda: one.port, lambda: one.port, lambda: wire.port)
        readers = [
            Reader(dice.choice(ways), name, transport, dice.randrange(1 << 30), http)
            for name in names
            for transport in TRANSPORTS
        ]
        reading = [asyncio.create_task(_read(lambda: one, reader, dice.random() * 0.5)) for reader in readers]
        try:
            for life in range(kills + 1):
                talks = [asyncio.create_task(_talk(one.hub, name, random.Random(f"{life} {name}"))) for name in names]
                if life < kills:
                    await asyncio.sleep(0.05 + dice.random() * 0.5)
                    await one.die()
                    copied = as_after_a_kill(folder / str(life), folder / str(life + 1))
                    for talk in talks:
                        talk.cancel()
                    await asyncio.gather(*talks, return_exceptions=True)
                    old.append((one, store))
                    store = DiskStore(copied)
                    reborn = World(hub_of(Talker(), store=store, tools=[ponder]))
                    reborn.port = one.port
                    await reborn.hub.recover()
                    one = reborn
                    await one.start()
                else:
                    await asyncio.gather(*talks)
            logs = {name: (await one.hub.open(name)).log for name in names}

            def behind() -> list[tuple[str, str, int, int]]:
                for task in reading:
                    if task.done():
                        task.result()
                return [(r.transport, r.session, r.at, e) for r in readers if r.at < (e := len(logs[r.session]))]

            def talking() -> bool:
                return any(one.hub.running(name) for name in names)

            total = 0
            while total < (total := sum(map(len, logs.values()))):  # what was queued may begin once a turn is settled
                await until(lambda: not talking() and not behind(), 15, lambda: f"they were not told all: {behind()}")
                await asyncio.sleep(0.1)
        finally:
            for task in reading:
                task.cancel()
            await asyncio.gather(*reading, return_exceptions=True)
            await wire.stop()
    await until(lambda: one.empty, 5, lambda: "a connection was left behind")
    await one.stop()
    for world_, store_ in [*old, (one, store)]:
        await world_.hub.shutdown()
        store_.close()
    return readers, one.hub, kills


async def _read(server: Callable[[], World], reader: Reader, late: float) -> None:
    await asyncio.sleep(late)
    await until(lambda: server().alive)
    session = server().hub.here(reader.session)
    reader.begin(len(session.log) if session else 0)
    await reader.read()


async def _talk(hub: Hub, name: str, dice: random.Random) -> None:
    """One or two questions, some of them asked while the agent works, some stopped."""
    for n in range(dice.randint(1, 2)):
        session = await _session(hub, name)
        try:
            session.say(f"{name} {n} {dice.random()}")
            if dice.random() < 0.3:
                await asyncio.sleep(dice.random() * 0.1)
                session.say("And why?", intent=dice.choice(("queue", "steer", "interrupt")))
            if dice.random() < 0.3:
                await asyncio.sleep(dice.random() * 0.15)
                session.stop()
        except ThinkaloudError:  # a reader has left the session empty, and it went
            continue
        await session.wait_idle()


async def _session(hub: Hub, name: str) -> Session:
    if hub.card(name):
        return await hub.open(name)
    return hub.here(name) or hub.new(name)
