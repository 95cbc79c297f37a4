"""How a turn ended, as a sentence."""

from __future__ import annotations

from agent.events import Failure, TurnEnd

UNKNOWN = Failure(kind="provider", message="The agent could not finish. Try again.")


def failure(end: TurnEnd) -> Failure:
    """What there is to say of a turn that did not end well; the `kind` of one that was stopped is `interrupted`."""
    if end.reason == "interrupted":
        return Failure(kind="interrupted", message=stopped(end))
    return end.error or UNKNOWN


def stopped(end: TurnEnd) -> str:
    """Why a turn was interrupted, for a person."""
    match end.why:
        case "unwatched":
            return "Nobody was watching, so it was stopped."
        case "shutdown":
            return "The server was stopped."
        case "crash":
            return "The server crashed here."
        case "limit":
            return "It took as many steps as it may."
        case _:
            return f"Stopped by {end.by}." if end.by else "It was stopped."
