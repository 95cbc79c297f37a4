"""What a person is told when a speech service fails: as sentences.py, where talking needs other words than writing."""

from __future__ import annotations

from typing import Literal

from ..errors import ProviderError
from .endpoint import Endpoint
from .failures import failure
from .scrub import plain

Act = Literal["listen", "speak"]
ECHO = 16  # characters in a row that are no accident


def told(error: Exception, endpoint: Endpoint, model: str, act: Act, *, text: str = "") -> ProviderError:
    """What `error`, raised while the service was asked to `act`, means to a person; without what it says of `text`."""
    known = failure(error, endpoint, model)
    if any(text[at : at + ECHO] in known.message for at in range(max(0, len(text) - ECHO + 1))):
        return ProviderError(f"{_who(endpoint)} refused the request. {_again(act)}", kind=known.kind)
    sentence = _sentence(known, endpoint, plain(model, key=endpoint.key) or "of that name", act)
    return ProviderError(sentence, kind=known.kind, retry=known.retry, retry_after=known.retry_after)


def broken(endpoint: Endpoint, act: Act) -> ProviderError:
    """For an answer that ends before its end."""
    return ProviderError(f"The connection to {_who(endpoint)} broke. {_again(act)}", kind="cut", retry=True)


def foreign(endpoint: Endpoint, act: Act) -> ProviderError:
    """For an answer that is none: a web page, most likely."""
    sentence = f"What answers at {_host(endpoint)} does not {_does(act)}. Check {_flag(act)}."
    return ProviderError(sentence, kind="no_server")


def _sentence(known: ProviderError, endpoint: Endpoint, model: str, act: Act) -> str:
    who, ours = _who(endpoint), endpoint.vendor == "openai"
    match known.kind:
        case "bad_key" if not ours:
            return f"{who} refused the key. Set another as THINKALOUD_VOICE_KEY."
        case "no_key" if not ours:
            return f"{who} wants a key. Set THINKALOUD_VOICE_KEY."
        case "no_credit":
            return f"The account at {who} has no credit. Top it up."
        case "forbidden":
            return f"{who} does not let this key use {model}. Choose another with --{act}-model."
        case "no_model":
            return f"{who} has no model {model}. Choose another with --{act}-model."
        case "no_server":
            return foreign(endpoint, act).message
        case "unreachable" if not ours:
            return f"Cannot reach {_host(endpoint)}. Is the server running, and {_flag(act)} right?"
        case "timeout":
            return f"{who} did not answer in time. {_again(act)}"
        case "cut" | "incomplete" | "unreadable":
            return f"The connection to {who} broke. {_again(act)}"
        case "too_long" | "too_large":
            return (
                f"That is more at once than {who} takes. {'Say' if act == 'listen' else 'Have it say'} less at a time."
            )
        case "provider":
            return f"Something went wrong with {who}. {_again(act)}"
        case _:
            return known.message


def _again(act: Act) -> str:
    return "Say it again." if act == "listen" else "Try again."


def _does(act: Act) -> str:
    return "write down speech" if act == "listen" else "speak"


def _flag(act: Act) -> str:
    return f"--{act}-url"


def _who(endpoint: Endpoint) -> str:
    return _host(endpoint) if endpoint.vendor == "compat" else endpoint.title


def _host(endpoint: Endpoint) -> str:
    return plain(endpoint.host, key=endpoint.key) or "that address"
