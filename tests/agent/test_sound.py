"""Half a character, infinity: what comes from outside can be told to everybody afterwards."""

import json

import pytest

from agent.codec import encode
from agent.errors import ProviderError
from agent.providers.base import CallPiece, FinishPiece
from agent.sound import finite, sound
from agent.tools.base import tool
from tests.builders import Scripted, answer, hub_with

HALF = "\ud83d"


def test_only_halves_are_replaced():
    assert sound(f"Zürich 🙂 {HALF}") == "Zürich 🙂 \ufffd"
    assert sound("\ud83d\ude42") == "🙂"


def test_arguments_keep_their_shape():
    args = {HALF: [1, float("inf"), {"a": HALF, "b": None, "c": 2**70}], "d": True}
    assert finite(args) == {"\ufffd": [1, "inf", {"a": "\ufffd", "b": None, "c": 2**70}], "d": True}


@pytest.mark.parametrize("content", ["hello", HALF])
async def test_a_session_survives_half_a_character_wherever_it_comes_from(content: str):
    @tool
    def odd(a: str) -> str:
        """Says half a character."""
        return HALF

    step = [CallPiece(call="c", tool="odd", args={"a": HALF}), FinishPiece(reason="calls")]
    failing = [ProviderError(f"No {HALF}.", kind="refused")]
    session = hub_with(Scripted(step, answer("Yes."), failing), tools=[odd]).new()
    for _ in range(3):
        session.say(content)
        await session.wait_idle()
    session.rename(content)
    last = session.transcript.last
    assert last
    assert [turn.state for turn in session.transcript.turns if hasattr(turn, "state")] == ["done", "failed", "done"]
    for event in session.log.after(0):
        json.dumps(encode(event), ensure_ascii=False).encode()
