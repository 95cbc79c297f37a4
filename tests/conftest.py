"""What all tests have in common."""

from __future__ import annotations

import fcntl
import gc
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.locks import held


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of several tests with one name xdist runs one, and says nothing of it."""
    twice = [name for name, count in Counter(item.nodeid for item in items).items() if count > 1]
    if twice:
        raise pytest.UsageError(f"Several tests have one name: {', '.join(twice)}")


@pytest.fixture(autouse=True, scope="module")
def what_is_left_is_not_looked_through_again() -> Iterator[None]:
    """NiceGUI's simulated browsers leave much behind; the collector would walk through all of it, ever more slowly."""
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def the_machine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests run two at a time; one that is `alone` waits until the other has ended, and has the next one wait."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        yield
        return
    how = fcntl.LOCK_EX if request.node.get_closest_marker("alone") else fcntl.LOCK_SH
    folder = Path(tempfile.gettempdir())
    with ExitStack() as machine:
        with held(folder / f"{run}-door", fcntl.LOCK_EX):  # who waits here goes in before all who come later
            machine.enter_context(held(folder / f"{run}-machine", how))
        yield
