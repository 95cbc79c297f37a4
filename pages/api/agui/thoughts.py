"""A turn's thoughts in the words of AG-UI: reasoning, tool calls and their results, text. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    ReasoningEndEvent,
    ReasoningMessageContentEvent,
    ReasoningMessageEndEvent,
    ReasoningMessageStartEvent,
    ReasoningStartEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallArgsEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from agent.events import ThoughtDelta, ThoughtEnd, ThoughtStart

NOT_RUN = "Interrupted before it ran."


@dataclass(slots=True)
class Open:
    """A thought that has not ended: its text so far, and whether a client waits for its end."""

    start: ThoughtStart
    text: str = ""
    said: bool = False


class Thoughts:
    """Those of one turn. A message is named after its thought, and so is a tool call: vendors count their calls from
    the beginning in each step, but a client takes an id that it has seen for the same call."""

    def __init__(self) -> None:
        self._open: dict[str, Open] = {}
        self._calls: dict[str, str] = {}  # unanswered ones: the call, or the thought where it has no call → the thought

    def start(self, event: ThoughtStart) -> Iterator[BaseEvent]:
        self._open[event.thought] = one = Open(event)
        if event.kind == "action":
            self._calls[event.call or event.thought] = event.thought
        if event.kind in ("thinking", "action"):  # an answer without a word is none
            yield from _opening(one, event.at)
        if event.kind == "action" and event.tool:
            yield ToolCallArgsEvent(tool_call_id=event.thought, delta=arguments(event.args), timestamp=event.at)

    def delta(self, event: ThoughtDelta) -> Iterator[BaseEvent]:
        if event.content and (one := self._open.get(event.thought)):
            yield from _written(one, event.content, event.at)

    def end(self, event: ThoughtEnd) -> Iterator[BaseEvent]:
        one = self._open.pop(event.thought, None)
        if one is None:
            return
        if one.start.kind == "observation":
            yield from self._result(event, one.start)
            return
        if not one.text and event.content:
            yield from _written(one, event.content, event.at)
        if one.start.kind == "action" and not one.start.tool and one.said:
            told = arguments({"content": event.content})  # it has no arguments but its text, which is whole only now
            yield ToolCallArgsEvent(tool_call_id=event.thought, delta=told, timestamp=event.at)
        yield from _closing(one, event.at)

    def close(self, at: int) -> Iterator[BaseEvent]:
        """Ends what is open for the client; it may be reopened."""
        for one in self._open.values():
            yield from _closing(one, at)

    def reopen(self, at: int) -> Iterator[BaseEvent]:
        """Begins anew what is open: a client adds to what it has under that id. Of a call with arguments it has all."""
        for one in self._open.values():
            one.said = False
            match one.start.kind:
                case "answer" if not one.text:
                    pass
                case "action" if one.start.tool:
                    pass
                case _:
                    yield from _opening(one, at)

    def unanswered(self, at: int) -> Iterator[BaseEvent]:
        """A result for every call that got none: a client would take it for one that it should run itself."""
        for call, thought in self._calls.items():
            ran = call == thought  # an action of somebody's own agent, which need not have seen anything
            yield ToolCallResultEvent(
                message_id=f"{thought}-none",
                tool_call_id=thought,
                content="" if ran else NOT_RUN,
                role="tool",
                metadata=None if ran else {"ok": False},
                timestamp=at,
            )
        self._calls.clear()

    def _result(self, event: ThoughtEnd, start: ThoughtStart) -> Iterator[BaseEvent]:
        """It belongs to its call; what somebody's own agent saw, to what it did last."""
        call = start.call or next((call for call, did in reversed(self._calls.items()) if call == did), "")
        if thought := self._calls.pop(call, None):
            yield ToolCallResultEvent(
                message_id=event.thought,
                tool_call_id=thought,
                content=event.content,
                role="tool",
                metadata=None if event.ok else {"ok": False},
                timestamp=event.at,
            )
        else:
            seen = {"content": event.content, "ok": event.ok}
            yield CustomEvent(name="observation", value=seen, timestamp=event.at)


def arguments(args: Any) -> str:
    """A call's arguments as JSON."""
    return json.dumps(args or {}, ensure_ascii=False)


def _opening(one: Open, at: int) -> Iterator[BaseEvent]:
    one.said, id = True, one.start.thought
    match one.start.kind:
        case "thinking":
            yield ReasoningStartEvent(message_id=id, timestamp=at)
            yield ReasoningMessageStartEvent(message_id=id, role="reasoning", timestamp=at)
        case "answer":
            yield TextMessageStartEvent(message_id=id, role="assistant", timestamp=at)
        case "action":
            yield ToolCallStartEvent(tool_call_id=id, tool_call_name=one.start.tool or "action", timestamp=at)
        case "observation":
            pass


def _written(one: Open, text: str, at: int) -> Iterator[BaseEvent]:
    """Of actions and observations nothing: their deltas spell for people what is told otherwise."""
    id, kind = one.start.thought, one.start.kind
    one.text += text
    if kind == "answer":
        if not one.said:
            yield from _opening(one, at)
        yield TextMessageContentEvent(message_id=id, delta=text, timestamp=at)
    elif kind == "thinking":
        yield ReasoningMessageContentEvent(message_id=id, delta=text, timestamp=at)


def _closing(one: Open, at: int) -> Iterator[BaseEvent]:
    if not one.said:
        return
    one.said, id = False, one.start.thought
    match one.start.kind:
        case "thinking":
            yield ReasoningMessageEndEvent(message_id=id, timestamp=at)
            yield ReasoningEndEvent(message_id=id, timestamp=at)
        case "answer":
            yield TextMessageEndEvent(message_id=id, timestamp=at)
        case "action":
            yield ToolCallEndEvent(tool_call_id=id, timestamp=at)
        case "observation":
            pass
