"""Whatever an agent does, wherever it is stopped and whenever the disk refuses: a turn has one end, and nothing is open
after it."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import AsyncGenerator, Sequence

import pytest

from agent.chance import Chance
from agent.errors import NotFound, ProviderError, StorageError
from agent.events import AskClosed, AskOpened, Event, ThoughtEnd, ThoughtStart, TurnEnd, TurnStart, TurnTrimmed
from agent.hub import Hub
from agent.log import Journal, Past
from agent.models import OneProvider
from agent.providers.base import (
    AskPiece,
    CallPiece,
    Echo,
    EndPiece,
    FinishPiece,
    Note,
    Piece,
    ProgressPiece,
    Prompt,
    Provider,
    TextPiece,
    ThinkingPiece,
    UsagePiece,
    UsePiece,
    UserText,
    WholePiece,
)
from agent.session import Session
from agent.store import MemoryStore
from agent.tools.base import tool
from agent.transcript import Ask, fold
from tests.builders import MovedClock, add, settle


class Fickle(MemoryStore):
    """A store whose disk is full when the dice say so."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__()
        self.dice = dice
        self.risk = 0.0

    def open(self, session: str) -> tuple[Past, Sequence[Event], Journal]:
        past, kept, _ = super().open(session)
        return past, kept, self

    def write(self, event: Event) -> None:
        if self.dice.random() < self.risk:
            raise StorageError("The disk is full.")


class Erratic:
    """A provider, or somebody's own agent, that does anything at all."""

    model = "test:any"
    label = "Any"
    budget = 400

    def __init__(self, dice: random.Random, clock: MovedClock) -> None:
        self.dice = dice
        self.clock = clock
        self.open = 0
        self.prompts: list[Prompt] = []

    def price(self, usage: UsagePiece) -> float | None:
        return self.dice.choice([None, 0.0, 0.1])

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        self.prompts.append(prompt)
        self.open += 1
        try:
            for _ in range(self.dice.randrange(12)):
                if self.dice.random() < 0.2:
                    await self.clock.sleep(self.dice.random())
                yield self._piece()
            if self.dice.random() < 0.2:
                raise ProviderError("Busy.", kind="overloaded", retry=self.dice.random() < 0.7)
            if self.dice.random() < 0.05:
                raise RuntimeError("boom")
            if self.dice.random() < 0.9:
                yield FinishPiece(reason=self.dice.choice(["stop", "calls", "again"]))
        finally:
            self.open -= 1

    def _piece(self) -> Piece:
        name = self.dice.choice(["add", "nap", "deaf", "nope"])
        echo = self.dice.choice([None, Echo(vendor="v", data={"n": self.dice.random()})])
        made: list[Piece] = [
            ThinkingPiece(text="Hm ", new=self.dice.random() < 0.3),
            TextPiece(text="So \ud83d", new=self.dice.random() < 0.3),
            EndPiece(kind="answer", echo=echo),
            WholePiece(kind="observation", content="seen"),
            UsagePiece(input=5, output=1, estimated=self.dice.random() < 0.5),
            ProgressPiece(percent=self.dice.randrange(-5, 200), message="on"),
            AskPiece(content="Which?", answer=lambda _: None),
            UsePiece(tool=name, args={"a": 1, "b": float("inf")}, observe=lambda *_: None),
            CallPiece(call=f"c{self.dice.random()}", tool=name, args={"a": 1, "b": "\ud83d"}, echo=echo),
        ]
        return self.dice.choice(made)


async def an_hour(dice: random.Random) -> tuple[Session, Erratic]:
    """A session that people talk to, stop, continue and reply in."""
    clock, store = MovedClock(), Fickle(dice)

    @tool
    async def nap(a: int, b: str) -> str:
        """Sleeps."""
        await clock.sleep(1)
        return "rested"

    @tool
    async def deaf(a: int, b: str) -> str:
        """Sleeps, and does not hear that it should stop."""
        try:
            await clock.sleep(2)
        except asyncio.CancelledError:
            await clock.sleep(0.2)
        return "what?"

    erratic = Erratic(dice, clock)
    provider: Provider = erratic
    hub = Hub(store, models=OneProvider(provider), tools=[add, nap, deaf], chance=Chance.seeded(7, clock))
    session = hub.new()
    session.say("Go.")
    store.risk = dice.choice([0, 0, 0, 0.02, 0.2])
    for _ in range(40):
        await clock.pass_(dice.random() / 2)
        turn = session.transcript.last
        asked = [item.id for item in turn.items if isinstance(item, Ask)] if turn else []
        try:
            match dice.randrange(5):
                case 0:
                    session.say("And?", intent=dice.choice(["queue", "steer", "interrupt"]))
                case 1:
                    session.stop()
                    session.stop(why="shutdown")
                case 2 if asked:
                    session.reply(dice.choice(asked), "left")
                case 3 if not session.running and turn and turn.state != "done":
                    session.resume()
                case _:
                    pass
        except (NotFound, StorageError):
            pass
    store.risk = 0
    session.closing = True
    session.stop()
    await clock.pass_(60)
    return session, erratic


@pytest.mark.parametrize("seed", range(60))
async def test_a_turn_has_one_end_and_nothing_is_open_after_it(seed: int):
    session, provider = await an_hour(random.Random(seed))
    await settle()
    assert not session.running
    assert provider.open == 0
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []
    live: str | None = None
    ended: set[str | None] = set()
    opened: set[str] = set()
    for event in session.log.after(0):
        assert event.turn not in ended, f"{event} came after the end"
        match event:
            case TurnStart():
                assert live is None
                live = event.turn
            case ThoughtStart():
                opened.add(event.thought)
            case AskOpened():
                opened.add(event.ask)
            case ThoughtEnd():
                opened.remove(event.thought)
            case AskClosed():
                opened.remove(event.ask)
            case TurnEnd():
                assert opened == set()
                ended.add(event.turn)
                live = None
            case _:
                pass
    assert live is None


@pytest.mark.parametrize("seed", range(0, 60, 6))
async def test_its_log_may_be_folded_in_two_steps_wherever_the_cut(seed: int):
    session, _ = await an_hour(random.Random(seed))
    events = list(session.log.after(0))
    whole = fold(events)
    assert session.transcript == whole
    for cut in range(0, len(events) + 1, 3):
        assert fold(events[cut:], fold(events[:cut])) == whole, f"cut at {cut}"


@pytest.mark.parametrize("seed", range(60))
async def test_what_the_agent_was_sent_is_sent_again_unless_it_was_trimmed(seed: int):
    session, provider = await an_hour(random.Random(seed))
    trims = sum(isinstance(event, TurnTrimmed) for event in session.log.after(0))
    others = 0
    for before, after in itertools.pairwise(prompt.parts for prompt in provider.prompts):
        assert any(isinstance(part, UserText) for part in after)
        if isinstance(before[-1], Note):  # "go on", where that came to nothing and something else was said
            before = before[:-1]
        others += after[: len(before)] != before
    assert others <= trims
