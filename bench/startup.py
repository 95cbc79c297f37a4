"""From the start of the process to the first 200, beside a NiceGUI app with one label."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median

from .process import ROOT, Server
from .table import Row

EMPTY = ("-m", "bench.empty", "PORT")
OURS = (str(ROOT / "main.py"), "--port", "PORT", "--no-browser", "--data", "data")


def startup(folder: Path, rounds: int, say: Callable[[str], None]) -> list[Row]:
    """Medians of alternating runs, after one of each that leaves the bytecode behind."""
    times: dict[tuple[str, ...], list[float]] = {EMPTY: [], OURS: []}
    for turn in range(rounds + 1):
        for i, arguments in enumerate(times):
            say(f"startup {turn}/{rounds}: {'Thinkaloud' if i else 'empty NiceGUI app'}")
            place = folder / f"startup-{i}-{turn}"
            place.mkdir(parents=True)
            server = Server(*arguments, folder=place)
            try:
                took = server.wait_answers()
            finally:
                server.stop()
            if turn:
                times[arguments].append(took)
    empty, ours = (median(found) for found in times.values())
    what = "start-up to the first 200, beside an empty NiceGUI app"
    return [Row(what=what, raw=empty, ours=ours, unit="s", digits=2, bar=0.7, kind="more")]
