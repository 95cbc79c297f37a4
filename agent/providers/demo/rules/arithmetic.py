"""Sums, in signs or in words: 3 + 4 * 5, twelve times 4, the square root of that."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..figures import code, grouped, maths, money, quoted
from ..numerals import NUMBER
from ..operands import CURRENCY, REF, currency, without_that
from ..terms import Call, Clause, Finding, Steps, Task, Value
from .asking import asked

THAT = "‡"
ATOM = rf"(?:{NUMBER}|{THAT}|\([^()]*\)|pi)"
FUNCTIONS = "sqrt cbrt factorial abs round floor ceil min max exp ln log log10 log2 sin cos tan asin acos atan gcd lcm"
TOKEN = re.compile(
    rf"{NUMBER}|{THAT}|\*\*|//|[-+*/%(),]|\b(?:{FUNCTIONS.replace(' ', '|')}|radians|pi|tau|e)\b|\s+", re.I
)
WORDS: tuple[tuple[str, str], ...] = (
    (rf"^(?:add|plus) ({ATOM}) (?:and|to|with) ({ATOM})$", r"\2 + \1"),
    (rf"^(?:subtract|take(?: away)?|deduct) ({ATOM}) from ({ATOM})$", r"\2 - \1"),
    (rf"^(?:multiply) ({ATOM}) (?:by|with|and) ({ATOM})$", r"\1 * \2"),
    (rf"^(?:divide) ({ATOM}) by ({ATOM})$", r"\1 / \2"),
    (rf"^(?:square) ({ATOM})$", r"\1 ** 2"),
    (r"^add ", f"{THAT} + "),
    (r"^(?:subtract|take away|take off|deduct) ", f"{THAT} - "),
    (r"^multiply (?:it )?by ", f"{THAT} * "),
    (r"^divide (?:it )?by ", f"{THAT} / "),
    (r"^(?:double|square|halve|cube|triple) it$", THAT),
    (rf"(?:the )?sum of ({ATOM}) and ({ATOM})", r"(\1 + \2)"),
    (rf"(?:the )?product of ({ATOM}) and ({ATOM})", r"(\1 * \2)"),
    (rf"(?:the )?quotient of ({ATOM}) and ({ATOM})", r"(\1 / \2)"),
    (rf"(?:the )?difference (?:between|of) ({ATOM}) and ({ATOM})", r"abs(\1 - \2)"),
    (rf"(?:the )?(?:square root|sqrt|root) (?:of |from )?({ATOM})", r"sqrt(\1)"),
    (rf"(?:the )?(?:cube|cubic|third) root (?:of )?({ATOM})", r"cbrt(\1)"),
    (rf"√ ?({ATOM})", r"sqrt(\1)"),
    (rf"(?:the )?factorial of ({ATOM})", r"factorial(\1)"),
    (rf"({ATOM})(?: factorial\b|!)", r"factorial(\1)"),
    (rf"(?:the )?(sine|cosine|tangent|sin|cos|tan) (?:of )?({ATOM}) ?(?:degrees|°)", r"\1(radians(\2))"),
    (rf"(?:the )?(sine|cosine|tangent) (?:of )?({ATOM})", r"\1(\2)"),
    (r"\b(sin|cos|tan)(?:e|ine|gent)\(", r"\1("),
    (rf"(?:the )?(?:natural log(?:arithm)?|ln) (?:of )?({ATOM})", r"ln(\1)"),
    (rf"(?:the )?log(?:arithm)? (?:of )?({ATOM}) (?:to )?(?:the )?base ({ATOM})", r"log(\1, \2)"),
    (rf"(?:the )?log(?:arithm)? (?:of )({ATOM})", r"log10(\1)"),
    (rf"(?:double|twice) ({ATOM})", r"2 * \1"),
    (rf"(?:triple|thrice) ({ATOM})", r"3 * \1"),
    (rf"(?:half(?: of)?|halve) ({ATOM})", r"\1 / 2"),
    (rf"a third of ({ATOM})", r"\1 / 3"),
    (rf"a quarter of ({ATOM})", r"\1 / 4"),
    (rf"^([^%]*)(?<![\d.])({NUMBER})% of ({ATOM})([^%]*)$", r"\1(\2 / 100 * \3)\4"),
    (rf"({NUMBER})%(?! ?[\d(])", r"(\1 / 100)"),
    (r"\b(?:multiplied by|times|mal)\b", "*"),
    (r"(?<=[\d)‡]) ?[x×] ?(?=[\d(‡.])", " * "),
    (r"\b(?:divided by|over)\b", "/"),
    (r"\b(?:plus|added to)\b", "+"),
    (r"\b(?:minus|less)\b", "-"),
    (r"\b(?:mod|modulo)\b", "%"),
    (r"(?:\b(?:raised )?to the (?:power of|power)|\^)", "**"),
    (rf"\bto the ({NUMBER})(?:st|nd|rd|th)(?: power)?\b", r"** \1"),
    (r"\b(?:squared)\b|²", "** 2"),
    (r"\b(?:cubed)\b|³", "** 3"),
    (r"(?<=[\d)]) ?(?=\()", " * "),
)
COMPILED = tuple((re.compile(pattern, re.I), put) for pattern, put in WORDS)
AVERAGE = re.compile(rf"(?:the )?(?:average|mean) (?:of )?((?:-?{NUMBER}(?:,? and |, | )?){{2,40}})", re.I)
TOTAL = re.compile(rf"(?:(?:the )?(?:sum|total) of|add(?: up)?) ((?:-?{NUMBER}(?:,? and |, ?| )?){{2,40}})", re.I)
DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/\d{2,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """An expression for the calculator; `THAT` in it stands for the part before."""

    text: str
    unit: str = ""

    @property
    def refers(self) -> bool:
        return THAT in self.text


def arithmetic(clause: Clause) -> Task | None:
    """3 + 4 * 5; the square root of 144; that times 3."""
    found = expression(asked(clause.plain))
    if found is None:
        return None

    def steps(that: Value | None) -> Steps:
        return _worked(clause, found, that)

    return Task(rule="arithmetic", because="is a sum", steps=steps, refers=found.refers)


def expression(text: str) -> Sum | None:
    """The sum that `text` is, if it is one and nothing else."""
    text = re.sub(rf"\b{REF}(?![\w])", THAT, text[:300], flags=re.I) if not re.search(r"‹", text) else ""
    if not text or DATE.search(text):
        return None
    for pattern in (AVERAGE, TOTAL):
        if found := pattern.fullmatch(text):
            numbers = re.findall(rf"-?{NUMBER}", found[1])
            total = " + ".join(numbers)
            return Sum(text=f"({total}) / {len(numbers)}" if pattern is AVERAGE else total)
    unit, text = _without_currency(text)
    for pattern, put in COMPILED:
        text = pattern.sub(put, text.strip())
    if re.match(r"(?:[*/]|\+ ?\d|\*\*|- )", text):  # “times 3” goes on from the part before
        text = f"{THAT} {text}"
    bare = re.fullmatch(rf"[-\s]*(?:{NUMBER}|{THAT}|e|pi)?[\s%]*", text, re.I)
    if bare or not re.search(rf"\d|{THAT}|\bpi\b", text) or TOKEN.sub("", text) or re.search(r"[-+*/%(,]$", text):
        return None
    return Sum(text=" ".join(text.split()).lower(), unit=unit)


def _without_currency(text: str) -> tuple[str, str]:
    """$20 * 3 is a sum of dollars; two currencies in one sum are none of ours."""
    found = re.findall(rf"(?<![a-z]){CURRENCY}(?![a-z])", text, re.I)
    units = {currency(name) for name in found}
    if len(units) != 1 or re.search(rf"[*/x]\s*(?:{CURRENCY})\b", text, re.I):
        return ("", text) if not units else ("", "?")
    return units.pop(), re.sub(rf" ?(?<![a-z]){CURRENCY}(?![a-z])", "", text, flags=re.I)


def _worked(clause: Clause, found: Sum, that: Value | None) -> Steps:
    unit = found.unit
    wanted = found.text
    if found.refers:
        if that is None or not that.digits:
            return Finding(sentence=without_that("arithmetic"), ok=False)
        unit = unit or that.unit
        value = f"({that.digits})" if that.digits.startswith("-") else that.digits
        wanted = re.sub(rf" ?{THAT} ?", lambda _: f" {value} ", wanted).strip()
        wanted = re.sub(r"\( +| +\)", lambda gap: gap[0].strip(), wanted)
    if len(wanted) > 500:
        return Finding(sentence=f"{quoted(clause.text)} is longer than the calculator takes.", ok=False)
    seen = yield Call(
        tool="calculate", args={"expression": wanted}, thought=f"Written for `calculate`: {code(wanted)}."
    )
    if not seen.ok:
        return Finding(sentence=f"{code(wanted)}: {seen.content}", how=code(wanted), ok=False)
    digits = seen.content.split(" ")[0]
    shown = money(digits) if currency(unit) else grouped(digits)
    extra = seen.content[len(digits) :]
    result = f"{shown} {unit}".strip() + extra
    return Finding(
        sentence=f"{maths(wanted)} is **{result}**.",
        how=maths(wanted),
        result=result,
        value=Value(digits=digits, unit=unit),
    )
