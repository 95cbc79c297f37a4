"""What must be known of earlier events to tell a later one, looked up in the log."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.events import Event, ThoughtDelta, ThoughtEnd, ThoughtStart, TurnEnd, TurnProgressed, TurnStart
from agent.log import Log

KEPT = 8  # turns: the live one, and those that a few lagging readers are at


class Facts:
    """An index over one log: no state of a connection, and nothing that the log does not say. One serves all readers,
    wherever they are: what it says of an event depends on that event and those before it, not on what was asked before.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._turns: dict[str | None, Known] = {}

    def learn(self, events: Sequence[Event]) -> None:
        """Keeps up with what passes (as it is or joined), so that nothing of a live turn need be looked for later."""
        if event := next((event for event in reversed(events) if event.turn), None):
            self._known(event)

    def thought(self, event: ThoughtDelta | ThoughtEnd) -> ThoughtStart | None:
        """How the thought began that `event` goes on with or ends; None where the log does not have it."""
        return self._known(event).starts.get(event.thought)

    def answer(self, end: TurnEnd) -> str:
        """The turn's `answer` thoughts, joined in the order in which they began."""
        known = self._known(end)
        return "".join(known.answers.get(start.thought, "") for start in known.starts.values())

    def percent(self, event: Event) -> int:
        """How far the turn had come when `event` happened: the largest `turn.progressed` up to it, 0 before any."""
        progress = self._known(event).progress
        place = bisect_right(progress, event.event_id, key=lambda step: step[0])
        return progress[place - 1][1] if place else 0

    def _known(self, event: Event) -> Known:
        """What is known of the turn of `event`, up to it at least."""
        known = self._turns.pop(event.turn, None) or Known(upto=self._before(event))
        if known.upto < event.event_id:
            for one in self._log.between(known.upto, event.event_id):
                if one.turn == event.turn:
                    known.take(one)
            known.upto = event.event_id
        self._turns[event.turn] = known
        if len(self._turns) > KEPT:
            del self._turns[next(iter(self._turns))]  # the one that nobody has asked for the longest
        return known

    def _before(self, event: Event) -> int:
        """The number of the last event before the turn of `event` began. Turns do not overlap, so the next start that
        is found on the way back is its own."""
        back = self._log.back_from(event.event_id)
        return next((one.event_id - 1 for one in back if isinstance(one, TurnStart)), 0)


@dataclass(slots=True, kw_only=True)
class Known:
    """What the log says of one turn up to event `upto`. `progress` is (event, percent so far) each."""

    upto: int
    starts: dict[str, ThoughtStart] = field(default_factory=dict[str, ThoughtStart])
    answers: dict[str, str] = field(default_factory=dict[str, str])
    progress: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def take(self, event: Event) -> None:
        match event:
            case ThoughtStart():
                self.starts[event.thought] = event
            case ThoughtEnd() if (start := self.starts.get(event.thought)) and start.kind == "answer":
                self.answers[event.thought] = event.content
            case TurnProgressed():
                most = max(event.percent, self.progress[-1][1] if self.progress else 0)
                self.progress.append((event.event_id, most))
            case _:
                pass
