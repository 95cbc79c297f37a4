"""The plan: the parts of a request, played against what was observed so far.

A part is a generator that asks for calls. It is run from its beginning for every step and fed the observations that
the prompt already has; the first call without one is what to do next. So nothing is kept between steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from .clauses import Part, parts_of
from .reading import Turn
from .rules import match
from .terms import Call, Clause, Finding, Question, Task, Value

REMEMBERED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A part with its task (None: no rule), what came of it (None: not done), and the call that it waits for."""

    clause: Clause
    task: Task | None
    finding: Finding | None = None
    call: Call | None = None
    step: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All parts; `tour` tells a tour from a request, `completes` is what a reply to a question was put into."""

    request: str
    parts: tuple[Planned, ...]
    tour: bool = False
    completes: str = ""
    that: Value | None = None

    @property
    def calls(self) -> tuple[tuple[int, Call], ...]:
        return tuple((number, part.call) for number, part in enumerate(self.parts, 1) if part.call)

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(part.finding.question for part in self.parts if part.finding and part.finding.question)


def plan(turns: Sequence[Turn], tools: tuple[str, ...]) -> Plan:
    """The plan for the last turn. The turns before tell what “that” is and which question was open."""
    made = Plan(request="", parts=())
    that: Value | None = None
    for turn in turns[-REMEMBERED:]:
        made = _planned(turn, tools, that, made)
        that = next((f.value for f in reversed([p.finding for p in made.parts]) if f and f.value), that)
    return made


def _planned(turn: Turn, tools: tuple[str, ...], that: Value | None, before: Plan) -> Plan:
    request, completes = turn.request, ""
    parts = _parts(request, tools)
    for question in before.questions:
        fits = question.complete(request[:4_000]) if not _understood(parts) or question.choices else None
        if fits:
            request, completes = fits, turn.request
            parts = _parts(request, tools)
            break
    tour = len(parts) == 1 and parts[0].task is not None and bool(parts[0].task.parts)
    if tour and parts[0].task:
        parts = tuple(one for text in parts[0].task.parts for one in _parts(text, tools))
    return Plan(request=request, parts=_played(parts, turn, tools, that), tour=tour, completes=completes, that=that)


@lru_cache(maxsize=64)
def _parts(request: str, tools: tuple[str, ...]) -> tuple[Part, ...]:
    """Remembered, for each step reads the same requests again."""
    return parts_of(request, match, tools)


def _understood(parts: tuple[Part, ...]) -> bool:
    """A reply that is a request of its own is no reply; “one euro is 1.08 dollars” alone is one."""
    return any(part.task and part.task.rule not in ("rate", "arithmetic") for part in parts)


def _played(parts: tuple[Part, ...], turn: Turn, tools: tuple[str, ...], that: Value | None) -> tuple[Planned, ...]:
    played: list[Planned] = []
    for part in parts:
        waits, value = _that(played, that)
        if part.task is None or (part.task.refers and waits):
            played.append(Planned(clause=part.clause, task=part.task))
        else:
            played.append(_run(part.clause, part.task, turn, tools, value))
    return tuple(played)


def _that(played: list[Planned], that: Value | None) -> tuple[bool, Value | None]:
    """Whether “that” is still being worked out, and what it is otherwise: the nearest result before."""
    for part in reversed(played):
        if part.task and not part.finding:
            return True, None
        if part.finding and part.finding.value:
            return False, part.finding.value
    return False, that


def _run(clause: Clause, task: Task, turn: Turn, tools: tuple[str, ...], that: Value | None) -> Planned:
    steps = task.steps(that)
    step = 0
    try:
        call = next(steps)
        while True:
            if call.tool not in tools:
                missing = f"That needs the tool `{call.tool}`, which this session does not have."
                return Planned(clause=clause, task=task, finding=Finding(sentence=missing, ok=False))
            seen = turn.seen(call)
            if seen is None:
                return Planned(clause=clause, task=task, call=call, step=step)
            step += 1
            call = steps.send(seen)
    except StopIteration as done:
        finding: Finding = done.value
        return Planned(clause=clause, task=task, finding=finding, step=step)
