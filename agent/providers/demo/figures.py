"""How observed numbers and quoted words are shown in an answer."""

from __future__ import annotations

import re


def grouped(digits: str) -> str:
    """2340.5 → 2,340.5; what is no plain number comes back as it is."""
    found = re.fullmatch(r"(-?)(\d+)(\.\d+)?", digits)
    if not found:
        return digits
    whole = f"{int(found[2]):,}" if len(found[2]) < 60 else found[2]
    return f"{found[1].replace('-', '−')}{whole}{found[3] or ''}"


def rounded(digits: str, places: int = 4) -> str:
    """To four decimals, or six significant digits below one, and grouped."""
    found = re.fullmatch(r"-?(\d+)\.(\d+)", digits)
    if not found or len(found[2]) <= places:
        return grouped(digits)
    number = float(digits)
    text = f"{number:.{places}f}" if abs(number) >= 1 else f"{number:.6f}" if abs(number) >= 1e-3 else f"{number:.6g}"
    return grouped(text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text)


def money(digits: str) -> str:
    """With cents: 397.8 → 397.80, but 400 → 400."""
    if not re.fullmatch(r"-?\d+\.\d+", digits):
        return grouped(digits)
    return grouped(f"{float(digits):.2f}")


def about(digits: str, shown: str) -> str:
    """“about ” where `shown` was rounded."""
    plain = shown.replace(",", "").replace("−", "-")
    try:
        return "" if float(plain) == float(digits) else "about "
    except ValueError:
        return ""


def quoted(text: str, limit: int = 70) -> str:
    """What a person wrote, harmless in a line or a cell of markdown."""
    flat = " ".join(text.split())
    flat = flat if len(flat) <= limit else flat[:limit].rstrip() + "…"
    return re.sub(r"([\\`*_$|<>\[\]#~])", r"\\\1", flat)


def code(text: str, limit: int = 200) -> str:
    """`text` as code in a line."""
    flat = " ".join(text.split()).replace("`", "'").replace("|", "¦")
    return f"`{flat if len(flat) <= limit else flat[:limit] + '…'}`"


def maths(expression: str, result: str = "") -> str:
    """The expression as maths between dollar signs, or as code where it has more than can be set."""
    equals = f" = {result}" if result else ""
    if len(expression) + len(equals) > 120:
        return code(expression + equals)
    text = re.sub(r"\bfactorial\((\d+)\)", r"\1!", expression)
    text = re.sub(r"\b(sin|cos|tan)\(radians\(([\d.]+)\)\)", r"\\\1 \2^{\\circ}", text)
    text = re.sub(r"\bsqrt\(([^()]*)\)", r"\\sqrt{\1}", text)
    text = re.sub(r"\bcbrt\(([^()]*)\)", r"\\sqrt[3]{\1}", text)
    text = re.sub(r"\s*\*\*\s*(-?[\d.]+|\([^()]*\))", lambda found: "^{" + found[1].strip("()") + "}", text)
    if "**" in text or "//" in text or re.search(r"(?<!\\)\b(?!pi\b)[a-z]{2,}", text.replace("{\\circ}", "")):
        return code(expression + equals)
    for sign, command in (("%", r" \bmod "), ("*", r" \times "), ("/", r" \div ")):
        text = text.replace(sign, command)
    text = re.sub(r"\bpi\b", r"\\pi ", text)
    return f"${' '.join(text.split())}{equals}$"


def counted(number: int, noun: str) -> str:
    """1 part, 2 parts."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return f"{words[number] if number < len(words) else number} {noun}{'s' * (number != 1)}"
