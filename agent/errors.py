"""Everything that can go wrong, in one tree; each message is a sentence a person can act on.

    ThinkaloudError
    ├── BadRequest          what was asked makes no sense as it stands
    │   └── TooLong         … because there is too much of it
    ├── NotFound            no such session, turn, message or tool
    ├── Busy                not now; say it again in a moment
    ├── ProviderError       the model's side failed (kind, retry_after)
    ├── ToolError           a tool could not do it: becomes an observation with ok: false
    └── StorageError        the disk refused; nothing that was on it is lost
        ├── Locked          another server has this data folder
        └── Damaged         a file could not be read and was set aside

No message holds a key, a path inside a traceback, or an HTTP status: doors translate.
"""

from __future__ import annotations


class ThinkaloudError(Exception):
    """The root: `str(error)` is the sentence for the person, `kind` the word for programs."""

    kind = "error"

    @property
    def message(self) -> str:
        return str(self)


class BadRequest(ThinkaloudError):
    kind = "bad_request"


class TooLong(BadRequest):
    kind = "too_long"


class NotFound(ThinkaloudError):
    kind = "not_found"


class Busy(ThinkaloudError):
    kind = "busy"


class ProviderError(ThinkaloudError):
    """The provider failed. `kind` tells programs why; `retry_after` (seconds) is set where waiting helps."""

    def __init__(self, message: str, *, kind: str = "provider", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry_after = retry_after


class ToolError(ThinkaloudError):
    kind = "tool"


class StorageError(ThinkaloudError):
    kind = "storage"


class Locked(StorageError):
    kind = "locked"


class Damaged(StorageError):
    kind = "damaged"
