"""The Python client when connections break: nothing missing, nothing twice, and an end to trying."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from agent.chance import Chance
from agent.client import AgentError, Denied, Reset, Unreachable, connect
from agent.client.backoff import Backoff
from agent.events import AskOpened, Event, MessagePosted, ThoughtDelta, ThoughtEnd, ThoughtStart, TurnEnd, TurnStart
from tests.builders import MovedClock, Scripted, answer, hub_with, settle

from .client_server import LONG, Asking, Double, Fault, Gated, HastyClock, hasty, session, told, wait_for


def is_a(kind: type[Event]):
    return lambda event: isinstance(event, kind)


DROPS = {
    "before hello": [Fault(), Fault(greet=False)],
    "before the first event": [Fault(after=0)],
    "once it is posted": [Fault(at=is_a(MessagePosted))],
    "before the first thought": [Fault(at=is_a(TurnStart))],
    "within a thought": [Fault(at=is_a(ThoughtDelta))],
    "within a tool call": [Fault(at=lambda event: isinstance(event, ThoughtStart) and event.kind == "observation")],
    "before the end": [Fault(at=lambda event: isinstance(event, ThoughtEnd) and event.content.startswith("The sky"))],
    "after the end": [Fault(at=is_a(TurnEnd))],
    "two in a row": [Fault(at=is_a(ThoughtDelta)), Fault(greet=False), Fault(after=0), Fault(after=2)],
    "with what was said lost": [Fault(deaf=True, after=0), Fault(deaf=True, after=0)],
    "everything twice": [Fault(twice=True)],
    "one left out": [Fault(skip=4)],
    "closed at shutdown": [Fault(after=3, code=1001), Fault(greet=False, code=1012), Fault(after=3, code=1011)],
}


@pytest.mark.parametrize("faults", DROPS.values(), ids=DROPS)
async def test_wherever_the_cable_is_pulled_the_answer_is_whole(faults: list[Fault]):
    async with Double(session()) as server:
        server.faults = list(faults)
        async with connect(server.url, chance=hasty()) as agent:
            seen = [thought.event async for thought in agent.ask("Why is the sky blue?")]
        posted = [event for event in server.session.log.after(0) if isinstance(event, MessagePosted)]
    assert len(posted) == 1
    assert told(seen) == told(server.session.log.after(1))
    assert seen[-1].event_id == len(server.session.log)


async def test_it_comes_back_where_it_was():
    async with Double(session()) as server:
        server.faults = [Fault(after=6)]
        async with connect(server.url, session="mine", chance=hasty()) as agent:
            await agent.answer("Why?")
    assert [met.session for met in server.met] == ["mine", "mine"]
    assert server.met[1].after >= 6


async def test_the_server_is_killed_and_started_again_and_the_answer_goes_on():
    clock = MovedClock()
    waits: list[float] = []
    steps = [*answer(LONG, wait=1)]
    async with Double(hub_with(Scripted(steps, clock=clock), clock=clock).new()) as server:
        port = server.port
        chance = Chance.seeded(3, clock)
        async with connect(server.url, chance=chance, retrying=lambda why, seconds: waits.append(seconds)) as agent:
            wanted = asyncio.create_task(agent.answer("Why?"))
            await wait_for(lambda: server.session.running)
            await clock.pass_(3)
            await server.stop()
            await wait_for(lambda: len(waits) == 1)
            await clock.pass_(waits[0])
            await wait_for(lambda: len(waits) == 2)
            await server.start(port)
            await clock.pass_(waits[1])
            await wait_for(lambda: server.open == 1)
            await clock.pass_(60)
            assert await asyncio.wait_for(wanted, 5) == LONG + " "


async def test_it_waits_longer_each_time_never_too_long_and_gives_up():
    clock, waits = HastyClock(), list[float]()
    async with Double(session()) as server:
        server.faults = [Fault(status=503)] * 20
        with pytest.raises(Unreachable, match="Gave up after 5 tries"):
            await connect(
                server.url, chance=hasty(clock), retrying=lambda why, seconds: waits.append(seconds)
            ).__aenter__()
        assert server.tried == 5
    assert len(waits) == 4
    assert all(most / 2 <= wait <= most for wait, most in zip(waits, (1, 2, 4, 8), strict=True))


def test_no_wait_is_longer_than_half_a_minute_and_no_two_clients_come_at_once():
    waits = [[wait.wait() for _ in range(40)] for wait in (Backoff(5, Chance.seeded(seed)) for seed in range(50))]
    for attempt in range(40):
        at = [row[attempt] for row in waits]
        most = min(1000 * 2**attempt, 30_000) / 1000
        assert most / 2 <= min(at) < max(at) <= most
        assert len(set(at)) == 50


async def test_only_what_comes_starts_the_count_anew_a_mere_connect_does_not():
    async with Double(session()) as server:
        server.faults = [Fault(), *[Fault(after=0)] * 4]
        async with connect(server.url, chance=hasty()) as agent:
            server.session.say("Why?")
            await server.session.wait_idle()
            await wait_for(lambda: agent.cursor == len(server.session.log))
            server.faults = [Fault(after=0)] * 5
            server.met[0].socket.transport.abort()
            with pytest.raises(Unreachable):
                await asyncio.wait_for(anext(agent.ask("Still there?")), 5)
            with pytest.raises(Unreachable):
                await agent.clear()
    async with Double(session()) as server:
        server.faults = [Fault(after=k) for k in (1, 2, 1, 1, 2, 1, 1, 1)]
        async with connect(server.url, tries=2, chance=hasty()) as agent:
            assert await agent.answer("Why?") == LONG + " "


async def test_a_quiet_session_that_lives_is_no_failure():
    async with Double(session()) as server:
        server.faults = [Fault(after=0, says={"type": "ping"})] * 8
        async with connect(server.url, tries=2, chance=hasty()) as agent:
            await wait_for(lambda: server.tried == 9)
            assert await agent.answer("Why?") == LONG + " "


async def test_what_was_done_already_is_not_said_again():
    hold = asyncio.Event()
    async with Double(hub_with(Asking()).new()) as server:
        server.faults = [Fault(heard="reply"), Fault(hold=hold)]
        async with connect(server.url, chance=hasty()) as agent:
            async for thought in agent.ask("A drink?"):
                if isinstance(thought.event, AskOpened):
                    server.greeting = {"active_users": ["ada"]}
                    replied = asyncio.create_task(agent.reply(thought.event, "tea"))
                    await wait_for(lambda: agent.active_users == ("ada",))
                    await settle()
                    hold.set()
                    await replied
        assert [said["content"] for said in server.said("reply")] == ["tea"]


async def test_what_waits_to_be_said_waits_for_no_event_that_is_unknown():
    clock, why = MovedClock(), list[str]()
    async with Double(session(answer("One."))) as server:
        server.unknown = {"turn.end"}
        server.faults = [Fault(at=is_a(ThoughtEnd))]
        chance = Chance.seeded(1, clock)
        async with connect(server.url, chance=chance, retrying=lambda said, _: why.append(said)) as agent:
            server.session.say("Why?")
            await wait_for(lambda: bool(why))
            cleared = asyncio.create_task(agent.clear())
            await clock.pass_(1)
            await asyncio.wait_for(cleared, 5)


async def test_a_stop_pressed_while_the_cable_is_out_stops_the_agent_once_it_is_in():
    clock, why = MovedClock(), list[str]()
    async with Double(hub_with(Gated()).new()) as server:
        server.session.say("Why?")
        await wait_for(lambda: len(server.session.log) > 4)
        chance = Chance.seeded(1, clock)
        async with connect(server.url, session="s", chance=chance, retrying=lambda said, _: why.append(said)) as agent:
            server.met[-1].socket.transport.abort()
            await wait_for(lambda: bool(why))
            stopped = asyncio.create_task(agent.interrupt())
            await clock.pass_(1)
            await stopped
            await wait_for(lambda: not server.session.running)


async def test_a_full_server_is_given_the_time_that_it_wants():
    clock = HastyClock()
    full = {"type": "error", "kind": "too_many_connections", "message": "The server is full.", "retry_after": 42}
    async with Double(session()) as server:
        server.faults = [Fault(greet=False, says=full, code=1013)]
        async with connect(server.url, chance=hasty(clock)):
            assert clock.waited == [42]
        server.faults = [Fault(greet=False, says=full, code=1008)] * 9
        with pytest.raises(Unreachable, match="The server is full") as error:
            await connect(server.url, chance=hasty(clock)).__aenter__()
        assert error.value.kind == "too_many_connections"


async def test_a_token_that_runs_out_ends_everything_at_once():
    async with Double(session()) as server:
        server.faults = [Fault(at=is_a(TurnStart), code=4001)]
        async with connect(server.url, token="short") as agent:
            with pytest.raises(Denied, match="wants a token"):
                await agent.answer("Why?")
        assert server.tried == 1


async def test_a_frame_that_the_server_does_not_take_is_not_sent_again_and_again():
    async with Double(session()) as server, connect(server.url, chance=hasty()) as agent:
        wanted = asyncio.create_task(agent.answer("Why?"))
        server.met[0].socket.transport.pause_reading()
        await wait_for(lambda: agent._link._command is not None and agent._link._command._sent)
        await server.met[0].socket.close(1009)
        with pytest.raises(AgentError, match="longer than the server takes"):
            await wanted
        assert await agent.answer("Why?") == LONG + " "


async def test_a_log_that_is_another_by_now_is_told_and_what_is_new_goes_on():
    async with Double(session()) as server, connect(server.url, chance=hasty()) as agent:
        await agent.answer("Why?")
        all_of_it = agent.events(after=0)
        await anext(all_of_it)
        server.session = session(answer("Anew."))
        follower = asyncio.create_task(drained(all_of_it))
        for met in server.met:
            met.socket.transport.abort()
        with pytest.raises(Reset):
            await follower
        assert await agent.answer("Hello?") == "Anew. "


async def drained(events: AsyncIterator[Event]) -> None:
    async for _ in events:
        pass


async def test_a_server_that_says_nothing_at_all_for_long_is_taken_for_dead():
    clock = MovedClock()
    async with Double(session()) as server:
        why: list[str] = []
        chance = Chance.seeded(1, clock)
        async with connect(server.url, chance=chance, retrying=lambda said, _: why.append(said)) as agent:
            await clock.pass_(89)
            await server.met[0].socket.send('{"type":"ping"}')
            await wait_for(lambda: bool(server.said("pong")))
            await clock.pass_(89)
            assert server.open == 1
            await clock.pass_(2)
            await wait_for(lambda: bool(why))
            assert "broke" in why[0]
            await clock.pass_(1)
            await wait_for(lambda: server.open == 1)
            assert await agent.answer("Why?") == LONG + " "


async def test_leaving_does_not_wait_for_the_next_try():
    async with Double(session()) as server:
        agent = await connect(server.url, chance=Chance.seeded(1, MovedClock())).__aenter__()
        wanted = asyncio.create_task(agent.answer("Why?"))
        events = asyncio.create_task(drained(agent.events(after=0)))
        await wait_for(lambda: server.open == 2)
        server.faults = [Fault(status=503)] * 9
        for met in server.met:
            met.socket.transport.abort()
        await asyncio.sleep(0)
        await asyncio.wait_for(agent.__aexit__(None, None, None), 1)
        done = await asyncio.wait_for(asyncio.gather(wanted, events, return_exceptions=True), 1)
        assert all(outcome is None or isinstance(outcome, str | AgentError) for outcome in done)
