"""Text statistics: how many words a text has and how long it takes to read."""

from __future__ import annotations

import re

from ..figures import grouped
from ..terms import Call, Clause, Finding, Question, Steps, Task, Value

WANTED = re.compile(
    r"\b(?:how many (?:different |unique )?(words?|characters?|letters?|sentences?|paragraphs?)"
    r"|(?:count|number of)(?: the| all)? (words?|characters?|letters?|sentences?|paragraphs?)"
    r"|(?:word|character|letter|sentence) counts?|length of (?:this|the following) text|(?:text )?(?:statistics"
    r"|stats)|analy[sz]e"
    r"|reading time|how long (?:would|will|does|do|is)?.{0,40}\bread(?:ing)?\b|(?:longest|different|unique) words?)\b",
    re.I,
)
ROWS = (
    ("words", "Words", r"\bwords?\b"),
    ("different words", "Different words", r"\b(?:different|unique|distinct)\b"),
    ("characters", "Characters", r"\b(?:characters?|letters?|length)\b"),
    ("characters without spaces", "… without spaces", r"\bwithout spaces\b"),
    ("sentences", "Sentences", r"\bsentences?\b"),
    ("paragraphs", "Paragraphs", r"\bparagraphs?\b"),
    ("longest word", "Longest word", r"\blongest\b"),
    ("reading silently", "Read silently", r"\bread(?:ing)?\b(?!.*\b(?:aloud|out loud)\b)"),
    ("reading aloud", "Read aloud", r"\b(?:aloud|out loud|speak|say)\b"),
)
SMALL = re.compile(
    r"\bhow many (?:words?|characters?|letters?|sentences?|paragraphs?) (?:are |is )?(?:there )?(?:in|does|has) ", re.I
)


def statistics(clause: Clause) -> Task | None:
    """How many words are in “…”, and how long would it take to read aloud?"""
    found = WANTED.search(clause.plain)
    if not found or re.search(r"\b(?:search|look up|help|documents?|docs)\b", clause.plain, re.I):
        return None
    if not clause.quotes and not re.search(
        r"\b(?:text|this|following|paragraph|that|it|essay|sentence)\b", clause.plain, re.I
    ):
        return None
    because = "is about the size of a text" if clause.quotes else "is about a text, but there is none"

    def steps(that: Value | None) -> Steps:
        return _worked(clause)

    return Task(rule="text statistics", because=because, steps=steps)


def _worked(clause: Clause) -> Steps:
    if not clause.quotes:
        ask = clause.plain
        question = Question(
            text="Which text? Paste it, or put it in quotes.",
            complete=lambda reply: f"{ask}: ```\n{reply.replace('`', ' ')}\n```",
        )
        return Finding(sentence=question.text, question=question, ok=False)
    text = clause.quotes[0]
    seen = yield Call(tool="text_statistics", args={"text": text}, thought="`text_statistics` counts; I cannot.")
    rows = dict(line.split(": ", 1) for line in seen.content.splitlines() if ": " in line) if seen.ok else {}
    if not rows:
        return Finding(sentence=seen.content, ok=seen.ok)
    wanted = [(name, title) for name, title, pattern in ROWS if re.search(pattern, clause.plain, re.I)]
    if not wanted or re.search(r"\b(?:statistics|stats|analy[sz]e)\b", clause.plain, re.I):
        wanted = [(name, title) for name, title, _ in ROWS]
    shown = [(title, name, grouped(rows[name])) for name, title in wanted if name in rows]
    result = ", ".join(_said(name, value) for _, name, value in shown[:3])
    table = "\n".join(
        ("| The text has | |", "|---|---:|", *(f"| {title} | **{value}** |" for title, _, value in shown))
    )
    first = next((rows[name] for _, name, _ in shown if rows[name].isdigit()), "")
    few = len(shown) <= 3
    counts = not shown[0][1].startswith(("reading", "longest"))
    return Finding(
        sentence=(f"The text has **{result}**." if counts else f"**{result}**.") if few else "These are its measures:",
        how="`text_statistics`",
        result=result,
        value=Value(digits=first, unit=shown[0][1]) if first else None,
        block="" if few else table,
    )


def _said(name: str, value: str) -> str:
    if name.startswith("reading"):
        return f"{value} {'to read aloud' if 'aloud' in name else 'to read silently'}"
    if name == "longest word":
        return f"longest word “{value}”"
    return f"{value} {name[:-1] if value == '1' and name.endswith('s') else name}"
