"""A vendor on loopback, and the clients that reach it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from agent.providers.clients import Clients
from tests.agent.providers.upstream import Upstream


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    async with Upstream() as upstream:
        yield upstream


@pytest.fixture
async def clients() -> AsyncIterator[Clients]:
    clients = Clients()
    yield clients
    await clients.close()
