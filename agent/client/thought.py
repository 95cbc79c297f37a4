"""What an answer is made of, as a program sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..events import (
    AskClosed,
    AskOpened,
    Event,
    Kind,
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

What = (
    Kind
    | Literal["message", "turn", "progress", "retry", "question", "approval", "reply"]
    | Literal["done", "interrupted", "failed", "withdrawn"]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """One more thing that the agent shows.

    `kind` is `thinking`, `action`, `observation` or `answer`, and then `content` is what is new of it: those of one
    thought (`id`) joined are its text, and the last of them is `done`. Else it is

    - `question` or `approval`: the agent waits for somebody, who reads `content`; see `Agent.reply`
    - `progress`, `retry`: how far it is, or why it tries again
    - `message`, `turn`, `reply`: a message was posted or read, a turn began, a question was answered; no content
    - `done`, `interrupted`, `failed` or `withdrawn`: the last one; `content` says why it failed

    `event` is the log's own word for it, with everything that it tells.
    """

    kind: What
    content: str
    event: Event
    id: str = ""
    done: bool = False


class Telling:
    """Events as thoughts: whoever reads an event's text also wants to know of what kind of thought it is."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Kind, int]] = {}

    def tell(self, event: Event) -> Thought | None:
        """None for what is no part of an answer, and for the rest of a thought whose start was not told."""
        match event:
            case ThoughtStart(thought=id, kind=kind):
                self._open[id] = kind, 0
                return Thought(kind=kind, content="", event=event, id=id)
            case ThoughtDelta(thought=id, content=content) if id in self._open:
                kind, told = self._open[id]
                self._open[id] = kind, told + len(content)
                return Thought(kind=kind, content=content, event=event, id=id)
            case ThoughtEnd(thought=id, content=content) if id in self._open:
                kind, told = self._open.pop(id)
                return Thought(kind=kind, content=content[told:], event=event, id=id, done=True)
            case TurnEnd(reason=reason, error=error):
                return Thought(kind=reason, content=error.message if error else "", event=event)
            case AskOpened(kind=kind, content=content):
                return Thought(kind=kind, content=content, event=event)
            case AskClosed():
                return Thought(kind="reply", content="", event=event)
            case TurnProgressed(message=message):
                return Thought(kind="progress", content=message, event=event)
            case TurnRetried(message=message):
                return Thought(kind="retry", content=message, event=event)
            case MessagePosted() | MessageRead():
                return Thought(kind="message", content="", event=event)
            case MessageWithdrawn():
                return Thought(kind="withdrawn", content="", event=event)
            case ThoughtDelta() | ThoughtEnd():
                return None
            case _:
                return Thought(kind="turn", content="", event=event) if event.turn else None


class Reading:
    """What is about one message: that it was posted, that a turn read it, and what that turn does from there on."""

    def __init__(self, message: str) -> None:
        self.over = False
        self._message = message
        self._telling = Telling()
        self._start: TurnStart | None = None
        self._turn: str | None = None

    def take(self, event: Event) -> Iterator[Thought]:
        """The thoughts for the next event of the log; once a last one is among them, this is `over`."""
        thought = self._telling.tell(event)
        match event:
            case TurnStart():
                self._start = event  # it may turn out to be ours when it reads the message
                return
            case MessageRead(message=message) if message == self._message:
                self._turn = event.turn
                if self._start and self._start.turn == event.turn and (start := self._telling.tell(self._start)):
                    yield start
            case MessageWithdrawn(message=message) if message == self._message:
                self.over = True
            case MessagePosted(message=message) if message == self._message:
                pass
            case MessageRead() | MessageWithdrawn() | MessagePosted():
                return
            case TurnEnd() if self._turn and event.turn == self._turn:
                self.over = True
            case _:
                if self._turn is None:  # somebody else's
                    return
        if thought:
            yield thought
