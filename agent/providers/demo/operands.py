"""What sums are about: “2,340 dollars”, “$50”, “that”."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .numerals import NUMBER
from .terms import Value

REF = (
    r"(?:that|it|this|them|those|the (?:last |previous |first |final )?(?:result|answer|sum|total|product|difference"
    r"|number|amount|value|rest|one)|the (?:same|last|previous)(?: number| amount| result)?)"
    r"(?: (?:number|amount|result|value|sum|total|price))?"
)
REFERENCE = re.compile(REF, re.I)

CURRENCIES = {
    "dollars": "dollar dollars usd us-dollars bucks $ us$",
    "euros": "euro euros eur €",
    "pounds": "pound pounds gbp sterling quid £",
    "yen": "yen jpy ¥",
    "francs": "franc francs chf",
    "rupees": "rupee rupees inr ₹",
    "yuan": "yuan renminbi rmb cny",
    "crowns": "crown crowns krona kronor krone kroner sek nok dkk czk koruna",
    "zloty": "zloty zlotys pln",
    "pesos": "peso pesos mxn",
    "won": "won krw",
    "reais": "real reais brl",
    "lira": "lira liras try",
    "bitcoin": "bitcoin bitcoins btc",
}
CURRENCY_OF = {name: plural for plural, names in CURRENCIES.items() for name in names.split()}
CURRENCY = "(?:(?:us|american|british|swiss|japanese|indian|canadian|australian) )?(?:{})".format(
    "|".join(sorted((re.escape(name) for name in CURRENCY_OF), key=len, reverse=True))
)
AMOUNT = re.compile(
    rf"(?:an? (?:price|bill|sum|amount|total) of )?(?P<sign>-?)(?P<before>us\$|[$€£¥₹])? ?(?P<digits>{NUMBER})"
    r"(?: ?(?P<unit>[a-zµ°€$£¥₹][^\d+*()=?!]{0,40}))?",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """A number with its unit, or what stands for the part before (`refers`)."""

    digits: str = ""
    unit: str = ""
    refers: bool = False

    def filled(self, that: Value | None) -> Operand | None:
        """With the value of the part before put in; None if there is none to put in."""
        if not self.refers:
            return self
        return Operand(digits=that.digits, unit=self.unit or that.unit) if that and that.digits else None


def operand(text: str) -> Operand | None:
    """What `text` as a whole says, or None."""
    text = text.strip()
    if found := AMOUNT.fullmatch(text[:80]):
        unit = (found["before"] or found["unit"] or "").strip()
        return Operand(digits=found["sign"] + found["digits"], unit=currency(unit) or unit)
    if REFERENCE.fullmatch(text[:60]):
        return Operand(refers=True)
    if (said := re.fullmatch(rf"({REF}) (.{{1,20}})", text[:60], re.I)) and currency(said[2]):
        return Operand(refers=True, unit=currency(said[2]))
    return None


def currency(text: str) -> str:
    """The plural that we use for a currency, or nothing."""
    word = re.sub(r"^(?:us|american|british|swiss|japanese|indian|canadian|australian) ", "", text.strip().lower())
    return CURRENCY_OF.get(word, "")


def single(plural: str) -> str:
    """One of a currency: dollars → dollar."""
    return CURRENCIES[plural].split()[0] if plural in CURRENCIES else plural


def without_that(rule: str) -> str:
    """What to say where “that” stands for nothing."""
    return f"I do not know what “that” is: nothing before it gave a number, so rule *{rule}* has nothing to work with."
