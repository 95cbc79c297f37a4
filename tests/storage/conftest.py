from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from storage.store import DiskStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DiskStore]:
    store = DiskStore(tmp_path)
    yield store
    store.close()


@pytest.fixture
def room_for() -> Callable[[int], AbstractContextManager[None]]:
    """A disk on which no file can grow beyond so many bytes: the kernel really writes half a line, then refuses."""
    resource = pytest.importorskip("resource")  # Python itself ignores SIGXFSZ

    @contextmanager
    def limited(size: int) -> Generator[None]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limited
