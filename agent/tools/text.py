"""Text statistics: counts, and how long a text takes to read."""

from __future__ import annotations

import re

from ..errors import ToolError
from .base import tool

CHARACTERS = 200_000
# Words a minute, means over 190 studies: M. Brysbaert, "How many words do we read per minute?", 2019.
SILENTLY, ALOUD = 238, 183


@tool
def text_statistics(text: str) -> str:
    """Count the words, characters, sentences and paragraphs of a text and say how long it takes to read."""
    if len(text) > CHARACTERS:
        raise ToolError(f"A text has at most {CHARACTERS:,} characters, this one has {len(text):,}.")
    words = re.findall(r"\w+(?:['’\-]\w+)*", text)
    if not words:
        raise ToolError("There are no words in this text.")
    sentences = len(re.findall(r"[.!?…]+(?=[\s\"'”’)\]]|$)", text.strip()))
    if re.search(r"[\w,;:)]\s*$", text):  # the last sentence has no full stop
        sentences += 1
    paragraphs = len([part for part in re.split(r"\n\s*\n", text) if part.strip()])
    return "\n".join(
        (
            f"words: {len(words)}",
            f"different words: {len({word.lower() for word in words})}",
            f"characters: {len(text)}",
            f"characters without spaces: {sum(not sign.isspace() for sign in text)}",
            f"sentences: {max(1, sentences)}",
            f"paragraphs: {paragraphs}",
            f"longest word: {max(words, key=len)[:60]}",
            f"reading silently: {_duration(len(words) * 60 / SILENTLY)}",
            f"reading aloud: {_duration(len(words) * 60 / ALOUD)}",
        )
    )


def _duration(seconds: float) -> str:
    whole = max(1, round(seconds))
    minutes, rest = divmod(whole, 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
