"""From what a page showed in each frame to when each token was painted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

WINDOW = 24  # letters that tell the place in the answer; random words do not repeat that many

Frame = tuple[float, str]  # Unix ms, and how the answer ended then


class Painted:
    """An answer as a page shows it: markup goes, letters stay. `formatted`: the name of a code's language goes, too."""

    def __init__(self, tokens: Sequence[str], *, formatted: bool) -> None:
        text = "".join(tokens)
        hidden = {i for found in re.finditer(r"```(\w+)", text) for i in range(*found.span(1))} if formatted else set()
        shown = [letter.isalpha() and i not in hidden for i, letter in enumerate(text)]
        self._letters = "".join(letter for letter, is_shown in zip(text, shown, strict=True) if is_shown)
        counts = [0, *accumulate(shown)]
        ends = [0, *accumulate(len(token) for token in tokens)]
        self._ends = [counts[end] for end in ends]

    def place(self, tail: str, near: int = 0) -> int:
        """How many letters a page shows whose answer ends like this, if it is no less than `near`; else `near`."""
        letters = "".join(filter(str.isalpha, tail))
        for size in (WINDOW, WINDOW // 2):
            wanted = letters[-size:]
            at = self._letters.find(wanted, max(0, near - len(wanted))) if wanted else -1
            if at >= 0:
                return at + len(wanted)
        return near

    def is_whole(self, tail: str) -> bool:
        return self._letters.endswith("".join(filter(str.isalpha, tail))[-WINDOW:]) and bool(tail.strip())

    def lateness(self, sent: Sequence[float], frames: Sequence[Frame]) -> list[float]:
        """Ms from when each token was sent to when it was painted; tokens without a letter are left out.

        Raises RuntimeError where the last one never was.
        """
        out: list[float] = []
        token, place = 0, 0
        for at, tail in frames:
            place = self.place(tail, place)
            while token < len(sent) and self._ends[token + 1] <= place:
                if self._ends[token + 1] > self._ends[token]:
                    out.append(at - sent[token])
                token += 1
        if place < len(self._letters):
            raise RuntimeError(f"Only {place} of {len(self._letters)} letters were painted.")
        return out
