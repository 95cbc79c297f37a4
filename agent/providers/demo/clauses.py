"""A request taken apart: quotes out of the way, then sentences and lists, then what rules can read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .numerals import in_digits
from .terms import Clause, Task

LOOKED_AT, CLAUSE, PARTS = 2_000, 400, 12
QUOTE = re.compile(r"```\w*\n?([^`]+)```|“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»|\"([^\"]+)\"|(?<!\w)'([^'\n]{3,})'(?!\w)")
PASTED = re.compile(
    r"(?P<ask>[^\n:]{0,300}\b(?:words?|characters?|letters?|sentences?|paragraphs?|text|statistics|stats|read(?:ing)?)"
    r"\b[^\n:]{0,200})(?::\s*|\n\s*)(?P<text>\S.*)",
    re.I | re.S,
)
MARK = re.compile(r"‹(\d+)›")
STRONG = re.compile(r"\n+\s*(?:[-*•]\s+|\d{1,2}[.)]\s+)?|\s*;\s+|(?<=[?!])\s+|(?<=[^\W\d]{2})\.\s+|(?<=[%\d)])\.\s+(?=[A-Z])")
WEAK = re.compile(r",?\s+(?:and then|and also|then|and|also|plus also)\s+|,\s+", re.I)
COURTESY = re.compile(
    r"(?:please|hey|hi|hello|ok|okay|so|and|then|also|now|first|next|finally|well|just|actually|by the way|say|demo"
    r"|(?:can|could|would|will) you(?: please| kindly)?|(?:do you know|i wonder|i want to know|i need to know)"
    r"|i(?:'d| would) like(?: you)? to(?: know)?|i (?:want|need)(?: you)? to|help me(?: to)?|let's|let us"
    r"|(?:tell|show|give) me(?! (?:what|everything|a (?:demo|tour)|the (?:demo|tour))\b)|\d{1,2}[.)](?= )|[-*•,:])\s*(?![\w'])",
    re.I,
)
AFTER = re.compile(r"(?:[\s?!.,;:]|\b(?:please|thanks|thank you|for me|exactly|again|too|as well|right now))$", re.I)

Match = Callable[[Clause], Task | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A clause and the task that a rule made of it, if one did."""

    clause: Clause
    task: Task | None


def parts_of(request: str, match: Match, tools: tuple[str, ...] = ()) -> tuple[Part, ...]:
    """At most 12 parts. “And” and commas part only what rules can read on both sides of them."""
    text, quotes = _unquoted(request)
    text = text[:LOOKED_AT]
    whole = in_digits(text)

    def clause(piece: str) -> Clause:
        shown = MARK.sub(lambda mark: f"“{_short(quotes[int(mark[1])])}”", piece)
        own = tuple(quotes[int(mark)] for mark in MARK.findall(piece)) or (quotes if len(quotes) == 1 else ())
        return Clause(text=shown, plain=_plain(piece), quotes=own, whole=whole, tools=tools)

    found: list[Part] = []
    for sentence in STRONG.split(text):
        if sentence and len(found) < PARTS:
            found += _split(sentence.strip(), clause, match, found[-1].task if found else None)
    return tuple(_merged(found))[:PARTS]


def _unquoted(request: str) -> tuple[str, tuple[str, ...]]:
    """The request with a mark for each quoted or pasted text, and those texts."""
    head = request[: LOOKED_AT * 2]
    found = list(QUOTE.finditer(request)) if len(request) <= 50_000 else []
    if not found and (paste := PASTED.match(head)) and len(request) - paste.start("text") > 60:
        return f"{paste['ask']} ‹0›", (request[paste.start("text") :].strip(),)
    texts: list[str] = []
    pieces: list[str] = []
    at = 0
    for quote in found[:20]:
        texts.append(next(group for group in quote.groups() if group))
        pieces += [request[at : quote.start()].replace("‹", "<"), f" ‹{len(texts) - 1}› "]
        at = quote.end()
    pieces.append(request[at:].replace("‹", "<"))
    return "".join(pieces).strip(), tuple(texts)


def _plain(piece: str) -> str:
    """Without courtesies before and after, numbers in digits, single spaces."""
    text = " ".join(piece[:CLAUSE].split())
    before = None
    while text != before:
        before = text
        text = COURTESY.sub("", text, count=1) if COURTESY.match(text) else text
        text = AFTER.sub("", text)
    return in_digits(text).strip()


def _split(sentence: str, clause: Callable[[str], Clause], match: Match, before: Task | None) -> Iterator[Part]:
    """From the left, the longest piece that a rule takes; pieces that none takes stay as they are."""
    cuts = [(0, 0), *(found.span() for found in WEAK.finditer(sentence))][:9] + [(len(sentence), len(sentence))]
    at = 0
    while at < len(cuts) - 1:
        for end in range(len(cuts) - 1, at, -1):
            part = clause(sentence[cuts[at][1] : cuts[end][0]].strip(" ,"))
            task = match(part) or _elliptic(part, before, match, clause)
            if task or end == at + 1:
                if part.plain or task:
                    yield Part(clause=part, task=task)
                at, before = end, task or before
                break


def _elliptic(part: Clause, before: Task | None, match: Match, clause: Callable[[str], Clause]) -> Task | None:
    """“… and in New York?” after a question that can be asked again."""
    if before is None or before.again is None or not part.plain or len(part.plain) > 60:
        return None
    completed = before.again(part.plain)
    return match(clause(completed)) if completed else None


def _merged(found: list[Part]) -> Iterator[Part]:
    """Neighbours that no rule took are one thing that was not understood, unless a sentence ended between."""
    for index, part in enumerate(found):
        last = found[index - 1] if index else None
        if part.task is None and last and last.task is None:
            continue
        run = [part]
        for later in found[index + 1 :]:
            if part.task or later.task:
                break
            run.append(later)
        if len(run) == 1:
            yield part
        else:
            first = run[0].clause
            text = ", ".join(one.clause.text for one in run)
            plain = " ".join(one.clause.plain for one in run)
            yield Part(
                clause=Clause(text=text, plain=plain, quotes=first.quotes, whole=first.whole, tools=first.tools), task=None
            )


def _short(text: str) -> str:
    flat = " ".join(text[:80].split())
    return flat if len(flat) <= 40 else flat[:40].rstrip() + "…"
