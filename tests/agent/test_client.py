"""The Python client: what a program gets when nothing breaks, and what it is told when it may not."""

import asyncio
from contextlib import aclosing

import pytest

from agent.client import Agent, AgentError, Thought, connect
from agent.client.follower import BACKLOG
from agent.events import AskOpened, MessagePosted, SessionCleared, ThoughtDelta, ThoughtEnd, ThoughtStart, TurnEnd
from agent.providers.base import FinishPiece, TextPiece
from agent.session import Session
from tests.builders import Script, Scripted, answer, calls, hub_with, thinks

from .client_server import Asking, Double, Gated, HastyClock, hasty, told, wait_for

SUM: tuple[Script, ...] = (
    [*thinks("Let me see."), *calls(("add", {"a": 1, "b": 2}))],
    answer("It is three."),
)


def session(*steps: Script) -> Session:
    return hub_with(Scripted(*steps)).new()


async def listed(agent: Agent, question: str) -> list[Thought]:
    return [thought async for thought in agent.ask(question)]


async def test_a_program_of_ten_lines_sees_every_thought_live():
    async with Double(session(*SUM)) as server, connect(server.url) as agent:
        seen = await listed(agent, "What is one and two?")
    told = {
        kind: "".join(t.content for t in seen if t.kind == kind)
        for kind in ("thinking", "action", "observation", "answer")
    }
    assert told == {
        "thinking": "Let me see.",
        "action": "add(a=1, b=2)",
        "observation": "3",
        "answer": "It is three. ",
    }
    assert [t.kind for t in seen if t.done] == ["thinking", "action", "observation", "answer"]
    assert seen[-1].kind == "done"


async def test_what_was_shown_of_a_thought_is_its_whole_text_and_each_has_its_typed_event():
    async with Double(session(*SUM)) as server, connect(server.url) as agent:
        seen = await listed(agent, "What is one and two?")
    for end in (t.event for t in seen if t.done):
        assert isinstance(end, ThoughtEnd)
        assert "".join(t.content for t in seen if t.id == end.thought) == end.content
    actions = [t.event for t in seen if t.kind == "action"]
    assert isinstance(actions[0], ThoughtStart)
    assert (actions[0].tool, actions[0].args) == ("add", {"a": 1, "b": 2})
    numbers = [t.event.event_id for t in seen]
    assert numbers == sorted(set(numbers))


async def test_the_whole_answer_in_one_line():
    async with Double(session(*SUM)) as server, connect(server.url) as agent:
        assert await agent.answer("What is one and two?") == "It is three. "
        assert (agent.title, agent.model) == ("What is one and two?", "test:script")
        assert agent.active_users == ("owner",)


async def test_a_failed_turn_is_told_at_its_end_and_raised_by_answer():
    async with Double(session([RuntimeError("boom")], [RuntimeError("boom")])) as server, connect(server.url) as agent:
        seen = await listed(agent, "Well?")
        assert seen[-1].kind == "failed"
        assert seen[-1].content
        with pytest.raises(AgentError) as error:
            await agent.answer("And now?")
        assert str(error.value) == seen[-1].content


async def test_two_questions_at_once_get_each_its_own_answer():
    async with Double(session(answer("First."), answer("Second."))) as server, connect(server.url) as agent:
        assert await asyncio.gather(agent.answer("One?"), agent.answer("Two?")) == ["First. ", "Second. "]
        assert len(server.met) == 1


async def test_two_messages_that_one_turn_reads_both_see_it():
    provider = Gated()
    async with Double(hub_with(provider).new()) as server, connect(server.url) as agent:
        running = asyncio.create_task(agent.answer("One?"))
        await wait_for(lambda: server.session.running)
        both = [asyncio.create_task(agent.answer(text)) for text in ("Two?", "Three?")]
        await wait_for(lambda: len(server.said("message")) == 3)
        provider.gate.set()
        assert await asyncio.gather(running, *both) == ["Well, yes."] * 3
    assert sum(isinstance(event, TurnEnd) for event in server.session.log.after(0)) == 2


async def test_interrupt_stops_the_agent_and_returns_when_it_has_stopped():
    async with Double(hub_with(Gated()).new()) as server, connect(server.url) as agent:
        seen: list[Thought] = []
        async with aclosing(agent.ask("Well?")) as thoughts:
            async for thought in thoughts:
                seen.append(thought)
                if thought.content == "Well, ":
                    await agent.interrupt()
                    assert not server.session.running
        assert seen[-1].kind == "interrupted"


async def test_a_run_that_began_before_one_came_can_be_stopped_too():
    async with Double(hub_with(Gated()).new()) as server:
        server.session.say("Well?")
        await wait_for(lambda: len(server.session.log) > 4)
        async with connect(server.url, session="other") as agent:
            await agent.interrupt()
            await wait_for(lambda: not server.session.running)


async def test_a_stopped_answer_is_an_error_for_who_wanted_it_whole():
    async with Double(hub_with(Gated()).new()) as server, connect(server.url) as agent:
        wanted = asyncio.create_task(agent.answer("Well?"))
        await wait_for(lambda: server.session.running and not server.session.transcript.queued)  # else it rests there
        server.session.stop(by="ada")
        with pytest.raises(AgentError, match=r"The answer was stopped by ada\."):
            await wanted


async def test_a_question_of_the_agent_is_answered_within_the_loop():
    async with Double(hub_with(Asking()).new()) as server, connect(server.url) as agent:
        seen: list[Thought] = []
        async for thought in agent.ask("A drink?"):
            seen.append(thought)
            if isinstance(question := thought.event, AskOpened):
                assert (thought.kind, question.choices) == ("question", ("tea", "coffee"))
                await agent.reply(question, "tea")
                with pytest.raises(AgentError) as error:
                    await agent.reply(question.ask, "coffee")
                assert error.value.kind == "not_found"
        assert "".join(t.content for t in seen if t.kind == "answer") == "Then tea."
        assert [t.content for t in seen if t.kind == "progress"] == ["Half way"]


async def test_a_message_is_taken_back_and_its_reader_is_told():
    async with Double(hub_with(Gated()).new()) as server, connect(server.url) as agent:
        running = asyncio.create_task(agent.answer("One?"))
        await wait_for(lambda: server.session.running)
        seen: list[str] = []
        async for thought in agent.ask("Two?"):
            seen.append(thought.kind)
            if isinstance(thought.event, MessagePosted):
                await agent.withdraw(thought.event.message)
        assert seen == ["message", "withdrawn"]
        running.cancel()


async def test_the_agent_forgets_and_says_when_it_may_not():
    async with Double(hub_with(Gated()).new()) as server, connect(server.url) as agent:
        await agent.clear()
        assert isinstance(server.session.log.after(0)[-1], SessionCleared)
        running = asyncio.create_task(agent.answer("One?"))
        await wait_for(lambda: server.session.running)
        with pytest.raises(AgentError, match="Stop it first") as error:
            await agent.clear()
        assert error.value.kind == "busy"
        running.cancel()


async def test_a_refused_message_is_an_error_where_it_was_asked_and_nowhere_else():
    async with Double(session(*SUM)) as server, connect(server.url) as agent:
        server.complaints = [{"kind": "too_long", "message": "That is too long."}]
        with pytest.raises(AgentError, match="That is too long") as error:
            await agent.answer("…")
        assert error.value.kind == "too_long"
        assert await agent.answer("What is one and two?") == "It is three. "


async def test_what_was_too_fast_is_said_again_after_the_pause_that_the_server_wants():
    clock = HastyClock()
    async with Double(session(*SUM)) as server, connect(server.url, chance=hasty(clock)) as agent:
        slow = {"kind": "rate_limited", "message": "That was too fast.", "retry_after": 1.5}
        server.complaints = [slow, slow]
        assert await agent.answer("What is one and two?") == "It is three. "
        assert clock.waited == [1.5, 1.5]
        server.complaints = [slow] * 4
        with pytest.raises(AgentError, match="too fast"):
            await agent.answer("Once more?")
        server.complaints = [slow | {"retry_after": 600}]
        with pytest.raises(AgentError) as error:
            await agent.answer("Again?")
        assert (error.value.kind, error.value.retry_after) == ("rate_limited", 600)


async def test_whoever_leaves_the_loop_early_leaves_the_agent_at_work_and_no_task_behind():
    before = asyncio.all_tasks()
    provider = Gated()
    async with Double(hub_with(provider).new()) as server:
        async with connect(server.url) as agent:
            async for thought in agent.ask("Well?"):
                if thought.content:
                    break
        await wait_for(lambda: server.met[0].code == 1000)
        assert server.session.running
        provider.gate.set()
        await server.session.wait_idle()
        assert server.session.transcript.turns[-1].state == "done"
    assert asyncio.all_tasks() == before


async def test_a_cancelled_program_leaves_nothing_behind():
    before = asyncio.all_tasks()

    async def program(url: str) -> None:
        async with connect(url) as agent:
            await agent.answer("Well?")

    async with Double(hub_with(Gated()).new()) as server:
        task = asyncio.create_task(program(server.url))
        await wait_for(lambda: server.session.running)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await wait_for(lambda: server.open == 0)
        server.session.stop()
        await server.session.wait_idle()
    assert asyncio.all_tasks() == before


async def test_leaving_takes_less_than_a_second_even_if_the_server_does_not_say_goodbye():
    async with Double(session(*SUM)) as server:
        async with connect(server.url) as agent:
            await agent.typing()
            await wait_for(lambda: bool(server.said("typing")))
            server.met[0].socket.transport.pause_reading()
            at = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - at < 1
        server.met[0].socket.transport.resume_reading()
        with pytest.raises(AgentError, match=r"The connection was closed\."):
            await agent.answer("Still there?")


async def test_a_slow_reader_misses_nothing_holds_up_nobody_and_fills_no_memory():
    words = " ".join(f"word{i}" for i in range(BACKLOG * 2))
    hub = hub_with(Scripted([TextPiece(text=w) for w in words.split(" ")] + [FinishPiece(reason="stop")]))
    async with Double(hub.new()) as server, connect(server.url) as agent:
        server._cut = lambda events: list(events)  # type: ignore[method-assign]  # none are joined
        slow = agent.ask("Many words?")
        first = await anext(slow)
        for _ in range(BACKLOG + 200):
            server.session.append(ThoughtDelta(thought="x", content="x"))
        await asyncio.wait_for(agent.answer("And you?"), 10)
        rest = [t async for t in slow]
        assert first.kind == "message"
        assert rest[-1].kind == "done"
        assert "".join(t.content for t in rest if t.kind == "answer") == words.replace(" ", "")
        assert len(server.met) == 2
        await wait_for(lambda: server.open == 1)
        assert not agent._link._others
        assert not agent._link._followers


async def test_all_that_happens_from_the_start_or_from_now_on():
    async with Double(session(answer("One."), answer("Two."))) as server:
        server.session.say("Before?")
        await server.session.wait_idle()
        last = len(server.session.log)
        async with connect(server.url, session="standup") as agent:
            assert agent.cursor == last
            new = agent.events()
            assert await agent.answer("Now?") == "Two. "
            whole = len(server.session.log)
            seen = [await anext(new)]
            async for event in new:
                seen.append(event)
                if event.event_id == whole:
                    break
            everything = []
            async for event in agent.events(after=0):
                everything.append(event)
                if event.event_id == whole:
                    break
    assert told(seen) == told(server.session.log.after(last))
    assert told(everything) == told(server.session.log.after(0))


async def test_a_newer_servers_events_and_fields_are_passed_over():
    async with Double(session(*SUM)) as server, connect(server.url, chance=hasty()) as agent:
        server.unknown = {"turn.start", "message.read", "turn.end"}
        thoughts = agent.events(after=0)
        server.session.say("Well?")
        async for event in thoughts:
            if isinstance(event, ThoughtEnd) and event.content == "It is three. ":
                break
        await server.session.wait_idle()
        await agent.clear()  # what it waits for comes after events that it does not know
