"""Work for somebody who waits for it: so much of it at once, and none for whoever has gone."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from contextlib import ExitStack, contextmanager
from typing import Any

from starlette.requests import ClientDisconnect

from agent.access import Person
from agent.errors import TooManyConnections
from agent.limits import Seats


@contextmanager
def seat(seats: Seats, person: Person, full: str) -> Generator[None]:
    """One of the seats. Raises TooManyConnections, with the sentence `full`."""
    with ExitStack() as stack:
        try:
            stack.enter_context(seats.seat(person.user))
        except TooManyConnections as error:
            raise TooManyConnections(full, error.retry_after or 0) from None
        yield


async def unless_gone(gone: Coroutine[Any, Any, None], work: Coroutine[Any, Any, None]) -> None:
    """Does the work as long as `gone`, which returns when the other side has left, does not. Raises what either raises,
    and ClientDisconnect where it left."""
    leaving, working = asyncio.create_task(gone), asyncio.create_task(work)
    try:
        await asyncio.wait((leaving, working), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        leaving.result()
        raise ClientDisconnect
    finally:
        for task in (leaving, working):
            task.cancel()
        await asyncio.gather(leaving, working, return_exceptions=True)
