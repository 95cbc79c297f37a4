"""Other people's mock of the vendors, `@copilotkit/aimock` from npm, as a server on loopback."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parent.parent
VERSION = "1.43.0"
CLI = ROOT / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"


class Aimock:
    """A running mock: `url` without a path, and what it was asked."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def asked(self, path: str) -> list[dict[str, Any]]:
        """The bodies of the requests to `path`, in the mock's own (OpenAI chat) words, oldest first."""
        journal = httpx.get(f"{self.url}/__aimock/journal", timeout=5).raise_for_status().json()
        return [entry["body"] for entry in journal if entry["path"].startswith(path)]


def install() -> str | None:
    """Fetches the package once; returns why that cannot be, or None. In CI it has to be."""
    if CLI.exists() and json.loads((CLI.parents[1] / "package.json").read_text())["version"] == VERSION:
        return None
    npm = shutil.which("npm")
    if npm is None:
        return "There is no npm on this machine: apt install npm."
    command = [npm, "install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--prefix", str(ROOT)]
    done = subprocess.run([*command, f"@copilotkit/aimock@{VERSION}"], capture_output=True, text=True, timeout=55)
    return None if done.returncode == 0 else f"npm could not install aimock: {done.stderr.strip()[-200:]}"


@contextmanager
def aimock(fixtures: list[dict[str, Any]], folder: Path) -> Iterator[Aimock]:
    """Runs the mock with these fixtures; skips the test, or fails it in CI, where it cannot be had."""
    if missing := install():
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    file = folder / "fixtures.json"
    file.write_text(json.dumps({"fixtures": fixtures}), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        str(shutil.which("node")),
        str(CLI),
        "-p",
        str(port),
        "-f",
        str(file),
        "--log-level",
        "silent",
        "--strict",
    ]
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
