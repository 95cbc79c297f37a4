"""Interest: what a sum grows to, and what a loan costs a month."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..figures import maths, money
from ..numerals import NUMBER
from ..operands import Operand, operand, without_that
from ..terms import Call, Clause, Finding, Steps, Task, Value
from .asking import asked

TIMES = {"annually": 1, "yearly": 1, "monthly": 12, "quarterly": 4, "daily": 365}
GROWTH = re.compile(
    rf"(?:(?:if )?(?:i |we )?(?:invest|save|put|deposit|lend) |(?:the )?(?:compound |final )?(?:interest|value"
    rf"|amount|growth)?(?: on| of)? ?)?"
    rf"(?P<a>.{{1,40}}?) ?(?:at|with|earning|growing at) (?:an? )?(?P<p>{NUMBER})% ?(?:compound )?(?:interest)? "
    rf"?(?:rate)? ?"
    rf"(?:per year|a year|per annum|p\.?a\.?|annual(?:ly)?)? ?,?(?:compounded (?P<how>{'|'.join(TIMES)}))? ?"
    rf"(?:for|over|after|in) (?P<n>{NUMBER}) (?P<unit>years?|months?)(?: ?,? ?compounded "
    rf"(?P<later>{'|'.join(TIMES)}))?.{{0,60}}",
    re.I,
)
LOAN = re.compile(
    rf"(?:the )?(?:monthly )?(?:payments?|instal?lments?|rate|cost) (?:on|for|of) (?:an? )?(?:loan|mortgage"
    rf"|credit)? ?(?:of )?"
    rf"(?P<a>.{{1,40}}?)(?: (?:loan|mortgage))? (?:at|with) (?P<p>{NUMBER})% ?(?:interest|per year|a year|annual)? ?"
    rf"(?:for|over) (?P<n>{NUMBER}) (?P<unit>years?|months?)",
    re.I,
)


def interest(clause: Clause) -> Task | None:
    """1,000 at 5% for 10 years; the monthly payment on a loan of 200,000 at 4% over 25 years."""
    text = asked(clause.plain)
    for pattern in (LOAN, GROWTH):
        if (found := pattern.fullmatch(text)) and (amount := operand(found["a"])):
            return _task(amount, found.groupdict(), loan=pattern is LOAN)
    return None


def _task(amount: Operand, groups: Mapping[str, str | None], *, loan: bool) -> Task:
    count, percent = str(groups["n"]), str(groups["p"])
    years = count if str(groups["unit"]).lower().startswith("year") else f"({count} / 12)"
    periods = TIMES[(groups.get("how") or groups.get("later") or "annually").lower()]

    def steps(that: Value | None) -> Steps:
        return _worked(amount, percent, years, periods, loan, that)

    because = "is a loan paid back in equal months" if loan else "is a sum that grows with compound interest"
    return Task(rule="interest", because=because, steps=steps, refers=amount.refers)


def _worked(amount: Operand, percent: str, years: str, periods: int, loan: bool, that: Value | None) -> Steps:
    sum_of = amount.filled(that)
    if sum_of is None:
        return Finding(sentence=without_that("interest"), ok=False)
    per = "" if periods == 1 else f" / {periods}"
    power = years if periods == 1 else f"({years} * {periods})"
    if loan:
        rate = f"{percent} / 1200"
        wanted = f"{sum_of.digits} * ({rate}) / (1 - (1 + {rate}) ** (-12 * {years}))"
        formula = r"$$\text{payment} = \frac{A \cdot r}{1 - (1 + r)^{-n}}$$"
    else:
        wanted = f"{sum_of.digits} * (1 + {percent} / 100{per}) ** {power}"
        formula = r"$$A = P \cdot \left(1 + \frac{p}{100}\right)^{n}$$" if periods == 1 else (
            r"$$A = P \cdot \left(1 + \frac{p}{100 k}\right)^{k n}$$"
        )  # fmt: skip
    seen = yield Call(
        tool="calculate", args={"expression": wanted}, thought="The formula for it, filled in, goes to `calculate`."
    )
    if not seen.ok:
        return Finding(sentence=f"The interest could not be worked out. {seen.content}", ok=False)
    result = f"{money(seen.content)} {sum_of.unit}".strip()
    what = f"{money(sum_of.digits)} {sum_of.unit}".strip()
    span = f"{years.strip('()')} years" if "/" not in years else f"{years.strip('()').split(' ')[0]} months"
    sentence = (
        f"A loan of {what} at {percent}% over {span} costs **{result} a month**."
        if loan
        else f"{what} at {percent}% a year grow to **{result}** in {span}."
    )
    return Finding(
        sentence=sentence,
        how=maths(wanted, seen.content),
        result=result,
        value=Value(digits=seen.content, unit=sum_of.unit),
        block=formula,
    )
