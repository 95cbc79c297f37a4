"""One server per data folder. The operating system lets go of the lock however the process ends."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from agent.errors import Locked

from .disk import private, refusal

FAR = 1 << 20  # Windows hides the locked byte from other readers, so it is not one of the pid's


class Lock:
    """Holds the data folder until `release`. Raises Locked where another process does."""

    def __init__(self, folder: Path) -> None:
        path = folder / "lock"
        try:
            # Not truncated: the pid in it may be the other's.
            self._file = open(private(str(path), os.O_RDWR | os.O_CREAT), "r+b", buffering=0)  # noqa: SIM115
        except OSError as error:
            raise refusal(error) from error
        try:
            _lock(self._file.fileno())
        except OSError:
            pid = self._file.read(20).decode("ascii", "replace").strip()
            self._file.close()
            raise Locked(
                f"Another Thinkaloud (process {pid or 'unknown'}) is using the folder {folder}; "
                "stop it or choose another with --data."
            ) from None
        with contextlib.suppress(OSError):  # a full disk: the lock holds, only who has it will not be known
            self._file.truncate(0)
            self._file.write(b"%d\n" % os.getpid())

    def release(self) -> None:
        self._file.close()


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        os.lseek(handle, FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
