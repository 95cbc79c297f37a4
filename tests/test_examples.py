"""The examples, each in a real session."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from agent.events import AskOpened, ThoughtStart, TurnEnd, TurnProgressed
from agent.providers.custom import Custom
from agent.session import Session
from agent.tools.calculator import calculate
from agent.transcript import Ask, Thought, Turn
from tests.builders import hub_with

EXAMPLES = Path(__file__).parent.parent / "examples"
FRAMEWORKS = {
    "pydantic_ai_agent": ("pydantic_ai", "pydantic-ai-slim"),
    "openai_agents_agent": ("agents", "openai-agents"),
    "langgraph_agent": ("langgraph", "langgraph"),
}


@pytest.fixture(autouse=True)
def _python_as_it_was() -> Iterator[None]:
    path, finders = list(sys.path), list(sys.meta_path)
    yield
    sys.path[:], sys.meta_path[:] = path, finders


def session_with(example: str) -> Session:
    if framework := FRAMEWORKS.get(example):
        module, package = framework
        pytest.importorskip(module, reason=f"{package} is not installed: uv pip install {package}")
    agent = Custom.named(f"{example}.py", folder=EXAMPLES)
    return hub_with(agent, tools=[calculate]).new()  # type: ignore[arg-type]


async def turn_of(session: Session, question: str, *answers: str) -> Turn:
    """The turn, in which everything that is asked gets its answer."""
    waiting = list(answers)
    began = len(session.log)
    session.say(question, author="Ada")
    async for events in session.log.follow(began):
        for event in events:
            if isinstance(event, AskOpened):
                session.reply(event.ask, waiting.pop(0), by="Ada")
        if any(isinstance(event, TurnEnd) for event in events):
            break
    await session.wait_idle()
    turn = session.transcript.last
    assert turn
    return turn


def thoughts(turn: Turn) -> list[tuple[str, str]]:
    assert turn.error is None
    assert turn.state == "done"
    return [(item.kind, item.content) for item in turn.items if isinstance(item, Thought)]


async def test_the_smallest_agent():
    turn = await turn_of(session_with("smallest"), "Why?")
    assert thoughts(turn) == [
        ("thinking", "Analyzing the question..."),
        ("action", "Searching"),
        ("observation", "Found three results"),
        ("answer", "Here is the answer."),
    ]


def test_the_smallest_agent_is_what_the_help_shows():
    shown = (EXAMPLES.parent / "docs" / "help" / "own-agent.md").read_text(encoding="utf-8")
    assert (EXAMPLES / "smallest.py").read_text(encoding="utf-8") in shown


async def test_an_agent_that_asks_and_remembers():
    session = session_with("asks")
    turn = await turn_of(session, "6 * 7", "Sentence")
    assert thoughts(turn) == [
        ("thinking", "Questions of Ada so far: 0."),
        ("action", 'calculate(expression="6 * 7")'),
        ("observation", "42"),
        ("answer", "What you get is **42**."),
    ]
    assert [(ask.content, ask.choices) for ask in turn.items if isinstance(ask, Ask)] == [
        ("As a sum or as a sentence?", ("Sum", "Sentence"))
    ]
    progress = [(event.percent, event.message) for event in session.log.after(0) if isinstance(event, TurnProgressed)]
    assert progress == [(10, "Asking back"), (50, "Calculating"), (100, "")]

    turn = await turn_of(session, "six times seven", "Sum")
    assert ("thinking", "Questions of Ada so far: 1.") in thoughts(turn)
    assert thoughts(turn)[-1][1].startswith("I could not work that out: ")


async def test_a_blocking_agent():
    turn = await turn_of(session_with("blocking"), "a longer word")
    assert thoughts(turn) == [
        ("observation", "a: 1 letters"),
        ("observation", "longer: 6 letters"),
        ("observation", "word: 4 letters"),
        ("answer", "The longest word is *longer*."),
    ]


WEATHER = {
    "pydantic_ai_agent": [
        ("thinking", "I should look, not guess."),
        ("action", 'weather({"city":"Oslo"})'),
        ("observation", "Oslo: 12 °C, light wind"),
        ("answer", "It is mild in Oslo."),
    ],
    "openai_agents_agent": [
        ("thinking", "I should look, not guess."),
        ("action", 'weather({"city":"Oslo"})'),
        ("observation", "Oslo: 12 °C, light wind"),
        ("answer", "It is mild in Oslo."),
    ],
    "langgraph_agent": [
        ("thinking", "“And the weather in Oslo?”: I should look, not guess."),
        ("action", "search(Oslo)"),
        ("observation", "Oslo: 12 °C, light wind"),
        ("answer", "It is 12 °C in Oslo."),
    ],
}


@pytest.mark.parametrize("example", WEATHER)
async def test_an_agent_of_a_framework(example: str):
    session = session_with(example)
    for _ in range(2):
        assert thoughts(await turn_of(session, "And the weather in Oslo?")) == WEATHER[example]


@pytest.mark.parametrize("example", WEATHER)
async def test_an_agent_of_a_framework_can_be_stopped(example: str, caplog: pytest.LogCaptureFixture):
    session = session_with(example)
    session.say("And the weather in Oslo?")
    async with aclosing(session.log.follow()) as events:
        async for some in events:
            if any(isinstance(event, ThoughtStart) for event in some):
                session.stop()
                break
    await session.wait_idle()
    end = session.log.after(0)[-1]
    assert isinstance(end, TurnEnd)
    assert end.reason == "interrupted"
    assert end.upstream_closed_ms is not None
    assert end.upstream_closed_ms < 500
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]


def test_the_readme_lists_every_example():
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for path in EXAMPLES.glob("*.py"):
        assert f"[{path.name}]({path.name})" in listed
