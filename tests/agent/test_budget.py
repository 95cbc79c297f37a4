"""A conversation that outgrows what a model is sent: cut in large steps, and said."""

import itertools

from agent.errors import ProviderError
from agent.events import Failure, TurnTrimmed
from agent.hub import WINDOW, Hub
from agent.models import OneProvider
from agent.prompt import known, outgrown, prompt
from agent.providers.base import Note, Prompt, TextPiece, UserText
from agent.session import Session
from agent.store import MemoryStore
from agent.transcript import Message, Thought, Transcript, Turn
from tests.builders import MovedClock, Scripted, Wait, answer, hub_with, settle

LONG = "word " * 160  # 200 tokens


def turn(number: int, letters: int) -> Turn:
    message = Message(id=f"m{number}", author="owner", content="x" * letters)
    return Turn(id=f"t{number}", by="owner", model="m:m", event_id=number * 10, state="done", items=[message])


def trims(session: Session) -> list[TurnTrimmed]:
    return [event for event in session.log.after(0) if isinstance(event, TurnTrimmed)]


async def talk(session: Session, turns: int) -> None:
    for number in range(turns):
        session.say(f"{number} {LONG}")
        await session.wait_idle()


def asked(prompt: Prompt) -> list[str]:
    return [part.content.split()[0] for part in prompt.parts if isinstance(part, UserText)]


async def test_a_conversation_within_its_budget_is_sent_whole():
    provider = Scripted(*[answer("Yes.") for _ in range(4)])
    session = Hub(MemoryStore(), models=OneProvider(provider), tools=()).new()
    await talk(session, 4)
    assert trims(session) == []
    assert asked(provider.prompts[-1]) == ["0", "1", "2", "3"]


async def test_it_is_cut_in_large_steps_so_that_a_prompt_mostly_begins_like_the_one_before():
    provider = Scripted(*[answer("Yes.") for _ in range(20)])
    provider.budget = 2000
    session = Hub(MemoryStore(), models=OneProvider(provider), tools=()).new()
    await talk(session, 20)
    firsts = [asked(prompt)[0] for prompt in provider.prompts]
    assert len(set(firsts)) <= 5
    assert len(trims(session)) == len(set(firsts)) - 1
    assert all(asked(prompt)[-1] == str(n) for n, prompt in enumerate(provider.prompts))
    for before, after in itertools.pairwise(provider.prompts):
        if asked(before)[0] == asked(after)[0]:
            assert after.parts[: len(before.parts)] == before.parts


async def test_what_is_left_out_is_a_fact_of_the_log_and_known_to_the_turn_in_which_it_began():
    provider = Scripted(*[answer("Yes.") for _ in range(10)])
    provider.budget = 2000
    session = Hub(MemoryStore(), models=OneProvider(provider), tools=()).new()
    await talk(session, 10)
    trim = trims(session)[0]
    turns = [one for one in session.transcript.turns if isinstance(one, Turn)]
    told = next(one for one in turns if one.trimmed)
    assert (told.id, told.trimmed) == (trim.turn, trim.upto)
    assert trim.upto in {one.event_id for one in turns}


async def test_a_single_message_longer_than_the_budget_is_sent_all_the_same():
    provider = Scripted(answer("Yes."))
    provider.budget = 10
    session = Hub(MemoryStore(), models=OneProvider(provider), tools=()).new()
    await talk(session, 1)
    assert asked(provider.prompts[0]) == ["0"]
    assert trims(session) == []


async def test_a_session_that_is_opened_again_says_what_of_it_is_not_sent():
    store = MemoryStore()
    first = Hub(store, models=OneProvider(Scripted(*[answer("Yes.") for _ in range(WINDOW + 5)])), tools=())
    session = first.new()
    for _ in range(WINDOW + 5):
        session.say("hi")
        await session.wait_idle()
    provider = Scripted(answer("Yes."), answer("Yes."))
    again = await Hub(store, models=OneProvider(provider), tools=()).open(session.id)
    for _ in range(2):
        again.say("hi")
        await again.wait_idle()
    assert len(trims(again)) == 1
    assert len([part for part in provider.prompts[0].parts if isinstance(part, UserText)]) == WINDOW + 1


def test_what_is_not_ascii_counts_for_more_and_files_count_too():
    ascii_, greek = turn(1, 4000), turn(2, 0)
    greek.items = [Message(id="m", author="owner", content="λ" * 4000)]
    picture = turn(3, 0)
    picture.messages[0].attachments = ({"id": "f", "name": "a.png", "type": "image/png", "size": 9},)
    transcript = Transcript(turns=[ascii_, greek, picture, turn(4, 4)])
    assert outgrown(transcript, 1000 + 2000 + 1500 + 100, whole=True) is None
    assert outgrown(transcript, 1000 + 2000 + 1500 - 100, whole=True) == 30


def test_a_turn_that_failed_before_it_showed_anything_is_asked_again_as_if_for_the_first_time():
    failed = turn(1, 5)
    failed.state, failed.error = "failed", Failure(kind="overloaded", message="Overloaded.")
    again = Turn(id="t2", by="owner", model="m:m", event_id=20)
    vain = Turn(id="t3", by="owner", model="m:m", event_id=15, state="failed")
    parts = prompt(Transcript(turns=[failed, vain, again])).parts
    assert parts == (UserText(author="owner", content="xxxxx"),)
    failed.items.append(Thought(id="a", kind="answer", content="Well", open=False))
    notes = [part.kind for part in prompt(Transcript(turns=[failed, vain, again])).parts if isinstance(part, Note)]
    assert notes == ["cut", "continue"]


def test_a_turn_that_was_stopped_before_its_first_word_is_asked_again_as_if_for_the_first_time():
    stopped = turn(1, 5)
    stopped.state, stopped.why = "interrupted", "user"
    again = Turn(id="t2", by="owner", model="m:m", event_id=20)
    assert prompt(Transcript(turns=[stopped, again])).parts == (UserText(author="owner", content="xxxxx"),)


def test_what_was_cleared_or_trimmed_is_not_known():
    transcript = Transcript(turns=[turn(1, 5), turn(2, 5), turn(3, 5)], trimmed=20)
    assert [one.id for one in known(transcript)] == ["t2", "t3"]


async def test_a_message_whose_answer_failed_is_sent_again_however_long_it_is():
    provider = Scripted(answer("Yes."), [ProviderError("Busy.", kind="overloaded")], answer("Yes."))
    provider.budget = 2000
    session = Hub(MemoryStore(), models=OneProvider(provider), tools=()).new()
    await talk(session, 1)
    session.say("long " * 4000)
    await session.wait_idle()
    session.resume()
    await session.wait_idle()
    assert asked(provider.prompts[-1]) == ["long"]


async def test_what_is_continued_is_kept_with_what_continues_it():
    clock = MovedClock()
    steps = [answer("Yes."), [TextPiece(text="word " * 4000), Wait(seconds=9)], answer("So.")]
    provider = Scripted(*steps, clock=clock)  # type: ignore[arg-type]
    provider.budget = 2000
    session = hub_with(provider, clock=clock).new()
    await talk(session, 1)
    session.say("1")
    await settle()
    session.stop()
    await session.wait_idle()
    session.resume()
    await session.wait_idle()
    assert asked(provider.prompts[-1]) == ["1"]


async def test_what_was_queued_while_the_turn_before_ran_is_still_its_turns_message_when_it_is_opened_again():
    clock, store = MovedClock(), MemoryStore()
    session = hub_with(Scripted(*[answer("Yes.", wait=1) for _ in range(WINDOW + 5)], clock=clock), store=store).new()
    for number in range(WINDOW + 5):
        session.say(str(number))
        await settle()
        await clock.pass_(1 if number else 0)
    await clock.pass_(60)
    provider = Scripted(answer("Yes."))
    again = await hub_with(provider, store=store).open(session.id)
    turns = [turn for turn in again.transcript.turns if isinstance(turn, Turn)]
    assert [turn.messages[0].content for turn in turns] == [str(n) for n in range(5, WINDOW + 5)]
    again.say("And?")
    await again.wait_idle()
    assert not any(isinstance(part, Note) for part in provider.prompts[0].parts)
