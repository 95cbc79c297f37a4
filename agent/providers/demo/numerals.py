"""Numbers as people write them, in digits: 2,340 and 1.5k and 3 million and ½ and twenty-five."""

from __future__ import annotations

import re
from decimal import Decimal

NUMBER = r"(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?"
SIGNS = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "—": "-", "’": "'", "‘": "'", "\u00a0": " "})
FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75", "⅓": ".333333333333", "⅔": ".666666666667", "⅛": ".125", "⅕": ".2"}
ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen"""
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety"
SMALL = {word: value for value, word in enumerate(ONES.split())} | {
    word: value * 10 for value, word in enumerate(TENS.split()) if value > 1
}
LARGE = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12}
WORD = "|".join([*SMALL, *LARGE])
WORDS = re.compile(rf"\b(?:a )?(?:{WORD})(?:(?: and |[ -])(?:{WORD}))*\b", re.I)
SCALED = re.compile(rf"(?<![\d.])({NUMBER}) ?(thousand|million|billion|trillion|dozen|mn|bn)\b", re.I)
HEIGHT = re.compile(r"(?<![\w.'])(\d{1,2})(?:'|\u2032) ?(\d{1,2}(?:\.\d+)?)(?!\w|\.\d) ?(?:\"|''|\u2033|\u201d)?")
KILO = re.compile(rf"(?<![\d.])({NUMBER})k\b(?! (?:to|in|into) (?:c|f|celsius|fahrenheit|°c|°f)\b)")


def in_digits(text: str) -> str:
    """`text` with every number in plain digits, signs in ASCII, per cent as %, 5'11" as feet and inches."""
    text = HEIGHT.sub(r"\1 feet \2 inches", text.translate(SIGNS))
    text = re.sub(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])", lambda found: found[0].replace(",", ""), text)
    text = re.sub(r"(?<![\d.,])\d{1,3}(?:[\u2009\u202f]\d{3})+(?!\d)", lambda found: re.sub(r"\s", "", found[0]), text)
    if "(" not in text:  # in max(1,5) the comma is no decimal one
        text = re.sub(r"(?<![\d,])(\d{1,9}),(\d{1,2})(?![\d,])", r"\1.\2", text)
    text = re.sub(rf"(?<!\d)(\d*)([{''.join(FRACTIONS)}])", lambda found: (found[1] or "0") + FRACTIONS[found[2]], text)
    text = SCALED.sub(_scaled, text)
    text = KILO.sub(lambda found: _product(found[1], 1000), text)
    text = WORDS.sub(_counted, text)
    text = re.sub(r"\bhalf (?:a |an )?(?=12\b|dozen)", "0.5 * ", text, flags=re.I)
    return re.sub(r" ?(?:%|\bper cent\b|\bpercent\b)", "%", text, flags=re.I)


def _scaled(found: re.Match[str]) -> str:
    word = {"mn": "million", "bn": "billion"}.get(found[2].lower(), found[2].lower())
    return _product(found[1], LARGE[word])


def _product(number: str, factor: int) -> str:
    try:
        return _digits(Decimal(number) * factor)
    except ArithmeticError:  # an exponent beyond all bounds: the calculator will say so
        return number


def _counted(found: re.Match[str]) -> str:
    words = [word for word in re.split(r"[ -]", found[0].lower()) if word not in ("a", "and")]
    if found[0].lower().startswith("a ") and words[0] in SMALL:
        return found[0]  # “a one-off”
    total = part = 0
    for word in words:
        if word in SMALL:
            part += SMALL[word]
        elif word in ("hundred", "dozen"):
            part = max(1, part) * LARGE[word]
        else:
            total, part = total + max(1, part) * LARGE[word], 0
    return str(total + part)


def _digits(number: Decimal) -> str:
    if abs(number.adjusted()) > 40:
        return str(number).lower()
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
