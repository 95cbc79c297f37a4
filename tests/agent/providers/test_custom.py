"""An agent of somebody's own: what it may yield, what it may be, how it is read, and how it fails."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import pytest

from agent import AgentThought
from agent.errors import BadRequest, ProviderError
from agent.providers.base import (
    AskPiece,
    FinishPiece,
    Piece,
    TextPiece,
    UsagePiece,
    WholePiece,
)
from agent.providers.custom.outbox import AHEAD
from tests.agent.providers.own import answer, asked, custom, failure, pieces, until

# ── what it may yield ────────────────────────────────────────────────────────────────────────────────────


@dataclass
class OwnThought:
    type: str
    content: str | None


async def the_ten_lines(prompt: str) -> AsyncIterator[AgentThought]:
    yield AgentThought("thinking", "Analyzing the question...")
    yield AgentThought("action", "Searching")
    yield AgentThought("observation", "Found three results")
    yield AgentThought("answer", "Here is ")
    yield AgentThought("answer", "the answer.")


THE_TEN_LINES = [
    WholePiece(kind="thinking", content="Analyzing the question..."),
    WholePiece(kind="action", content="Searching"),
    WholePiece(kind="observation", content="Found three results"),
    TextPiece(text="Here is "),
    TextPiece(text="the answer."),
    FinishPiece(reason="stop"),
]


async def test_the_smallest_agent_is_ten_lines():
    assert await pieces(the_ten_lines) == THE_TEN_LINES


@pytest.mark.parametrize(
    "thought",
    [
        AgentThought("thinking", "Hm."),
        OwnThought("thinking", "Hm."),
        ("thinking", "Hm."),
        {"type": "thinking", "content": "Hm."},
    ],
    ids=["ours", "own", "pair", "dict"],
)
async def test_a_thought_may_come_in_any_of_these_shapes(thought: object):
    async def agent(prompt: str):
        yield thought
        yield "Yes."

    thinking, *rest = await pieces(agent)
    assert thinking == WholePiece(kind="thinking", content="Hm.")
    assert rest == [TextPiece(text="Yes."), FinishPiece(reason="stop")]


async def test_what_says_nothing_is_skipped():
    async def agent(prompt: str):
        for nothing in ("", None, ("answer", ""), OwnThought("thinking", None), {"type": "answer", "content": ""}):
            yield nothing
        yield "Yes."

    assert await pieces(agent) == [TextPiece(text="Yes."), FinishPiece(reason="stop")]


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        (42, "mine:agent yielded an int, 42. An agent yields AgentThought("),
        (("a", "b", "c"), "mine:agent yielded a tuple, ('a', 'b', 'c'). An agent yields"),
        ({"text": "x"}, "mine:agent yielded a dict, {'text': 'x'}. An agent yields"),
        (object(), "mine:agent yielded an object. An agent yields"),
        (("thinkng", "x"), "a thought of the type 'thinkng'; there are thinking, action, observation and answer."),
        (OwnThought("observation", 7), "yielded an observation whose content is an int, 7; it should be text."),  # type: ignore[arg-type]
        (("answer", ["x"]), "yielded an answer whose content is a list, ['x']; it should be text."),
        ({"type": None, "content": "x"}, "a thought of the type a NoneType, None; there are"),
    ],
)
async def test_anything_else_is_shown_and_what_would_be_possible(thing: object, said: str):
    async def agent(prompt: str):
        yield "Yes."
        yield thing

    assert said in await failure(agent)


async def test_a_huge_yield_arrives_whole():
    text = "All work and no play. " * 250_000

    async def agent(prompt: str):
        yield "observation", text
        yield text

    seen, said, _ = await pieces(agent)
    assert seen == WholePiece(kind="observation", content=text)
    assert said == TextPiece(text=text)


# ── what it may be ───────────────────────────────────────────────────────────────────────────────────────


async def yielding(prompt: str):
    yield "Yes, "
    yield prompt


async def giving(prompt: str) -> str:
    return f"Yes, {prompt}"


def blocking(prompt: str):
    yield "Yes, "
    yield prompt


class Object:
    async def __call__(self, prompt: str):
        yield "Yes, "
        yield prompt

    async def method(self, prompt: str):
        yield "Yes, "
        yield prompt


class Stepping:
    """An async iterator that is no generator."""

    def __init__(self, prompt: str) -> None:
        self._left = ["Yes, ", prompt]

    def __aiter__(self) -> Stepping:
        return self

    async def __anext__(self) -> str:
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop(0)


@functools.wraps(yielding)
def decorated(*args: Any, **kwargs: Any) -> Any:
    return yielding(*args, **kwargs)


async def later(prompt: str) -> AsyncGenerator[str, None]:
    return yielding(prompt)


async def later_blocking(prompt: str) -> Any:
    return blocking(prompt)


async def suffixed(suffix: str, prompt: str):
    yield f"Yes, {prompt}{suffix}"


AGENTS: dict[str, object] = {
    "async generator function": yielding,
    "coroutine function that returns text": giving,
    "coroutine function that returns an async generator": later,
    "coroutine function that returns a generator": later_blocking,
    "generator function": blocking,
    "function that returns an async generator": lambda prompt: yielding(prompt),
    "function that returns a coroutine": lambda prompt: giving(prompt),
    "function that returns text": lambda prompt: f"Yes, {prompt}",
    "function that returns a list": lambda prompt: ["Yes, ", prompt],
    "function that returns a pair": lambda prompt: ("answer", f"Yes, {prompt}"),
    "function that returns a thought": lambda prompt: AgentThought("answer", f"Yes, {prompt}"),
    "object that is called": Object(),
    "bound method": Object().method,
    "partial": functools.partial(suffixed, ""),
    "class of async iterators": Stepping,
    "decorated function": decorated,
}


@pytest.mark.parametrize("agent", AGENTS.values(), ids=AGENTS.keys())
async def test_an_agent_may_be_any_of_these(agent: object):
    assert await answer(agent) == "Yes, Why?"


async def giving_an_object(prompt: str) -> object:
    return object()


@pytest.mark.parametrize("agent", [lambda prompt: 42, lambda prompt: {"text": "x"}, giving_an_object])
async def test_a_function_that_returns_something_else_is_told(agent: object):
    said = await failure(agent)
    assert said.startswith("mine:agent returned a")
    assert "An agent yields AgentThought(" in said


def both(prompt: str, context: Any) -> str:
    return f"{prompt} {context.user}"


AND_CONTEXT: dict[str, object] = {
    "context": both,
    "another name": lambda prompt, world: f"{prompt} {world.user}",
    "with a default": lambda prompt, context=None: f"{prompt} {context.user}",
    "keyword": lambda prompt, *, context: f"{prompt} {context.user}",
    "after others": lambda prompt, loud=False, context=None: f"{prompt} {context.user}",
}


@pytest.mark.parametrize("agent", AND_CONTEXT.values(), ids=AND_CONTEXT.keys())
async def test_whoever_takes_a_context_gets_one(agent: object):
    assert await answer(agent) == "Why? Ada"


@pytest.mark.parametrize(
    "agent",
    [lambda prompt, temperature=0.5: f"{prompt} {temperature}", lambda *prompts: f"{prompts[0]} {len(prompts) / 2}"],
    ids=["default", "star"],
)
async def test_whoever_takes_something_else_does_not(agent: object):
    assert await answer(agent) == "Why? 0.5"


@pytest.mark.parametrize("agent", [lambda: "", lambda a, b, c: "", lambda prompt, *, key: ""], ids=["0", "3", "key"])
def test_whoever_cannot_be_called_with_a_prompt_is_told_at_once(agent: object):
    with pytest.raises(BadRequest, match="mine:agent should take a prompt, or a prompt and a context; it takes"):
        custom(agent)


def test_what_is_no_function_is_told_at_once():
    with pytest.raises(BadRequest, match="mine:agent is an int, 42; it should be a function that takes a prompt"):
        custom(42)


def test_it_costs_nothing_and_has_a_name():
    agent = custom(yielding)
    assert (agent.model, agent.label, agent.price(UsagePiece())) == ("agent:mine:agent", "mine:agent", 0.0)


# ── how it is read ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("threaded", [False, True])
async def test_a_fast_agent_is_held_back_by_a_slow_reader(threaded: bool):
    made = 0

    def more() -> str:
        nonlocal made
        made += 1
        return "more "

    async def agent(prompt: str):
        while True:
            yield more()

    def blocking_agent(prompt: str):
        while True:
            yield more()

    async with aclosing(custom(blocking_agent if threaded else agent).stream(asked("Why?"))) as stream:
        await anext(stream)
        await until(lambda: made >= AHEAD)
        await asyncio.sleep(0.02)
        assert made <= AHEAD + 4


async def test_it_lives_in_one_task_from_beginning_to_end():
    tasks: list[object] = []

    async def agent(prompt: str):
        try:
            async with asyncio.timeout(60):  # fails in another task, as the cancel scopes of frameworks do
                tasks.append(asyncio.current_task())
                yield "Yes, "
                await asyncio.sleep(0)
                yield "yes"
        finally:
            tasks.append(asyncio.current_task())

    async def read(stream: AsyncGenerator[Piece, None]) -> Piece:
        return await anext(stream)

    stream = custom(agent).stream(asked("Why?"))
    for _ in range(2):
        await asyncio.create_task(read(stream))
    await asyncio.create_task(stream.aclose())  # type: ignore[arg-type]
    assert tasks[0] is tasks[1]


async def test_two_turns_at_once_know_nothing_of_each_other():
    async def agent(prompt: str, context: Any):
        yield f"{prompt} {await context.ask('Which?')}"

    streams = [custom(agent).stream(asked(text)) for text in ("One", "Two")]
    questions = [await anext(stream) for stream in streams]
    for question, text in zip(reversed(questions), ("b", "a"), strict=True):
        assert isinstance(question, AskPiece)
        question.answer(text)
    assert [await anext(stream) for stream in streams] == [TextPiece(text="One a"), TextPiece(text="Two b")]
    for stream in streams:
        await stream.aclose()


async def test_a_blocking_agent_lives_in_one_thread_which_is_not_the_loops():
    threads: set[int] = set()

    def agent(prompt: str):
        threads.add(threading.get_ident())

        def rest():
            for word in ("Yes, ", "yes"):
                threads.add(threading.get_ident())
                yield word

        return rest()

    assert await answer(agent) == "Yes, yes"
    assert len(threads) == 1
    assert threading.get_ident() not in threads


async def test_an_agent_in_a_thread_leaves_no_thread_behind():
    before = threading.active_count()
    await answer(blocking)
    await answer(later_blocking)
    await until(lambda: threading.active_count() <= before)


# ── how it fails ─────────────────────────────────────────────────────────────────────────────────────────


async def test_an_exception_before_the_first_yield_is_a_sentence(caplog: pytest.LogCaptureFixture):
    async def agent(prompt: str):
        raise ValueError("no such city: Olso")
        yield

    assert await failure(agent) == "mine:agent failed: ValueError: no such city: Olso."
    assert "Traceback" in caplog.text


@pytest.mark.parametrize("threaded", [False, True])
async def test_an_exception_in_the_middle_comes_after_what_was_said(threaded: bool):
    async def agent(prompt: str):
        yield "Yes, "
        raise KeyError("Oslo")

    def blocking_agent(prompt: str):
        yield "Yes, "
        raise KeyError("Oslo")

    stream = custom(blocking_agent if threaded else agent).stream(asked("Why?"))
    assert await anext(stream) == TextPiece(text="Yes, ")
    with pytest.raises(ProviderError, match="mine:agent failed: KeyError: 'Oslo'"):
        await anext(stream)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RuntimeError(), "mine:agent failed: RuntimeError."),
        (SystemExit(3), "mine:agent failed: it wanted to end the program."),
        (FileNotFoundError(2, "No such file or directory", "/home/ada/secret/data.csv"), "directory: 'data.csv'."),
        (RuntimeError("bad key sk-abcdefghijklmnop1234567890"), "RuntimeError: bad key …."),
        (TypeError("'<' not supported between instances of 'int' and 'str'"), "TypeError: '<' not supported between"),
        (ExceptionGroup("two", [ExceptionGroup("x", [OSError("down")])]), "mine:agent failed: OSError: down."),
        (asyncio.CancelledError(), "mine:agent failed: CancelledError."),
        (StopIteration("x"), "mine:agent failed: RuntimeError: "),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
@pytest.mark.parametrize("threaded", [False, True])
async def test_whatever_it_raises_is_a_sentence_without_keys_and_folders(
    error: BaseException, said: str, threaded: bool
):
    async def agent(prompt: str):
        raise error
        yield

    def blocking_agent(prompt: str):
        raise error
        yield

    message = await failure(blocking_agent if threaded else agent)
    assert said in message
    assert "/home" not in message
    assert "abcdefgh" not in message


async def test_an_agent_that_cancels_itself_is_told():
    async def agent(prompt: str):
        task = asyncio.current_task()
        assert task
        task.cancel()
        await asyncio.sleep(10)
        yield

    assert await failure(agent) == "mine:agent cancelled itself before it was done."


@pytest.mark.parametrize("nothing", [None, [], ["", None]], ids=str)
async def test_an_agent_that_says_nothing_is_told(nothing: object):
    assert (await failure(lambda prompt: nothing)).startswith("mine:agent ended without a word. It should yield")


async def test_a_generator_that_never_yields_is_told():
    async def agent(prompt: str):
        if prompt == "never":
            yield

    assert "ended without a word" in await failure(agent)
