"""`@tool`: schemas, arguments, and failures that are observations."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Literal

import pytest

from agent.errors import ToolError
from agent.tools import Outcome, Tool, tool, toolbox

from .conftest import StoppedClock


def test_importing_the_tools_imports_nothing_heavy():
    code = (
        "import sys, agent.tools; print([m for m in ('pint', 'simpleeval', 'nicegui', 'tinydb') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=20)
    assert shown.stdout.strip() == "[]"


def test_the_types_of_a_function_become_its_schema():
    @tool
    def greet(name: str, times: int = 1, loud: bool | None = None, style: Literal["plain", "fancy"] = "plain") -> str:
        """Say hello."""
        return name

    assert greet.description == "Say hello."
    assert greet.schema["required"] == ["name"]
    assert greet.schema["properties"]["style"] == {"type": "string", "enum": ["plain", "fancy"]}
    assert greet.schema["properties"]["loud"] == {"type": "boolean"}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({}, "greet needs name."),
        ({"name": None}, "greet needs name."),
        ({"name": "Ada", "age": 3}, "greet does not take age."),
        ({"name": "Ada", "times": "many"}, "greet: times should be a integer, not 'many'."),
        ({"name": "Ada", "style": "odd"}, "greet: style is one of plain, fancy."),
    ],
)
async def test_wrong_arguments_are_told_to_the_model(args, said):
    @tool
    def greet(name: str, times: int = 1, style: Literal["plain", "fancy"] = "plain") -> str:
        """Say hello."""
        return name * times

    assert await greet.run(args) == Outcome(ok=False, content=said.replace("a integer", "an integer"))
    assert (await greet.run({"name": "Ada", "times": "2"})).content == "AdaAda"


async def test_a_failing_slow_or_endless_tool_is_only_an_observation():
    @tool
    def fails() -> str:
        """Fail."""
        raise ToolError("It cannot be done.")

    @tool
    def breaks() -> str:
        """Break."""
        raise RuntimeError("inside")

    @tool(seconds=0.01)
    async def sleeps() -> str:
        """Sleep."""
        await asyncio.sleep(5)
        return "never"

    @tool
    def talks() -> str:
        """Talk."""
        return "x" * 50_000

    assert await fails.run({}) == Outcome(ok=False, content="It cannot be done.")
    assert not (await breaks.run({})).ok
    assert "took longer than 0.01 s" in (await sleeps.run({})).content
    assert len((await talks.run({})).content) < 20_100


def test_every_tool_describes_itself():
    box = toolbox(clock=StoppedClock(), folders=[])
    names = "calculate convert now convert_time days_between add_to_date search text_statistics"
    assert [one.name for one in box] == names.split()
    assert all(isinstance(one, Tool) and one.description and one.schema["type"] == "object" for one in box)
