"""The answer, composed of what was observed and of nothing else."""

from __future__ import annotations

import json

from .examples import offers
from .figures import quoted
from .plan import Plan, Planned
from .terms import Finding


def answer(plan: Plan, *, files: int = 0) -> str:
    """The whole answer in markdown: always the same for the same plan, so that it can be gone on with."""
    return _joined(_unseen(files), _told(plan))


def _unseen(files: int) -> str:
    if not files:
        return ""
    them = "file" if files == 1 else f"{files} files"
    return f"I cannot look at the {them} you attached: this is the demo, not a model. I go by your words alone."


def _told(plan: Plan) -> str:
    if plan.tour:
        return _tour(plan)
    if not any(part.task for part in plan.parts):
        return _no_rule(plan)
    if len(plan.parts) == 1:
        finding = _finding(plan.parts[0])
        return _joined(finding.sentence, _working(finding), finding.block, _notes([finding]))
    return _several(plan)


def _several(plan: Plan) -> str:
    """Two parts: sentences and a table of how they were worked out. More: a list. Long ones: one after the other."""
    parts = [(part, _finding(part)) for part in plan.parts if not part.task or part.task.rule != "rate"]
    findings = [finding for _, finding in parts]
    if any(finding.block for finding in findings):
        body = "\n\n".join(_joined(finding.sentence, finding.block) for finding in findings)
    elif len(findings) <= 2:
        body = " ".join(finding.sentence for finding in findings)
    else:
        body = "\n".join(f"{number}. {finding.sentence}" for number, finding in enumerate(findings, 1))
    table = _table("Part", parts) if len(parts) == 2 and all(finding.result for finding in findings) else ""
    unknown = [part for part in plan.parts if part.task is None]
    return _joined(body, table, _notes(findings), _offered(plan) if unknown else "")


def _table(title: str, parts: list[tuple[Planned, Finding]]) -> str:
    rows = [
        f"| {_label(part)} | {finding.how} | **{finding.result}** |"
        for part, finding in parts
        if finding.result and finding.how and not finding.block
    ]
    return "\n".join((f"| {title} | Worked out | Result |", "|---|---|---|", *rows)) if rows else ""


def _label(part: Planned) -> str:
    text = quoted(part.clause.text.rstrip(" ?!."), 60)
    return text[:1].upper() + text[1:]


def _finding(part: Planned) -> Finding:
    if part.finding:
        return part.finding
    return Finding(sentence=f"For “{quoted(part.clause.text)}” I have no rule.", ok=False)


def _working(finding: Finding) -> str:
    return f"Worked out: {finding.how}." if finding.how.startswith("$") and "=" in finding.how else ""


def _notes(findings: list[Finding]) -> str:
    notes = list(dict.fromkeys(note for finding in findings for note in finding.notes))
    return f"Note: {notes[0]}" if len(notes) == 1 else "\n".join(f"- {note}" for note in notes)


def _no_rule(plan: Plan) -> str:
    about = plan.parts[0].clause.text if plan.parts else ""
    start = f"I have no rule for “{quoted(about)}”." if about else "There is nothing here that I can read."
    return _joined(f"{start} I am the demo: rules, no AI model, so I cannot guess what you mean.", _offered(plan))


def _offered(plan: Plan) -> str:
    return "Here is what I can do, for example:\n\n" + "\n".join(f"- {example}" for example in offers(plan.request))


def _tour(plan: Plan) -> str:
    """All that the page can show, filled with what was just observed."""
    findings = [_finding(part) for part in plan.parts]
    done = [(part, finding) for part, finding in zip(plan.parts, findings, strict=True) if finding.ok]
    table = _table("I asked myself", done)
    notes = [note for _, finding in done for note in finding.notes]
    sections = [
        "## What I just did",
        f"I am **Demo**: rules, no AI model. I took your request apart into {len(plan.parts)} parts and called real "
        "tools; nothing below is made up.",
        table,
        "### What happened on the way" if notes else "",
        "\n".join(f"- {note}" for note in notes),
    ]
    for part, finding in done:
        if finding.block:
            rule = part.task.rule if part.task else ""
            sections += [f"### Rule *{rule}*", finding.sentence, finding.block]
    failed = [finding.sentence for finding in findings if not finding.ok]
    sections += ["### What did not work" if failed else "", "\n".join(f"- {sentence}" for sentence in failed)]
    example = json.dumps({"tool": "calculate", "args": {"expression": "2340 * 17 / 100"}}, indent=2)
    sections += [
        "### Any tool by its name",
        "You may also call a tool directly, for example as `use calculate with {…}`:",
        f"```json\n{example}\n```",
        "Everything above can be asked for in your own words. What I have no rule for, I say so.",
    ]
    return _joined(*sections)


def _joined(*blocks: str) -> str:
    return "\n\n".join(block for block in blocks if block)
