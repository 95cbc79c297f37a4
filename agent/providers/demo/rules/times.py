"""Time of day: now somewhere, and the time in one place when it is so late in another."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..figures import quoted
from ..recovery import forgiving
from ..terms import Clause, Finding, Question, Steps, Task, Value

PLACE = r"[a-z][a-zà-ÿ .'/_-]{1,40}?|utc ?[+-] ?\d{1,2}(?::?\d\d)?"
CLOCK = (
    r"(?:\d{1,2}[:.]\d{2} ?(?:am|pm|a\.m\.|p\.m\.)?|\d{1,2} ?(?:am|pm|a\.m\.|p\.m\.|o'clock|h|uhr)|noon"
    r"|midday|midnight)"
)
HOUR = rf"(?:{CLOCK}|\d{{1,2}})"
IT_IS = r"(?:it is|it's|its|it was|the time is)"
TIME_IS = (
    r"(?:what(?:'s| is|s)? )?(?:the )?(?:local |current )?time(?: (?:is|will|would|was)(?: it| be)?)?(?: "
    r"be)?(?: right)?(?: now)?"
)
ON = r"(?:,? on (?P<date>[\w ,-]{3,30}))?"
BOTH = tuple(
    re.compile(form, re.I)
    for form in (
        rf"{TIME_IS} (?:in|at|for) (?P<to>{PLACE}),? (?:when|if|while) {IT_IS} (?P<time>{HOUR}) (?:in|at) "
        rf"(?P<place>{PLACE}){ON}",
        rf"(?:when|if|while) {IT_IS} (?P<time>{HOUR}) (?:in|at) (?P<place>{PLACE}),? (?:then )?{TIME_IS} (?:in"
        rf"|at) (?P<to>{PLACE}){ON}",
        rf"(?:convert |what is |what's |when is )?(?P<time>{CLOCK})(?: time)? (?:in |at |from "
        rf")?(?P<place>{PLACE})(?: time)? (?:to|in|into|for) (?P<to>{PLACE})(?: time)?{ON}",
    )
)
DIFFERENCE = re.compile(
    rf"(?:what(?:'s| is) )?(?:the )?time (?:zone )?difference (?:between|from) (?P<place>{PLACE}) (?:and|to) "
    rf"(?P<to>{PLACE})",
    re.I,
)
NOW = re.compile(
    rf"(?:{TIME_IS}(?: (?:in|at|for) (?P<place>{PLACE}))?(?: now)?|how late is it(?: (?:in|at) "
    rf"(?P<late>{PLACE}))?|(?:the )?(?:current )?(?:date and time|time and date)"
    rf"(?: (?:in|at) (?P<both>{PLACE}))?)",
    re.I,
)


def time_between(clause: Clause) -> Task | None:
    """What time is it in Tokyo when it is 18:30 in Berlin?"""
    for pattern in BOTH:
        if found := pattern.fullmatch(clause.plain[:200]):
            args = {name: value.strip() for name, value in found.groupdict().items() if value}
            return _both(args, "asks for a time in one place, given the time in another")
    if found := DIFFERENCE.fullmatch(clause.plain[:200]):
        return _both({"time": "12:00", **found.groupdict()}, "asks how far two places are apart; noon shows it")
    return None


def time_now(clause: Clause) -> Task | None:
    """What time is it? What time is it in New York?"""
    if not (found := NOW.fullmatch(clause.plain[:120])):
        return None
    place = next((value.strip() for value in found.groupdict().values() if value), "")

    def steps(that: Value | None) -> Steps:
        return _now(place)

    def again(elliptic: str) -> str | None:
        bare = re.fullmatch(rf"(?:in |at |for )?({PLACE})", elliptic, re.I)
        return f"what time is it in {bare[1]}" if bare and elliptic.startswith(("in ", "at ")) else None

    because = f"asks what time it is{' in a place' if place else ''}"
    return Task(rule="time", because=because, steps=steps, again=again)


def _both(args: Mapping[str, str], because: str) -> Task:
    def steps(that: Value | None) -> Steps:
        return _between(args)

    def again(elliptic: str) -> str | None:
        bare = re.fullmatch(rf"(?:in |at )({PLACE})", elliptic, re.I)
        return f"what time is it in {bare[1]} when it is {args['time']} in {args['place']}" if bare else None

    return Task(rule="time zones", because=because, steps=steps, again=again)


def _between(args: Mapping[str, str]) -> Steps:
    outcome = yield from forgiving("convert_time", args, "`convert_time` knows the zones of both.", "place")
    if outcome.choices:
        return _which(outcome.unknown, outcome.choices, "{}", args)
    if not outcome.seen.ok:
        return Finding(sentence=outcome.seen.content, ok=False, notes=outcome.notes)
    found = re.fullmatch(
        r"(\S+) in (.+?) \((\S+)\) is (\S+)( .+?)? in (.+?) \((\S+)\): (.+)\. (.+)", outcome.seen.content
    )
    if not found:
        return Finding(sentence=quoted(outcome.seen.content, 300), notes=outcome.notes)
    start, origin, _, end, when, name, _, apart, day = found.groups()
    return Finding(
        sentence=f"When it is {start} in {origin}, it is **{end}{when or ''}** in {name}: {apart} ({day}).",
        how=f"`convert_time`: {found[3]} to {found[7]}",
        result=f"{end}{when or ''}",
        notes=outcome.notes,
    )


def _now(place: str) -> Steps:
    args = {"place": place} if place else {}
    outcome = yield from forgiving("now", args, "`now` reads the clock.", "place")
    if outcome.choices:
        return _which(outcome.unknown, outcome.choices, "what time is it in {}", {})
    if not outcome.seen.ok:
        return Finding(sentence=outcome.seen.content, ok=False, notes=outcome.notes)
    found = re.fullmatch(r"(.+), (\d\d:\d\d) (?:in (.+?)|here) \((.+)\)", outcome.seen.content)
    if not found:
        return Finding(sentence=quoted(outcome.seen.content, 300), notes=outcome.notes)
    day, time, name, zone = found.groups()
    where = f"in {name}" if name else "here, where the server runs"
    return Finding(
        sentence=f"It is **{time}** {where}, on {day} ({zone}).",
        how=f"`now`: {zone}",
        result=f"{time}, {day}",
        notes=outcome.notes,
    )


def _which(unknown: str, choices: tuple[str, ...], request: str, args: Mapping[str, str]) -> Finding:
    def complete(reply: str) -> str | None:
        bare = re.sub(r"^(?:in |i mean(?:t)? )", "", reply.strip(" .?!"), flags=re.I)
        if not re.fullmatch(PLACE.replace("?|", "|"), bare, re.I):
            return None
        if args:
            fixed = {name: bare if value.lower() == unknown.lower() else value for name, value in args.items()}
            return f"what time is it in {fixed['to']} when it is {fixed['time']} in {fixed['place']}"
        return request.format(bare)

    text = f"Which place is “{quoted(unknown)}”? I know none of that name; the nearest are {', '.join(choices)}."
    return Finding(sentence=text, question=Question(text=text, complete=complete, choices=choices), ok=False)
