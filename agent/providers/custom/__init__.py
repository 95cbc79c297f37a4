"""An agent of somebody's own as a provider: their function speaks, we listen, and their whole turn is one stream."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from ...errors import BadRequest, ProviderError
from ..base import FinishPiece, Piece, Prompt, UsagePiece
from .blocking import Blocking
from .context import Context
from .function import Function
from .loading import AgentFile
from .outbox import Outbox
from .reading import reads
from .trouble import sentence

logger = logging.getLogger(__name__)
GRACE = 1.0  # seconds that a stopped agent has for its `finally` blocks before it is left alone


class Custom:
    """Their function as a provider. It may be asked by many sessions at once; each turn is a call of its own."""

    budget = 10_000_000

    def __init__(self, function: Function, file: AgentFile | None = None) -> None:
        self.label = function.label
        self.model = f"agent:{self.label}"
        self._function = function
        self._file = file
        self._stubborn: set[asyncio.Task[None]] = set()

    @classmethod
    def named(cls, name: str, watch: bool = False, folder: Path | None = None) -> Custom:
        """The agent `module:function` or `path/to/file.py:function` (`:agent` may be left out), looked for in `folder`,
        the working directory by default; with `watch` loaded anew before a turn whenever its files have changed.

        Raises BadRequest where there is none, or none that can be used.
        """
        file = AgentFile(name, folder or Path.cwd())
        return cls(file.load(), file if watch else None)

    def price(self, usage: UsagePiece) -> float | None:
        return 0.0

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        """The whole turn. Raises ProviderError of the kind `agent`, with where it failed in their own file."""
        function = await self._current()
        outbox = Outbox()
        context = Context(prompt, outbox.put)
        # in one task from beginning to end: cancel scopes and context variables of theirs would break otherwise
        agent = asyncio.create_task(self._listen(function, context, outbox), name=f"agent {self.label}")
        agent.add_done_callback(outbox.close)
        try:
            while piece := await outbox.get():
                yield piece
            if agent.cancelled():
                raise ProviderError(f"{self.label} cancelled itself before it was done.", kind="agent")
            await agent
            yield FinishPiece(reason="stop")
        finally:
            context.end(stopped=not agent.done())
            agent.add_done_callback(self._left)
            if not agent.done():
                await self._leave(agent)

    async def _current(self) -> Function:
        if not self._file:
            return self._function
        loading = Blocking(self._file.latest, f"loading {self.label}")
        try:
            return await loading.made()
        except BadRequest as error:
            raise ProviderError(error.message, kind="agent") from error
        finally:
            loading.close()

    async def _listen(self, function: Function, context: Context, outbox: Outbox) -> None:
        """Puts what the agent yields into the outbox. Raises ProviderError."""
        silent = True
        said = function.call(context)
        try:
            async with aclosing(said):
                async for thing in said:
                    if context.stopped:
                        return
                    if piece := reads(thing, self.label):
                        silent = False
                        await outbox.put(piece)
        except ProviderError:  # what it yielded was nothing that we know
            raise
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if context.stopped or (task and task.cancelling()):
                raise
            raise self._failed(function, error) from error  # something within was cancelled, not the turn
        except GeneratorExit:
            raise
        except BaseException as error:  # a panic in a library that is written in Rust is no Exception, for one
            if not context.stopped:
                raise self._failed(function, error) from error
            logger.error("the agent %s failed while it was being stopped", self.label, exc_info=error)
            return
        if silent:
            raise ProviderError(
                f"{self.label} ended without a word. It should yield at least one thought, for example "
                'AgentThought("answer", "Hello").',
                kind="agent",
            )

    def _failed(self, function: Function, error: BaseException) -> ProviderError:
        logger.error("the agent %s failed", self.label, exc_info=error)
        return ProviderError(sentence(f"{self.label} failed", error, function.home), kind="agent")

    async def _leave(self, agent: asyncio.Task[None]) -> None:
        """Cancels it and waits for its `finally` blocks, but not for ever: Stop is not theirs to hold up."""
        agent.cancel()
        _, still = await asyncio.wait([agent], timeout=GRACE)
        if still:
            logger.warning("the agent %s was stopped and goes on all the same; nobody listens any more", self.label)
            # … and nobody waits: at its end asyncio.run would, for every task that it knows of
            self._stubborn.add(agent)
            agent.add_done_callback(self._stubborn.discard)
            asyncio._unregister_task(agent)  # pyright: ignore[reportPrivateUsage]

    def _left(self, agent: asyncio.Task[None]) -> None:
        if not agent.cancelled():
            agent.exception()  # it was told already; asyncio would say that nobody looked
