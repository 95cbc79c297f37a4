"""Dates: days until and between, so many weeks from now, and which weekday it is."""

from __future__ import annotations

import re

from ..figures import grouped, quoted
from ..operands import REF
from ..terms import Call, Clause, Finding, Question, Steps, Task, Value

MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
DAY = (
    rf"(?:(?:on |the |this |next |coming )*(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}\. ?\d{{1,2}}\. ?(?:\d{{4}})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?(?: of)? (?:{MONTH})\.?,?(?: \d{{4}})?|(?:{MONTH})\.? (?:the "
    rf")?\d{{1,2}}(?:st|nd|rd|th)?,?(?: \d{{4}})?"
    rf"|today|tomorrow|yesterday|now|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    rf"|(?:christmas|boxing|new year'?s?|valentine'?s)(?: day| eve)?(?: \d{{4}})?|halloween(?: \d{{4}})?)|{REF})"
)
SPAN = r"(?P<n>\d{1,7}|an?) (?P<unit>day|week|month|year)s?"
UNTIL = re.compile(
    rf"(?:how (?:many|long)|(?:the )?number of)? ?(?P<in>days?|weeks?|months?|long|time)? ?(?:are |is |(?:do"
    rf"|have) (?:we|i) have )?(?:it |there |left )*"
    rf"(?:until|till|to|before|left until|left to) (?P<to>{DAY})",
    re.I,
)
BETWEEN = re.compile(
    rf"(?:how (?:many|long)|(?:the )?number of)? ?(?P<in>days?|weeks?|months?|long)? ?(?:are |is |was )?(?:it "
    rf"|there )?(?:between|from) "
    rf"(?P<from>{DAY}) (?:and|to|until|till) (?P<to>{DAY})",
    re.I,
)
SINCE = re.compile(
    rf"(?:how (?:many|long) )?(?:days?|weeks?|long|ago)? ?(?:is it |has it been |have passed |was |is )?(?:since "
    rf")?(?P<from>{DAY})(?P<ago> ago)?", re.I
)  # fmt: skip
SHIFT = (
    (re.compile(rf"(?:what |which )?(?:the )?(?:date |day )?(?:is|'s|will (?:it )?be)? ?(?:the )?(?:date "
        rf")?(?:(?:in )?{SPAN}(?: from (?:now|today))?|(?:in "
        rf")?{SPAN.replace('<n>', '<n2>').replace('<unit>', '<unit2>')})", re.I), 1),
    (re.compile(rf"(?:what (?:date )?(?:is|was|will (?:it )?be)(?: the date)?|when (?:is|was)|the date)? ?{SPAN} "
        rf"(?:after|from|past) (?P<day>{DAY})", re.I), 1),
    (re.compile(rf"(?:add )?{SPAN} (?:to|onto) (?P<day>{DAY})", re.I), 1),
    (re.compile(rf"(?P<day>{DAY}) (?:plus|\+) {SPAN}", re.I), 1),
    (re.compile(rf"(?:what (?:date )?(?:is|was)(?: the date)?|when (?:is|was)|the date)? ?{SPAN} before "
        rf"(?P<day>{DAY})", re.I), -1),
    (re.compile(rf"(?:subtract |take ){SPAN} from (?P<day>{DAY})", re.I), -1),
    (re.compile(rf"(?P<day>{DAY}) (?:minus|-) {SPAN}", re.I), -1),
    (re.compile(rf"(?:what (?:date )?(?:is|was)(?: it)?|when was|the date)? ?{SPAN} ago", re.I), -1),
)  # fmt: skip
WEEKDAY = re.compile(
    rf"(?:(?:on )?(?:what|which) (?:week)?(?:day|date)(?: of the week)?|when|(?:the )?(?:weekday|day of the week"
    rf"|date)(?: of)?)"
    rf"(?:'s|'re)? ?(?:is|was|will|does|do)? ?(?:it |the date )?(?:on )?(?P<day>{DAY})(?: (?:be|fall|falls|on|be "
    rf"on|fall on|come))*",
    re.I,
)
TODAY = re.compile(
    r"(?:what(?:'s| is)? )?(?:(?:the|today's) )?(?:date|day)(?: (?:is it|is|of the week is it))?(?: today| now)?"
    r"|(?:what|which) (?:week)?day is it(?: today)?",
    re.I,
)


def between_days(clause: Clause) -> Task | None:
    """How many days until Christmas? Days between 1 May and 3 June. Days since 1 January 2000."""
    text = _bare(clause.plain)
    if found := BETWEEN.fullmatch(text):
        return _counted(found["from"], found["to"], "asks for the days between two dates")
    if (found := UNTIL.fullmatch(text)) and (found["in"] or re.match(r"how", text, re.I)):
        return _counted("today", found["to"], "asks for the days until a date")
    if re.search(r"\b(?:since|ago)\b", text, re.I) and (found := SINCE.fullmatch(text)):
        return _counted(found["from"], "today", "asks for the days since a date")
    return None


def shifted(clause: Clause) -> Task | None:
    """What date is 3 weeks from today? Add 90 days to that. 10 days before Christmas."""
    text = _bare(clause.plain)
    for pattern, sign in SHIFT:
        if found := pattern.fullmatch(text):
            groups = found.groupdict()
            n, unit, day = (
                groups.get("n") or groups.get("n2"),
                groups.get("unit") or groups.get("unit2"),
                groups.get("day"),
            )
            if day is None and not re.search(r"\b(?:ago|in|from now|from today)\b", text, re.I):
                continue
            count = sign * (1 if str(n).lower() in ("a", "an") else int(str(n)))
            return _moved(
                day or "today",
                {f"{str(unit).lower()}s": count},
                "counts on from a date" if sign > 0 else "counts back from a date",
            )
    return None


def weekday(clause: Clause) -> Task | None:
    """What weekday is 25 December? What is the date today?"""
    text = clause.plain[:120]
    if TODAY.fullmatch(text) and re.search(r"\b(?:day|date|today|weekday)\b", text, re.I):
        return _moved("today", {}, "asks for the date of today")
    if found := WEEKDAY.fullmatch(text):
        return _moved(found["day"], {}, "asks for a date and its weekday")
    return None


def _bare(plain: str) -> str:
    return re.sub(
        r"^(?:calculate|compute|count|find(?: out)?|work out|tell me|what(?:'s| is| are)) (?:the )?",
        "",
        plain[:160],
        flags=re.I,
    )


def _refers(day: str) -> bool:
    return bool(re.fullmatch(REF, day.strip(), re.I))


def _counted(first: str, last: str, because: str) -> Task:
    def steps(that: Value | None) -> Steps:
        days = [_day(day, that) for day in (first, last)]
        if "" in days:
            return _no_date()
        args = {"start": days[0], "end": days[1]}
        seen = yield Call(tool="days_between", args=args, thought="`days_between` counts them; it knows the calendar.")
        found = re.fullmatch(r"(-?\d+) days?(?: \((.+?)\))? from (.+) to (.+)", seen.content) if seen.ok else None
        if not found:
            return Finding(sentence=seen.content, ok=seen.ok)
        number = found[1].lstrip("-")
        result = f"{grouped(number)} day{'s' * (number != '1')}"
        weeks = f", that is {found[2]}" if found[2] else ""
        back = " (the second date comes first)" if found[1].startswith("-") else ""
        return Finding(
            sentence=f"From {found[3]} to {found[4]} it is **{result}**{weeks}{back}.",
            how="`days_between`",
            result=result,
            value=Value(digits=number, unit="days"),
        )

    return Task(rule="days between", because=because, steps=steps, refers=_refers(first) or _refers(last))


def _moved(day: str, by: dict[str, int], because: str) -> Task:
    def steps(that: Value | None) -> Steps:
        start = _day(day, that)
        if not start:
            return _no_date()
        seen = yield Call(tool="add_to_date", args={"date": start, **by}, thought="`add_to_date` knows the calendar.")
        found = re.fullmatch(r"(.+) \((\S+), week (\d+)\)", seen.content) if seen.ok else None
        if not found:
            return Finding(sentence=seen.content, ok=seen.ok)
        shift = ", ".join(f"{abs(count)} {unit[:-1] if abs(count) == 1 else unit}" for unit, count in by.items())
        later = "after" if all(count >= 0 for count in by.values()) else "before"
        if not by and re.search(r"\d{4}", start):  # a date that says all but its weekday
            return Finding(
                sentence=f"{quoted(start)} is a **{found[1].split(',')[0]}** (week {found[3]}).",
                how=f"`add_to_date`: {found[2]}",
                result=found[1],
                value=Value(day=found[2]),
            )
        what = f"{shift} {later} {quoted(start)}" if by else quoted(start)
        return Finding(
            sentence=f"{what[:1].upper() + what[1:]} is **{found[1]}** (week {found[3]}).",
            how=f"`add_to_date`: {found[2]}",
            result=found[1],
            value=Value(day=found[2]),
        )

    def again(elliptic: str) -> str | None:
        return f"what weekday is {elliptic}" if not by and re.fullmatch(DAY, elliptic, re.I) else None

    return Task(rule="date", because=because, steps=steps, refers=_refers(day), again=again)


def _day(day: str, that: Value | None) -> str:
    if _refers(day):
        return that.day if that else ""
    return re.sub(r"^(?:on |the |this |next |coming )+", "", day.strip(" ,"), flags=re.I)


def _no_date() -> Finding:
    question = Question(text="Which date do you mean? Write it like 2026-12-25.", complete=lambda _: None)
    return Finding(sentence=question.text, question=question, ok=False)
