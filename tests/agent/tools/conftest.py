"""The tools with a clock that stands still and a small folder of documents."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from agent.tools import Outcome, toolbox

NOON = 1_792_497_600_000  # Tuesday, 20 October 2026, 12:00 UTC


class StoppedClock:
    def now(self) -> int:
        return NOON

    def elapsed(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None: ...

    def later(self, seconds, call):
        raise NotImplementedError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "help"
    folder.mkdir()
    (folder / "stop.md").write_text("# Stopping\n\nPress Esc to stop the answer.\n\n## Continuing\n\nGo on later.\n")
    (folder / "keys.txt").write_text("Enter sends; shift makes a new line.")
    return folder


@pytest.fixture
def run(folder: Path):
    box = {one.name: one for one in toolbox(clock=StoppedClock(), folders=[folder], zone=UTC)}

    async def run(name: str, **args) -> Outcome:
        return await box[name].run(args)

    return run
