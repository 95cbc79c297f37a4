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
ENDLESS = re.compile(r"\d{300,}")  # no number that anybody means, and slow to look for numbers in
MARK = re.compile(r"‹(\d+)›")
STRONG = re.compile(
    r"\n+\s*(?:[-*•]\s+|\d{1,2}[.)]\s+)?|\s*;\s+|(?<=[?!])\s+|(?<=[^\W\d]{2})\.\s+|(?<=[%\d)])\.\s+(?=[A-Z])"
)
LISTED, INLINE = re.compile(r"\s*1[.)]\s"), re.compile(r"\s+(?=\d{1,2}[.)]\s)")
WEAK = re.compile(r",?\s+(?:and then|and also|then|and|also|plus also)\s+|,\s+", re.I)
COURTESY = re.compile(
    r"(?:please|hey|hi|hello|ok|okay|so|and|then|also|now|first|next|finally|well|just|actually|by the way"
    r"|(?:can|could|would|will) you(?: please| kindly)?|(?:do you know|i wonder|i want to know|i need to know)"
    r"|i(?:['’]d| would) like(?: you)? to(?: know)?|i (?:want|need)(?: you)? to|help me(?: to)?|let['’]s|let us"
    r"|(?:tell|show|give) me(?! (?:what|everything|all|an?|the|your|around)\b))(?![\w'’])[\s,:]*"
    r"|\d{1,2}[.)]\s+|[*•,:]\s*|-\s+",
    re.I,
)
AFTER = re.compile(
    r"(?:[\s?.,;:]|(?<![\d)])!|[\s,]\b(?:please|thanks|thank you|for me|exactly|again|too|as well|right now))$", re.I
)

Match = Callable[[Clause], Task | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A clause and the task that a rule made of it, if one did."""

    clause: Clause
    task: Task | None


def parts_of(request: str, match: Match, tools: tuple[str, ...] = ()) -> tuple[Part, ...]:
    """At most 12 parts. “And” and commas part only what rules can read on both sides of them."""
    text, quotes = _unquoted(request)
    text = ENDLESS.sub("…", text[:LOOKED_AT])
    whole = in_digits(text)

    def clause(piece: str) -> Clause:
        shown = MARK.sub(lambda mark: f"“{_short(quotes[int(mark[1])])}”", piece)
        shown = re.sub(r"\s+(?=[,.;:?!])", "", " ".join(shown[:CLAUSE].split()))
        own = tuple(quotes[int(mark)] for mark in MARK.findall(piece)) or (quotes if len(quotes) == 1 else ())
        return Clause(text=shown, plain=_plain(piece), quotes=own, whole=whole, tools=tools)

    found: list[Part] = []
    if LISTED.match(text):
        text = INLINE.sub("\n", text)
    for sentence in STRONG.split(text):
        if sentence and len(found) < PARTS:
            found += _split(sentence.strip(), clause, match, found[-1].task if found else None)
    return tuple(found)[:PARTS]


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
        if found := COURTESY.match(text):
            text = text[found.end() :]
        text = AFTER.sub("", text)
    return in_digits(text).strip() or " ".join(piece.split()).strip(" ?!.,").lower()[:CLAUSE]


def _split(sentence: str, clause: Callable[[str], Clause], match: Match, before: Task | None) -> Iterator[Part]:
    """From the left, the longest piece that a rule takes; what none takes stays together."""
    found = [found.span() for found in WEAK.finditer(sentence)][:8]
    cuts = [(0, 0), *found, (len(sentence), len(sentence))]
    at = 0
    unread: tuple[int, int] | None = None
    while at < len(cuts) - 1:
        part: Part | None = None
        for end in range(len(cuts) - 1, at, -1):
            piece = clause(sentence[cuts[at][1] : cuts[end][0]].strip(" ,"))
            if task := match(piece) or _elliptic(piece, before, match, clause):
                part, before = Part(clause=piece, task=task), task
                break
        else:
            end = at + 1
            unread = (unread[0] if unread else cuts[at][1], cuts[end][0])
        if unread and (part or end == len(cuts) - 1):
            rest = clause(sentence[unread[0] : unread[1]].strip(" ,"))
            unread = None
            if rest.plain:
                yield Part(clause=rest, task=None)
        if part:
            yield part
        at = end


def _elliptic(part: Clause, before: Task | None, match: Match, clause: Callable[[str], Clause]) -> Task | None:
    """“… and in New York?” after a question that can be asked again."""
    if before is None or before.again is None or not part.plain or len(part.plain) > 60:
        return None
    completed = before.again(part.plain)
    return match(clause(completed)) if completed else None


def _short(text: str) -> str:
    flat = " ".join(text[:80].split())
    return flat if len(flat) <= 40 else flat[:40].rstrip() + "…"
