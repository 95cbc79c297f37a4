"""An open thought: chunks go in, deltas come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .chance import Clock, Timer
from .errors import StorageError
from .events import Event, Kind, Marks, ThoughtDelta, ThoughtEnd, ThoughtStart
from .sound import sound

FRAME = 0.016  # seconds: a screen shows nothing sooner


class Writer:
    """One thought from its start to its end. A chunk goes at once if the last delta is a frame old, else it joins
    those that go when it is, and the joined delta keeps their timing."""

    def __init__(
        self,
        append: Callable[[Event], Event],
        clock: Clock,
        *,
        turn: str,
        thought: str,
        kind: Kind,
        call: str | None = None,
        tool: str | None = None,
        args: Mapping[str, Any] | None = None,
    ) -> None:
        self.thought = thought
        self.kind: Kind = kind
        self._append = append
        self._clock = clock
        self._turn = turn
        self._whole: list[str] = []
        self._waiting: list[tuple[int, str]] = []
        self._timer: Timer | None = None
        self._trouble: StorageError | None = None
        self._half = ""  # the first half of a character that a chunk cut in two
        self._last = -FRAME
        append(ThoughtStart(turn=turn, thought=thought, kind=kind, call=call, tool=tool, args=args))
        self._began = clock.elapsed()

    def write(self, chunk: str) -> None:
        """Raises StorageError, also for an earlier chunk that could not be kept."""
        if self._trouble:
            raise self._trouble
        if self._half or not chunk.isascii():
            chunk = self._mended(chunk)
        if not chunk:
            return
        self._waiting.append((self._clock.now(), chunk))
        if self._timer is None:
            wait = self._last + FRAME - self._clock.elapsed()
            if wait <= 0:
                self.flush()
            else:
                self._timer = self._clock.later(wait, self._due)

    def flush(self) -> None:
        """What waits for the frame goes now."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if not self._waiting:
            return
        first = self._waiting[0][0]
        content = "".join(chunk for _, chunk in self._waiting)
        marks: Marks | None = None
        if len(self._waiting) > 1:
            marks = tuple((at - first, len(chunk)) for at, chunk in self._waiting)
        self._append(ThoughtDelta(at=first, turn=self._turn, thought=self.thought, content=content, marks=marks))
        self._waiting.clear()
        self._whole.append(content)
        self._last = self._clock.elapsed()

    def end(self, *, ok: bool = True, content: str | None = None, echo: Mapping[str, Any] | None = None) -> None:
        """Closes the thought with its whole text: what was written, or `content` where nothing was."""
        if self._half:
            self.write(" ")
        self.flush()
        ms = round((self._clock.elapsed() - self._began) * 1000)
        whole = "".join(self._whole) if content is None else content
        self._append(ThoughtEnd(turn=self._turn, thought=self.thought, content=whole, ms=ms, ok=ok, echo=echo))

    def _mended(self, chunk: str) -> str:
        """Characters outside the first 65,536 may come as two halves; half a one can be neither sent nor stored."""
        text = self._half + chunk
        self._half = text[-1] if "\ud800" <= text[-1:] <= "\udbff" else ""
        whole = text[:-1] if self._half else text
        return sound(whole)

    def _due(self) -> None:
        self._timer = None
        try:
            self.flush()
        except StorageError as error:  # nobody is above a timer: whoever writes next hears of it
            self._trouble = error
