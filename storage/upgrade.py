"""Which format a data folder is in, and the steps that bring an older one up to date."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from agent.errors import StorageError

from .coding import dumps, loads
from .disk import refusals, replacing

VERSION = 1

STEPS: dict[int, Callable[[Path], None]] = {}
"""From each older version the step to the next. A step may be cut short by a crash and is then run again."""


@refusals()
def upgrade(folder: Path) -> None:
    """Brings `folder` to VERSION, one durable step at a time; a folder without sessions becomes a new one.

    Raises StorageError where it was written by a newer Thinkaloud, or does not say by which.
    """
    version = _version(folder)
    if version > VERSION:
        raise StorageError(
            f"The folder {folder} was written by a newer Thinkaloud (format {version}, this one knows {VERSION}): "
            "update Thinkaloud, or choose another folder with --data."
        )
    while version < VERSION:
        STEPS[version](folder)
        version += 1
        _stamp(folder, version)


def _version(folder: Path) -> int:
    path = folder / "format.json"
    try:
        version = loads(path.read_bytes())["version"]
        if isinstance(version, int) and version > 0:
            return version
        raise ValueError(version)
    except FileNotFoundError:
        if (folder / "sessions").exists():
            raise StorageError(
                f"The folder {folder} has sessions but no format.json that says in which format: "
                "put the file back, or choose another folder with --data."
            ) from None
        _stamp(folder, VERSION)  # before anything else is made, so that a crash leaves no folder without it
        return VERSION
    except (ValueError, KeyError, TypeError):
        raise StorageError(f'format.json in {folder} cannot be read: it should say {{"version": {VERSION}}}.') from None


def _stamp(folder: Path, version: int) -> None:
    with replacing(folder / "format.json") as out:
        out.write(dumps({"version": version}) + b"\n")
