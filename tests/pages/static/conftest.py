from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from .double import Double, double


@pytest.fixture
async def server() -> AsyncIterator[Double]:
    async with double() as server:
        yield server
