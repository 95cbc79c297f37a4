"""Real adapters on a vendor of ours: how fast Stop is, and how late a word of theirs is in the log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from agent.events import ThoughtDelta
from agent.hub import Hub
from agent.models import OneProvider
from agent.providers.anthropic_messages import AnthropicMessages
from agent.providers.clients import Clients
from agent.providers.endpoint import Endpoint
from agent.providers.openai_chat import OpenAIChat
from agent.providers.openai_responses import OpenAIResponses
from agent.session import Session
from agent.store import MemoryStore
from agent.tools.base import tool

from .process import Server, serving
from .table import Row

DIALECTS: dict[str, Callable[..., Any]] = {
    "Responses": OpenAIResponses,
    "chat": OpenAIChat,
    "Messages": AnthropicMessages,
}
OPEN = {"headers": "before headers", "thought": "in mid-thought", "arguments": "in mid-tool-arguments"}
IDLE = {"tool": "in a running tool", "busy": "in a retry wait"}


@tool
async def nap(seconds: float) -> str:
    """Sleeps."""
    await asyncio.sleep(seconds)
    return "slept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One vendor for all adapters, and one client each."""

    server: Server
    clients: Clients

    def session(self, dialect: str, model: str) -> Session:
        base = self.server.url if dialect == "Messages" else f"{self.server.url}/v1"
        endpoint = Endpoint(vendor=dialect.lower(), title=dialect, url=base, key="sk-bench-bench-bench")
        provider = DIALECTS[dialect](model, endpoint, self.clients)
        return Hub(MemoryStore(), models=OneProvider(provider), tools=[nap]).new()

    def closed(self) -> list[int]:
        path = self.server.folder / "closed"
        return [int(line) for line in path.read_text().split()] if path.exists() else []


@asynccontextmanager
async def vendor(folder: Path) -> AsyncIterator[Bench]:
    with serving("-m", "bench.vendor", "PORT", str(folder), folder=folder) as server:
        bench = Bench(server=server, clients=Clients())
        try:
            yield bench
        finally:
            await bench.clients.close()


async def upstream(folder: Path, times: int, say: Callable[[str], None]) -> list[Row]:
    """Both tables; `times` is how often each thing is done."""
    rows: list[Row] = []
    async with vendor(folder) as bench:
        for dialect in DIALECTS:
            say(f"stop, {dialect}")
            await delay(bench, dialect)  # imports the SDK and makes the client
            for state, name in OPEN.items():
                took = [await stopped(bench, dialect, state) for _ in range(times)]
                rows.append(
                    Row(what=f"Stop {name}, {dialect} → the vendor sees the close, p95", ours=p95(took), bar=50)
                )
        for state, name in IDLE.items():
            took = [await ended(bench, dialect, state) for dialect in DIALECTS for _ in range(times)]
            rows.append(Row(what=f"Stop {name} (nothing is open) → the turn has ended, p95", ours=p95(took), bar=50))
        for dialect in DIALECTS:
            say(f"delay, {dialect}")
            late = [await delay(bench, dialect) for _ in range(times)]
            rows.append(
                Row(what=f"first word of a thought, {dialect} → in the log, p50", ours=median(late), digits=2, bar=2)
            )
    return rows


async def stopped(bench: Bench, dialect: str, state: str) -> float:
    """Ms from Stop to the end of the connection, as the vendor saw it."""
    before = len(bench.closed())
    session = await begun(bench, dialect, state)
    at = time.monotonic_ns()
    session.stop()
    await session.wait_idle()
    async with asyncio.timeout(10):
        while len(bench.closed()) == before:  # noqa: ASYNC110 (it is another process that knows)
            await asyncio.sleep(0.002)
    return (bench.closed()[-1] - at) / 1e6


async def ended(bench: Bench, dialect: str, state: str) -> float:
    """Ms from Stop to the turn's end."""
    session = await begun(bench, dialect, state)
    at = time.monotonic_ns()
    session.stop()
    await session.wait_idle()
    return (time.monotonic_ns() - at) / 1e6


async def begun(bench: Bench, dialect: str, state: str) -> Session:
    """A session whose turn has come to `state`."""
    session = bench.session(dialect, state)
    session.say("?")
    async with asyncio.timeout(20):
        while not there(session, state):  # noqa: ASYNC110
            await asyncio.sleep(0.002)
    await asyncio.sleep(0.05)
    return session


def there(session: Session, state: str) -> bool:
    turn = session.transcript.running
    if turn is None:
        raise RuntimeError(f"The turn ended before it was in state {state}: {session.transcript.last}")
    kinds = [thought.kind for thought in turn.thoughts]
    return {
        "thought": kinds == ["thinking"] and bool(turn.thoughts[0].content),
        "tool": "observation" in kinds,
        "busy": bool(turn.retry),
    }.get(state, session.now() - turn.at > 150)  # of the others nothing can be seen from here


async def delay(bench: Bench, dialect: str) -> float:
    """Ms from the moment that the vendor wrote its first word of a thought to its event in the log."""
    session = bench.session(dialect, "stamped")
    late: list[float] = []
    written = session.log.append

    def append(event: Any) -> Any:
        event = written(event)
        if isinstance(event, ThoughtDelta) and not late and event.content.strip():
            late.append((time.monotonic_ns() - int(event.content)) / 1e6)
        return event

    session.log.append = append  # type: ignore[method-assign]
    session.say("?")
    async with asyncio.timeout(20):
        await session.wait_idle()
    return late[0]


def p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, round(len(values) * 0.95))]
