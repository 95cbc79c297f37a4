"""The app in a process of its own: started, killed, started again on the same port and folder."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx

from agent.access import Role
from agent.chance import Chance
from pages.api.auth import Tokens
from pages.api.secret import token_secret
from storage.store import DiskStore

from .app import told
from .player import Line, script

ROOT = Path(__file__).parents[2]


class Server:
    """`python -m tests.browser.app` on a free port, in a folder of its own; or `main.py` with the demo alone."""

    def __init__(
        self,
        folder: Path,
        *,
        entry: str = "tests.browser.app",
        options: Iterable[str] = (),
        environ: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.folder = folder
        self._environ = environ
        self.port = free_port()
        for name in ("scripts", "docs"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._command = [sys.executable, "-m", entry, str(self.port), str(folder)]
        if entry == "main":
            self._command[3:] = ["--port", str(self.port), "--data", str(folder / "data"), "--no-browser"]
        self._command += options
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def invitation(self, user: str, role: Role = "member") -> str:
        """The link by which somebody signs in."""
        tokens = Tokens(token_secret(self.folder / "data", {}), Chance().clock)
        return f"{self.url}/signin?token={tokens.invite(user, role, 1)}"

    @contextmanager
    def running(self) -> Iterator[Server]:
        """It is started, and stopped in the end; what it has written by then tells of no failure."""
        self.start()
        try:
            yield self
        finally:
            self.stop()
        assert "Traceback" not in self.errors()

    def start(self, seconds: float = 20) -> None:
        """Returns once it says where it is; raises RuntimeError with what it said instead."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "NICEGUI_"))}
        with open(self.folder / "errors", "a") as errors:
            self._process = subprocess.Popen(
                self._command,
                cwd=self.folder,
                env=environ | {"PYTHONPATH": str(ROOT), **self._environ},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        out = self._process.stdout
        assert out
        if not select.select([out], [], [], seconds)[0] or not out.readline().startswith("Thinkaloud: "):
            self.stop()
            raise RuntimeError(f"The app did not start: {self.errors()}")

    def kill(self) -> None:
        """As the kernel does when memory is short."""
        assert self._process
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.communicate(timeout=5)

    def stop(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.communicate(timeout=6)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate(timeout=5)

    def errors(self) -> str:
        return (self.folder / "errors").read_text()

    def write(self, name: str, *steps: list[Line], pace: float = 0.02) -> str:
        """Keeps a script; returns the message that plays it."""
        (self.folder / "scripts" / f"{name}.json").write_text(json.dumps(script(*steps, pace=pace)), encoding="utf-8")
        return f"play {name}"

    def gate(self, name: str) -> Line:
        """A line of scripts at which the agent waits for `open_gate`."""
        return ["until", str(self.folder / f"{name}.open")]

    def open_gate(self, name: str) -> None:
        (self.folder / f"{name}.open").touch()

    def log(self, session: str) -> list[dict[str, Any]]:
        """The turns of the session's log: see `app.told`."""
        return httpx.get(f"{self.url}/test/log/{session}", timeout=10).raise_for_status().json()

    def wait_over(self, session: str, seconds: float = 20) -> list[dict[str, Any]]:
        """The same once no turn runs any more."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            turns = self.log(session)
            if turns and turns[-1]["state"] != "running":
                return turns
            time.sleep(0.1)
        raise TimeoutError("The turn did not end.")


def log_on_disk(folder: Path, session: str) -> list[dict[str, Any]]:
    """What the data folder of a server that has ended has of the session."""
    store = DiskStore(folder / "data")
    try:
        past, kept, _ = store.open(session)
        return told([*past, *kept])
    finally:
        store.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
