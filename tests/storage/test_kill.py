from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.codec import encode
from storage.coding import dumps, loads
from storage.store import DiskStore

from .victim import SESSIONS

ROOT = Path(__file__).parents[2]
ROUNDS = 50


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a Unix word")
def test_killed_at_any_moment_nothing_that_anyone_saw_is_missing(tmp_path: Path) -> None:
    dice = random.Random(50)
    seen: dict[tuple[str, int], Any] = {}
    settled_and_not = [0, 0]
    for round_, victim in enumerate(victims(tmp_path)):
        new = killed(victim, dice.uniform(0.005, 0.3))
        assert new, "the readers saw nothing at all"
        seen |= new
        store = DiskStore(tmp_path)
        for session in SESSIONS:
            past, kept, _ = store.open(session)
            numbers = [number for name, number in new if name == session]
            first = min(numbers, default=1)
            on_disk = [*past[first - 1 :], *kept[max(0, first - 1 - len(past)) :]]
            assert [event.event_id for event in on_disk] == list(range(first, len(past) + len(kept) + 1))
            missing = {number for number in numbers if encoded(on_disk, number - first) != new[session, number]}
            assert not missing, f"round {round_}: readers of {session} saw {sorted(missing)}, and the disk has not"
            settled_and_not[0] += sum(number <= len(past) for number in numbers)
            settled_and_not[1] += sum(number > len(past) for number in numbers)
        assert not [notice for notice in store.notices if "damaged after" not in notice]
        store.close()
    assert min(settled_and_not) > ROUNDS, "both halves of the disk were asked"
    everything_is_still_there(tmp_path, seen)


def victims(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One for each round, and the next imports what it needs meanwhile."""

    def started(seed: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.storage.victim", str(folder), str(seed)]
        return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    following = started(0)
    for seed in range(1, ROUNDS):
        victim, following = following, started(seed)
        yield victim
    yield following


def killed(victim: subprocess.Popen[bytes], seconds: float) -> dict[tuple[str, int], Any]:
    """What readers saw of a process that was killed `seconds` after it showed the first event."""
    with victim:
        assert victim.stdin
        assert victim.stdout
        victim.stdin.write(b"\n")
        first = victim.stdout.readline()
        rest = reading(victim, seconds)
        assert victim.returncode == -9, "it ended by itself: see its words below"
    seen: dict[tuple[str, int], Any] = {}
    for line in (first + rest).splitlines(keepends=True):
        if line.endswith(b"\n"):  # the reader itself may be cut short
            session, event = loads(line)
            key = (session, event["eventId"])
            assert seen.setdefault(key, event) == event, "two readers saw different events"
    return seen


def reading(victim: subprocess.Popen[bytes], seconds: float) -> bytes:
    """Reads all the while, so that the victim never waits for us; kills it when the time has come."""
    try:
        return victim.communicate(timeout=seconds)[0]
    except subprocess.TimeoutExpired:
        victim.kill()
        return victim.communicate()[0]


def encoded(events: list[Any], index: int) -> Any:
    return told(events[index]) if index < len(events) else None


def told(event: Any) -> Any:
    """As it looks after a journey through JSON."""
    return loads(dumps(encode(event)))


def everything_is_still_there(folder: Path, seen: dict[tuple[str, int], Any]) -> None:
    store = DiskStore(folder)
    for session in SESSIONS:
        past, kept, _ = store.open(session)
        for event in [*past, *kept]:
            key = (session, event.event_id)
            if key in seen:
                assert told(event) == seen.pop(key)
    assert not seen
    store.close()
