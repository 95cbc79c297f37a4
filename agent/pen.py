"""The pen of a turn: opens thoughts in the log, and knows which are open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .chance import Chance
from .events import Event, Kind
from .writer import Writer


class Pen:
    """Writes the thoughts of one turn; every method raises StorageError where the disk refuses."""

    def __init__(self, append: Callable[[Event], Event], chance: Chance, turn: str) -> None:
        self._append = append
        self._chance = chance
        self._turn = turn
        self._open: list[Writer] = []

    def open(
        self, kind: Kind, *, call: str | None = None, tool: str | None = None, args: Mapping[str, Any] | None = None
    ) -> Writer:
        writer = Writer(
            self._append,
            self._chance.clock,
            turn=self._turn,
            thought=self._chance.id(8),
            kind=kind,
            call=call,
            tool=tool,
            args=args,
        )
        self._open.append(writer)
        return writer

    def end(
        self, writer: Writer, *, ok: bool = True, content: str | None = None, echo: Mapping[str, Any] | None = None
    ) -> None:
        """Closes a thought: see `Writer.end`."""
        writer.end(ok=ok, content=content, echo=echo)
        self._open.remove(writer)

    def flush(self) -> None:
        """What waits for its frame goes now, in every open thought."""
        for writer in self._open:
            writer.flush()
