"""Long work without anybody watching: a session of its own, whose state is a fold of its log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .access import Person, allow_new
from .entering import enter, seen_by
from .errors import NotFound
from .events import Failure
from .hub import Hub
from .session import Session
from .store import Card
from .transcript import Ask, Turn

TaskState = Literal["running", "done", "interrupted", "failed"]
STATES: Mapping[str, TaskState] = {"done": "done", "failed": "failed"}
GONE = "There is no such task. It may have been deleted."


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """How a task stands. `percent` is None where its agent does not say; `doing` what it does now; `asked` that it
    waits for a person; `result` and `error` only where it was asked for by itself. Times in Unix ms."""

    id: str
    title: str
    state: TaskState
    created: int
    updated: int
    percent: int | None = None
    doing: str = ""
    asked: bool = False
    result: str | None = None
    error: Failure | None = None
    cost_usd: float = 0.0


def begin(hub: Hub, person: Person, prompt: str, *, model: str | None = None) -> Session:
    """A task that works on `prompt`, at once. Raises BadRequest, TooLong, Forbidden, RateLimited, StorageError."""
    allow_new(person)
    session = hub.new(owner=person.owns, task=True)
    try:
        if model:
            session.switch(model, by=person.user)
        session.say(prompt, author=person.user)
    except Exception:
        hub.drop(session.id)
        raise
    return session


def tasks(hub: Hub, person: Person) -> list[Task]:
    """All that this person may see, the one that changed last first."""
    return [_task(hub, card) for card in seen_by(person, hub.cards()) if card.task]


async def task(hub: Hub, person: Person, id: str) -> Task:
    """One, with its result or error. Raises NotFound, Forbidden."""
    session = await enter(hub, person, id)
    card = hub.card(id)
    if card is None or not card.task:
        raise NotFound(GONE)
    last = session.transcript.last
    whole = "".join(thought.content for thought in last.thoughts if thought.kind == "answer") if last else ""
    error = last.error if last else None
    state = _state(hub, card)
    return _task(hub, card, result=whole if state == "done" else None, error=error)


def _task(hub: Hub, card: Card, *, result: str | None = None, error: Failure | None = None) -> Task:
    state = _state(hub, card)
    here = hub.here(card.id) if state == "running" else None
    turn = here.transcript.running if here else None
    return Task(
        id=card.id,
        title=card.title,
        state=state,
        created=card.created,
        updated=card.updated,
        percent=100 if state == "done" else (turn.percent or None) if turn else None,
        doing=doing(turn) if turn else "",
        asked=bool(turn and turn.asks),
        result=result,
        error=error,
        cost_usd=card.cost_usd,
    )


def _state(hub: Hub, card: Card) -> TaskState:
    return "running" if hub.running(card.id) else STATES.get(card.ended, "interrupted")


def doing(turn: Turn) -> str:
    """What goes on in a turn, in a few words."""
    if turn.asks:
        return turn.asks[-1].content
    if turn.progress:
        return turn.progress
    if turn.retry:
        return turn.retry
    last = turn.items[-1] if turn.items else None
    if last is None or isinstance(last, Ask) or not turn.thoughts:
        return "Starting"
    thought = turn.thoughts[-1]
    match thought.kind:
        case "thinking":
            return "Thinking"
        case "action" | "observation":
            actions = [one for one in turn.thoughts if one.kind == "action" and one.call == thought.call]
            return f"Using {actions[-1].tool}" if actions and actions[-1].tool else "Using a tool"
        case "answer":
            return "Answering"
