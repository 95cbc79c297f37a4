"""The words of the demo brain: what a rule is given and what it gives back. Pure values."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A result that a later part may call “that”: a number as it was observed and its unit, or a date."""

    digits: str = ""
    unit: str = ""
    day: str = ""

    @property
    def text(self) -> str:
        return self.day or f"{self.digits} {self.unit}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One part of a request, as written (`text`) and with its numbers in digits and its courtesies gone (`plain`)."""

    text: str
    plain: str
    quotes: tuple[str, ...] = ()
    whole: str = ""
    """The whole request, plain: an exchange rate may be given in another part."""
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A tool that a rule wants called, and the thought that leads to it."""

    tool: str
    args: Mapping[str, Any]
    thought: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was observed of a call."""

    ok: bool
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is missing; `complete` makes the whole request of a reply, or None if it is no reply to this."""

    text: str
    complete: Callable[[str], str | None]
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What came of a part: a sentence for the answer, cells for its table, and a value for later parts."""

    sentence: str
    how: str = ""
    result: str = ""
    value: Value | None = None
    notes: tuple[str, ...] = ()
    block: str = ""
    question: Question | None = None
    ok: bool = True


Steps = Generator[Call, Seen, Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A part that a rule has taken: `because` says why (“is a percentage of a number”), `steps` does it.

    `refers` tasks get the value of the part before; `again` makes a whole clause of an elliptic next part
    (“and in New York?”). `parts` is for a rule that stands for several requests.
    """

    rule: str
    because: str
    steps: Callable[[Value | None], Steps]
    refers: bool = False
    again: Callable[[str], str | None] | None = None
    parts: tuple[str, ...] = ()


Rule = Callable[[Clause], Task | None]
