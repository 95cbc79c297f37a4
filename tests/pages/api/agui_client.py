"""Other people's AG-UI client, `@ag-ui/client` from npm, in node."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests import others

SCRIPT = Path(__file__).parent / "agui.mjs"


class AguiClient:
    """A running client with a thread of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def say(self, content: Any, id: str) -> None:
        self._do("say", message={"id": id, "role": "user", "content": content})

    def abort(self) -> None:
        self._do("abort")

    async def run(self, **parameters: Any) -> Run:
        """One run, to its end."""
        heard = self.start(**parameters)
        async for _ in heard:
            pass
        return heard

    def start(self, **parameters: Any) -> Run:
        self._do("run", **parameters)
        assert self._process.stdout
        return Run(self._process.stdout)

    def _do(self, what: str, **more: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"do": what, **more}).encode() + b"\n")


class Run:
    """Yields the events; `error`, `messages` and `pending` are what the client has when it has ended."""

    def __init__(self, stdout: asyncio.StreamReader) -> None:
        self._stdout = stdout
        self.events: list[dict[str, Any]] = []
        self.error: str | None = None
        self.messages: list[dict[str, Any]] = []
        self.pending: list[dict[str, Any]] = []

    def __aiter__(self) -> Run:
        return self

    async def __anext__(self) -> dict[str, Any]:
        line = await asyncio.wait_for(self._stdout.readline(), 20)
        told = json.loads(line)
        if "ended" in told:
            self.error, self.messages = told["ended"]["error"], told["ended"]["messages"]
            self.pending = told["ended"]["pending"]
            raise StopAsyncIteration
        self.events.append(told["event"])
        return told["event"]

    async def until(self, type: str) -> dict[str, Any]:
        async for event in self:
            if event["type"] == type:
                return event
        raise AssertionError(f"The run ended without {type}: {self.types}")

    @property
    def types(self) -> list[str]:
        """The events' types, the same in a row as one."""
        names = [event["type"] for event in self.events]
        return [name for i, name in enumerate(names) if i == 0 or names[i - 1] != name]


@asynccontextmanager
async def agui_client(url: str, thread: str) -> AsyncGenerator[AguiClient, None]:
    """Skips the test, or fails it in CI, where the client cannot be had."""
    folder = await asyncio.to_thread(others.folder, "ag-ui")
    command = [others.found("node"), str(SCRIPT), str(folder), url, thread]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=2**20)
    try:
        yield AguiClient(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
