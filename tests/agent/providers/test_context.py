"""What an agent of somebody's own knows besides the prompt, and what it may ask."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from agent.errors import NotFound, ToolError
from agent.providers.base import (
    AnswerText,
    AskPiece,
    Attachment,
    FinishPiece,
    Note,
    ProgressPiece,
    Prompt,
    Reasoning,
    TextPiece,
    UsePiece,
    UserText,
    WholePiece,
)
from tests.agent.providers.own import answer, asked, custom, pieces


async def knows(prompt: Prompt) -> Any:
    known: list[Any] = []

    async def agent(prompt: str, context: Any):
        known.append(context)
        yield prompt or "nothing"

    await pieces(agent, prompt)
    return known[0]


async def test_it_knows_what_was_said_before_but_no_notes_and_no_thoughts():
    context = await knows(
        asked(
            "One?",
            Reasoning(content="Hm."),
            AnswerText(content="First."),
            AnswerText(content="Second."),
            "Two?",
            Note(kind="stopped", content="The person stopped you here."),
            UserText(author="Ada", content="Three?"),
            UserText(author="Grace", content="Or four?"),
        )
    )
    assert [(said.role, said.content) for said in context.history] == [
        ("user", "One?"),
        ("agent", "First.\n\nSecond."),
        ("user", "Two?"),
    ]
    assert context.history[0] == ("user", "One?")
    assert (context.prompt, context.user, context.resumed) == ("Three?\n\nOr four?", "Grace", False)


async def test_continue_asks_the_last_question_again():
    go_on = Note(kind="continue", content="Go on.")
    context = await knows(asked("One?", AnswerText(content="Fir"), Note(kind="stopped", content="…"), go_on))
    assert (context.prompt, context.user, context.resumed) == ("One?", "Ada", True)
    assert context.history == [("user", "One?"), ("agent", "Fir")]


async def test_a_prompt_without_a_message_is_empty():
    assert (await knows(asked(Note(kind="continue", content="Go on.")))).prompt == ""


@pytest.mark.parametrize("threaded", [False, True])
async def test_it_reads_attachments(threaded: bool):
    def read(id: str) -> bytes:
        if id != "a1":
            raise NotFound("That file is not here any more.")
        return b"1,2"

    csv = Attachment(id="a1", name="sales.csv", media_type="text/csv", size=3)
    gone = Attachment(id="a2", name="gone.csv", media_type="text/csv", size=3)
    prompt = asked(UserText(author="Ada", content="Sum?", attachments=(csv, gone)), read=read)

    async def agent(prompt: str, context: Any):
        file, missing = context.attachments
        yield f"{file.name} {file.media_type} {file.size} {(await file.read()).decode()}"
        try:
            await missing.read()
        except NotFound as error:
            yield f" {error}"

    def blocking_agent(prompt: str, context: Any):
        file, missing = context.attachments
        yield f"{file.name} {file.media_type} {file.size} {file.read().decode()}"
        try:
            missing.read()
        except NotFound as error:
            yield f" {error}"

    said = await answer(blocking_agent if threaded else agent, prompt)
    assert said == "sales.csv text/csv 3 1,2 That file is not here any more."


async def asking(prompt: str, context: Any):
    yield "thinking", "Hm."
    await context.progress(12.6, "Begun")
    colour = await context.ask("Which colour?", ["red", "blue"])
    shouted = await context.tool("shout", text=colour, name="x")
    try:
        await context.tool("broken", text="no such thing")
    except ToolError as error:
        yield "observation", str(error)
    yield f"{shouted} {await context.wait(0)} {' '.join(context.tools)}"


def asking_in_a_thread(prompt: str, context: Any):
    yield "thinking", "Hm."
    context.progress(12.6, "Begun")
    colour = context.ask("Which colour?", ["red", "blue"])
    shouted = context.tool("shout", text=colour, name="x")
    try:
        context.tool("broken", text="no such thing")
    except ToolError as error:
        yield "observation", str(error)
    yield f"{shouted} {context.wait(0)} {' '.join(context.tools)}"


async def asking_with_a_helper(prompt: str, context: Any):
    """An async agent whose work is done in threads of its own."""
    for thing in await asyncio.to_thread(lambda: list(asking_in_a_thread(prompt, context))):
        yield thing


def asking_in_a_loop_of_its_own(prompt: str, context: Any):
    async def live() -> list[Any]:
        return [thing async for thing in asking(prompt, context)]

    yield from asyncio.run(live())


@pytest.mark.parametrize("agent", [asking, asking_in_a_thread, asking_with_a_helper, asking_in_a_loop_of_its_own])
async def test_it_asks_says_how_far_it_is_and_uses_tools(agent: Any):
    heard = await pieces(agent, asked("Why?", tools=("shout", "broken")))
    heard.sort(key=lambda piece: isinstance(piece, WholePiece))  # two of these agents yield when all is done
    progress, ask, shout, broken, said, finish, thinking, observation = heard
    assert progress == ProgressPiece(percent=13, message="Begun")
    assert isinstance(ask, AskPiece)
    assert (ask.content, ask.choices) == ("Which colour?", ("red", "blue"))
    assert isinstance(shout, UsePiece)
    assert (shout.tool, shout.args) == ("shout", {"text": "red", "name": "x"})
    assert isinstance(broken, UsePiece)
    assert (thinking, observation) == (
        WholePiece(kind="thinking", content="Hm."),
        WholePiece(kind="observation", content="NO SUCH THING"),
    )
    assert said == TextPiece(text="RED False shout broken")
    assert finish == FinishPiece(reason="stop")


async def test_what_it_yielded_before_a_question_comes_before_it():
    kinds = [type(piece).__name__ for piece in await pieces(asking, asked("Why?", tools=("shout", "broken")))]
    assert kinds == ["WholePiece", "ProgressPiece", "AskPiece", "UsePiece", "UsePiece", "WholePiece", "TextPiece",
                     "FinishPiece"]  # fmt: skip


@pytest.mark.parametrize(("percent", "shown"), [(-5, 0), (250, 100), (float("nan"), 0), (float("inf"), 100), (7, 7)])
async def test_progress_stays_between_0_and_100(percent: float, shown: int):
    async def agent(prompt: str, context: Any):
        await context.progress(percent)
        yield "Yes."

    assert (await pieces(agent))[0] == ProgressPiece(percent=shown)


async def test_several_things_may_be_asked_at_the_same_time():
    async def agent(prompt: str, context: Any):
        answers = await asyncio.gather(*(context.ask(f"{n}?", [str(n)]) for n in range(40)))
        yield "".join(answers)

    assert await answer(agent) == "".join(map(str, range(40)))


async def test_an_answer_that_comes_twice_or_too_late_harms_nobody():
    questions: list[AskPiece] = []

    async def agent(prompt: str, context: Any):
        yield await context.ask("Which?")

    async with aclosing(custom(agent).stream(asked("Why?"))) as stream:
        async for piece in stream:
            if isinstance(piece, AskPiece):
                questions.append(piece)
                piece.answer("one")
                piece.answer("two")
            elif isinstance(piece, TextPiece):
                assert piece.text == "one"
    questions[0].answer("three")


async def test_a_helper_that_outlives_its_turn_can_say_nothing_more():
    contexts: list[Any] = []

    async def agent(prompt: str, context: Any):
        contexts.append(context)
        yield "Yes."

    await pieces(agent)
    with pytest.raises(asyncio.CancelledError):
        await contexts[0].ask("Still there?")
    with pytest.raises(asyncio.CancelledError):
        await asyncio.to_thread(lambda: contexts[0].tool("shout"))
    assert contexts[0].stopped is False


async def test_what_a_tool_cannot_take_is_said():
    async def agent(prompt: str, context: Any):
        try:
            await context.tool("shout", text=object())
        except ToolError as error:
            yield str(error)

    assert (
        await answer(agent)
        == "shout was given what a tool cannot take: Object of type object is not JSON serializable."
    )


async def test_half_a_character_is_mended_wherever_it_is_said():
    async def agent(prompt: str, context: Any):
        await context.progress(1, "\ud83d")
        await context.ask("\ud83d\ude00 \ud83d", ["\ude00"])
        yield await context.tool("shout", text="\ud83d!")

    progress, ask, use, *_ = await pieces(agent)
    assert progress == ProgressPiece(percent=1, message="\ufffd")
    assert isinstance(ask, AskPiece)
    assert (ask.content, ask.choices) == ("😀 \ufffd", ("\ufffd",))
    assert isinstance(use, UsePiece)
    assert use.args == {"text": "\ufffd!"}


async def test_a_single_choice_is_not_taken_apart():
    async def agent(prompt: str, context: Any):
        yield await context.ask("Shall I?", "Yes")

    assert await answer(agent) == "Yes"
