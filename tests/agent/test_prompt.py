"""A transcript as a provider is sent it: the parts in the order in which they happened."""

import pytest

from agent.events import Failure
from agent.prompt import prompt
from agent.providers.base import AnswerText, Note, ToolCall, ToolResult
from agent.transcript import Message, Thought, Transcript, Turn


def said(content: str) -> Message:
    return Message(id=content, author="ada", content=content)


def test_a_call_that_never_ran_still_has_a_result():
    action = Thought(id="a", kind="action", open=False, call="c", tool="add", args={"a": 1})
    turn = Turn(id="t", by="ada", model="m", state="interrupted", why="user", items=[said("?"), action])
    parts = prompt(Transcript(turns=[turn])).parts
    assert parts[1:3] == (
        ToolCall(call="c", tool="add", args={"a": 1}),
        ToolResult(call="c", tool="add", ok=False, content="Interrupted before it ran."),
    )


@pytest.mark.parametrize(
    ("state", "why", "kind", "words"),
    [
        ("interrupted", "user", "stopped", "stopped you here"),
        ("interrupted", "crash", "cut", "server stopped unexpectedly"),
        ("interrupted", "shutdown", "cut", "shut down"),
        ("interrupted", "limit", "cut", "limit"),
        ("failed", None, "cut", "something failed"),
    ],
)
def test_how_a_turn_was_cut_is_noted_for_the_agent(state: str, why: str | None, kind: str, words: str):
    answer = Thought(id="a", kind="answer", content="Half", open=False)
    turn = Turn(id="t", by="ada", model="m", state=state, why=why, items=[said("?"), answer])  # type: ignore[arg-type]
    if state == "failed":
        turn.error = Failure(kind="quota", message="No credit left.")
    *_, half, note = prompt(Transcript(turns=[turn])).parts
    assert half == AnswerText(content="Half")
    assert isinstance(note, Note)
    assert note.kind == kind
    assert words in note.content


def test_what_is_said_to_a_turn_that_continues_changes_nothing_of_how_it_began():
    cut = Turn(id="t1", by="ada", model="m:m", state="interrupted", why="user", items=[said("Why?")])
    goes_on = Turn(id="t2", by="ada", model="m:m", items=[Thought(id="h", kind="answer", content="So", open=False)])
    before = prompt(Transcript(turns=[cut, goes_on])).parts
    goes_on.items.append(said("Quick."))
    assert prompt(Transcript(turns=[cut, goes_on])).parts[: len(before)] == before
