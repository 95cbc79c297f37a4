"""One turn alive: provider → thoughts → tools → provider …, until it yields the floor or is stopped."""

from __future__ import annotations

import asyncio
import json
import logging
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

from .chance import Chance
from .closing import closings
from .errors import ProviderError, StorageError, ThinkaloudError
from .events import Event, Failure, Kind, TokenCount, TurnEnd, TurnStart, Why
from .providers.base import CallPiece, FinishPiece, Prompt, Provider, TextPiece, ThinkingPiece, UsagePiece
from .tools.base import Outcome, Tool
from .transcript import Turn
from .writer import Writer

STEPS = 25
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
    ) -> None:
        self.turn = chance.id()
        self._floor = floor
        self._provider = provider
        self._tools = {tool.name: tool for tool in tools}
        self._chance = chance
        self._by = by
        self._ended = ended
        self._stopped: Stopped | None = None
        self._alive = False
        self._closing = False
        self._closed_ms: float | None = None
        self._usage: TokenCount | None = None
        self._writers: list[Writer] = []
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
            stopped = self._stopped or Stopped(by=None, why="shutdown", at=self._chance.clock.elapsed())
            end = replace(end, reason="interrupted", by=stopped.by, why=stopped.why)
        except OutOfSteps:
            end = replace(end, reason="interrupted", why="limit")
        except ProviderError as error:
            failure = Failure(kind=error.kind, message=error.message, retry_after=error.retry_after)
            end = replace(end, reason="failed", error=failure)
        except ThinkaloudError as error:
            end = replace(end, reason="failed", error=Failure(kind=error.kind, message=error.message))
        except Exception:
            logger.exception("the run of turn %s failed", self.turn)
            sentence = "Something went wrong inside Thinkaloud; the server's log has the details. Try again."
            end = replace(end, reason="failed", error=Failure(kind="internal", message=sentence))
        end = replace(end, usage=self._usage, upstream_closed_ms=self._closed_ms)
        await self._ended(await self._close(end))

    async def _steps(self) -> None:
        for _ in range(STEPS):
            calls = await self._step()
            if not calls:
                return
            await self._observe_all(calls)
            self._floor.read_messages(self.turn, steers_only=True)
        raise OutOfSteps

    async def _step(self) -> list[CallPiece]:
        """One stream of pieces, written down as thoughts; the calls that it wants."""
        calls: list[CallPiece] = []
        finished = False
        writer: Writer | None = None
        stream = self._provider.stream(self._floor.prompt())
        try:
            async with aclosing(stream):
                async for piece in stream:
                    match piece:
                        case ThinkingPiece() | TextPiece():
                            kind: Kind = "thinking" if isinstance(piece, ThinkingPiece) else "answer"
                            another = isinstance(piece, ThinkingPiece) and piece.new
                            if writer is None or writer.kind != kind or another:
                                self._end(writer)
                                writer = self._open(kind)
                            writer.write(piece.text)
                        case CallPiece():
                            piece = replace(piece, args=_finite(piece.args))
                            self._end(writer)
                            calls.append(piece)
                            writer = self._open("action", call=piece.call, tool=piece.tool, args=piece.args)
                            writer.write(_spelt(piece))
                        case UsagePiece():
                            self._count(piece)
                        case FinishPiece():
                            finished = True
        finally:
            if self._stopped:
                self._closed_ms = round((self._chance.clock.elapsed() - self._stopped.at) * 1000, 1)
        self._end(writer)
        if not finished:
            raise ProviderError("The answer broke off before it was complete. Try again.", kind="incomplete")
        return calls

    async def _observe_all(self, calls: list[CallPiece]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for call in calls:
                    group.create_task(self._observe(call, self._open("observation", call=call.call)))
        except BaseExceptionGroup as errors:  # tools do not raise: it is the log that could not be written
            raise errors.exceptions[0] from None

    async def _observe(self, call: CallPiece, observation: Writer) -> None:
        tool = self._tools.get(call.tool)
        if tool is None:
            outcome = Outcome(ok=False, content=f"There is no tool {call.tool}. There are: {', '.join(self._tools)}.")
        else:
            outcome = await tool.run(call.args)
        observation.end(ok=outcome.ok, content=outcome.content)
        self._writers.remove(observation)

    def _open(
        self, kind: Kind, *, call: str | None = None, tool: str | None = None, args: Mapping[str, Any] | None = None
    ) -> Writer:
        writer = Writer(
            self._floor.append,
            self._chance.clock,
            turn=self.turn,
            thought=self._chance.id(8),
            kind=kind,
            call=call,
            tool=tool,
            args=args,
        )
        self._writers.append(writer)
        return writer

    def _end(self, writer: Writer | None) -> None:
        if writer:
            writer.end()
            self._writers.remove(writer)

    def _count(self, piece: UsagePiece) -> None:
        sofar = self._usage or TokenCount()
        self._usage = TokenCount(
            input=sofar.input + piece.input,
            output=sofar.output + piece.output,
            reasoning=sofar.reasoning + piece.reasoning,
            cached=sofar.cached + piece.cached,
        )

    async def _close(self, end: TurnEnd) -> TurnEnd:
        """Closes what is open and ends the turn; where the disk refuses, waits until it can."""
        self._closing = True
        while True:
            try:
                for writer in self._writers:
                    writer.flush()
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


def _finite(value: Any) -> Any:
    """JSON knows no infinity, so a log would not come back as it was: such numbers go as their names."""
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_finite(one) for one in cast("list[Any]", value)]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _spelt(piece: CallPiece) -> str:
    """`convert(value=5, unit="km")`: a call as people read it."""
    return f"{piece.tool}({', '.join(f'{k}={json.dumps(v, ensure_ascii=False)}' for k, v in piece.args.items())})"


class OutOfSteps(Exception):
    """The agent called tools for as long as it may and has not answered."""
