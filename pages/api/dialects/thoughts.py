"""The dialect `thoughts`: `type` and `content` until `done`; thoughts whole, the answer as it comes."""

from __future__ import annotations

from collections.abc import Sequence

from agent.events import Event, ThoughtDelta, ThoughtEnd, TurnEnd

from ..facts import Facts
from ..shape import COUNT, FLAG, NUMBER, OBJECT, TEXT, WHEN, Frame, Shape
from .base import Dialect
from .ending import failure

THINKING = Shape(type="thinking", says="a whole thought", fields={"content": TEXT, "ms": COUNT})
ACTION = Shape(
    type="action",
    says="it uses a tool: the call as people read it",
    fields={"content": TEXT},
    optional={"tool": TEXT, "args": OBJECT},
)
OBSERVATION = Shape(type="observation", says="what came of it", fields={"content": TEXT, "ok": FLAG, "ms": COUNT})
ANSWER = Shape(type="answer", says="a chunk of the answer", fields={"content": TEXT})
ERROR = Shape(
    type="error",
    says="it failed, was stopped, or was refused; `done` follows at once, and has the `eventId`",
    fields={"kind": TEXT, "message": TEXT, "content": TEXT},
    optional={**WHEN, "retry_after": NUMBER},
    numbered="never",
)
DONE = Shape(
    type="done",
    says="nothing more comes to that prompt; `content` is empty, for whoever prints it before looking at `type`",
    fields={"content": TEXT},
    numbered="sometimes",
)


def words(event: Event, facts: Facts) -> Sequence[Frame]:
    match event:
        case ThoughtDelta() if (start := facts.thought(event)) and start.kind == "answer":
            return [ANSWER.frame(event, content=event.content)]
        case ThoughtEnd():
            return _whole(event, facts)
        case TurnEnd(reason="done"):
            return [DONE.frame(event, content="")]
        case TurnEnd():
            why = failure(event)
            return [_error(event, why.kind, why.message, why.retry_after), DONE.frame(event, content="")]
        case _:
            return ()


def refusal(kind: str, message: str, retry_after: float | None) -> Sequence[Frame]:
    return [_error(None, kind, message, retry_after), DONE.frame(content="")]


def _whole(end: ThoughtEnd, facts: Facts) -> Sequence[Frame]:
    start = facts.thought(end)
    match start.kind if start else None:
        case "thinking" if end.content:  # some models think and show nothing of it
            return [THINKING.frame(end, content=end.content, ms=end.ms)]
        case "action" if start:
            return [ACTION.frame(end, content=end.content, tool=start.tool, args=start.args)]
        case "observation":
            return [OBSERVATION.frame(end, content=end.content, ok=end.ok, ms=end.ms)]
        case _:
            return ()


def _error(event: Event | None, kind: str, message: str, retry_after: float | None) -> Frame:
    """`content` too: whoever prints `type` and `content` of each frame prints this one as well."""
    return ERROR.frame(event, kind=kind, message=message, content=message, retry_after=retry_after)


THOUGHTS = Dialect(
    name="thoughts",
    words=words,
    refusal=refusal,
    shapes=(THINKING, ACTION, OBSERVATION, ANSWER, ERROR, DONE),
    json=True,
    prompts=True,
    whole=False,
    ephemeral=False,
)
