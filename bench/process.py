"""A server in a process of its own, on a free port of this machine, and always ended."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
PATIENCE = 30.0  # seconds until a server that does not answer is given up


class Server:
    """`python *arguments`, where "PORT" stands for a free port; its output goes to `folder/server.log`."""

    def __init__(self, *arguments: str, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        given = [str(self.port) if argument == "PORT" else argument for argument in arguments]
        ours = ("THINKALOUD_", "NICEGUI_", "PYTEST_")  # NiceGUI serves otherwise where it sees pytest
        outside = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self._log = open(folder / "server.log", "ab")  # noqa: SIM115 (open as long as the process)
        self._began = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, *given],
            cwd=folder,
            env={**outside, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_answers(self) -> float:
        """Returns the seconds from the start of the process to its first 200. Raises RuntimeError if none comes."""
        while time.perf_counter() - self._began < PATIENCE and self._process.poll() is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                connection.request("GET", "/")
                if connection.getresponse().status == 200:
                    return time.perf_counter() - self._began
            except OSError:
                pass
            finally:
                connection.close()
            time.sleep(0.005)
        self.stop()
        raise RuntimeError(f"The server does not answer:\n{(self.folder / 'server.log').read_text()[-2000:]}")

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self._process.pid)

    def cpu(self) -> float:
        """Seconds of CPU that the process has used so far."""
        times = self.process.cpu_times()
        return times.user + times.system

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(6)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(6)
        self._log.close()


@contextmanager
def serving(*arguments: str, folder: Path) -> Iterator[Server]:
    """A server that answers, as long as the block runs."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(*arguments, folder=folder)
    try:
        server.wait_answers()
        yield server
    finally:
        server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
