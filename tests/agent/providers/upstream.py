"""A vendor's server on loopback that plays scripts over a bare socket, and is strict about what it is sent.

    async with Upstream() as upstream:
        upstream.plays(Stream(), chat_text("Hel"), chat_text("lo"), Cut())
        …  # ask upstream.url + "/v1"
        assert upstream.requests[0].body["stream"] is True

Each `plays` is what happens to one request, in order; frames.py makes the bytes. A request that nobody scripted, or
that is malformed, is answered with an error and fails the test when the block ends (see `complaints`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Self

from tests.agent.providers.strict import odd
from tests.agent.providers.wire import Connection, Cut, Hang, Raw, Reply, Request, Send, Step, Stream, Wait

__all__ = ["Cut", "Hang", "Raw", "Reply", "Request", "Send", "Stream", "Upstream", "Wait"]

PATHS = ("/v1/chat/completions", "/v1/responses", "/v1/messages")


class Upstream:
    """Listens while the `async with` lasts. `url` has no path: what an adapter is given is `f"{upstream.url}/v1"`."""

    def __init__(self, *, models: Sequence[str] = ("small", "large"), paths: Sequence[str] = PATHS) -> None:
        self.models = list(models)
        self.paths = tuple(paths)
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        self.connections = 0
        self._scripts: list[Sequence[Step]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def plays(self, *steps: Step | Sequence[Step]) -> None:
        """What happens to the next request that has no script yet. Lists of steps are laid out."""
        self._scripts.append([one for step in steps for one in (step if isinstance(step, list | tuple) else [step])])  # type: ignore[misc]

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, kind: object, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if kind is None:
            self.content()

    def content(self) -> None:
        """Fails where there was something to complain of; so does the end of the block."""
        assert not self.complaints, "; ".join(self.complaints)

    async def wait_request(self, number: int = 1) -> Request:
        """Until so many requests have come; returns the last of them."""
        async with asyncio.timeout(10):
            while len(self.requests) < number:
                self._came = asyncio.get_running_loop().create_future()
                await self._came
        return self.requests[number - 1]

    async def wait_closed(self, number: int = 0) -> float:
        """When (on the loop's clock) the client left the request with that number, counted from 1; else the last."""
        request = self.requests[number - 1]
        async with asyncio.timeout(10):
            await request.gone.wait()
        assert request.closed_at is not None
        return request.closed_at

    # ── for its connections ──────────────────────────────────────────────────────────────────────────────

    _came: asyncio.Future[None] | None = None

    def start(self, connection: Connection) -> None:
        self.connections += 1
        task = asyncio.create_task(connection.live())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def take(self, request: Request) -> Sequence[Step]:
        """Writes the request down and says what happens to it."""
        self.requests.append(request)
        if self._came and not self._came.done():
            self._came.set_result(None)
        if request.method == "GET" and request.path.partition("?")[0] == "/v1/models" and not self._scripts:
            return [Reply(body=self._listing("anthropic-version" in request.headers))]
        if self._scripts:
            steps = self._scripts.pop(0)
        else:
            self.complaints.append(f"nobody expected {request.method} {request.path}")
            steps = [Reply(status=500, body="Nobody expected this.")]
        self.complaints += odd(request.method, request.path, request.headers, request.body, self.paths)
        return steps

    def _listing(self, anthropic: bool) -> dict[str, Any]:
        if not anthropic:
            return {
                "object": "list",
                "data": [{"id": id, "object": "model", "created": 1, "owned_by": "us"} for id in self.models],
            }
        made = "2026-01-01T00:00:00Z"
        data = [{"type": "model", "id": id, "display_name": id.title(), "created_at": made} for id in self.models]
        return {
            "data": data,
            "has_more": False,
            "first_id": data[0]["id"] if data else None,
            "last_id": data[-1]["id"] if data else None,
        }
