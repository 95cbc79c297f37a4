"""One turn alive: provider → thoughts → tools → provider …, until it yields the floor or is stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from .chance import Chance
from .closing import closings
from .errors import ProviderError, StorageError, ThinkaloudError
from .events import AskOpened, Event, Failure, TurnEnd, TurnProgressed, TurnRetried, TurnStart, Why
from .pen import Pen
from .providers.base import AskPiece, CallPiece, ProgressPiece, Prompt, Provider, UsePiece
from .sound import finite, sound
from .step import Aside, Step, spelt
from .tally import Tally
from .tools.base import Outcome, Tool
from .transcript import Turn
from .writer import Writer

STEPS = 25
RETRIES = 3
LONGEST_WAIT = 30.0  # seconds; a provider that wants more is not waited for
COUNTED = ("length", "filtered")  # failures that the vendor itself ends a step with, and has counted
FIRST_WAIT = 1.0  # where it does not say how long, and twice that the next time
logger = logging.getLogger(__name__)


class Floor(Protocol):
    """What a run knows of its session."""

    def append(self, event: Event) -> Event: ...

    def prompt(self) -> Prompt: ...

    def read_messages(self, turn: str, *, steers_only: bool) -> None:
        """Marks waiting messages as read, so that the next prompt has them."""
        ...

    def turn(self) -> Turn | None:
        """The running turn as folded so far."""
        ...

    def troubled(self, trouble: str | None) -> None:
        """Says, or takes back, that nothing can be written at the moment."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    by: str | None
    why: Why
    at: float


class Run:
    """Begins with `start`; ends by itself or by `stop`; `wait_ended` returns when its turn has its end."""

    def __init__(
        self,
        floor: Floor,
        provider: Provider,
        tools: Sequence[Tool],
        chance: Chance,
        *,
        by: str,
        ended: Callable[[TurnEnd], Awaitable[None]],
        longest_args: int,
    ) -> None:
        self.turn = chance.id()
        self._floor = floor
        self._provider = provider
        self._tools = {tool.name: tool for tool in tools}
        self._chance = chance
        self._by = by
        self._ended = ended
        self._longest_args = longest_args
        self._pen = Pen(floor.append, chance, self.turn)
        self._tally = Tally(provider.price)
        self._stopped: Stopped | None = None
        self._alive = False
        self._closing = False
        self._closed_ms: float | None = None
        self._asks: dict[str, Callable[[str], None]] = {}
        self._aside: set[asyncio.Task[None]] = set()
        self._fault: BaseException | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Opens the turn in the log at once; raises StorageError, and then there is no turn."""
        self._began = self._chance.clock.now()
        self._floor.append(TurnStart(turn=self.turn, by=self._by, model=self._provider.model))
        self._task = asyncio.create_task(self._live(), name=f"run {self.turn}")

    def stop(self, *, by: str | None, why: Why) -> None:
        """Cancels what is going on; the first stop counts, and one that comes after the end does nothing."""
        if self._stopped is None and not self._closing and self._task:
            self._stopped = Stopped(by=by, why=why, at=self._chance.clock.elapsed())
            if self._alive:  # a task that is cancelled before its first step never takes one, and could end nothing
                self._task.cancel()

    def replied(self, ask: str, content: str) -> None:
        """Somebody answered what the agent had asked."""
        if answer := self._asks.pop(ask, None):
            answer(content)

    async def wait_ended(self) -> None:
        if self._task:
            await asyncio.wait([self._task])

    async def _live(self) -> None:
        end = TurnEnd(turn=self.turn, reason="done")
        self._alive = True
        try:
            if self._stopped:
                raise asyncio.CancelledError
            self._floor.read_messages(self.turn, steers_only=False)
            await self._steps()
        except asyncio.CancelledError:
            end = self._cancelled(end)
        except OutOfSteps:
            end = replace(end, reason="interrupted", why="limit")
        except GeneratorExit:  # the event loop is gone: nothing can be awaited any more
            raise
        except BaseException as error:  # also what is no Exception: a turn that has no end can never be stopped
            end = replace(end, reason="failed", error=self._failure(error))
        end = replace(end, usage=self._tally.usage, cost_usd=self._tally.cost_usd, upstream_closed_ms=self._closed_ms)
        await self._ended(await self._close(end))

    def _cancelled(self, end: TurnEnd) -> TurnEnd:
        if self._fault is not None and self._stopped is None:
            return replace(end, reason="failed", error=self._failure(self._fault))
        stopped = self._stopped or Stopped(by=None, why="shutdown", at=self._chance.clock.elapsed())
        return replace(end, reason="interrupted", by=stopped.by, why=stopped.why)

    def _failure(self, error: BaseException) -> Failure:
        match error:
            case ProviderError():
                return Failure(kind=error.kind, message=sound(error.message), retry_after=error.retry_after)
            case ThinkaloudError():
                return Failure(kind=error.kind, message=sound(error.message))
            case _:
                logger.error("the run of turn %s failed", self.turn, exc_info=error)
                sentence = "Something went wrong inside Thinkaloud; the server's log has the details. Try again."
                return Failure(kind="internal", message=sentence)

    # ── steps ────────────────────────────────────────────────────────────────────────────────────────────

    async def _steps(self) -> None:
        for _ in range(STEPS):
            step = await self._step()
            if step.reason == "stop":
                return
            if step.calls:
                await self._observe_all(step.calls)
            elif step.reason == "calls":
                return
            self._floor.read_messages(self.turn, steers_only=True)
        raise OutOfSteps

    async def _step(self) -> Step:
        """One step that is whole. While nothing of it was shown, what fails for the moment is tried again."""
        for tried in range(RETRIES + 1):
            step = Step(self._pen, self._do_aside)
            try:
                await self._take(step)
            except ProviderError as error:
                wait = error.retry_after if error.retry_after is not None else self._patience(tried)
                if step.shown or not error.retry or tried == RETRIES or wait > LONGEST_WAIT:
                    raise
                retried = TurnRetried(turn=self.turn, in_ms=round(wait * 1000), message=sound(error.message))
                self._floor.append(retried)
                await self._chance.clock.sleep(wait)
            else:
                return step
        raise AssertionError("the last try returns or raises")

    def _patience(self, tried: int) -> float:
        """Doubles from try to try; a little by chance, so that not everybody comes back at once."""
        return FIRST_WAIT * 2**tried * (0.75 + self._chance.dice.random() / 2)

    async def _take(self, step: Step) -> None:
        try:
            await step.take(self._provider.stream(self._floor.prompt()))
            if step.reason is None:
                raise ProviderError(
                    "The answer broke off before it was complete. Continue, or try again.", kind="incomplete"
                )
            if self._aside:
                await asyncio.wait(self._aside)
        except BaseException as error:
            self._closed(step, error)
            raise
        else:
            self._tally.count(step.usage, written=step.written, whole=True)
        finally:
            self._asks.clear()
            for task in self._aside:
                task.cancel()

    def _closed(self, step: Step, error: BaseException) -> None:
        """The stream ended early. What is stopped is paid for; what fails before it shows anything is not."""
        counted = isinstance(error, ProviderError) and error.kind in COUNTED and step.usage and not step.usage.estimated
        if self._stopped:
            self._closed_ms = round((self._chance.clock.elapsed() - self._stopped.at) * 1000, 1)
        if self._stopped or step.shown:
            self._tally.count(step.usage, written=step.written, whole=bool(counted))

    # ── tools ────────────────────────────────────────────────────────────────────────────────────────────

    async def _observe_all(self, calls: list[CallPiece]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for call in calls:
                    group.create_task(self._observe(call, self._pen.open("observation", call=call.call)))
        except BaseExceptionGroup as errors:  # tools do not raise: it is the log that could not be written
            raise errors.exceptions[0] from None

    async def _observe(self, call: CallPiece, observation: Writer) -> Outcome:
        tool = self._tools.get(call.tool)
        if call.error:
            outcome = Outcome(ok=False, content=call.error)
        elif (length := len(spelt(call))) > self._longest_args:
            sentence = f"Not done: its arguments have {length:,} characters; {self._longest_args:,} is the most."
            outcome = Outcome(ok=False, content=sentence)
        elif tool is None:
            outcome = Outcome(ok=False, content=f"There is no tool {call.tool}. There are: {', '.join(self._tools)}.")
        else:
            outcome = await tool.run(call.args)
        if not self._closing:  # else the tool took its time to be stopped, and its observation is closed already
            self._pen.end(observation, ok=outcome.ok, content=sound(outcome.content))
        return outcome

    # ── what an agent of somebody's own wants besides ────────────────────────────────────────────────────

    def _do_aside(self, piece: Aside) -> None:
        match piece:
            case ProgressPiece():
                turn = self._floor.turn()
                percent = max(turn.percent if turn else 0, min(100, max(0, piece.percent)))
                self._floor.append(TurnProgressed(turn=self.turn, percent=percent, message=piece.message))
            case AskPiece():
                ask = self._chance.id(8)
                opened = AskOpened(
                    turn=self.turn, ask=ask, kind="question", content=piece.content, choices=piece.choices
                )
                self._floor.append(opened)
                self._asks[ask] = piece.answer
            case UsePiece():
                task = asyncio.create_task(self._use(piece))
                self._aside.add(task)
                task.add_done_callback(self._used)

    async def _use(self, piece: UsePiece) -> None:
        call = CallPiece(call=self._chance.id(8), tool=piece.tool, args=finite(piece.args))
        action = self._pen.open("action", call=call.call, tool=call.tool, args=call.args)
        action.write(spelt(call))
        self._pen.end(action)
        outcome = await self._observe(call, self._pen.open("observation", call=call.call))
        piece.observe(outcome.ok, outcome.content)

    def _used(self, task: asyncio.Task[None]) -> None:
        self._aside.discard(task)
        if not task.cancelled() and (fault := task.exception()) and self._task and not self._closing:
            self._fault = fault  # whoever waits for the tool's result would wait for ever
            self._task.cancel()

    # ── the end ──────────────────────────────────────────────────────────────────────────────────────────

    async def _close(self, end: TurnEnd) -> TurnEnd:
        """Closes what is open and ends the turn; where the disk refuses, waits until it can."""
        self._closing = True
        while True:
            try:
                self._pen.flush()
                now = self._chance.clock.now()
                turn = self._floor.turn()
                for event in closings(turn, now) if turn else ():
                    self._floor.append(event)
                end = self._floor.append(replace(end, ms=max(0, now - self._began)))  # type: ignore[assignment]
            except StorageError as error:
                self._floor.troubled(error.message)
                failure = Failure(kind=error.kind, message=error.message)
                end = replace(end, reason="failed", by=None, why=None, error=failure)
                await self._chance.clock.sleep(1.0)
            else:
                self._floor.troubled(None)
                return end


class OutOfSteps(Exception):
    """The agent called tools for as long as it may and has not answered."""
