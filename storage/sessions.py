"""One settled session: a TinyDB file with a document per stretch, and the session's card beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from agent.errors import StorageError
from agent.events import Event
from agent.store import Card

from .lines import Lines, Tables, changing
from .pack import pack
from .past import SettledPast

FIELDS = {field.name for field in fields(Card)}


def read_past(path: Path) -> SettledPast:
    """The settled events, unpacked on demand; none where there is no file.

    Raises ValueError if the file is damaged, OSError if it cannot be read.
    """
    return _past(path, Lines(path).read())


def read_card(path: Path) -> Card:
    """The card as of the last settled turn. Raises ValueError if the file is damaged, OSError if it is gone."""
    tables = Lines(path).read()
    if tables is None:
        raise FileNotFoundError(path)
    return card_from(tables.get("session", {}).get("1", {}))


def add(path: Path, events: Sequence[Event], card: Card) -> None:
    """Keeps `events` (what of them is not there yet) as one more stretch, and the card, in one durable step.

    Raises StorageError if they do not follow what is there, ValueError if the file is damaged, OSError.
    """
    with changing(path) as file:
        settled = len(_past(path, file.tables or None))
        new = events[max(0, settled + 1 - events[0].event_id) :]
        if new and new[0].event_id != settled + 1:
            raise StorageError(f"Events {settled + 1} to {new[0].event_id - 1} are missing; nothing was changed.")
        if new:
            # Stretches come first in the file and never change, so a reader finds them where they were.
            file.put("stretches", new[0].event_id, pack(new))
        file.put("session", 1, asdict(card))


def card_from(document: Mapping[str, Any]) -> Card:
    """The card that `document` holds; fields that nobody knows are passed over. Raises ValueError."""
    try:
        return Card(**{key: value for key, value in document.items() if key in FIELDS})
    except TypeError as error:
        raise ValueError(f"not a card: {error}") from error


def _past(path: Path, tables: Tables | None) -> SettledPast:
    if tables is not None and "stretches" not in tables:
        raise ValueError("no stretches")
    return SettledPast(f"sessions/{path.name}", tables["stretches"] if tables else {})
