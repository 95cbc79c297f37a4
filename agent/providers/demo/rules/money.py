"""Currencies: only ever at a rate that the request gives. Rates change by the minute, so none is built in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..figures import code, grouped, maths, money
from ..numerals import NUMBER, in_digits
from ..operands import CURRENCY, Operand, currency, operand, single
from ..terms import Call, Clause, Finding, Question, Steps, Task, Value
from .asking import asked

IS = r"(?:is|=|equals|costs?|buys|gets|are|for|at|is worth|stands at|is at|was|were)"
UNIT = rf"(?<![a-z])(?:{CURRENCY})(?![a-z])"
EQUAL = re.compile(
    rf"(?:(?:(?P<n>{NUMBER})|\ban?|\bthe|\beach|\bevery) ?)(?P<c>{UNIT})?,? {IS} (?:about |exactly |only "
    rf")?(?P<before>[$€£¥₹])?"
    rf"(?P<m>{NUMBER}) ?(?P<d>{UNIT})?",
    re.I,
)
PER = re.compile(
    rf"(?P<before>[$€£¥₹])?(?P<m>{NUMBER}) ?(?P<d>{UNIT})? ?(?:per|/|to the|to an?|to 1|for 1|for an?|for each|a"
    rf"|an) ?(?P<c>{UNIT})",
    re.I,
)
TAIL = r"(?P<tail>[, ]+(?:if|at|when|given|with|assuming|using|where|for|and)\b.*)?"
CHANGE = re.compile(
    rf"(?:convert |change |exchange |turn )?(?P<a>.{{1,60}}?) (?:in|into|to|as|for|worth in) (?P<to>{CURRENCY}){TAIL}",
    re.I,
)
HOW_MANY = re.compile(
    rf"(?:how (?:many|much)|what)? ?(?P<to>{CURRENCY}) (?:is|are|do i get for|would i get for|can i (?:get|buy) "
    rf"for|in|for|make) (?P<a>.{{1,60}}?){TAIL}", re.I
)  # fmt: skip
BARE = re.compile(rf"\b(?:at|rate (?:of|is)|with) (?:an? )?(?:exchange )?(?:rate (?:of )?)?({NUMBER})\s*$", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So much of one currency is so much of another."""

    count: str
    one: str
    price: str
    other: str

    @property
    def text(self) -> str:
        if self.count == "1":
            return f"{grouped(self.price)} {self.other} to the {single(self.one)}"
        return f"{grouped(self.price)} {self.other} to {grouped(self.count)} {self.one}"


def exchange(clause: Clause) -> Task | None:
    """100 dollars in euros, if one is 1.08 dollars."""
    text = asked(clause.plain)
    for pattern, source in ((CHANGE, text), (HOW_MANY, clause.plain)):
        if (found := pattern.fullmatch(source)) and (amount := operand(found["a"])):
            target = currency(found["to"])
            if amount.unit and not currency(amount.unit):
                return None  # 3 kg to pounds is no money
            rate = rate_in(found["tail"] or "", target) or rate_in(clause.whole, target)
            if target == "pounds" and not amount.unit and not rate:
                return None
            bare = BARE.search(found["tail"] or "")

            return _task(clause, amount, target, rate, bare[1] if bare else "")
    return None


def given_rate(clause: Clause) -> Task | None:
    """A part that does nothing but give a rate: “One euro is 1.08 dollars.”"""
    text = re.sub(r"^(?:if|when|given(?: that)?|assuming(?: that)?|suppose|say|let) ", "", clause.plain, flags=re.I)
    rate = rate_in(text, "")
    if rate is None or not (EQUAL.fullmatch(text) or PER.fullmatch(text)):
        return None

    def steps(that: Value | None) -> Steps:
        return Finding(sentence=f"That is a rate, {rate.text}, but nothing to change with it.")
        yield  # a generator without calls

    return Task(rule="rate", because="gives an exchange rate, to be used in the other parts", steps=steps)


def rate_in(text: str, target: str) -> Rate | None:
    """The rate that `text` gives. “One is 1.08 dollars” means one of the `target` currency."""
    for pattern in (EQUAL, PER):
        for found in pattern.finditer(text[:600]):
            groups = found.groupdict()
            other = currency(groups["d"] or groups["before"] or "")
            one = currency(groups["c"] or "") or (target if target != other else "")
            if one and other and one != other and float(groups["m"]) > 0 and float(groups.get("n") or 1) > 0:
                return Rate(count=groups.get("n") or "1", one=one, price=groups["m"], other=other)
    return None


def _task(clause: Clause, amount: Operand, target: str, rate: Rate | None, bare: str) -> Task:
    def steps(that: Value | None) -> Steps:
        return _worked(clause, amount, target, rate, bare, that)

    because = f"is money to be changed into {target}"
    return Task(rule="currency", because=because, steps=steps, refers=amount.refers)


def _worked(clause: Clause, amount: Operand, target: str, rate: Rate | None, bare: str, that: Value | None) -> Steps:
    money_of = amount.filled(that)
    if money_of is None:
        return Finding(sentence="I do not know what “that” is: nothing before it gave an amount.", ok=False)
    source = money_of.unit if currency(money_of.unit) else ""
    if rate is None:
        question = _question(clause, source, target, bare)
        return Finding(sentence=question.text, question=question, ok=False)
    assumed = ""
    if not source:
        source = rate.other if rate.one == target else rate.one
        assumed = (
            f"Nothing says what {grouped(money_of.digits)} is in; the rate is for {source}, so I took it as {source}."
        )
    if {source, target} != {rate.one, rate.other}:
        question = _question(clause, source, target, "")
        return Finding(
            sentence=f"The rate given is for {rate.one} and {rate.other}. {question.text}", question=question, ok=False
        )
    wanted = _sum(money_of.digits, source, rate)
    refers = f"“That” is {grouped(money_of.digits)}. " if amount.refers else ""
    seen = yield Call(
        tool="calculate",
        args={"expression": wanted},
        thought=f"{refers}{assumed + ' ' if assumed else ''}I know no exchange rates, but one is given: "
        f"{rate.text}. From {source} to {target} that is {code(wanted)}.",
    )
    if not seen.ok:
        return Finding(sentence=f"{code(wanted)} has no result. {seen.content}", ok=False)
    result = f"{money(seen.content)} {target}"
    return Finding(
        sentence=f"{money(money_of.digits)} {source} are **{result}**, at {rate.text}.",
        how=maths(wanted, seen.content),
        result=result,
        value=Value(digits=seen.content, unit=target),
        notes=(assumed,) if assumed else (),
    )


def _sum(digits: str, source: str, rate: Rate) -> str:
    if source == rate.other:
        return f"{digits} / {rate.price}" if rate.count == "1" else f"{digits} * {rate.count} / {rate.price}"
    return f"{digits} * {rate.price}" if rate.count == "1" else f"{digits} * {rate.price} / {rate.count}"


def _question(clause: Clause, source: str, target: str, bare: str) -> Question:
    other = source or ("dollars" if target != "dollars" else "euros")
    asked_for = _base(clause)
    if bare and source:
        first, second = (f"one {single(one)} is {bare} {other}" for one, other in ((target, source), (source, target)))
        text = f"Which way round is the rate of {bare}: {first}, or {second}?"

        def chosen(reply: str) -> str | None:
            if rate_in(_plain(reply), target):
                return f"{asked_for}, if {reply}"
            if re.search(r"\b(?:first|former|1st)\b", reply, re.I):
                return f"{asked_for}, if 1 {single(target)} is {bare} {source}"
            if re.search(r"\b(?:second|latter|2nd)\b", reply, re.I):
                return f"{asked_for}, if 1 {single(source)} is {bare} {target}"
            return None

        return Question(text=text, complete=chosen, choices=("the first", "the second"))
    text = (
        f"At what rate? I have no exchange rates, and I make none up. Tell me what one {single(target)} costs"
        f"{f' in {source}' if source else ', and in which currency'}, for example “1.08 {other}”."
    )

    def priced(reply: str) -> str | None:
        plain = _plain(reply)
        if rate_in(plain, target):
            return f"{asked_for}, if {plain}"
        if found := re.search(rf"[$€£¥₹]?({NUMBER})\s*({UNIT})?", plain, re.I):
            unit = currency(found[2] or "") or source
            return f"{asked_for}, if 1 {single(target)} is {found[1]} {unit}" if unit and unit != target else None
        return None

    return Question(text=text, complete=priced)


def _base(clause: Clause) -> str:
    return re.sub(r",? (?:if|at|given|assuming|using)\b.*", "", clause.plain, flags=re.I)


def _plain(reply: str) -> str:
    return re.sub(r"^(?:if|at|when|given) ", "", in_digits(reply[:200]).strip().rstrip("."), flags=re.I)
