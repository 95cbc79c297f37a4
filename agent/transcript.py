"""The log folded into what a person sees. Pure: `fold(rest, fold(first)) == fold(first + rest)`, anywhere."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .events import (
    AskClosed,
    AskOpened,
    Event,
    Failure,
    ForkedFrom,
    Intent,
    Kind,
    MessagePosted,
    MessageRead,
    MessageWithdrawn,
    SessionCleared,
    SessionCreated,
    SessionRenamed,
    SessionShared,
    SessionSwitched,
    Share,
    ThoughtDelta,
    ThoughtEnd,
    ThoughtStart,
    TokenCount,
    TurnEnd,
    TurnProgressed,
    TurnRetried,
    TurnStart,
    TurnTrimmed,
    Why,
)

State = Literal["running", "done", "interrupted", "failed"]


@dataclass(slots=True, kw_only=True)
class Message:
    """What somebody wrote."""

    id: str
    author: str
    content: str
    attachments: tuple[Mapping[str, Any], ...] = ()
    intent: Intent = "queue"
    at: int = 0


@dataclass(slots=True, kw_only=True)
class Thought:
    """One stretch of what the agent shows; `ms` and `ok` count once it is no longer `open`."""

    id: str
    kind: Kind
    content: str = ""
    open: bool = True
    ok: bool = True
    ms: int = 0
    at: int = 0
    call: str | None = None
    tool: str | None = None
    args: Mapping[str, Any] | None = None
    echo: Mapping[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class Ask:
    """A question or an approval that waits for a person, until `closed`."""

    id: str
    kind: Literal["question", "approval"]
    content: str
    choices: tuple[str, ...] = ()
    tool: str | None = None
    args: Mapping[str, Any] | None = None
    expires: int | None = None
    closed: bool = False
    by: str | None = None
    reply: str | None = None
    allow: bool | None = None


@dataclass(slots=True, kw_only=True)
class Turn:
    """What was asked and all that followed; `items` in the order in which they came to be seen.

    `event_id` is the number of its start: a fork of all that is before it asks anew. `retry` is why the provider is
    tried again, until it shows something; `trimmed` the event before which the agent is sent nothing any more, in the
    turn in which that began.
    """

    id: str
    by: str
    model: str
    at: int = 0
    event_id: int = 0
    state: State = "running"
    items: list[Message | Thought | Ask] = field(default_factory=list[Message | Thought | Ask])
    percent: int = 0
    progress: str = ""
    retry: str = ""
    trimmed: int | None = None
    ended_by: str | None = None
    why: Why | None = None
    error: Failure | None = None
    usage: TokenCount | None = None
    cost_usd: float | None = None
    ms: int = 0
    upstream_closed_ms: float | None = None

    @property
    def asks(self) -> list[Ask]:
        """Those that wait for an answer."""
        return [item for item in self.items if isinstance(item, Ask) and not item.closed]

    @property
    def thoughts(self) -> list[Thought]:
        return [item for item in self.items if isinstance(item, Thought)]

    @property
    def messages(self) -> list[Message]:
        return [item for item in self.items if isinstance(item, Message)]

    @property
    def answer(self) -> str:
        """All that was answered in this turn, joined."""
        return "".join(thought.content for thought in self.thoughts if thought.kind == "answer")


@dataclass(slots=True, kw_only=True)
class Cleared:
    """The line in a transcript above which the agent remembers nothing."""

    by: str
    at: int


@dataclass(slots=True, kw_only=True)
class Transcript:
    """A session as a person sees it. `turns` are in order, `queued` are messages that nobody has read yet."""

    title: str = ""
    model: str = ""
    forked_from: ForkedFrom | None = None
    turns: list[Turn | Cleared] = field(default_factory=list[Turn | Cleared])
    queued: list[Message] = field(default_factory=list[Message])
    owner: str = ""
    people: dict[str, Share] = field(default_factory=dict[str, Share])
    """With whom it is shared, besides."""
    task: bool = False
    cursor: int = 0
    trimmed: int = 0
    """The agent is sent nothing that is before this event."""

    @property
    def running(self) -> Turn | None:
        """The turn that has begun and not ended."""
        last = self.last
        return last if last and last.state == "running" else None

    @property
    def asks(self) -> list[Ask]:
        """What the agent waits for an answer to, now."""
        return self.running.asks if self.running else []

    @property
    def last(self) -> Turn | None:
        return next((turn for turn in reversed(self.turns) if isinstance(turn, Turn)), None)


def fold(events: Iterable[Event], start: Transcript | None = None) -> Transcript:
    """What `events` make of `start`, which is left as it was.

    Events of a turn, a thought or a message whose beginning is not in `start` are passed over, so a log may be
    folded from the beginning of any turn.
    """
    transcript = copy.deepcopy(start) if start else Transcript()
    for event in events:
        apply(transcript, event)
    return transcript


def apply(transcript: Transcript, event: Event) -> None:
    """Folds one event into `transcript`, in place: the step of `fold`, for whoever keeps a live transcript."""
    transcript.cursor = event.event_id
    match event:
        case SessionCreated():
            transcript.title, transcript.model = event.title, event.model
            transcript.forked_from, transcript.owner, transcript.task = event.forked_from, event.by, event.task
        case SessionRenamed():
            transcript.title = event.title
        case SessionShared():
            transcript.people.pop(event.user, None)
            if event.role:
                transcript.people[event.user] = event.role
        case SessionSwitched():
            transcript.model = event.model
        case SessionCleared():
            transcript.turns.append(Cleared(by=event.by, at=event.at))
        case MessagePosted():
            transcript.queued.append(
                Message(
                    id=event.message,
                    author=event.author,
                    content=event.content,
                    attachments=event.attachments,
                    intent=event.intent,
                    at=event.at,
                )
            )
        case MessageRead() | MessageWithdrawn():
            _take(transcript, event)
        case TurnStart():
            transcript.model = event.model
            transcript.turns.append(
                Turn(id=event.turn or "", by=event.by, model=event.model, at=event.at, event_id=event.event_id)
            )
        case _:
            if isinstance(event, TurnTrimmed):
                transcript.trimmed = event.upto
            turn = transcript.running
            if turn is not None and turn.id == event.turn:
                _in_turn(turn, event)


def _take(transcript: Transcript, event: MessageRead | MessageWithdrawn) -> None:
    message = next((m for m in transcript.queued if m.id == event.message), None)
    if message is None:
        return
    transcript.queued.remove(message)
    turn = transcript.running
    if isinstance(event, MessageRead) and turn is not None:
        turn.items.append(message)


def _in_turn(turn: Turn, event: Event) -> None:
    match event:
        case ThoughtStart():
            turn.retry = ""
            turn.items.append(
                Thought(
                    id=event.thought, kind=event.kind, at=event.at, call=event.call, tool=event.tool, args=event.args
                )
            )
        case ThoughtDelta():
            if thought := _thought(turn, event.thought):
                thought.content += event.content
        case ThoughtEnd():
            if thought := _thought(turn, event.thought):
                thought.content, thought.ms, thought.ok, thought.open = event.content, event.ms, event.ok, False
                thought.echo = event.echo
        case TurnProgressed():
            turn.percent, turn.progress = max(turn.percent, event.percent), event.message
        case TurnTrimmed():
            turn.trimmed = event.upto
        case TurnRetried():
            turn.retry = event.message
        case AskOpened():
            turn.items.append(
                Ask(
                    id=event.ask,
                    kind=event.kind,
                    content=event.content,
                    choices=event.choices,
                    tool=event.tool,
                    args=event.args,
                    expires=event.expires,
                )
            )
        case AskClosed():
            for item in turn.items:
                if isinstance(item, Ask) and item.id == event.ask:
                    item.closed, item.by, item.reply, item.allow = True, event.by, event.content, event.allow
        case TurnEnd():
            turn.state, turn.ended_by, turn.why = event.reason, event.by, event.why
            turn.error, turn.usage, turn.cost_usd = event.error, event.usage, event.cost_usd
            turn.ms, turn.upstream_closed_ms = event.ms, event.upstream_closed_ms
        case _:
            raise ValueError(f"{type(event).__name__} has no place in a turn")


def _thought(turn: Turn, thought: str) -> Thought | None:
    """The newest are asked for most, by far."""
    return next((i for i in reversed(turn.items) if isinstance(i, Thought) and i.id == thought), None)
