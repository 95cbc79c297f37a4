"""The dialect `agent`: a frame for whatever a chat shows, tokens one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, get_args

from agent.events import (
    AskClosed,
    AskOpened,
    Event,
    Intent,
    MessagePosted,
    MessageRead,
    MessageWithdrawn,
    SessionCleared,
    SessionCreated,
    SessionRenamed,
    ThoughtDelta,
    ThoughtEnd,
    ThoughtStart,
    TurnEnd,
    TurnProgressed,
    TurnStart,
    Why,
)
from agent.step import spelt

from ..facts import Facts
from ..shape import COUNT, FLAG, NUMBER, OBJECT, OBJECTS, PERCENT, TEXT, TEXTS, Frame, Shape, one_of
from .base import Dialect
from .ending import failure, stopped
from .ephemeral import EPHEMERAL, ERROR, refusal

USER_MESSAGE = Shape(
    type="user_message",
    says="somebody wrote; it waits until the agent reads it",
    fields={"user_id": TEXT, "content": TEXT, "message": TEXT, "intent": one_of(*get_args(Intent))},
    optional={"attachments": OBJECTS},
)
READ = Shape(type="read", says="the agent has the message in its prompt; `turn` answers it", fields={"message": TEXT})
WITHDRAWN = Shape(type="withdrawn", says="its author took it back before that", fields={"message": TEXT})
STATUS = Shape(
    type="status",
    says="a turn began",
    fields={"status": one_of("thinking"), "by": TEXT, "model": TEXT},
)
THINKING = Shape(type="thinking", says="a chunk of what it thinks", fields={"content": TEXT, "thought": TEXT})
ACTION = Shape(
    type="action",
    says="it uses a tool; `content` is the call as people read it. Where somebody's own agent only says what it does, "
    "`tool` is empty",
    fields={"tool": TEXT, "args": OBJECT, "content": TEXT, "thought": TEXT},
    optional={"call": TEXT},
)
OBSERVATION = Shape(
    type="observation",
    says="what came of it; `call` is its action's",
    fields={"content": TEXT, "ok": FLAG, "ms": COUNT, "thought": TEXT},
    optional={"call": TEXT},
)
TOKEN = Shape(type="token", says="a chunk of the answer", fields={"content": TEXT, "thought": TEXT})
PROGRESS = Shape(
    type="progress", says="how far it is; never falls in a turn", fields={"percent": PERCENT, "message": TEXT}
)
ASKED: dict[str, Any] = {"ask": TEXT, "content": TEXT, "choices": TEXTS}
WITH: dict[str, Any] = {"tool": TEXT, "args": OBJECT, "expires": COUNT}
QUESTION = Shape(type="question", says="it waits for an answer: `reply` with `content`", fields=ASKED, optional=WITH)
APPROVAL = Shape(type="approval", says="it waits for a yes or no: `reply` with `allow`", fields=ASKED, optional=WITH)
REPLIED = Shape(
    type="replied",
    says="it waits no more; `by` is empty where nobody answered",
    fields={"ask": TEXT, "by": TEXT, "content": TEXT},
    optional={"allow": FLAG},
)
DONE = Shape(
    type="done",
    says="the whole answer; `usage` is empty where nobody counted, `cost_usd` left out where nobody knows",
    fields={"content": TEXT, "usage": OBJECT, "ms": COUNT},
    optional={"cost_usd": NUMBER},
)
INTERRUPTED = Shape(
    type="interrupted",
    says="the turn was stopped; `message` says so to a person, `by` is empty where it was nobody",
    fields={"by": TEXT, "why": one_of(*get_args(Why)), "message": TEXT, "ms": COUNT},
)
CLEARED = Shape(type="cleared", says="the agent has forgotten all that was before", fields={"by": TEXT})
TITLE = Shape(type="title", says="the session has a title, or another one", fields={"title": TEXT})


def words(event: Event, facts: Facts) -> Sequence[Frame]:
    match event:
        case MessagePosted():
            return [posted(event)]
        case MessageRead():
            return [READ.frame(event, message=event.message)]
        case MessageWithdrawn():
            return [WITHDRAWN.frame(event, message=event.message)]
        case TurnStart():
            return [STATUS.frame(event, status="thinking", by=event.by, model=event.model)]
        case ThoughtStart() | ThoughtDelta() | ThoughtEnd():
            return _thought(event, facts)
        case TurnProgressed():
            return [PROGRESS.frame(event, percent=event.percent, message=event.message)]
        case AskOpened() | AskClosed():
            return [_ask(event)]
        case TurnEnd(reason="done"):
            return [DONE.frame(event, **answered(event, facts))]
        case TurnEnd():
            return [broken(event)]
        case SessionCleared():
            return [CLEARED.frame(event, by=event.by)]
        case SessionCreated() | SessionRenamed():
            return [TITLE.frame(event, title=event.title)]
        case _:
            return ()


def posted(event: MessagePosted) -> Frame:
    return USER_MESSAGE.frame(
        event,
        user_id=event.author,
        content=event.content,
        message=event.message,
        intent=event.intent,
        attachments=list(event.attachments) or None,
    )


def answered(end: TurnEnd, facts: Facts) -> dict[str, Any]:
    """The fields of `done`."""
    usage = asdict(end.usage) if end.usage else {}
    return {"content": facts.answer(end), "usage": usage, "cost_usd": end.cost_usd, "ms": end.ms}


def broken(end: TurnEnd) -> Frame:
    if end.reason == "interrupted":
        return INTERRUPTED.frame(end, by=end.by or "", why=end.why or "user", message=stopped(end), ms=end.ms)
    why = failure(end)
    return ERROR.frame(end, kind=why.kind, message=why.message, retry_after=why.retry_after)


def _thought(event: ThoughtStart | ThoughtDelta | ThoughtEnd, facts: Facts) -> Sequence[Frame]:
    start = event if isinstance(event, ThoughtStart) else facts.thought(event)
    if start is None:
        return ()
    match event, start.kind:
        case ThoughtStart(tool=str()), "action":
            return [_action(event, start, spelt(start))]
        case ThoughtEnd(), "action" if start.tool is None:  # only its text says what it is, and that is whole now
            return [_action(event, start, event.content)]
        case ThoughtDelta(), "thinking":
            return [THINKING.frame(event, content=event.content, thought=event.thought)]
        case ThoughtDelta(), "answer":
            return [TOKEN.frame(event, content=event.content, thought=event.thought)]
        case ThoughtEnd(), "observation":
            told = {"content": event.content, "ok": event.ok, "ms": event.ms}
            return [OBSERVATION.frame(event, **told, thought=event.thought, call=start.call)]
        case _:
            return ()


def _action(event: Event, start: ThoughtStart, content: str) -> Frame:
    told = {"tool": start.tool or "", "args": dict(start.args or {}), "content": content}
    return ACTION.frame(event, **told, thought=start.thought, call=start.call)


def _ask(event: AskOpened | AskClosed) -> Frame:
    if isinstance(event, AskClosed):
        by, content = event.by or "", event.content or ""
        return REPLIED.frame(event, ask=event.ask, by=by, content=content, allow=event.allow)
    return (QUESTION if event.kind == "question" else APPROVAL).frame(
        event,
        ask=event.ask,
        content=event.content,
        choices=list(event.choices),
        tool=event.tool,
        args=event.args,
        expires=event.expires,
    )


TOLD = (
    *(READ, WITHDRAWN, THINKING, ACTION, OBSERVATION, TOKEN, PROGRESS, QUESTION, APPROVAL, REPLIED),
    *(INTERRUPTED, ERROR, CLEARED, TITLE),
)  # `room` has these too
AGENT = Dialect(
    name="agent",
    words=words,
    refusal=refusal,
    shapes=(USER_MESSAGE, STATUS, *TOLD, DONE, *EPHEMERAL),
    json=True,
    prompts=False,
    whole=True,
    ephemeral=True,
)
