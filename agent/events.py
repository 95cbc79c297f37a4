"""Every fact that a log can hold, one frozen class each.

The class name is the wire name (`ThoughtDelta` → `thought.delta`); fields are listed in docs/protocol.md.
A name or a field, once released, is never renamed or reused; new fields have defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["thinking", "action", "observation", "answer"]
Intent = Literal["queue", "steer", "interrupt"]
Reason = Literal["done", "interrupted", "failed"]
Why = Literal["user", "unwatched", "shutdown", "crash", "limit"]
Share = Literal["member", "viewer"]
Marks = tuple[tuple[int, int], ...]  # (ms since the delta's own time, characters), one per chunk it joins


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact. The log numbers it (`event_id`, from 1) and dates it (`at`, Unix ms) when it is appended."""

    event_id: int = 0
    at: int = 0
    turn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkedFrom:
    """Where a session was forked off: the other session and its last event that both share."""

    session: str
    event_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCreated(Event):
    """`by` is its owner; a `task` goes on whether anybody watches or not."""

    title: str
    model: str
    forked_from: ForkedFrom | None = None
    by: str = ""
    task: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRenamed(Event):
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCleared(Event):
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionShared(Event):
    """`user` may take part or watch from here on; without a `role`, neither any more."""

    user: str
    by: str
    role: Share | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSwitched(Event):
    """Another model from the next turn on."""

    model: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePosted(Event):
    """`attachments` are `{id, name, type, size}` each."""

    message: str
    author: str
    content: str
    attachments: tuple[Mapping[str, Any], ...] = ()
    intent: Intent = "queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRead(Event):
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWithdrawn(Event):
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStart(Event):
    by: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThoughtStart(Event):
    """`call` ties an action to its observation; `tool` and `args` (a JSON object) are an action's own."""

    thought: str
    kind: Kind
    call: str | None = None
    tool: str | None = None
    args: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThoughtDelta(Event):
    thought: str
    content: str
    marks: Marks | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThoughtEnd(Event):
    """`content` is the whole text, so whoever has this needs no delta; `ms` is how long it was open.

    `echo` is `{vendor, data}`: what that vendor wants to see again with this thought, and nobody else may.
    """

    thought: str
    content: str
    ms: int
    ok: bool = True
    echo: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnProgressed(Event):
    percent: int
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTrimmed(Event):
    """The conversation has outgrown its budget: from here on the agent is not sent what is before event `upto`."""

    upto: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRetried(Event):
    in_ms: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskOpened(Event):
    ask: str
    kind: Literal["question", "approval"]
    content: str
    choices: tuple[str, ...] = ()
    tool: str | None = None
    args: Mapping[str, Any] | None = None
    expires: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskClosed(Event):
    ask: str
    by: str | None = None
    content: str | None = None
    allow: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a turn failed: `kind` for programs, `message` for people, `retry_after` in seconds."""

    kind: str
    message: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCount:
    """Tokens as the provider counted them; `reasoning` is part of `output`, `cached` and `written` of `input`.

    `estimated`: a part was stopped before the provider had counted it.
    """

    input: int = 0
    output: int = 0
    reasoning: int = 0
    cached: int = 0
    written: int = 0
    estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEnd(Event):
    reason: Reason
    by: str | None = None
    why: Why | None = None
    error: Failure | None = None
    usage: TokenCount | None = None
    cost_usd: float | None = None
    ms: int = 0
    upstream_closed_ms: float | None = None


EVENTS: tuple[type[Event], ...] = (
    SessionCreated,
    SessionRenamed,
    SessionCleared,
    SessionShared,
    SessionSwitched,
    MessagePosted,
    MessageRead,
    MessageWithdrawn,
    TurnStart,
    ThoughtStart,
    ThoughtDelta,
    ThoughtEnd,
    TurnProgressed,
    TurnTrimmed,
    TurnRetried,
    AskOpened,
    AskClosed,
    TurnEnd,
)
