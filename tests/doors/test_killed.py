"""The real server, killed in mid-work and started again: nobody is missing anything, and nobody has it twice."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import httpx

from agent.chance import RealClock
from agent.log import Log, Memory
from storage.store import DiskStore
from tests.browser.player import words
from tests.browser.server import Server

from .readers import TRANSPORTS, Reader, expected, told
from .world import until

TEXT = " ".join(f"word{n}" for n in range(60))


async def test_a_server_that_is_killed_twice_leaves_its_readers_with_the_log(tmp_path: Path):
    server = Server(tmp_path)
    play = server.write("long", [*words("think", TEXT[:120]), ["call", "calculate", {"expression": "6*7"}]],
                        words("say", TEXT), pace=0.01)  # fmt: skip
    await asyncio.to_thread(server.start)
    names = [f"story-{n}" for n in range(4)]
    try:
        async with httpx.AsyncClient(limits=httpx.Limits(max_connections=None), timeout=5, trust_env=False) as http:
            readers = [
                Reader(lambda: server.port, name, transport, n, http)
                for n, name in enumerate(names)
                for transport in TRANSPORTS
                for _ in range(2)
            ]
            for reader in readers:
                reader.begin(0)
            reading = [asyncio.create_task(reader.read()) for reader in readers]
            for life in range(3):
                for name in names:
                    said = {"content": f"{play} {life}", "id": f"{name}-{life}"}
                    answer = await http.post(f"{server.url}/api/sessions/{name}/messages", json=said)
                    assert answer.status_code == 202, answer.text
                if life < 2:
                    await asyncio.sleep(random.Random(life).random() * 0.6 + 0.1)
                    server.kill()
                    await asyncio.to_thread(server.start)
            ends = {name: await _over(http, f"{server.url}/api/sessions/{name}") for name in names}
            await until(lambda: all(reader.at >= ends[reader.session] for reader in readers) or _broken(reading), 20)
            for task in reading:
                task.cancel()
            await asyncio.gather(*reading, return_exceptions=True)
    finally:
        await asyncio.to_thread(server.stop)
    assert "Traceback" not in server.errors()
    store = DiskStore(tmp_path / "data")
    try:
        for name in names:
            past, kept, _ = store.open(name)
            log = Log(Memory(), RealClock(), past, kept)
            whys = [event.why for event in log.after(0) if hasattr(event, "why")]
            assert whys.count("crash") == 2
            for reader in readers:
                if reader.session == name:
                    assert told(reader) == expected(log, reader.started or 0, reader.transport), reader.transport
    finally:
        store.close()
    assert sum(reader.lost for reader in readers) >= len(readers)


async def _over(http: httpx.AsyncClient, url: str) -> int:
    """The last event's number, once nothing runs."""
    while True:
        state = (await http.get(url)).json()
        if not state["running"]:
            return state["lastEventId"]
        await asyncio.sleep(0.05)


def _broken(reading: list[asyncio.Task[None]]) -> bool:
    for task in reading:
        if task.done():
            task.result()
    return False
