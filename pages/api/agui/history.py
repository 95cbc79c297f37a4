"""A transcript as AG-UI's messages, for a client that has not seen all of it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from ag_ui.core import (
    AssistantMessage,
    FunctionCall,
    Message,
    MessagesSnapshotEvent,
    ReasoningMessage,
    ToolCall,
    ToolMessage,
    UserMessage,
)

from agent import transcript as seen
from agent.transcript import Thought, Transcript, Turn

from .thoughts import NOT_RUN, arguments


def missed(transcript: Transcript, theirs: Sequence[Message], at: int) -> list[MessagesSnapshotEvent]:
    """What brings a client up to date that has `theirs`: nothing where it is. What it lacks in the middle a client
    would append, so it is first told to forget what comes after."""
    messages = history(transcript, {message.id for message in theirs})
    if _same(messages, {message.id: message for message in theirs}):
        return []
    own = [message for message in theirs if message.role in ("system", "developer")]
    ours = {message.id for message in messages}
    order = [message.id for message in theirs if message.id in ours]
    first = 0
    while first < len(order) and order[first] == messages[first].id:
        first += 1
    starts = [messages] if first == len(order) else [messages[:first], messages]
    return [MessagesSnapshotEvent(messages=[*own, *start], timestamp=at) for start in starts]


def history(transcript: Transcript, known: Collection[str] = ()) -> list[Message]:
    """What was said, with the ids under which `Words` tells it; a turn that runs as far as it has come.

    `known` are the ids that the client has. The transcript keeps the last turns only, so older ones are not here.
    """
    out: list[Message] = []
    for turn in transcript.turns:
        if isinstance(turn, Turn):
            out += _turn(turn, known)
    out += [_user(message, known) for message in transcript.queued if message.id in known]
    return out


def _same(messages: Sequence[Message], theirs: dict[str, Message]) -> bool:
    """Whether they have all, and as it is: of a run that it did not hear the end of, a client has a part."""
    for message in messages:
        there = theirs.get(message.id)
        if there is None or (message.role != "user" and (message.content or "") != (there.content or "")):
            return False
    return True


def _turn(turn: Turn, known: Collection[str]) -> Iterator[Message]:
    results = _results(turn)
    for item in turn.items:
        match item:
            case seen.Message() if item.content:
                yield _user(item, known)
            case Thought(kind="thinking") if item.content:
                yield ReasoningMessage(id=item.id, content=item.content)
            case Thought(kind="answer") if item.content:
                yield AssistantMessage(id=item.id, content=item.content)
            case Thought(kind="action"):
                told = item.args if item.tool else {"content": item.content}
                function = FunctionCall(name=item.tool or "action", arguments=arguments(told))
                yield AssistantMessage(id=item.id, tool_calls=[ToolCall(id=item.id, function=function)])
                if item.id in results:  # right after its call, as vendors want it
                    yield results[item.id]
            case _:
                pass


def _user(message: seen.Message, known: Collection[str]) -> UserMessage:
    return UserMessage(id=message.id, content=message.content, name=None if message.id in known else message.author)


def _results(turn: Turn) -> dict[str, ToolMessage]:
    """By the action's thought; one for each call of a turn that has ended."""
    calls: dict[str, str] = {}
    out: dict[str, ToolMessage] = {}
    for thought in turn.thoughts:
        if thought.kind == "action":
            calls[thought.call or thought.id] = thought.id
        elif thought.kind == "observation" and not thought.open:
            call = thought.call or next((call for call, did in reversed(calls.items()) if call == did), "")
            if action := calls.pop(call, None):
                out[action] = _result(thought.id, action, thought.content, ok=thought.ok)
    if turn.state != "running":
        for call, action in calls.items():
            ran = call == action
            out[action] = _result(f"{action}-none", action, "" if ran else NOT_RUN, ok=ran)
    return out


def _result(id: str, call: str, content: str, *, ok: bool) -> ToolMessage:
    return ToolMessage(id=id, tool_call_id=call, content=content, metadata=None if ok else {"ok": False})
