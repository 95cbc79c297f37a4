"""The Python client under any schedule of drops."""

import asyncio
import random

from agent.client import connect
from agent.events import Event, MessagePosted, ThoughtDelta
from tests.builders import answer

from .client_server import LONG, STEPS, Double, Fault, hasty, session, told


async def test_any_schedule_of_drops_and_every_reader_has_the_log():
    """400 schedules; what the session says is the same in all."""
    there = session()
    there.say("Why is the sky blue?")
    await there.wait_idle()
    log = there.log.after(0)
    missed = [event.event_id - 1 for event in log if not isinstance(event, ThoughtDelta)]  # a delta may hide one
    async with Double(there) as server:
        for seed in range(400):
            dice = random.Random(seed)
            server._dice = random.Random(seed)
            server.faults = [any_fault(dice, len(log)) for _ in range(dice.randint(1, 8))]
            server.faults[-1].skip = dice.choice([0, *missed])
            after = dice.choice([0, 0, dice.randrange(len(log))])
            drops = list(server.faults)
            seen = await read(server, after, seed)
            assert told(seen) == told(log[after:]), drops


async def read(server: Double, after: int, seed: int) -> list[Event]:
    seen: list[Event] = []
    async with connect(server.url, session="s", tries=20, chance=hasty(seed=seed)) as agent:
        async for event in agent.events(after=after):
            seen.append(event)
            if event.event_id == len(server.session.log):
                break
    return seen


def any_fault(dice: random.Random, length: int) -> Fault:
    return Fault(
        greet=dice.random() > 0.2,
        after=dice.randrange(length),
        code=dice.choice([None, None, 1001, 1006 + 5, 1012, 1013]),
        twice=dice.random() < 0.2,
    )


async def test_any_schedule_of_drops_and_every_question_is_asked_once_and_answered():
    for seed in range(60):
        dice = random.Random(seed)
        async with Double(session(*STEPS, answer("Two."), answer("Three.")), seed=seed) as server:
            server.faults = [any_fault(dice, 25) for _ in range(dice.randint(1, 8))]
            async with connect(server.url, tries=20, chance=hasty(seed=seed)) as agent:
                answers = [agent.answer(question) for question in ("Why?", "And two?", "And three?")]
                got = await asyncio.wait_for(asyncio.gather(*answers), 10)
            posted = [e.content for e in server.session.log.after(0) if isinstance(e, MessagePosted)]
            assert sorted(posted) == ["And three?", "And two?", "Why?"], seed
            assert set(got) <= {LONG + " ", "Two. ", "Three. "}, seed
