"""Requests that the demo can do: for the start page, for “what can you do?”, and for offers when no rule fits."""

from __future__ import annotations

import re

EXAMPLES: tuple[str, ...] = (
    "What is 17% of 2,340, and what is that in euros if one is 1.08 dollars?",
    "Convert 12 stonne to kilograms, and 5 furlongs to metres, and that to feet",
    "What time is it in Tokyo when it is 18:30 in Berlin, and how many days until New Year?",
    "Show me what you can do",
)

# What it is, an example of it, and words in a request that make it worth offering.
OFFERS: tuple[tuple[str, str, str], ...] = (
    ("work out sums", "What is 12 × 34 + the square root of 81?", "sum add plus minus times math maths number "
        "count equation solve calculate"),
    ("work out percentages", "What is 20% off 80 dollars?", "percent percentage discount tip tax sale price "
        "cheaper vat share"),
    ("change money at your rate", "Convert 250 dollars to euros if one euro is 1.08 dollars", "money euro euros "
        "dollar dollars pound currency exchange cost costs price pay"),
    ("work out interest", "What are 1,000 euros at 5% for 10 years?", "interest loan mortgage invest investment "
        "bank save savings grow stock stocks"),
    ("convert units", "Convert 26.2 miles to kilometres", "convert km miles kilometres weight height temperature "
        "weather hot cold degrees metres far long distance recipe cook"),
    ("tell times in other zones", "What time is it in Tokyo when it is 18:30 in Berlin?", "time zone clock hour "
        "city travel fly flight meeting tokyo london paris call where country"),
    ("count days", "How many days until Christmas?", "day days date week weeks birthday calendar year month when "
        "holiday age old until schedule plan"),
    ("measure a text", "How many words are in “To be, or not to be, that is the question”?", "text word words "
        "write poem essay story letter sentence read translate summarise summarize email joke song rewrite grammar"),
    ("search the help", "How do I stop an answer and continue it later?", "how help app thinkaloud settings "
        "session stop keyboard theme find search document explain what why who"),
)  # fmt: skip
CAN: tuple[tuple[str, str], ...] = tuple((title, example) for title, example, _ in OFFERS)


def offers(request: str, count: int = 3) -> tuple[str, ...]:
    """The examples that have most to do with a request."""
    words = set(re.findall(r"[a-z]+", request[:2_000].lower()))
    ranked = sorted(OFFERS, key=lambda offer: -len(words & set(offer[2].split())))
    return tuple(example for _, example, _ in ranked[:count])
