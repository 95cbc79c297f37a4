"""A turn: provider → thoughts → tools → provider …; law 6: exactly one end, with everything closed before it."""

import asyncio

import pytest

from agent.errors import ProviderError, StorageError
from agent.events import Event, ThoughtEnd, ThoughtStart, TurnEnd, TurnStart
from agent.log import Journal, Log, Past
from agent.providers.base import AnswerText, FinishPiece, Note, Prompt, TextPiece, ThinkingPiece, ToolResult, UsagePiece
from agent.run import STEPS
from agent.session import Session
from agent.store import MemoryStore
from agent.tools.base import tool
from tests.builders import MovedClock, Scripted, Wait, add, answer, calls, hub_with, settle, thinks, types


def check_laws(log: Log) -> None:
    """Every thought that began has ended, inside its turn; every turn has exactly one end."""
    open_turn: str | None = None
    open_thoughts: set[str] = set()
    for event in log.after(0):
        match event:
            case TurnStart():
                assert open_turn is None
                open_turn = event.turn
            case ThoughtStart():
                assert event.turn == open_turn
                open_thoughts.add(event.thought)
            case ThoughtEnd():
                open_thoughts.remove(event.thought)
            case TurnEnd():
                assert event.turn == open_turn
                assert not open_thoughts
                open_turn = None
            case _:
                pass
    assert open_turn is None


def end_of(session: Session) -> TurnEnd:
    return next(e for e in reversed(session.log.after(0)) if isinstance(e, TurnEnd))


async def test_a_question_becomes_thoughts_and_an_answer():
    provider = Scripted([*thinks("Sum."), *calls(("add", {"a": 1, "b": 2}))], answer("Three."))
    session = hub_with(provider).new()
    session.say("1 + 2?")
    await session.wait_idle()
    thought = ["ThoughtStart", "ThoughtDelta", "ThoughtEnd"]
    assert types(session.log.after(0)) == [
        *["SessionCreated", "MessagePosted", "TurnStart", "MessageRead"],
        *[*thought, *thought, "ThoughtStart", "ThoughtEnd", *thought, "TurnEnd"],
    ]
    assert end_of(session).reason == "done"
    check_laws(session.log)
    assert provider.prompts[1].parts[-1] == ToolResult(call="c0", tool="add", ok=True, content="3")


async def test_thinking_that_begins_anew_is_another_thought():
    pieces = [ThinkingPiece(text="a"), ThinkingPiece(text="b"), ThinkingPiece(text="c", new=True), *answer("d")]
    session = hub_with(Scripted(pieces)).new()
    session.say("?")
    await session.wait_idle()
    turn = session.transcript.last
    assert turn is not None
    assert [(t.kind, t.content) for t in turn.thoughts] == [("thinking", "ab"), ("thinking", "c"), ("answer", "d ")]


async def test_tools_of_one_step_run_side_by_side_each_result_below_its_call():
    clock = MovedClock()

    @tool
    async def nap(seconds: float) -> str:
        """Sleeps."""
        await clock.sleep(seconds)
        return f"slept {seconds:g}"

    provider = Scripted(calls(("nap", {"seconds": 2}), ("nap", {"seconds": 1})), answer("Done."), clock=clock)
    session = hub_with(provider, tools=[nap], clock=clock).new()
    session.say("nap twice")
    await clock.pass_(2.0)
    await session.wait_idle()
    turn = session.transcript.last
    assert turn is not None
    observations = [(t.call, t.content, t.ms) for t in turn.thoughts if t.kind == "observation"]
    assert observations == [("c0", "slept 2", 2000), ("c1", "slept 1", 1000)]
    assert turn.ms == 2000
    check_laws(session.log)


async def test_stop_keeps_what_was_said_closes_the_upstream_and_says_how_fast():
    clock = MovedClock()
    provider = Scripted(answer("one two three four", wait=1), answer("fine"), clock=clock)
    session = hub_with(provider, clock=clock).new()
    session.say("count")
    await clock.pass_(1.5)
    assert session.stop(by="ada")
    await session.wait_idle()
    end = end_of(session)
    assert (end.reason, end.by, end.why, end.upstream_closed_ms) == ("interrupted", "ada", "user", 0.0)
    assert provider.closed == 1
    check_laws(session.log)
    session.say("and?")
    await session.wait_idle()
    parts = provider.prompts[-1].parts
    assert AnswerText(content="one two ") in parts
    assert any(isinstance(part, Note) and part.kind == "stopped" for part in parts)


async def test_stop_in_a_running_tool_marks_it():
    @tool
    async def forever() -> str:
        """Never returns."""
        await asyncio.Event().wait()
        return ""

    provider = Scripted(calls(("forever", {})), answer("ok"))
    session = hub_with(provider, tools=[forever]).new()
    session.say("go")
    await settle()
    session.stop()
    await session.wait_idle()
    turn = session.transcript.last
    assert turn is not None
    assert [(t.ok, t.content) for t in turn.thoughts if t.kind == "observation"] == [
        (False, "Stopped before it finished.")
    ]
    check_laws(session.log)


async def test_stop_at_every_moment_leaves_one_end_and_nothing_open():
    for ticks in range(60):
        provider = Scripted([*thinks("Sum."), *calls(("add", {"a": 1, "b": 2}))], answer("It is three."))

        @tool
        async def slow_add(a: int, b: int) -> int:
            """Adds."""
            await settle(3)
            return a + b

        session = hub_with(provider, tools=[slow_add]).new()
        session.say("1 + 2?")
        for _ in range(ticks):
            await asyncio.sleep(0)
        session.stop()
        session.stop()
        await session.wait_idle()
        check_laws(session.log)
        assert sum(isinstance(e, TurnEnd) for e in session.log.after(0)) == 1


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (ProviderError("No credit left.", kind="quota", retry_after=3), "quota", "No credit left."),
        (RuntimeError("secret /path/key"), "internal", "Something went wrong inside Thinkaloud"),
    ],
)
async def test_a_failure_is_a_sentence_and_the_partial_answer_is_kept(error: Exception, kind: str, words: str):
    session = hub_with(Scripted([TextPiece(text="Half an "), error])).new()
    session.say("?")
    await session.wait_idle()
    end = end_of(session)
    assert end.reason == "failed"
    assert end.error is not None
    assert end.error.kind == kind
    assert end.error.message.startswith(words)
    assert "secret" not in end.error.message
    assert session.transcript.last is not None
    assert session.transcript.last.answer == "Half an "
    check_laws(session.log)


async def test_a_stream_that_just_stops_is_not_a_success():
    session = hub_with(Scripted([TextPiece(text="Half an ")])).new()
    session.say("?")
    await session.wait_idle()
    end = end_of(session)
    assert end.reason == "failed"
    assert end.error is not None
    assert end.error.kind == "incomplete"


async def test_an_agent_that_only_ever_calls_tools_is_ended_clearly():
    provider = Scripted(*[calls(("add", {"a": 1, "b": 1}))] * (STEPS + 5))
    session = hub_with(provider).new()
    session.say("loop")
    await session.wait_idle()
    assert (end_of(session).reason, end_of(session).why) == ("interrupted", "limit")
    assert len(provider.prompts) == STEPS
    check_laws(session.log)


async def test_tokens_of_all_steps_are_added_and_none_are_invented():
    step = [UsagePiece(input=10, output=3), *calls(("add", {"a": 1, "b": 1}))]
    session = hub_with(Scripted(step, [UsagePiece(input=20, output=5, cached=8), *answer("2")])).new()
    session.say("?")
    await session.wait_idle()
    usage = end_of(session).usage
    assert usage is not None
    assert (usage.input, usage.output, usage.cached) == (30, 8, 8)
    silent = hub_with(Scripted(answer("x"))).new()
    silent.say("?")
    await silent.wait_idle()
    assert end_of(silent).usage is None


class FullFrom:
    """A journal that has room for `room` events, and more once somebody makes some."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, event: Event) -> None:
        if self.room <= 0:
            raise StorageError("The disk is full: free some space.")
        self.room -= 1


@pytest.mark.parametrize("room", range(3, 16))
async def test_a_disk_that_fills_up_is_said_and_the_turn_is_ended_when_there_is_room(room: int):
    clock = MovedClock()
    journal = FullFrom(room)

    class Store(MemoryStore):
        def open(self, session: str) -> tuple[Past, tuple[Event, ...], Journal]:
            return Past(), (), journal

    provider = Scripted([*thinks("Sum."), *calls(("add", {"a": 1, "b": 2}))], answer("It is three."), clock=clock)
    session = hub_with(provider, store=Store(), clock=clock).new()
    seen: list[str | None] = []
    session.watchers.add(lambda: seen.append(session.trouble))
    session.say("1 + 2?")
    for _ in range(5):  # tools run in threads, which this clock knows nothing of
        await clock.pass_(0.1)
        await asyncio.sleep(0.01)
    assert seen[-1] == "The disk is full: free some space."
    assert session.running
    session.stop()
    journal.room = 1000
    await clock.pass_(1.5)
    await session.wait_idle()
    assert seen[-1] is None
    first = next(e for e in session.log.after(0) if isinstance(e, TurnEnd))
    assert first.error is not None
    assert (first.reason, first.error.kind) == ("failed", "storage")
    assert not session.transcript.queued, "what was posted when the disk was full is taken up afterwards"
    check_laws(session.log)


async def test_a_prompt_names_the_tools_it_may_call():
    provider = Scripted(answer("x"))
    session = hub_with(provider).new()
    session.say("?")
    await session.wait_idle()
    prompt: Prompt = provider.prompts[0]
    assert [spec.name for spec in prompt.tools] == [add.name]


async def test_a_provider_that_waits_before_its_first_piece_can_be_stopped():
    clock = MovedClock()
    provider = Scripted([Wait(seconds=100), FinishPiece(reason="stop")], clock=clock)
    session = hub_with(provider, clock=clock).new()
    session.say("?")
    await clock.pass_(5)
    session.stop()
    await session.wait_idle()
    assert end_of(session).ms == 5000


async def test_infinity_is_called_by_its_name_because_json_knows_none():
    provider = Scripted(calls(("add", {"a": float("inf"), "b": 1, "deep": [float("nan"), {"x": 2.0}]})), answer("x"))
    session = hub_with(provider).new()
    session.say("?")
    await session.wait_idle()
    action = next(e for e in session.log.after(0) if isinstance(e, ThoughtStart) and e.kind == "action")
    assert action.args == {"a": "inf", "b": 1, "deep": ["nan", {"x": 2.0}]}
