"""Everything that can go wrong, in one tree; each message is a sentence a person can act on.

    ThinkaloudError
    ├── BadRequest          what was asked makes no sense as it stands
    │   └── TooLong         … because there is too much of it
    ├── NotFound            no such session, turn, message or tool
    ├── Busy                not now; say it again in a moment
    │   ├── RateLimited     … because of too much in too short a time (retry_after)
    │   └── TooManyConnections  … because there are too many (retry_after)
    ├── Unauthorized        nobody knows who asks
    ├── Forbidden           it is known who asks, and they may not
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
    retry_after: float | None = None
    """Seconds after which the same may well work, where that is known."""

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


class RateLimited(Busy):
    """`retry_after` in seconds."""

    kind = "rate_limited"

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooManyConnections(RateLimited):
    kind = "too_many_connections"


class Unauthorized(ThinkaloudError):
    kind = "unauthorized"


class Forbidden(ThinkaloudError):
    kind = "forbidden"


class ProviderError(ThinkaloudError):
    """The provider failed. `kind` (see FAILURES) tells programs why; `retry` whether the same may well work in a
    moment; `retry_after` (seconds) is when, where the provider says so."""

    def __init__(
        self, message: str, *, kind: str = "provider", retry: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry = retry
        self.retry_after = retry_after


FAILURES = {
    "no_key": "no key is known for the vendor",
    "bad_key": "the vendor refused the key",
    "forbidden": "the key may not use this model",
    "no_credit": "the account has no credit",
    "no_model": "there is no model of that name",
    "no_server": "something answers there, but not like a model's server",
    "unreachable": "nothing answers there",
    "rate_limited": "too many requests",
    "overloaded": "the vendor is overloaded or out of order",
    "timeout": "no answer for too long",
    "cut": "the connection broke in the middle",
    "incomplete": "the stream ended before its end was said",
    "unreadable": "what came could not be read",
    "too_long": "the conversation is longer than the model takes",
    "too_large": "an attachment, or all of them, are larger than the vendor takes",
    "length": "the answer reached the length that the model may write",
    "filtered": "the vendor's filter declined",
    "refused": "the vendor refused the request for another reason, which the message tells",
    "agent": "an agent of somebody's own failed",
    "provider": "anything else",
}


class ToolError(ThinkaloudError):
    kind = "tool"


class StorageError(ThinkaloudError):
    kind = "storage"


class Locked(StorageError):
    kind = "locked"


class Damaged(StorageError):
    kind = "damaged"
