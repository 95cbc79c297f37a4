"""What the demo thinks aloud before it calls tools or answers."""

from __future__ import annotations

from collections.abc import Iterator

from .figures import counted, quoted
from .plan import Plan, Planned
from .reading import Turn

WHO = "This is Demo: rules, no AI model. It takes a request apart, follows a rule for each part and calls real tools."


def thoughts(plan: Plan, turn: Turn, *, first: bool, before: str, rest: bool) -> Iterator[str]:
    """The thoughts of this step, each one stretch.

    `first`: in this session; `before`: how the turn before was broken off, if it was; `rest`: the answer goes on
    midway.
    """
    if rest:
        yield "The answer was broken off in the middle. What was said stands; here is the rest."
        return
    if not turn.results:
        opening = [WHO] if first and not turn.thought else []
        if turn.resumed:
            opening.append("Going on from where this was broken off; no tool had answered yet.")
        elif before:
            opening.append("The turn before was broken off. This is a new request, so it stays as it is.")
        yield "\n\n".join([*opening, _plan(plan)])
    elif turn.resumed and not turn.recent:
        done = counted(len(turn.results), "result").capitalize()
        verb = "is" if len(turn.results) == 1 else "are"
        yield f"Going on from where this was broken off. {done} {verb} here already; those tools need not run again."
    if len(plan.parts) > 1 or turn.results:
        yield from (_call(plan, number) for number, _ in plan.calls)
    if not plan.calls:
        yield _closing(plan)


def _plan(plan: Plan) -> str:
    lines: list[str] = []
    if plan.completes:
        lines.append(
            f"“{quoted(plan.completes)}” answers my question, so the request is now: {quoted(plan.request, 120)}."
        )
    if plan.tour:
        lines.append("A tour was asked for, so I do a bit of everything.")
    if not plan.parts:
        lines.append("There is nothing in this request that I could read.")
        return "\n\n".join(lines)
    if len(plan.parts) == 1:
        lines.append(_why(plan.parts[0]))
        return "\n\n".join(lines)
    lines.append(f"{counted(len(plan.parts), 'part').capitalize()}:")
    rows: list[str] = []
    for number, part in enumerate(plan.parts, 1):
        rule = f"rule *{part.task.rule}*" if part.task else "no rule for this"
        needs = f", needs the result of part {number - 1}" if part.task and part.task.refers and number > 1 else ""
        rows.append(f"{number}. {quoted(part.clause.text)} → {rule}{needs}")
    lines.append("\n".join(rows))
    numbers = [number for number, _ in plan.calls]
    if len(numbers) > 1:
        listed = f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
        lines.append(f"Parts {listed} do not need each other: I call their tools at the same time.")
    return "\n\n".join(lines)


def _why(part: Planned) -> str:
    if part.task is None:
        return f"I looked for a rule for “{quoted(part.clause.text)}” and found none. I do not guess."
    how = f" {part.call.thought}" if part.call and not part.step else ""
    return f"“{quoted(part.clause.text, 140)}” {part.task.because}: rule *{part.task.rule}*.{how}"


def _call(plan: Plan, number: int) -> str:
    part = plan.parts[number - 1]
    if part.call is None or part.task is None:
        return ""
    if len(plan.parts) == 1 or part.step:
        return part.call.thought
    return f"Part {number} {part.task.because}. {part.call.thought}"


def _closing(plan: Plan) -> str:
    if plan.questions:
        return "Something is missing that I must not make up, so I ask back."
    done = [part for part in plan.parts if part.finding and part.finding.ok and part.step]
    unknown = [part for part in plan.parts if part.task is None]
    failed = [part for part in plan.parts if part.finding and not part.finding.ok]
    if unknown and len(unknown) == len(plan.parts):
        return "So I say that, and offer three things that I can do."
    if failed:
        return f"{counted(len(failed), 'part').capitalize()} did not work out; the answer says why."
    if not done:
        return "No tool is needed for this."
    ending = (
        "everything in the answer comes from what the tools said."
        if not unknown
        else "the rest has no rule, and the answer says so."
    )
    return f"{'All parts are' if len(plan.parts) > 1 and not unknown else 'That is'} done; {ending}"
