"""What stands in for a model that cannot be had."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from ..errors import ProviderError
from ..providers.base import Piece, Prompt, UsagePiece


class Missing:
    """A provider that only says why there is none."""

    budget = 0

    def __init__(self, model: str, sentence: str) -> None:
        self.model = model
        self.label = model.partition(":")[2] or model
        self._sentence = sentence

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        raise ProviderError(self._sentence, kind="no_model")
        yield  # makes it a generator

    def price(self, usage: UsagePiece) -> float | None:
        return None
