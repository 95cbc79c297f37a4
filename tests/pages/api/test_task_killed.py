"""A task whose server is killed in mid-work, as a program sees it over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.browser.player import words
from tests.browser.server import Server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path).running() as server:
        yield server


def until(look: Callable[[], Any], seconds: float = 15) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.05)
    raise TimeoutError


def test_it_is_told_as_interrupted_and_continue_goes_on_from_its_last_finished_step(server: Server) -> None:
    prompt = server.write(
        "rivers",
        [["think", "First the lengths. "], ["call", "calculate", {"expression": "2850 + 2290"}]],
        [["think", "Then the rest. "], ["call", "calculate", {"expression": "5140 * 2"}]],
        [*words("say", "All in all it is a long way from the source to the sea, and back again."), ["say", " End."]],
        pace=0.1,
    )
    with httpx.Client(base_url=server.url, timeout=10) as http:
        begun = http.post("/api/agent/tasks", json={"prompt": prompt})
        assert begun.status_code == 202
        id = begun.json()["taskId"]
        until(lambda: "10280" in http.get(f"/api/sessions/{id}/events").text)
        assert http.get(f"/api/agent/tasks/{id}").json()["state"] == "running"
        server.kill()
        seen = len(server_log(server, id, None))
        server.start()
        told = http.get(f"/api/agent/tasks/{id}").json()
        assert (told["state"], told["result"]) == ("interrupted", None)
        assert [task["taskId"] for task in http.get("/api/agent/tasks").json()["tasks"]] == [id]
        end = server_log(server, id, http)[-1]
        assert (end["type"], end["why"]) == ("turn.end", "crash")
        cursor = end["eventId"]
        assert cursor >= seen
        assert http.post(f"/api/agent/tasks/{id}/continue").status_code == 202
        frames = list(streamed(http, f"/api/agent/tasks/{id}/stream", cursor))
        assert frames[-1]["type"] == "complete"
        assert frames[-1]["result"].endswith("and back again. End.")
        assert not [frame for frame in frames if "calculate" in frame.get("message", "")]  # done already
        done = http.get(f"/api/agent/tasks/{id}").json()
        assert (done["state"], done["percent"]) == ("done", 100)
        after = http.get(f"/api/agent/tasks/{id}/stream", headers={"last-event-id": str(frames[-1]["eventId"])})
        assert after.status_code == 204  # an EventSource stops asking


def server_log(server: Server, id: str, http: httpx.Client | None) -> list[dict[str, Any]]:
    """The events that are there: from the server, or from the lines that a killed one has left."""
    if http:
        return [json.loads(line) for line in http.get(f"/api/sessions/{id}/events").text.splitlines()]
    lines = [path.read_text() for path in sorted((server.folder / "data" / "journal").glob(f"{id}.*.jsonl"))]
    return [json.loads(line) for line in "".join(lines).splitlines()]


def streamed(http: httpx.Client, path: str, after: int) -> Iterator[dict[str, Any]]:
    with http.stream("GET", path, params={"after": after}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("data: "):
                yield json.loads(line[6:])
