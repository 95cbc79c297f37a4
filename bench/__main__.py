"""One command, one table: `python -m bench [--quick] [--only paint,open] [--json FILE]`."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from .crowd import READERS, churn, crowd, stalled
from .journal import journal
from .opening import opening
from .process import ROOT
from .settling import settling
from .startup import startup
from .streaming import FAST, LONG, SHORT, USUAL, Size, cost, paint, size_rows, work_rows
from .table import Row, markdown
from .upstream import upstream

PARTS = ("paint", "bytes", "cpu", "startup", "journal", "open", "settle", "upstream", "crowd", "stalled", "churn")
LONGEST = 1_500  # seconds
BRIEF = Size(tokens=300, rate=50)


def arguments(given: Sequence[str]) -> argparse.Namespace:
    out = argparse.ArgumentParser(prog="python -m bench", description="What Thinkaloud costs, beside raw baselines.")
    out.add_argument("--quick", action="store_true", help="one round, short answers: 3 minutes, not 9")
    out.add_argument("--only", default=",".join(PARTS), help=f"parts, with commas between: {', '.join(PARTS)}")
    out.add_argument("--rounds", type=int, default=0, help="how often streams alternate (default 3, quick 1)")
    out.add_argument("--json", type=Path, help="a file for the same rows as JSON")
    read = out.parse_args(given)
    read.only = read.only.split(",")
    if strange := set(read.only) - set(PARTS):
        out.error(f"there is no part {', '.join(sorted(strange))}")
    return read


async def report(only: Sequence[str], folder: Path, *, quick: bool, rounds: int) -> tuple[list[Row], bool]:
    """Measures the parts, one after the other: nothing else runs meanwhile. Tells, too, whether all of them worked."""
    rounds = rounds or (1 if quick else 3)

    async def streamed() -> list[Row]:
        costs = await cost(folder / "cost", [SHORT, FAST] if quick else [USUAL, SHORT, FAST, LONG], rounds, say)
        return [*(size_rows(costs) if "bytes" in only else ()), *(work_rows(costs) if "cpu" in only else ())]

    parts: list[tuple[set[str], Callable[[], Awaitable[list[Row]]]]] = [
        ({"paint"}, lambda: paint(folder / "paint", [BRIEF, FAST] if quick else [USUAL, FAST], rounds, say)),
        ({"bytes", "cpu"}, streamed),
        ({"startup"}, lambda: asyncio.to_thread(startup, folder / "startup", 2 if quick else 5, say)),
        ({"journal"}, lambda: asyncio.to_thread(journal, folder, 4_000 if quick else 20_000)),
        ({"open"}, lambda: opening(folder, [10, 1_000] if quick else [10, 100, 1_000], rounds, say)),
        ({"settle"}, lambda: settling(folder, 1_000, 3 if quick else 10)),
        ({"crowd"}, lambda: crowd(folder / "crowd", 200 if quick else READERS)),
        ({"stalled"}, lambda: stalled(folder / "stalled")),
        ({"churn"}, lambda: churn(folder / "churn", 10 if quick else 60)),
        ({"upstream"}, lambda: upstream(folder / "upstream", 10 if quick else 40, say)),
    ]
    rows: list[Row] = []
    worked = True
    for names, measured in parts:
        if names & set(only):
            say(", ".join(sorted(names)))
            try:
                rows += await measured()
            except Exception:  # the other parts say something all the same
                traceback.print_exc()
                worked = False
    return rows, worked


def say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def machine() -> dict[str, object]:
    """Where and on what it was measured: numbers of different machines do not compare."""
    describe = ["git", "describe", "--always", "--dirty"]
    commit = subprocess.run(describe, cwd=ROOT, capture_output=True, text=True, check=False)
    return {
        "at": time.strftime("%Y-%m-%d %H:%M:%S"),
        "commit": commit.stdout.strip(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
    }


async def main(given: Sequence[str]) -> int:
    """Prints the table; returns 1 where a part of it is missing because something broke."""
    chosen = arguments(given)
    task = asyncio.current_task()
    assert task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)  # so that all servers end
    about = machine()
    with tempfile.TemporaryDirectory(prefix="thinkaloud-bench-") as folder:
        async with asyncio.timeout(LONGEST):
            rows, worked = await report(chosen.only, Path(folder), quick=chosen.quick, rounds=chosen.rounds)
    print(markdown(rows))
    print("\n" + ", ".join(f"{name}: {value}" for name, value in about.items()))
    if chosen.json:
        chosen.json.write_text(json.dumps({"machine": about, "rows": [row.plain() for row in rows]}, indent=1))
    return 0 if worked else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
