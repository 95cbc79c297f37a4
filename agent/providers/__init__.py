"""Which provider a model's name means; each is imported when it is chosen, not before."""

from __future__ import annotations

from ..chance import Chance
from ..errors import BadRequest
from .base import Provider


def choose(model: str, *, pace: float = 1.0, chance: Chance | None = None) -> Provider:
    """The provider of `model` (`provider:name`). Raises BadRequest where there is none of that name."""
    if model == "demo:rules":
        from .demo import Demo

        chance = chance or Chance()
        return Demo(sleep=chance.clock.sleep, dice=chance.dice.random, pace=pace)
    raise BadRequest(f"There is no model {model!r}. So far there is one: demo:rules.")
