"""Files that are either whole or not there, and what to say when the disk refuses."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from agent.errors import StorageError

FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def replacing(path: Path) -> Generator[BinaryIO]:
    """A file to write that takes the place of `path`, durably, when the block ends well.

    At every moment, and after a power cut, `path` is wholly the old file or wholly the new one.
    """
    temporary = path.with_name(path.name + ".tmp")
    try:
        with open(temporary, "wb", opener=private) as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):  # gives a full disk its room back
            temporary.unlink()
        raise
    sync_folder(path.parent)


def private(path: str, flags: int) -> int:
    """An opener: what people ask an agent is nobody else's to read."""
    return os.open(path, flags, 0o600)


def sync_folder(folder: Path) -> None:
    """Makes names that were added, changed or removed in `folder` survive a power cut."""
    if os.name == "nt":  # Windows cannot open a folder; NTFS journals its names
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def move(path: Path, target: Path) -> None:
    """Moves a file within the data folder, durably."""
    os.rename(path, target)
    sync_folder(target.parent)
    sync_folder(path.parent)


def free_name(folder: Path, name: str) -> Path:
    """`folder/name`, or `name.2`, `name.3` …: nothing that was set aside is ever overwritten."""
    target, count = folder / name, 1
    while target.exists():
        count += 1
        target = folder / f"{name}.{count}"
    return target


def copy_aside(path: Path, folder: Path) -> Path:
    """Copies a damaged file whole, durably, before anybody cuts it; returns the copy."""
    target = free_name(folder, path.name)
    with open(path, "rb") as source, replacing(target) as out:
        shutil.copyfileobj(source, out, 1 << 18)
    return target


def move_aside(path: Path, folder: Path) -> Path:
    """Takes a damaged file out of the way; returns where it is now."""
    target = free_name(folder, path.name)
    move(path, target)
    return target


def refusal(error: OSError) -> StorageError:
    """What the disk said, as a sentence that a person can act on."""
    if error.errno in FULL:
        return StorageError("The disk is full: make room, then try again. What was saved before is safe.")
    if error.errno in FORBIDDEN:
        return StorageError("The data folder is read-only: allow writing to it, or choose another with --data.")
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return StorageError("There is a file where the data folder needs a folder: choose another with --data.")
    if error.errno == errno.EMFILE:
        return StorageError("Too many files are open: raise the limit (ulimit -n), or try again in a moment.")
    return StorageError(f"The data folder cannot be used: {error.strerror or type(error).__name__}.")


@contextmanager
def refusals() -> Generator[None]:
    """Turns an OSError of the block (or of the function it decorates) into a StorageError."""
    try:
        yield
    except OSError as error:
        raise refusal(error) from error
