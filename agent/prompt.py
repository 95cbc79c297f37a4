"""The transcript as a provider is sent it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .providers.base import AnswerText, Note, Part, Prompt, Reasoning, ToolCall, ToolResult, ToolSpec, UserText
from .transcript import Cleared, Message, Thought, Transcript, Turn

SYSTEM = (
    "You are an agent whose thinking people watch live, in Thinkaloud. Use the tools where they help, and answer in "
    "markdown. Some notes among the messages tell what happened to the conversation: heed them, do not answer them."
)
STOPPED = "The person stopped you here. What you had said stands; do not go on with it unless asked."
CUT = "You were cut off here: {why}. What you had said was seen."
CONTINUE = "Go on from where you were cut off. Repeat nothing that was already said, and run no finished tool again."


def prompt(transcript: Transcript, tools: Iterable[ToolSpec] = ()) -> Prompt:
    """Everything since the last time somebody cleared the agent's memory, in the order in which it happened."""
    turns: list[Turn] = []
    for turn in transcript.turns:
        if isinstance(turn, Cleared):
            turns = []
        else:
            turns.append(turn)
    parts = tuple(part for turn in turns for part in _turn(turn))
    return Prompt(parts=parts, tools=tuple(tools), system=SYSTEM)


def _turn(turn: Turn) -> Iterator[Part]:
    if not turn.messages:
        yield Note(kind="continue", content=CONTINUE)
    called: dict[str, str] = {}
    for item in turn.items:
        match item:
            case Message():
                yield UserText(author=item.author, content=item.content)
            case Thought(kind="thinking"):
                yield Reasoning(content=item.content)
            case Thought(kind="answer"):
                yield AnswerText(content=item.content)
            case Thought(kind="action"):
                called[item.call or item.id] = item.tool or ""
                yield ToolCall(call=item.call or item.id, tool=item.tool or "", args=item.args or {})
            case Thought(kind="observation"):
                call = item.call or item.id
                if not item.open:
                    yield ToolResult(call=call, tool=called.pop(call, ""), ok=item.ok, content=item.content)
            case _:
                pass  # an ask is told through the tool that asked
    if turn.state == "running":
        return
    for call, tool in called.items():  # stopped between the call and the tool: every call has a result
        yield ToolResult(call=call, tool=tool, ok=False, content="Interrupted before it ran.")
    if turn.state == "interrupted" and turn.why == "user":
        yield Note(kind="stopped", content=STOPPED)
    elif turn.state != "done":
        why = turn.error.message if turn.error else WHYS.get(turn.why or "", "the turn was ended")
        yield Note(kind="cut", content=CUT.format(why=why.rstrip(".")))


WHYS = {
    "crash": "the server stopped unexpectedly",
    "shutdown": "the server was shut down",
    "unwatched": "nobody was watching any more",
    "limit": "the turn had reached its limit",
}
