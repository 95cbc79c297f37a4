"""One turn of the log in the words of AG-UI. Pure: no clock, no log, no connection."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    Interrupt,
    RunErrorEvent,
    RunFinishedCancelledOutcome,
    RunFinishedEvent,
    RunFinishedInterruptOutcome,
    RunFinishedSuccessOutcome,
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    TokenUsage,
)

from agent.events import (
    AskClosed,
    AskOpened,
    Event,
    MessagePosted,
    MessageRead,
    MessageWithdrawn,
    ThoughtDelta,
    ThoughtEnd,
    ThoughtStart,
    TurnEnd,
    TurnProgressed,
    TurnRetried,
    TurnStart,
)
from agent.transcript import Message

from .thoughts import Thoughts

VERSION = "1.0"


class Words:
    """One AG-UI run: what is told of the turn that reads `message`, or of `turn` where that is known already.

    A run ends with its turn, or where the agent waits for a person; the turn then goes on, and another run tells the
    rest of it. `known` are the ids that the client has, `queued` the messages that nobody had read before.
    """

    def __init__(
        self,
        thread: str,
        run: str,
        *,
        message: str | None = None,
        turn: str | None = None,
        known: Collection[str] = (),
        queued: Iterable[Message] = (),
    ) -> None:
        self.turn = turn
        self.ended = False
        self._thread = thread
        self._run = run
        self._message = message
        self._known = known
        self._posted = {one.id: (one.author, one.content) for one in queued}
        self._reads: list[MessageRead] = []
        self._model = ""
        self._thoughts = Thoughts()

    def begin(self, at: int, ignored: Sequence[str] = ()) -> Iterator[BaseEvent]:
        """A run's first events; `ignored` are the fields of its input that nothing is done with."""
        yield RunStartedEvent(thread_id=self._thread, run_id=self._run, protocol_version=VERSION, timestamp=at)
        if ignored:
            yield CustomEvent(name="ignored", value=list(ignored), timestamp=at)

    def remember(self, events: Iterable[Event]) -> None:
        """Takes in what the client has been told before."""
        answered = frozenset[str]()
        for event in events:
            for _ in self._told(event, answered):
                pass
        self.ended = False

    def reopen(self, at: int) -> Iterator[BaseEvent]:
        """Begins anew what was open at the end of what is remembered."""
        yield from self._thoughts.reopen(at)

    def tell(self, events: Sequence[Event]) -> Iterator[BaseEvent]:
        """What follows in the log. Nobody has to wait for a question that was answered by the time it is told."""
        answered = frozenset(event.ask for event in events if isinstance(event, AskClosed))
        for event in events:
            if not self.ended:
                yield from self._told(event, answered)

    def finish(self, at: int) -> Iterator[BaseEvent]:
        """The end where there is nothing to tell."""
        yield from self._finish(at, RunFinishedSuccessOutcome())

    def cancel(self, at: int) -> Iterator[BaseEvent]:
        """The end where nobody will read the message."""
        yield from self._finish(at, RunFinishedCancelledOutcome())

    def fail(self, at: int, kind: str, message: str) -> Iterator[BaseEvent]:
        """The end where something went wrong that the log does not have."""
        yield from self._thoughts.close(at)
        self.ended = True
        yield RunErrorEvent(message=message, code=kind, timestamp=at)

    # ── event by event ───────────────────────────────────────────────────────────────────────────────────

    def _told(self, event: Event, answered: frozenset[str]) -> Iterator[BaseEvent]:
        match event:
            case MessagePosted():
                self._posted[event.message] = (event.author, event.content)
            case MessageWithdrawn() if event.message == self._message:
                yield from self.cancel(event.at)
            case TurnStart():
                self._model, self._reads = event.model, []
            case MessageRead() if self.turn is None:
                self._reads.append(event)
                if event.message == self._message:
                    self.turn = event.turn
                    for read in self._reads:
                        yield from self._said(read)
            case _ if self.turn is not None and event.turn == self.turn:
                yield from self._in_turn(event, answered)
            case _:
                pass

    def _in_turn(self, event: Event, answered: frozenset[str]) -> Iterator[BaseEvent]:
        match event:
            case MessageRead():
                yield from self._said(event)
            case ThoughtStart():
                yield from self._thoughts.start(event)
            case ThoughtDelta():
                yield from self._thoughts.delta(event)
            case ThoughtEnd():
                yield from self._thoughts.end(event)
            case TurnProgressed():
                progress = {"percent": event.percent, "message": event.message}
                yield CustomEvent(name="progress", value=progress, timestamp=event.at)
            case TurnRetried():
                retried = {"in_ms": event.in_ms, "message": event.message}
                yield CustomEvent(name="retried", value=retried, timestamp=event.at)
            case AskOpened() if event.ask not in answered:
                yield from self._finish(event.at, RunFinishedInterruptOutcome(interrupts=[_interrupt(event)]))
            case TurnEnd():
                yield from self._over(event)
            case _:
                pass

    def _said(self, event: MessageRead) -> Iterator[BaseEvent]:
        """What somebody else wrote, which the client cannot know."""
        author, content = self._posted.pop(event.message, ("", ""))
        if event.message in self._known or not content:
            return
        yield TextMessageStartEvent(message_id=event.message, role="user", name=author or None, timestamp=event.at)
        yield TextMessageContentEvent(message_id=event.message, delta=content, timestamp=event.at)
        yield TextMessageEndEvent(message_id=event.message, timestamp=event.at)

    def _over(self, event: TurnEnd) -> Iterator[BaseEvent]:
        yield from self._thoughts.close(event.at)
        yield from self._thoughts.unanswered(event.at)
        usage = _usage(event, self._model)
        about: dict[str, Any] = {"by": event.by, "why": event.why, "cost_usd": event.cost_usd, "ms": event.ms}
        about["retry_after"] = event.error.retry_after if event.error else None
        metadata = {name: value for name, value in about.items() if value is not None}
        if event.error:
            self.ended = True
            message, kind = event.error.message, event.error.kind
            yield RunErrorEvent(message=message, code=kind, usage=usage, metadata=metadata, timestamp=event.at)
        else:
            done = event.reason == "done"
            outcome = RunFinishedSuccessOutcome() if done else RunFinishedCancelledOutcome()
            yield from self._finish(event.at, outcome, usage=usage, metadata=metadata)

    def _finish(self, at: int, outcome: Any, **more: Any) -> Iterator[BaseEvent]:
        yield from self._thoughts.close(at)
        self.ended = True
        yield RunFinishedEvent(thread_id=self._thread, run_id=self._run, outcome=outcome, timestamp=at, **more)


def _interrupt(event: AskOpened) -> Interrupt:
    expires = datetime.fromtimestamp(event.expires / 1000, UTC).isoformat() if event.expires else None
    asked: dict[str, Any] = {"tool": event.tool, "args": dict(event.args or {})}
    schema: dict[str, Any] = {"type": "boolean" if event.kind == "approval" else "string"}
    if event.choices:
        schema["enum"] = list(event.choices)
    return Interrupt(
        id=event.ask,
        reason=event.kind,
        message=event.content,
        response_schema=schema,
        expires_at=expires,
        metadata=asked if event.tool else None,
    )


def _usage(event: TurnEnd, model: str) -> list[TokenUsage] | None:
    if event.usage is None:
        return None
    vendor, _, name = model.partition(":")
    return [
        TokenUsage(
            provider=vendor if name else None,
            model=name or vendor or None,
            input_tokens=event.usage.input,
            output_tokens=event.usage.output,
            total_tokens=event.usage.input + event.usage.output,
            reasoning_tokens=event.usage.reasoning,
            cached_input_tokens=event.usage.cached,
            cache_write_input_tokens=event.usage.written,
        )
    ]
