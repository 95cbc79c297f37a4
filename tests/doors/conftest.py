from __future__ import annotations

from collections.abc import Iterator

import pytest

from .half_open import HalfOpen


@pytest.fixture(scope="package", autouse=True)
def half_open(request: pytest.FixtureRequest) -> Iterator[HalfOpen | None]:
    """Begins before all other tests of this folder; only if somebody is going to look at it."""
    looked_at = any(item.name == "test_whoever_vanishes_is_let_go_within_a_minute" for item in request.session.items)
    begun = HalfOpen() if looked_at else None
    yield begun
    if begun:
        begun.end()
