"""Percentages: of a number, off a price, more or less, one number as a share of another, change."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..figures import about, code, grouped, maths, money, quoted, rounded
from ..numerals import NUMBER
from ..operands import Operand, currency, operand, without_that
from ..terms import Call, Clause, Finding, Steps, Task, Value
from .arithmetic import expression
from .asking import asked

P = rf"(?P<p>{NUMBER})%"
A, B = r"(?P<a>[^%]{1,80})", r"(?P<b>[^%]{1,80})"
TAX = r"(?: (?:tip|tax|vat|interest|service|discount|surcharge|reduction|more|less|extra|raise|increase))?"
MORE_TAX = r"(?: (?:tip|tax|vat|interest|service|surcharge|more|extra|raise|increase))?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is asked of p, a and b: the sum, and how the answer says it around its result."""

    because: str
    formula: str
    said: str
    share: bool = False


OF = Kind(because="is a percentage of a number", formula="{p} / 100 * {a}", said="{p}% of {a} is {result}.")
MORE = Kind(
    because="is a number and some per cent more", formula="{a} * (1 + {p} / 100)", said="{a} and {p}% more is {result}."
)
LESS = Kind(
    because="is a number less some per cent", formula="{a} * (1 - {p} / 100)", said="{a} less {p}% is {result}."
)
OFF = Kind(because="is a price with something off", formula="{a} * (1 - {p} / 100)", said="{p}% off {a} is {result}.")
SHARE = Kind(
    because="is one number as a share of another", formula="{a} / {b} * 100", said="{a} is {result} of {b}.", share=True
)
CHANGE = Kind(
    because="is a change between two numbers",
    formula="({b} - {a}) / {a} * 100",
    said="From {a} to {b} is a change of {result}.",
    share=True,
)
FORMS: tuple[tuple[str, Kind], ...] = (
    (rf"(?:{P}|(?P<share>half|a quarter)) of {A}", OF),
    (rf"(?:add|put) (?:an? )?{P}{TAX} (?:to|on|onto) {A}", MORE),
    (rf"(?:increase|raise|grow|up) {A} by {P}", MORE),
    (rf"{A} (?:increased by|raised by|plus|with|\+|and) (?:an? )?{P}{MORE_TAX}", MORE),
    (rf"(?:decrease|reduce|lower|cut|discount) {A} by {P}", LESS),
    (rf"(?:take|subtract) {P} (?:off|from) (?:of )?{A}", LESS),
    (rf"{A} (?:decreased by|reduced by|minus|less|-|with|at) (?:an? )?{P}(?: off|{TAX})", LESS),
    (rf"(?:an? )?{P} (?:off|discount on|off of) (?:of )?{A}", OFF),
    (rf"(?:an? )?{P} (?:tip|tax|vat) (?:on|for|of) {A}", OF),
    (rf"{A} (?:is|are|as) (?:what|an?|which)? ?(?:%|percentage|percent)(?: is it)? of {B}", SHARE),
    (rf"(?:what|which)? ?(?:%|percentage) of {B} (?:is|are) {A}", SHARE),
    (rf"(?:what|which)? ?(?:%|percentage) (?:is|are) {A} of {B}", SHARE),
    (
        rf"(?:the )?(?:%|percentage) (?:change|increase|decrease|difference|growth)(?: is it)? "
        rf"(?:from|between) {A} (?:to|and) {B}",
        CHANGE,
    ),
)
GOES_ON = re.compile(
    rf"(?:{NUMBER}%|half|a quarter) of .*(?:(?<=[\w)]) ?(?:\+| - |\b(?:plus|minus|less)\b)|\d-\d)", re.I
)
"""15% of 80 plus 3: a sum, of which the percentage is a part."""
COMPILED = tuple((re.compile(form, re.I), kind) for form, kind in FORMS)


def percentage(clause: Clause) -> Task | None:
    """17% of 2,340; 20% off $80; 30 as a percentage of 120."""
    text = asked(clause.plain)
    if "%" not in text and not re.match(r".*percentage|half|a quarter", text, re.I):
        return None
    for pattern, kind in COMPILED:
        if found := pattern.fullmatch(text):
            groups = found.groupdict()
            a, b = _operand(groups["a"]), _operand(groups.get("b") or "1")
            if a is None or b is None:
                continue
            if kind is OF and GOES_ON.match(re.sub(r"\([^()]*\)", "(0)", text)):
                return None
            p = groups.get("p") or {"half": "50", "a quarter": "25"}.get((groups.get("share") or "").lower(), "")
            return _task(kind, p, a, b, _again(text) if groups.get("p") else None)
    return None


def _task(kind: Kind, p: str, a: Operand, b: Operand, again: Callable[[str], str | None] | None) -> Task:
    def steps(that: Value | None) -> Steps:
        return _worked(kind, p, a, b, that)

    return Task(rule="percentage", because=kind.because, steps=steps, refers=a.refers or b.refers, again=again)


def _operand(text: str) -> Operand | None:
    found = operand(text)
    if found and (
        not found.unit or currency(found.unit) or re.fullmatch(r"[a-z]{1,20}(?: [a-z]{1,20})?", found.unit, re.I)
    ):
        return found
    inner = expression(text)
    if inner is None or inner.refers:
        return None
    return Operand(digits=inner.text if re.fullmatch(r"\([^()]*\)", inner.text) else f"({inner.text})")


def _worked(kind: Kind, p: str, first: Operand, second: Operand, that: Value | None) -> Steps:
    a, b = first.filled(that), second.filled(that)
    if a is None or b is None:
        return Finding(sentence=without_that("percentage"), ok=False)
    wanted = kind.formula.format(p=p, a=a.digits, b=b.digits)
    that_is = f"“That” is {that.text}. " if that and (first.refers or second.refers) else ""
    seen = yield Call(
        tool="calculate", args={"expression": wanted}, thought=f"{that_is}As a sum for `calculate`: {code(wanted)}."
    )
    if not seen.ok:
        return Finding(sentence=f"{code(wanted)} has no result. {seen.content}", ok=False)
    shown = money(seen.content) if currency(a.unit) and not kind.share else rounded(seen.content)
    result = f"{shown}%" if kind.share else f"{shown} {a.unit}".strip()
    bold = f"{about(seen.content, shown)}**{result}**"
    return Finding(
        sentence=kind.said.format(p=p, a=_named(a), b=_named(b), result=bold),
        how=maths(wanted, seen.content),
        result=result,
        value=Value(digits=seen.content, unit="" if kind.share else a.unit),
    )


def _named(operand: Operand) -> str:
    return f"{grouped(operand.digits)} {quoted(operand.unit)}".strip()


def _again(text: str) -> Callable[[str], str | None]:
    """“and of 500?”, “and 20%?”"""

    def completed(clause: str) -> str | None:
        if found := re.fullmatch(r"(?:of|on|off|from) (.+)", clause, re.I):
            return re.sub(r"\b(of|on|off|from) .+", lambda was: f"{was[1]} {found[1]}", text, count=1)
        if re.fullmatch(rf"{NUMBER}%", clause):
            return re.sub(rf"{NUMBER}%", clause, text, count=1)
        return None

    return completed
