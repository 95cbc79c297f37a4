"""A crowd at one session: every token to a thousand websockets, on one core, beside a bare loop that sends the same."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import httpx
import psutil

from .process import Server, serving
from .source import Order, sent
from .table import Row

READERS = 1_000
SECONDS = 10
RATE = 50
STEADY = 100  # readers, one of whom stalls
CONNECTING = 100  # at a time
MASK = b"\0\0\0\0"


class Reader(asyncio.Protocol):
    """A websocket that notes when each frame came, as cheaply as can be: it must not be what is measured."""

    def __init__(self) -> None:
        self.frames: list[tuple[float, bytes]] = []
        self.open = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport
        self._data = bytearray()
        self._accepted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        now = time.time() * 1000
        self._data += data
        if not self._accepted:
            head, found, rest = bytes(self._data).partition(b"\r\n\r\n")
            if not found:
                return
            assert b" 101 " in head, head
            self._accepted, self._data = True, bytearray(rest)
            self.open.set_result(None)
        while frame := self._frame():
            opcode, payload = frame
            if opcode == 1:
                self.frames.append((now, payload))
            elif opcode == 9:
                self.transport.write(bytes([0x8A, 0x80 | len(payload)]) + MASK + payload)

    def say(self, text: str) -> None:
        payload = text.encode()
        length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
        self.transport.write(b"\x81" + length + MASK + payload)

    def _frame(self) -> tuple[int, bytes] | None:
        data = self._data
        if len(data) < 2:
            return None
        length, at = data[1] & 127, 2
        if length >= 126:
            at = 4 if length == 126 else 10
            length = int.from_bytes(data[2:at], "big")
        if len(data) < at + length:
            return None
        payload = bytes(data[at : at + length])
        opcode = data[0] & 15
        del data[: at + length]
        return opcode, payload


async def reader(port: int, path: str, *, stops: bool = False) -> Reader:
    """One that is connected; and takes nothing any more, if it `stops`."""
    _, protocol = await asyncio.get_running_loop().create_connection(Reader, "127.0.0.1", port)
    key = base64.b64encode(os.urandom(16)).decode()
    protocol.transport.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    await asyncio.wait_for(protocol.open, 30)
    if stops:
        protocol.transport.pause_reading()
    return protocol


async def readers(port: int, path: str, count: int) -> list[Reader]:
    out: list[Reader] = []
    while len(out) < count:
        out += await asyncio.gather(*(reader(port, path) for _ in range(min(CONNECTING, count - len(out)))))
    return out


def let_go(crowd: Sequence[Reader]) -> None:
    for one in crowd:
        one.transport.close()


async def crowd(folder: Path, count: int) -> list[Row]:
    """How late tokens are for a thousand readers, and what that costs beside a loop that sends the same frames."""
    order = Order(tokens=RATE * SECONDS, rate=RATE, run=1)
    with serving("-m", "bench.server", "PORT", str(folder / "ours"), folder=folder / "ours") as server:
        pinned(server)
        everybody = await readers(server.port, "/ws/agent?session=crowd&dialect=native", count)
        await asyncio.sleep(1)
        spent = server.cpu()
        await ask(server, "crowd", order)
        left = await sent(order, folder / "ours")
        await until_over(everybody)
        ours = server.cpu() - spent
        late = lateness(everybody, left)
        script = [(at, frame.decode()) for at, frame in everybody[0].frames if b'"eventId"' in frame]
        let_go(everybody)
    raw, loop = [await played(folder / way, way, script, count) for way in ("play", "loop")]
    cpu = f"… server CPU over {SECONDS} s, {len(script)} frames each"
    return [
        Row(what=f"{count:,} websockets, {RATE}/s: delivered p50", ours=statistics.median(late), digits=0),
        Row(what=f"{count:,} websockets, {RATE}/s: delivered p99", ours=percentile(late, 99), bar=250, digits=0),
        Row(what=cpu, ours=ours, raw=raw, unit="s", digits=2, bar=1.5, kind="times"),
        Row(what="… beside one loop that writes to all", ours=ours, raw=loop, unit="s", digits=2, kind="times"),
    ]


async def played(folder: Path, way: str, script: Sequence[tuple[float, str]], count: int) -> float:
    """Seconds of CPU of a bare server that sends the same frames at the same times."""
    keep(folder, script)
    with serving("-m", "bench.bare", "PORT", str(folder), folder=folder) as server:
        pinned(server)
        everybody = await readers(server.port, "/socket", count)
        await asyncio.sleep(1)
        spent = server.cpu()
        async with httpx.AsyncClient() as http:
            await http.post(f"{server.url}/{way}", timeout=60)
        await until(lambda: all(len(one.frames) >= len(script) for one in everybody))
        spent = server.cpu() - spent
        let_go(everybody)
    return spent


def keep(folder: Path, script: Sequence[tuple[float, str]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "script.json").write_text(json.dumps([(at - script[0][0], text) for at, text in script]))


async def stalled(folder: Path) -> list[Row]:
    """What one reader who takes nothing costs the 99 others, and the server. There is more for it than any buffer of
    the system would hold."""
    p99: dict[bool, list[float]] = {False: [], True: []}
    grown = 0.0
    with serving("-m", "bench.server", "PORT", str(folder / "stalled"), folder=folder / "stalled") as server:
        pinned(server)
        session = f"{server.url}/api/sessions/stalled"
        async with httpx.AsyncClient(timeout=60) as http:
            await ask(server, "stalled", Order(tokens=500_000, rate=100_000_000, run=0))
            await sent(Order(tokens=500_000, rate=100_000_000, run=0), folder / "stalled")
            while (await http.get(session)).json()["running"]:  # noqa: ASYNC110 (of another process)
                await asyncio.sleep(0.1)
            for run in range(1, 7):
                order, stops = Order(tokens=RATE * SECONDS, rate=RATE, run=run), run % 2 == 0
                last = (await http.get(session)).json()["lastEventId"]
                path = "/ws/agent?session=stalled&dialect=native&after="
                everybody = await readers(server.port, f"{path}{last}", STEADY - 1)
                first = await reader(server.port, path + ("0" if stops else str(last)), stops=stops)
                await asyncio.sleep(1)
                before = memory(server)
                await ask(server, "stalled", order)
                left = await sent(order, folder / "stalled")
                await until_over(everybody)
                p99[stops].append(percentile(lateness(everybody, left), 99))
                grown = max(grown, memory(server) - before) if stops else grown
                if stops:
                    assert not any(b"turn.end" in frame for _, frame in first.frames), "it has not stalled"
                let_go([first, *everybody])
    return [
        Row(
            what=f"{STEADY} websockets, one of whom takes nothing: delivered p99 of the others",
            ours=statistics.median(p99[True]),
            raw=statistics.median(p99[False]),
            bar=1.2,
            kind="times",
        ),
        Row(what="… memory that the server grows by", ours=grown, unit="MB", bar=20),
    ]


async def churn(folder: Path, seconds: int) -> list[Row]:
    """Two hundred people a second who come and go: what stays behind."""
    with serving("-m", "bench.server", "PORT", str(folder / "churn"), folder=folder / "churn") as server:
        await come_and_go(server, 5)
        await asyncio.sleep(3)
        before, handles = memory(server), server.process.num_fds()
        await come_and_go(server, seconds)
        await asyncio.sleep(3)
        after, left = memory(server), server.process.num_fds()
    return [
        Row(what=f"200 connects a second, {seconds} s: memory that stays", ours=after - before, unit="MB", bar=10),
        Row(what="… file descriptors that stay", ours=left - handles, unit="", digits=0, bar=0),
    ]


async def come_and_go(server: Server, seconds: int) -> None:
    async def one(number: int) -> None:
        path = ["/ws/agent", "/ws/chat", f"/ws/agent?session=s{number % 50}", f"/ws/room/lobby/p{number % 20}"]
        came = await reader(server.port, path[number % 4])
        came.transport.close()

    start = time.monotonic()
    tasks: set[asyncio.Task[None]] = set()
    for number in range(200 * seconds):
        if (wait := start + number / 200 - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        task = asyncio.create_task(one(number))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)


async def ask(server: Server, session: str, order: Order) -> None:
    async with httpx.AsyncClient() as http:
        answer = await http.post(
            f"{server.url}/api/sessions/{session}/messages", json={"content": str(order)}, timeout=30
        )
        answer.raise_for_status()


async def until_over(crowd: Sequence[Reader]) -> None:
    await until(lambda: all(one.frames and b'"turn.end"' in one.frames[-1][1] for one in crowd))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 (what is waited for is in another process)
            await asyncio.sleep(0.05)


def lateness(crowd: Sequence[Reader], left: Sequence[float]) -> list[float]:
    """Ms from a token's leaving to its coming, of each token and reader."""
    from .answer import answer

    ends: list[int] = []
    for token in answer(len(left)):
        ends.append((ends[-1] if ends else 0) + len(token))
    known: dict[bytes, int] = {}
    late: list[float] = []
    for one in crowd:
        seen, i = 0, 0
        for at, frame in one.frames:
            if frame not in known:
                told = json.loads(frame)
                known[frame] = len(told["content"]) if told["type"] == "thought.delta" else 0
            seen += known[frame]
            while i < len(ends) and ends[i] <= seen:
                late.append(at - left[i])
                i += 1
        assert i == len(ends), f"a reader was told {i} of {len(ends)} tokens"
    return late


def percentile(values: Sequence[float], which: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * which // 100)]


def memory(server: Server) -> float:
    """MB of the server's own."""
    return server.process.memory_info().rss / 1e6


def pinned(server: Server) -> None:
    """The server on one core, and this process on the others, where there are others."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(cores) > 1:
        with suppress(psutil.Error):
            server.process.cpu_affinity(cores[:1])
            psutil.Process().cpu_affinity(cores[1:])
