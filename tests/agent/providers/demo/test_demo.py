"""The demo in conversation: plans, recovers, asks back, remembers, is stopped and goes on."""

from __future__ import annotations

import random
import time

import pytest

from agent.providers.base import (
    AnswerText,
    Attachment,
    CallPiece,
    FinishPiece,
    Note,
    Prompt,
    Reasoning,
    TextPiece,
    ThinkingPiece,
    ToolCall,
    ToolResult,
    UsagePiece,
    UserText,
)
from agent.providers.demo import EXAMPLES, Demo
from agent.providers.demo.brain import next_step

HEADLINE = "What is 17% of 2,340, and what is that in euros if one is 1.08 dollars?"
STOPPED = Note(kind="stopped", content="The person stopped you here.")
GO_ON = Note(kind="continue", content="Go on.")


async def test_the_headline_is_planned_and_uses_one_result_in_the_next_call(talk):
    answer = await talk.say(HEADLINE)
    assert talk.calls == [
        ("calculate", {"expression": "17 / 100 * 2340"}),
        ("calculate", {"expression": "397.8 / 1.08"}),
    ]
    assert talk.thoughts[0].startswith("This is Demo: rules, no AI model.")
    assert "2. what is that in euros" in talk.thoughts[0]
    assert "“That” is 397.8" in talk.thoughts[2]
    assert "**397.8**" in answer
    assert "**368.33 euros**" in answer
    assert "took it as dollars" in answer


@pytest.mark.parametrize("example", EXAMPLES)
async def test_every_example_of_the_start_page_has_a_rule_for_all_of_its_parts(talk, example):
    answer = await talk.say(example)
    assert "no rule for “" not in answer
    assert talk.calls


async def test_the_tour_shows_tables_code_maths_lists_and_a_recovery(talk):
    answer = await talk.say("Show me what you can do")
    for shown in ("## ", "|---|", "```json", "$$", "> ", "- I read “stonne” as **stone**", "help/stop.md"):
        assert shown in answer
    assert talk.steps == 3
    assert len(talk.calls) == 10


async def test_it_says_what_it_is_in_its_first_thought_only(talk):
    await talk.say("2 + 2")
    assert "no AI model" in talk.thoughts[0]
    await talk.say("3 + 3")
    assert "no AI model" not in talk.thoughts[0]
    assert "rule *arithmetic*" in talk.thoughts[0]


@pytest.mark.parametrize(("text", "rest"), [("2 + 2", "**4**"), ("", "nothing here that I can read")])
async def test_it_says_that_it_cannot_look_at_files_and_goes_by_the_words(talk, text, rest):
    file = Attachment(id="a" * 16, name="sum.png", media_type="image/png", size=300)
    talk.parts.append(UserText(author="Ada", content=text, attachments=(file,)))
    answer = await talk.go_on()
    assert answer.startswith("I cannot look at the file you attached: this is the demo")
    assert rest in answer
    assert "cannot look" not in await talk.say("3 + 3")


async def test_an_unknown_unit_is_tried_again_with_the_nearest_and_said(talk):
    answer = await talk.say("Convert 12 stonne to kilograms")
    assert [ok for ok, _ in talk.seen] == [False, True]
    assert "only `stone` begins like “stonne”" in talk.thoughts[-2]
    assert "I read “stonne” as **stone**" in answer


async def test_where_no_name_is_clearly_the_nearest_it_asks(talk):
    assert "Which place is “Atlantis”?" in await talk.say("what time is it in Atlantis")
    assert "**08:00** in Atlanta" in await talk.say("Atlanta")


async def test_independent_parts_are_called_together(talk):
    await talk.say("3 + 4 and the square root of 81")
    assert talk.steps == 2
    assert len(talk.calls) == 2


@pytest.mark.parametrize(
    ("said", "result"),
    [
        (("convert 5 km", "miles"), "3.1069 miles"),
        (("convert 5 km", "to miles, please"), "3.1069 miles"),
        (("convert 100 dollars to euros", "1.08"), "92.59 euros"),
        (("convert 100 dollars to euros", "1.08 dollars"), "92.59 euros"),
        (("convert 100 dollars to euros", "one euro is 1.08 dollars"), "92.59 euros"),
        (("convert 100 dollars to euros at 0.9", "the second"), "90 euros"),
        (("convert 100 dollars to euros at 1.08", "the first"), "92.59 euros"),
        (("count the words in this text", "to be or not to be"), "6 words"),
        (("convert 5 km", "2 + 2"), "**4**"),
        (("2 + 2", "double that", "and times 3"), "**24**"),
        (("5 km to miles", "and that in feet?"), "feet"),
        (("2 weeks after 2026-12-25", "what weekday is that?"), "Friday"),
        (("17% of $2,340", "what is that in euros at 1.08 dollars per euro"), "368.33 euros"),
    ],
)
async def test_the_next_message_goes_on_from_the_one_before(talk, said, result):
    for text in said:
        answer = await talk.say(text)
    assert result in answer


async def test_that_without_anything_before_is_asked_about(talk):
    assert "I do not know what “that” is" in await talk.say("double that")


async def test_what_no_rule_covers_is_said_with_three_offers_that_fit(talk):
    answer = await talk.say("Write a poem about the price of bread")
    assert answer.startswith("I have no rule for “Write a poem about the price of bread”.")
    offers = [line[2:] for line in answer.splitlines() if line.startswith("- ")]
    assert len(offers) == 3
    for offer in offers:
        assert "I have no rule" not in await talk.say(offer)


async def test_a_missing_tool_is_named(talk):
    talk.tools = {name: tool for name, tool in talk.tools.items() if name != "convert"}
    assert "needs the tool `convert`" in await talk.say("5 km to miles")


@pytest.mark.parametrize("request_", [HEADLINE, "Show me what you can do", "tell me a joke", "convert 5 km"])
async def test_stopped_at_any_point_of_the_answer_it_goes_on_to_the_same_whole(talk, request_):
    whole = await talk.say(request_)
    before = talk.parts[:-1]
    for cut in range(1, len(whole) + 1, 1 if len(whole) < 600 else 13):
        parts = (*before, AnswerText(content=whole[:cut]), STOPPED, GO_ON)
        step = next_step(Prompt(parts=parts, tools=talk.prompt.tools))
        assert whole[:cut] + step.answer == whole
        assert not step.calls


async def test_stopped_twice_it_still_goes_on_to_the_same_whole(talk):
    whole = await talk.say(HEADLINE)
    cut = (AnswerText(content=whole[:20]), STOPPED, GO_ON, AnswerText(content=whole[20:50]), STOPPED, GO_ON)
    step = next_step(Prompt(parts=(*talk.parts[:-1], *cut), tools=talk.prompt.tools))
    assert step.answer == whole[50:]


async def test_continue_may_also_be_typed(talk):
    whole = await talk.say(HEADLINE)
    talk.parts[-1:] = [AnswerText(content=whole[:30]), STOPPED]
    assert whole[:30] + await talk.say("continue") == whole
    assert talk.calls == []


async def test_stopped_between_the_calls_it_does_not_make_the_first_again(new_talk):
    talk = new_talk()
    whole = await talk.say(HEADLINE)
    first = next(i for i, part in enumerate(talk.parts) if isinstance(part, ToolResult))
    again = new_talk()
    again.parts = [*talk.parts[: first + 1], STOPPED, GO_ON]
    assert await again.go_on() == whole
    assert again.calls == [("calculate", {"expression": "397.8 / 1.08"})]


async def test_a_call_that_was_stopped_in_the_middle_is_made_again_under_another_id(new_talk):
    talk = new_talk()
    whole = await talk.say("2 + 2")
    call = next(part for part in talk.parts if isinstance(part, ToolCall))
    unfinished = ToolResult(call=call.call, tool=call.tool, ok=False, content="Stopped before it finished.")
    again = new_talk()
    again.parts = [*talk.parts[: talk.parts.index(call) + 1], unfinished, STOPPED, GO_ON]
    assert await again.go_on() == whole
    ids = [part.call for part in again.parts if isinstance(part, ToolCall)]
    assert len(set(ids)) == len(ids) == 2


async def test_a_message_that_arrives_on_the_way_is_answered_as_well(new_talk):
    talk = new_talk()
    await talk.say("2 + 2")
    middle = next(i for i, part in enumerate(talk.parts) if isinstance(part, ToolResult))
    steered = new_talk()
    steered.parts = [*talk.parts[: middle + 1], UserText(author="Bob", content="and 3 * 3")]
    answer = await steered.go_on()
    assert "**4**" in answer
    assert "**9**" in answer
    assert steered.calls == [("calculate", {"expression": "3 * 3"})]


async def test_after_a_stop_a_new_request_is_a_new_request(talk):
    await talk.say("2 + 2")
    talk.parts[-1:] = [AnswerText(content="$2"), STOPPED]
    assert "**9**" in await talk.say("3 * 3")
    assert "broken off" in talk.thoughts[0]


async def test_the_same_prompt_gives_the_same_pieces_and_no_token_counts(talk):
    prompt = Prompt(parts=(UserText(author="Ada", content=HEADLINE),), tools=talk.prompt.tools)
    first, second = [
        [piece async for piece in Demo(pace=0, dice=random.Random(seed).random).stream(prompt)] for seed in (1, 2)
    ]
    assert first == second
    assert isinstance(first[-1], FinishPiece)
    assert not [piece for piece in first if isinstance(piece, UsagePiece)]


async def test_it_is_paced_like_a_real_model_and_a_call_is_seen_before_its_result(talk):
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    pieces = [piece async for piece in Demo(sleep=sleep, dice=random.Random(3).random).stream(_asking(talk, "2 + 2"))]
    words = sum(isinstance(piece, ThinkingPiece | TextPiece) for piece in pieces)
    assert 30 < words / sum(slept) < 70
    assert isinstance(pieces[-2], CallPiece)
    assert 0.05 < slept[-1] < 0.2
    twice: list[float] = []

    async def record(seconds: float) -> None:
        twice.append(seconds)

    [piece async for piece in Demo(sleep=record, dice=random.Random(3).random, pace=2).stream(_asking(talk, "2 + 2"))]
    assert sum(twice) == pytest.approx(2 * sum(slept))


async def test_at_pace_zero_nothing_is_waited_for(talk):
    async def sleep(seconds: float) -> None:
        raise AssertionError("waited")

    assert [piece async for piece in Demo(sleep=sleep, pace=0).stream(_asking(talk, "2 + 2"))]


async def test_an_answer_of_another_model_before_does_not_disturb(talk):
    talk.parts = [
        UserText(author="Ada", content="hi"),
        Reasoning(content="hm"),
        ToolCall(call="x", tool="web", args={"q": "é"}),
        ToolResult(call="x", tool="web", ok=True, content="…"),
        AnswerText(content="Hi!"),
    ]
    assert "**4**" in await talk.say("2 + 2")


# ── no input may break it ────────────────────────────────────────────────────────────────────────────────

MISSING = "0123456789.,%$€£()[]{}‹›“”\"'`*_|\\\n;:!?½²°éß\0\u202e漢😀 -+/^=e"
BIG = [
    *("a " * 20_000, "1+" * 20_000, "(" * 40_000, '"a' * 20_000, "and " * 10_000, "one hundred and " * 2_500),
    *("17% of " * 6_000, "\n" * 40_000, "“x” " * 10_000, "`" * 40_000, "x" * 40_000, "5 km to " * 5_000),
    *("9" * 40_000, "what is " * 5_000, "'a " * 13_000, "€1" * 20_000, "a, " * 13_000, "convert 5 " + "a" * 40_000),
    *("How many words: " + "word " * 8_000, "use calculate with " + '{"a":' * 5_000, "9e99999999 million"),
]


async def test_hundreds_of_broken_requests_are_all_answered(new_talk):
    dice = random.Random(5)
    talk = new_talk()
    lines = [*EXAMPLES, "convert 5 feet 6 inches to cm", "1,000 euros at 5% for 10 years", "10 days before Christmas"]
    words = " ".join(lines).split()
    for _ in range(300):
        text = "".join(_mutated(dice, dice.choice(lines)))
        for request in (text, " ".join(dice.choices(words, k=dice.randint(0, 20)))):
            step = next_step(_asking(talk, request))
            assert step.calls or step.answer.strip()


async def test_broken_requests_are_answered_to_their_end(new_talk):
    dice = random.Random(6)
    for _ in range(150):
        assert await new_talk().say("".join(_mutated(dice, dice.choice(EXAMPLES[:3]))))


@pytest.mark.parametrize("text", BIG, ids=lambda text: repr(text[:12]))
def test_a_long_paste_takes_no_time(talk, text):
    took: list[float] = []
    for _ in range(3):  # the best of them: a machine that does much else is slow now and then
        began = time.process_time()
        assert next_step(_asking(talk, text))
        took.append(time.process_time() - began)
    assert min(took) < 0.2  # 50 ms on an idle machine


def _asking(talk, text: str) -> Prompt:
    return Prompt(parts=(UserText(author="Ada", content=text),), tools=talk.prompt.tools)


def _mutated(dice: random.Random, text: str) -> list[str]:
    signs = list(text)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(signs) + 1)
        if dice.random() < 0.4 and signs:
            signs.pop(min(at, len(signs) - 1))
        else:
            signs.insert(at, dice.choice(MISSING))
    return signs
