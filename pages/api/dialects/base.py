"""What a dialect is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.events import Event

from ..facts import Facts
from ..shape import Frame, Shape

Words = Callable[[Event, Facts], Sequence[Frame]]
Refusal = Callable[[str, str, float | None], Sequence[Frame]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dialect:
    """How one kind of client speaks; compared as an object, so it may be a key.

    `words` is pure: what one event of the log, or one that joins several, is in this dialect. Each frame that stands
    for an event carries its `eventId`. Where an event makes several frames, the last one alone carries it: a reader
    that is cut off in between resumes before that event, and is told all of it again.
    """

    name: str
    words: Words
    refusal: Refusal
    shapes: Sequence[Shape]
    """Every type of frame that it has; none where frames are plain text."""
    json: bool
    """Frames are JSON objects; else text."""
    prompts: bool
    """What comes in is bare prompts; else frames with a `type`."""
    whole: bool
    """Without a cursor a reader starts at the log's beginning; else at its end."""
    ephemeral: bool
    """It also carries hello, who comes and goes, typing and ping."""

    def error(self, kind: str, message: str, retry_after: float | None = None) -> Sequence[Frame]:
        """An error that concerns one connection alone. Whoever waits for the end of an answer gets that too."""
        return self.refusal(kind, message, retry_after)
