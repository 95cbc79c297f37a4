"""Locks between the processes of one run of the tests."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(file: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Has the lock `file` to itself (or, with `fcntl.LOCK_SH`, shares it); whoever dies lets go."""
    handle = os.open(file, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)
