"""What a turn waits for while it runs, and how it ended, as pages are told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agent.events import TokenCount, TurnRetried
from agent.session import Session, title_of
from agent.transcript import Ask, Cleared, Turn

AGAIN = re.compile(r"\s*Try again\b[^.]*\.$")  # what a failure advises, which is being done already
REST = "The agent is no longer sent the beginning of this session; people can still scroll up."


def outcome(turn: Turn) -> dict[str, Any]:
    """`{state}`, and once it is over: ms, why, ended_by, upstream_closed_ms, error, kind, first_ms, usage, cost_usd."""
    out: dict[str, Any] = {"state": turn.state}
    if turn.state == "running":
        return out
    out["ms"] = turn.ms
    for name in ("why", "ended_by", "upstream_closed_ms"):
        if (value := getattr(turn, name)) is not None:
            out[name] = value
    if turn.error:
        out |= {"error": turn.error.message, "kind": turn.error.kind}
    if turn.usage:
        out["usage"] = _usage(turn.usage)
        if turn.thoughts:
            out["first_ms"] = max(0, turn.thoughts[0].at - turn.at)
        if turn.cost_usd is not None:
            out["cost_usd"] = turn.cost_usd
    return out


def under_way(session: Session, turn: Turn) -> dict[str, Any]:
    """What a running turn says of itself: `{wait?, progress?}`, as the ops of these names."""
    out: dict[str, Any] = {}
    if turn.state == "running" and turn.retry:
        events = reversed(session.log.after(turn.event_id))
        if retried := next((event for event in events if isinstance(event, TurnRetried)), None):
            out["wait"] = wait(session, retried)
    if turn.state == "running" and (turn.percent or turn.progress):
        out["progress"] = [turn.percent, turn.progress]
    return out


def wait(session: Session, event: TurnRetried) -> dict[str, Any]:
    """Why the provider is tried again, and in how many ms from now."""
    text = AGAIN.sub("", event.message) or event.message
    return {"text": text, "ms": max(0, event.at + event.in_ms - session.now())}


def trimmed(upto: int, running: str, turns: Sequence[Turn | Cleared]) -> str:
    """The line that says what the agent is sent no more, in the turn `running`: all that is before event `upto`."""
    kept = next((turn for turn in turns if isinstance(turn, Turn) and turn.event_id == upto), None)
    if kept is None:
        return REST
    said = title_of(kept.messages[0].content) if kept.messages and kept.messages[0].content else ""
    which = "this" if kept.id == running else f"“{said}”" if said else ""
    return REST.replace("the beginning of this session", f"what came before {which}") if which else REST


def asked(ask: Ask) -> dict[str, Any]:
    """A question to a person; once `closed`, who answered what, if anybody did."""
    out: dict[str, Any] = {"type": "ask", "id": ask.id, "text": ask.content, "closed": ask.closed}
    if ask.choices:
        out["choices"] = list(ask.choices)
    return out | ({"by": ask.by, "reply": ask.reply} if ask.closed else {})


def _usage(count: TokenCount) -> dict[str, Any]:
    names = ("input", "output", "reasoning", "cached", "written", "estimated")
    return {name: value for name in names if (value := getattr(count, name))}
