"""Other people's mock of the vendors, `@copilotkit/aimock` from npm, as a server on loopback."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests import others


class Aimock:
    """A running mock: `url` without a path, and what it was asked."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def asked(self, path: str) -> list[dict[str, Any]]:
        """The bodies of the requests to `path`, in the mock's own (OpenAI chat) words, oldest first."""
        journal = httpx.get(f"{self.url}/__aimock/journal", timeout=5).raise_for_status().json()
        return [entry["body"] for entry in journal if entry["path"].startswith(path)]


@contextmanager
def aimock(fixtures: list[dict[str, Any]], folder: Path) -> Iterator[Aimock]:
    """Runs the mock with these fixtures; skips the test, or fails it in CI, where it cannot be had."""
    program = others.folder("aimock") / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"
    file = folder / "fixtures.json"
    file.write_text(json.dumps({"fixtures": fixtures}), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["-p", str(port), "-f", str(file), "--log-level", "silent", "--strict"]
    command = [others.found("node"), str(program), *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/__aimock/journal", timeout=1)
                break
            except httpx.TransportError:
                if time.monotonic() > until or process.poll() is not None:
                    raise
                time.sleep(0.05)
        yield Aimock(port)
    finally:
        process.terminate()
        process.wait(5)
