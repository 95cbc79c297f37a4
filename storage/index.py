"""The cards of all sessions, in one TinyDB file: what the drawer needs without opening a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from agent.store import Card

from .lines import Lines, changing
from .sessions import card_from


class Index:
    """`index.json`, and in memory what is in it. Methods raise OSError, and then both are as they were.

    Raises ValueError if the file is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        documents = (Lines(path).read() or {}).get("cards", {})
        cards = {int(number): card_from(document) for number, document in documents.items()}
        self.cards: Mapping[str, Card] = {card.id: card for card in cards.values()}
        """By session. Never changed in place, so any thread may look at it."""
        self._numbers = {card.id: number for number, card in cards.items()}

    def put(self, card: Card) -> None:
        """Adds or replaces one card, durably. Raises ValueError if the file was damaged meanwhile."""
        number = self._numbers.get(card.id) or max(self._numbers.values(), default=0) + 1
        with changing(self._path) as file:
            file.put("cards", number, asdict(card))
        self._numbers[card.id] = number
        self.cards = {**self.cards, card.id: card}

    def remove(self, session: str) -> None:
        """Takes one card away, durably, if it is there. Raises ValueError if the file was damaged meanwhile."""
        if session in self.cards:
            with changing(self._path) as file:
                file.remove("cards", self._numbers[session])
            del self._numbers[session]
            self.cards = {one: card for one, card in self.cards.items() if one != session}

    def replace(self, cards: Mapping[str, Card]) -> None:
        """These cards and no others, durably, whatever the file was."""
        numbers = {session: number for number, session in enumerate(cards, 1)}
        Lines(self._path).write({"cards": {str(numbers[one]): asdict(card) for one, card in cards.items()}})
        self._numbers, self.cards = numbers, cards
