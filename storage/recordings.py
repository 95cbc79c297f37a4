"""What people said, as it was recorded, in a folder of its own: only where whoever runs the server asked for that."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile

from agent.chance import Clock
from agent.errors import StorageError
from agent.speech import Recording

from .disk import free_name, replacing


class KeptRecordings:
    """A file for each, named by the time and the session (`2026-11-21T09-16-05.123_SESSION.webm`), for its owner alone.
    Raises StorageError where the folder cannot be made, or nothing can be written there."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._naming = threading.Lock()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with TemporaryFile(dir=folder):
                pass  # to know it now, and not when somebody has spoken
        except OSError as error:
            raise StorageError(f"Recordings cannot be kept in {folder}. Choose another with --recordings.") from error

    def keep(self, session: str, recording: Recording) -> None:
        """Blocks on the disk. Raises StorageError."""
        at = datetime.fromtimestamp(self._clock.now() / 1000, UTC).isoformat(timespec="milliseconds")
        name = f"{at.removesuffix('+00:00').replace(':', '-')}_{session}"
        try:
            with self._naming, replacing(free_name(self._folder, f"{name}.{recording.suffix}")) as out:
                out.write(recording.data)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise StorageError(f"A recording could not be kept: {why}. Look after {self._folder}.") from error
