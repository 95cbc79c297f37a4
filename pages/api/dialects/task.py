"""The dialect `task`: how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from agent.events import AskClosed, AskOpened, Event, ThoughtEnd, ThoughtStart, TurnEnd, TurnProgressed, TurnStart
from agent.step import spelt

from ..facts import Facts
from ..shape import COUNT, NUMBER, OBJECT, PERCENT, TEXT, Frame, Shape
from .agent import answered
from .base import Dialect
from .ending import failure

PROGRESS = Shape(
    type="progress",
    says="how far it is, and what it does now; a turn begins at 0",
    fields={"percent": PERCENT, "message": TEXT},
)
COMPLETE = Shape(
    type="complete",
    says="the whole answer; `usage` is empty where nobody counted, `cost_usd` left out where nobody knows",
    fields={"result": TEXT, "usage": OBJECT, "ms": COUNT},
    optional={"cost_usd": NUMBER},
)
ERROR = Shape(
    type="error",
    says="it failed, or was stopped: `kind` is `interrupted` then",
    fields={"message": TEXT, "kind": TEXT},
    optional={"retry_after": NUMBER},
    numbered="sometimes",
)
LONGEST = 200  # characters of what it does now: a line beside a bar


def words(event: Event, facts: Facts) -> Sequence[Frame]:
    match event:
        case TurnStart():
            return _progress(event, facts, "Thinking…")
        case ThoughtStart(kind="action", tool=str()):
            return _progress(event, facts, spelt(event))
        case ThoughtEnd() if (start := facts.thought(event)) and start.kind == "action" and start.tool is None:
            return _progress(event, facts, event.content)
        case TurnProgressed():
            return _progress(event, facts, event.message)
        case AskOpened():
            return _progress(event, facts, event.content)
        case AskClosed():
            return _progress(event, facts, f"Answered by {event.by}." if event.by else "Nobody answered.")
        case TurnEnd(reason="done"):
            told = answered(event, facts)
            return [COMPLETE.frame(event, result=told.pop("content"), **told)]
        case TurnEnd():
            why = failure(event)
            return [ERROR.frame(event, message=why.message, kind=why.kind, retry_after=why.retry_after)]
        case _:
            return ()


def refusal(kind: str, message: str, retry_after: float | None) -> Sequence[Frame]:
    return [ERROR.frame(message=message, kind=kind, retry_after=retry_after)]


def _progress(event: Event, facts: Facts, message: str) -> Sequence[Frame]:
    short = message if len(message) <= LONGEST else message[: LONGEST - 1] + "…"
    return [PROGRESS.frame(event, percent=facts.percent(event), message=short)]


TASK = Dialect(
    name="task",
    words=words,
    refusal=refusal,
    shapes=(PROGRESS, COMPLETE, ERROR),
    json=True,
    prompts=False,
    whole=True,
    ephemeral=False,
)
