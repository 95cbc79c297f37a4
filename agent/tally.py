"""What a turn took: tokens and money, step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .events import TokenCount
from .providers.base import UsagePiece

LETTERS = 4  # of a token, in most texts


class Tally:
    """`usage` is None where the provider counts nothing; `cost_usd` where nobody knows a price of all of it."""

    def __init__(self, price: Callable[[UsagePiece], float | None]) -> None:
        self.usage: TokenCount | None = None
        self._price = price
        self._cost: float | None = 0.0

    @property
    def cost_usd(self) -> float | None:
        return None if self.usage is None or self._cost is None else self._cost

    def count(self, step: UsagePiece | None, *, written: int, whole: bool) -> None:
        """One step more. Where it was not `whole`, its output is at least what its `written` characters come to."""
        if step is None:
            return
        if not whole:
            step = replace(step, output=max(step.output, -(-written // LETTERS)), estimated=True)
        sofar = self.usage or TokenCount()
        self.usage = TokenCount(
            input=sofar.input + step.input,
            output=sofar.output + step.output,
            reasoning=sofar.reasoning + step.reasoning,
            cached=sofar.cached + step.cached,
            written=sofar.written + step.written,
            estimated=sofar.estimated or step.estimated,
        )
        price = self._price(step)
        self._cost = None if self._cost is None or price is None else self._cost + price
