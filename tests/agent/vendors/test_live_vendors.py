"""For whoever has a key: `uv run pytest -m live`. One short question with a tool, some hundredths of a cent."""

import os
from typing import Any

import pytest

from agent.hub import Hub
from agent.store import MemoryStore
from agent.vendors.environment import from_environment
from agent.vendors.keys import MemoryKeys
from agent.vendors.vendors import Vendors
from tests.builders import add

MODELS = {"OPENAI_API_KEY": "openai:gpt-6-luna", "ANTHROPIC_API_KEY": "anthropic:claude-haiku-5-5"}


@pytest.mark.live
@pytest.mark.parametrize("variable", MODELS)
async def test_a_real_model_uses_a_tool_and_answers(variable: str):
    if not os.environ.get(variable):
        pytest.skip(f"There is no {variable}.")
    models: Any = Vendors(endpoints=from_environment(os.environ), kept=MemoryKeys(), effort="low")
    session = Hub(MemoryStore(), models=models, tools=[add]).new()
    session.switch(MODELS[variable])
    try:
        for question in ("Add 20,394 and 48,172 with the tool. Answer with the sum alone.", "And 4 more than that?"):
            session.say(question)
            await session.wait_idle()
            turn = session.transcript.last
            assert turn
            assert turn.error is None
        assert "68570" in turn.answer.replace(",", "").replace(" ", "")
        assert turn.usage
        assert turn.cost_usd
    finally:
        await models.close()
