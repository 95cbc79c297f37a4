"""What to do when a tool knows no such name but tells the nearest ones."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from .figures import code
from .terms import Call, Seen

MISS = re.compile(r"“([^”]{1,60})”.*?Nearest: ([^\n]+?)\.?$", re.S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The last observation, what was read as what on the way, and the names to choose from if none was clear."""

    seen: Seen
    args: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    unknown: str = ""
    choices: tuple[str, ...] = ()


def forgiving(tool: str, args: Mapping[str, Any], thought: str, kind: str) -> Generator[Call, Seen, Outcome]:
    """Calls, and where one name is unknown calls again with the nearest if that one is clear; twice at most."""
    notes: list[str] = []
    for _ in range(3):
        seen = yield Call(tool=tool, args=args, thought=thought)
        found = None if seen.ok else MISS.search(seen.content)
        slot = _slot(args, found[1]) if found else None
        if seen.ok or not found or not slot or len(notes) == 2:
            return Outcome(seen=seen, args=args, notes=tuple(notes))
        unknown, nearest = found[1], [name.strip() for name in found[2].split(",")][:4]
        clear, why = clearly(unknown, nearest)
        if not clear:
            return Outcome(seen=seen, args=args, notes=tuple(notes), unknown=unknown, choices=tuple(nearest))
        notes.append(f"I read “{unknown}” as **{clear.replace('_', ' ')}**: there is no {kind} “{unknown}”.")
        thought = (
            f"`{tool}` failed: it knows no {kind} “{unknown}”. The nearest are {_listed(nearest)}. {why} "
            f"So I try once more with {code(clear)}, and say so in the answer."
        )
        args = {**args, slot: clear}
    raise AssertionError("three rounds always return")


def clearly(unknown: str, nearest: list[str]) -> tuple[str, str]:
    """The one name that is surely meant, and why; nothing if two are as near."""
    same: Callable[[str], bool] = lambda name: name[:1].lower() == unknown[:1].lower()  # noqa: E731
    ranked = sorted(nearest, key=lambda name: -likeness(unknown, name))
    if len(ranked) == 1:
        return ranked[0], f"Only {code(ranked[0])} comes near."
    first, second = likeness(unknown, ranked[0]), likeness(unknown, ranked[1])
    if first - second >= 0.08:
        return ranked[0], f"{code(ranked[0])} is clearly nearer than the rest."
    best = [name for name in ranked if first - likeness(unknown, name) < 0.08]
    initial = [name for name in best if same(name)]
    if len(initial) == 1:
        return initial[
            0
        ], f"People seldom get a first letter wrong, and only {code(initial[0])} begins like “{unknown}”."
    return "", ""


def likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.lower(), other.lower().replace("_", " ")).ratio()


def _slot(args: Mapping[str, Any], unknown: str) -> str | None:
    for name, value in args.items():
        if isinstance(value, str) and " ".join(value.split()).lower() == unknown.lower():
            return name
    return None


def _listed(names: list[str]) -> str:
    return ", ".join(code(name) for name in names)
