"""What all tests have in common."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def what_is_left_is_not_looked_through_again() -> Iterator[None]:
    """NiceGUI's simulated browsers leave much behind; the collector would walk through all of it, ever more slowly."""
    yield
    gc.collect()
    gc.freeze()
