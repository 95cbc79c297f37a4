"""A blocking iterator as an asynchronous one, in a thread of its own."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from typing import Any

from .reading import is_thought

logger = logging.getLogger(__name__)
Outcome = tuple[bool, Any]  # whether there is one, and what: a value, or the error that ended it (None: its end)


class Blocking:
    """Calls `call` in a thread. `made` is what it returned, or this iterator where that is a blocking iterable, which
    then lives in that thread: one step ahead of its reader at the most.

    The thread is a daemon of its own, not one of the loop's pool: an agent that ignores Stop must hold up neither
    other people's turns nor the end of the server.
    """

    def __init__(self, call: Callable[[], Any], name: str) -> None:
        self._call = call
        self._loop = asyncio.get_running_loop()
        self._wanted = threading.Semaphore(0)
        self._next: asyncio.Future[Outcome] = self._loop.create_future()
        self._closed = False
        self._ended = False
        run = contextvars.copy_context().run
        threading.Thread(target=run, args=(self._live,), name=name, daemon=True).start()

    async def made(self) -> Any:
        """Raises what `call` raises."""
        return await self._take()

    def __aiter__(self) -> Blocking:
        return self

    async def __anext__(self) -> Any:
        if self._ended:
            raise StopAsyncIteration
        try:
            return await self._take()
        except StopAsyncIteration:
            self._ended = True
            raise

    def close(self) -> None:
        """At once: the thread finishes the step it is in, and then closes the generator."""
        self._closed = True
        self._next.cancel()
        self._wanted.release()

    async def _take(self) -> Any:
        self._next = self._loop.create_future()
        self._wanted.release()
        good, outcome = await self._next
        if good:
            return outcome
        raise outcome or StopAsyncIteration

    def _live(self) -> None:
        try:
            made = self._call()
            if not is_blocking(made):
                self._give((True, made))
                return
            if self._give((True, self)):
                self._iterate(made)
        except BaseException as error:
            if not self._give((False, error)):
                logger.debug("an agent that was stopped ended with an error", exc_info=True)

    def _iterate(self, made: Iterable[Any]) -> None:
        iterator = iter(made)
        try:
            for thing in iterator:
                if not self._give((True, thing)):
                    return
        finally:
            if close := getattr(iterator, "close", None):
                close()
        self._give((False, None))

    def _give(self, outcome: Outcome) -> bool:
        """Waits until somebody wants it; False where nobody does any more."""
        self._wanted.acquire()
        if self._closed:
            return False
        try:
            self._loop.call_soon_threadsafe(self._hand, outcome)
        except RuntimeError:  # the loop is closed
            return False
        return True

    def _hand(self, outcome: Outcome) -> None:
        if not self._next.done():
            self._next.set_result(outcome)


def is_blocking(made: object) -> bool:
    """Whether reading from it may block: an iterable that is neither a thought nor a single value, nor asynchronous."""
    if is_thought(made) or isinstance(made, AsyncIterable | Mapping | bytes | bytearray):
        return False
    return isinstance(made, Iterable)
