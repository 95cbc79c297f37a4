"""The transcript as a provider is sent it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .providers.base import (
    AnswerText,
    Attachment,
    Echo,
    Note,
    Part,
    Prompt,
    Reasoning,
    ToolCall,
    ToolResult,
    ToolSpec,
    UserText,
    no_files,
)
from .transcript import Cleared, Message, Thought, Transcript, Turn

LETTERS = 4  # of a token, in most texts
EACH = 8  # tokens around a message or a thought
SYSTEM = (
    "You are an agent whose thinking people watch live, in Thinkaloud. Use the tools where they help, and answer in "
    "markdown. Some notes among the messages tell what happened to the conversation: heed them, do not answer them."
)
STOPPED = "The person stopped you here. What you had said stands; do not go on with it unless asked."
CUT = "You were cut off here: {why}. What you had said was seen."
CONTINUE = "Go on from where you were cut off. Repeat nothing that was already said, and run no finished tool again."


def prompt(
    transcript: Transcript, tools: Iterable[ToolSpec] = (), *, read: Callable[[str], bytes] = no_files
) -> Prompt:
    """Everything that the agent still knows, in the order in which it happened: what came since the last time
    somebody cleared its memory, and since the log says that it was trimmed."""
    parts: list[Part] = []
    before: Turn | None = None
    for turn in known(transcript):
        if turn.items or turn.state == "running":  # else it failed, and nobody said or saw anything
            parts += _turn(turn, before)
            before = turn
    return Prompt(parts=tuple(parts), tools=tuple(tools), system=SYSTEM, read=read)


def known(transcript: Transcript) -> list[Turn]:
    """The turns that a prompt is made of."""
    turns: list[Turn] = []
    for turn in transcript.turns:
        if isinstance(turn, Cleared):
            turns = []
        elif turn.event_id >= transcript.trimmed:
            turns.append(turn)
    return turns


def outgrown(transcript: Transcript, budget: int, *, whole: bool) -> int | None:
    """The event before which nothing should be sent any more, where what the agent knows comes to more than `budget`
    tokens, or the transcript is not the `whole` log; None where all is well.

    It leaves half of the budget: a vendor's cache has what a prompt begins with, so that should not change each turn.
    The turn that runs is always kept, and what it continues: a prompt begins with a message.
    """
    turns = known(transcript)
    if not turns:
        return None
    first = turns[0]
    if not budget or sum(map(tokens, turns)) <= budget:
        cut_off = not whole and transcript.trimmed < first.event_id and first is transcript.turns[0]
        return next(filter(_asks, turns), first).event_id if cut_off else None
    room = budget / 2
    kept: Turn | None = None
    for turn in reversed(turns):
        room -= tokens(turn)
        if room < 0 and kept:
            break
        if _asks(turn):
            kept = turn
    return kept.event_id if kept and kept is not first else None


def tokens(turn: Turn) -> int:
    """About how many tokens of a prompt the turn is; a vendor counts otherwise, and only afterwards."""
    total = 0
    for item in turn.items:
        total += EACH + (len(item.content) if item.content.isascii() else len(item.content.encode())) // LETTERS
        if isinstance(item, Message):
            total += sum(attached_tokens(one) for one in item.attachments)
        elif isinstance(item, Thought) and item.args:
            total += len(item.content) // LETTERS  # an action's content spells its arguments
    return total


def attached_tokens(file: Mapping[str, Any]) -> int:
    """A picture costs the same at any size, roughly; a page of PDF some 2,000 tokens and 50 kB."""
    return 1_500 if str(file["type"]).startswith("image/") else max(2_000, int(file["size"]) // 25)


def _turn(turn: Turn, before: Turn | None) -> Iterator[Part]:
    if not _asks(turn) and not (before and _in_vain(before)):
        yield Note(kind="continue", content=CONTINUE)
    called: dict[str, str] = {}
    for item in turn.items:
        match item:
            case Message():
                files = tuple(map(_attachment, item.attachments))
                yield UserText(author=item.author, content=item.content, attachments=files)
            case Thought(kind="thinking"):
                yield Reasoning(content=item.content, echo=_echo(item))
            case Thought(kind="answer"):
                yield AnswerText(content=item.content, echo=_echo(item))
            case Thought(kind="action") if item.tool is not None:
                call = item.call or item.id
                called[call] = item.tool
                yield ToolCall(call=call, tool=item.tool, args=item.args or {}, echo=_echo(item))
            case Thought(kind="observation") if item.call is not None:
                call = item.call
                if not item.open:
                    yield ToolResult(call=call, tool=called.pop(call, ""), ok=item.ok, content=item.content)
            case _:
                pass  # an ask is told through the tool that asked
    if turn.state == "running":
        return
    for call, tool in called.items():  # stopped between the call and the tool: every call has a result
        yield ToolResult(call=call, tool=tool, ok=False, content="Interrupted before it ran.")
    if _in_vain(turn):
        return
    if turn.state == "interrupted" and turn.why == "user":
        yield Note(kind="stopped", content=STOPPED)
    elif turn.state != "done":
        why = turn.error.kind if turn.error else turn.why or ""
        yield Note(kind="cut", content=CUT.format(why=WHYS.get(why, "something failed")))


def _asks(turn: Turn) -> bool:
    """It began with a message; else it continues what is before it, whatever was said to it later."""
    return bool(turn.items) and isinstance(turn.items[0], Message)


def _in_vain(turn: Turn) -> bool:
    """It ended before the agent had shown anything: to ask again is to ask for the first time."""
    return turn.state in ("failed", "interrupted") and not turn.thoughts


def _echo(thought: Thought) -> Echo | None:
    return Echo(vendor=thought.echo["vendor"], data=thought.echo["data"]) if thought.echo else None


def _attachment(file: Mapping[str, Any]) -> Attachment:
    return Attachment(id=file["id"], name=file["name"], media_type=file["type"], size=file["size"])


WHYS = {  # by a failure's kind (what it says is for people, and may quote a vendor) or by why a turn was ended
    "length": "your answer had become as long as it may be",
    "crash": "the server stopped unexpectedly",
    "shutdown": "the server was shut down",
    "unwatched": "nobody was watching any more",
    "limit": "the turn had reached its limit",
}
