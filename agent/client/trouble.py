"""What can go wrong between a program and its agent, and what a closed or refused socket means.

AgentError          `kind` for programs, `str(error)` for people, `retry_after` in seconds
├── Unreachable     nothing answered as often as was tried
├── Denied          it is not for this token, or not for anybody from here
├── Gone            the session was deleted
└── Reset           the server has another log by now than the one that was read
"""

from __future__ import annotations

import ssl

from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from ..errors import ThinkaloudError

PASSING = (408, 425, 429)  # and all from 500 on


class AgentError(ThinkaloudError):
    def __init__(self, kind: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry_after = retry_after


class Unreachable(AgentError):
    def __init__(self, message: str, retry_after: float | None = None, kind: str = "unreachable") -> None:
        super().__init__(kind, message, retry_after)


class Denied(AgentError):
    def __init__(self, message: str, kind: str = "forbidden") -> None:
        super().__init__(kind, message)


class Gone(AgentError):
    def __init__(self) -> None:
        super().__init__("gone", "The session was ended. It may have been deleted.")


class Reset(AgentError):
    """Nothing that was read is in the log any more, or not all of it: read it anew, with `events(after=0)`."""

    def __init__(self) -> None:
        super().__init__("reset", "The server has lost the end of this session. Read it anew.")


def refused(error: Exception, where: str, said: AgentError | None = None) -> AgentError:
    """What it means that no connection was made; Unreachable where the next try may do better."""
    match error:
        case AgentError():
            return error
        case ConnectionClosed():
            return ended(error, where, said)
        case InvalidStatus(response=response) if response.status_code == 401:
            return Denied(f"{where} wants a token, or another one.", "unauthorized")
        case InvalidStatus(response=response) if response.status_code == 403:
            return Denied(f"{where} takes no connections from here. Use the address that its owner opened.")
        case InvalidStatus(response=response):
            if response.status_code >= 500 or response.status_code in PASSING:
                after = response.headers.get("Retry-After", "")
                return Unreachable(f"{where} is busy or starting.", float(after) if after.isdecimal() else None)
            return AgentError("not_found", f"Something answers at {where}, but it is not Thinkaloud.")
        case ssl.SSLCertVerificationError():
            return AgentError(
                "certificate", f"The certificate of {where} is not to be trusted: {error.verify_message}."
            )
        case InvalidMessage() if isinstance(error.__cause__, EOFError):
            return Unreachable(f"{where} hung up.")
        case TimeoutError():
            return Unreachable(f"{where} does not answer in time.")
        case OSError():
            return Unreachable(f"Nothing answers at {where}.")
        case _:
            return AgentError("not_found", f"Something answers at {where}, but it is not Thinkaloud.")


def ended(closed: ConnectionClosed, where: str, said: AgentError | None = None) -> AgentError:
    """What it means that the connection was closed, after the server `said` something or nothing."""
    code = closed.rcvd.code if closed.rcvd else 1006
    match code:
        case 4001:
            return Denied(f"{where} wants a token, or another one: that of a sign-in link.", "unauthorized")
        case 4003:
            return Denied(str(said) if said else "That session is somebody else's, and is not shared with you.")
        case 1000:
            return Gone()
        case 1008 | 1013 if said:
            passing = code == 1013 or said.retry_after is not None
            return Unreachable(str(said), said.retry_after, said.kind) if passing else said
        case _:
            return Unreachable(f"The connection to {where} broke.")
