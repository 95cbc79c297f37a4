"""People at simulated browsers: NiceGUI's `User` runs the pages' Python, and no JavaScript."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable

import httpx
import pytest
from nicegui import core
from nicegui.testing import User
from nicegui.testing.user_simulation import user_simulation

from agent.hub import Hub
from agent.providers.base import TextPiece
from pages.api.auth import Tokens
from pages.api.locks import Locks
from tests.builders import MovedClock, Scripted, Wait, answer, hub_with

EXAMPLES = ("What is 17% of 2,340?", "How far is Lisbon?", "Which day was it?", "Show me what you can do")


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def provider(clock: MovedClock) -> Scripted:
    """Answers "Yes, indeed."; the first time after ten seconds of the test's clock, so that there is time to look."""
    return Scripted([TextPiece(text="Well … "), Wait(seconds=10), *answer("Yes, indeed.")], clock=clock)


@pytest.fixture
def hub(provider: Scripted, clock: MovedClock) -> Hub:
    return hub_with(provider, clock=clock)


@pytest.fixture
async def people(hub: Hub, caplog: pytest.LogCaptureFixture) -> AsyncGenerator[Callable[[], User], None]:
    """Makes one more person, in a browser of their own. An error in the log fails the test, as for a real server."""
    async with user_simulation():
        from pages import mount  # anew for each test: NiceGUI forgets its routes, and the modules that made them

        mount(hub, Locks(tokens=Tokens("x" * 32, hub.chance.clock), open=True), examples=EXAMPLES)
        yield lambda: User(httpx.AsyncClient(transport=httpx.ASGITransport(core.app), base_url="http://localhost"))
        await hub.shutdown()
    errors = [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not errors


@pytest.fixture
def user(people: Callable[[], User]) -> User:
    return people()
