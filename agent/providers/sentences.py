"""What a person is told when a vendor fails: one function a failure, each of which names the remedy."""

from __future__ import annotations

import re

from ..errors import ProviderError
from .defaults import LOCAL
from .endpoint import Endpoint
from .scrub import plain, scrub

VARIABLES = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}

# ── the key and the account ──────────────────────────────────────────────────────────────────────────────


def no_key(endpoint: Endpoint) -> ProviderError:
    variable = VARIABLES.get(endpoint.vendor)
    if variable is None:
        return ProviderError(f"{_who(endpoint)} wants a key. Paste one in Settings.", kind="no_key")
    return ProviderError(f"There is no {_title(endpoint)} key. Paste one in Settings or set {variable}.", kind="no_key")


def bad_key(endpoint: Endpoint) -> ProviderError:
    return ProviderError(f"{_who(endpoint)} refused this key. Paste another in Settings.", kind="bad_key")


def odd_key(endpoint: Endpoint) -> ProviderError:
    return ProviderError(
        f"The key for {_who(endpoint)} has characters in it that no key has. Paste it again in Settings.",
        kind="bad_key",
    )


def no_credit(endpoint: Endpoint) -> ProviderError:
    sentence = f"The account at {_who(endpoint)} has no credit. Top it up, or choose another model."
    return ProviderError(sentence, kind="no_credit")


def forbidden(endpoint: Endpoint, name: str, why: str = "") -> ProviderError:
    because = f": {why}" if why else "."
    return ProviderError(
        f"{_who(endpoint)} does not let this key use {_model(endpoint, name)}{because} Choose another model.",
        kind="forbidden",
    )


def rate_limited(endpoint: Endpoint, wait: float | None = None) -> ProviderError:
    sentence = f"{_who(endpoint)} is getting too many requests from this account. {_again(wait)}"
    return ProviderError(sentence, kind="rate_limited", retry=True, retry_after=wait)


# ── the model and the server ─────────────────────────────────────────────────────────────────────────────


def no_model(endpoint: Endpoint, name: str) -> ProviderError:
    model = _model(endpoint, name)
    if endpoint.vendor == "ollama" and re.fullmatch(r"[\w.:/-]+", model):
        sentence = f"Ollama has no model {model}. Get it with “ollama pull {model}”, or choose another one."
    elif endpoint.vendor in VARIABLES:
        sentence = f"{_who(endpoint)} has no model {model}, or not for this key. Choose another one."
    else:
        sentence = f"{_who(endpoint)} has no model {model}. Choose another one."
    return ProviderError(sentence, kind="no_model")


def no_tools(endpoint: Endpoint, name: str) -> ProviderError:
    return ProviderError(f"The model {_model(endpoint, name)} cannot use tools. Choose one that can.", kind="refused")


def no_memory(endpoint: Endpoint) -> ProviderError:
    sentence = f"{_who(endpoint)} has too little memory for this model. Choose a smaller one."
    return ProviderError(sentence, kind="refused")


def no_server(endpoint: Endpoint) -> ProviderError:
    return ProviderError(f"{_host(endpoint)} has nothing at this address. {_address(endpoint)}", kind="no_server")


def empty(endpoint: Endpoint) -> ProviderError:
    """For an answer without a single event in it: a web page, most likely."""
    return ProviderError(
        f"What answers at {_host(endpoint)} does not speak like a model's server. {_address(endpoint)}",
        kind="no_server",
    )


def no_address(endpoint: Endpoint) -> ProviderError:
    sentence = f"The address of {_title(endpoint)} must begin with http:// or https://. Correct it in Settings."
    return ProviderError(sentence, kind="unreachable")


def unreachable(endpoint: Endpoint) -> ProviderError:
    if endpoint.vendor in LOCAL:
        question = f"Is {_title(endpoint)} running?"
    elif endpoint.local:
        question = "Is the server running?"
    elif endpoint.vendor in VARIABLES:
        question = "Is this computer online?"
    else:
        question = "Is the address right, and the server running?"
    sentence = f"Cannot reach {_host(endpoint)}. {question}"
    return ProviderError(sentence, kind="unreachable", retry=not endpoint.local)


def unanswered(endpoint: Endpoint, after: float | None = None) -> ProviderError:
    sentence = f"Cannot reach {_host(endpoint)}: nothing came back{_for(after)}. Try again."
    return ProviderError(sentence, kind="unreachable", retry=True)


def unsafe(endpoint: Endpoint, *, certificate: bool) -> ProviderError:
    sentence = f"The certificate of {_host(endpoint)} is not to be trusted. Check the address in Settings."
    if not certificate:
        sentence = f"No safe connection to {_host(endpoint)} could be made. Should the address begin with http://?"
    return ProviderError(sentence, kind="unreachable")


def overloaded(endpoint: Endpoint, wait: float | None = None, why: str = "") -> ProviderError:
    trouble = f"is in trouble: {why}" if why and endpoint.vendor not in VARIABLES else "is overloaded or out of order."
    sentence = f"{_who(endpoint)} {trouble} {_again(wait)}"
    return ProviderError(sentence, kind="overloaded", retry=True, retry_after=wait)


def loading(endpoint: Endpoint, wait: float | None = None) -> ProviderError:
    sentence = f"{_who(endpoint)} is still loading the model. {_again(wait)}"
    return ProviderError(sentence, kind="overloaded", retry=True, retry_after=wait)


# ── the way there and back ───────────────────────────────────────────────────────────────────────────────


def timeout(endpoint: Endpoint, after: float | None = None) -> ProviderError:
    smaller = endpoint.local and endpoint.vendor not in VARIABLES
    hint = "Try again, or choose a smaller model." if smaller else "Try again."
    return ProviderError(f"No answer from {_who(endpoint)}{_for(after)}. {hint}", kind="timeout", retry=True)


def gave_up(endpoint: Endpoint, wait: float | None = None) -> ProviderError:
    sentence = f"{_who(endpoint)} took too long and gave up. {_again(wait)}"
    return ProviderError(sentence, kind="timeout", retry=True, retry_after=wait)


def busy(endpoint: Endpoint) -> ProviderError:
    sentence = f"Too many answers from {_who(endpoint)} are under way at once. Try again in a moment."
    return ProviderError(sentence, kind="timeout", retry=True)


def cut(endpoint: Endpoint, *, unanswered: bool = False) -> ProviderError:
    sentence = f"The connection to {_who(endpoint)} broke; the partial answer is kept. Continue, or try again."
    if unanswered:
        sentence = f"{_who(endpoint)} hung up without an answer. Try again."
    return ProviderError(sentence, kind="cut", retry=True)


def incomplete(endpoint: Endpoint) -> ProviderError:
    return ProviderError(
        f"The answer from {_who(endpoint)} ended before it was complete; what came is kept. Continue, or try again.",
        kind="incomplete",
    )


def unreadable(endpoint: Endpoint) -> ProviderError:
    sentence = f"{_who(endpoint)} sent something unreadable; what came before it is kept. Continue, or try again."
    return ProviderError(sentence, kind="unreadable")


# ── the prompt and the answer ────────────────────────────────────────────────────────────────────────────


def too_long(endpoint: Endpoint) -> ProviderError:
    remedy = "choose a model that takes more"
    if endpoint.vendor in LOCAL:
        remedy = "let the server load the model with a longer context"
    return ProviderError(
        f"The conversation is longer than the model takes. Start a new session, or {remedy}.", kind="too_long"
    )


def too_large(endpoint: Endpoint) -> ProviderError:
    sentence = f"This is more at once than {_who(endpoint)} takes. Send fewer or smaller attachments."
    return ProviderError(sentence, kind="too_large")


def length(endpoint: Endpoint) -> ProviderError:
    return ProviderError(
        f"{_who(endpoint)} cut the answer at the length that the model may write; what came is kept. Ask it to go on.",
        kind="length",
    )


def filtered(endpoint: Endpoint, why: str = "") -> ProviderError:
    """`why` is the vendor's own explanation, as it came."""
    quoted = scrub(why, key=endpoint.key)
    because = f" declined: {quoted}" if quoted else " declined this."
    return ProviderError(f"The content filter at {_who(endpoint)}{because} Put it in other words.", kind="filtered")


def unsendable(endpoint: Endpoint) -> ProviderError:
    sentence = f"A message has characters in it that cannot be sent to {_who(endpoint)}. Write it again without them."
    return ProviderError(sentence, kind="refused")


def refused(endpoint: Endpoint, why: str = "", *, retry: bool = False, wait: float | None = None) -> ProviderError:
    because = f": {why}" if why else " and did not say why. Try another model."
    sentence = f"{_who(endpoint)} refused the request{because}"
    return ProviderError(sentence, kind="refused", retry=retry, retry_after=wait)


def failed(endpoint: Endpoint, why: str = "") -> ProviderError:
    because = f": {why}" if why else " and did not say why. Try again, or choose another model."
    return ProviderError(f"{_who(endpoint)} reported an error{because}")


def unexpected(endpoint: Endpoint) -> ProviderError:
    return ProviderError(f"Something went wrong with {_who(endpoint)}; the server's log has the details. Try again.")


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────


def _who(endpoint: Endpoint) -> str:
    """The vendor, or the host of a server that has no name of its own."""
    return _host(endpoint) if endpoint.vendor == "compat" else _title(endpoint)


def _title(endpoint: Endpoint) -> str:
    return plain(endpoint.title, key=endpoint.key) or _host(endpoint)


def _host(endpoint: Endpoint) -> str:
    return plain(endpoint.host, key=endpoint.key) or "that address"


def _model(endpoint: Endpoint, name: str) -> str:
    return plain(name, key=endpoint.key) or "of that name"


def _address(endpoint: Endpoint) -> str:
    """What may be wrong with the address; Anthropic's SDK adds the /v1 itself, OpenAI's does not."""
    ends = re.search(r"/v\d+\w*/?$", endpoint.url) is not None
    if endpoint.vendor == "anthropic":
        return "Should the address end without /v1?" if ends else "Check the address in Settings."
    return "Check the address in Settings." if ends else "Should the address end in /v1?"


def _again(wait: float | None) -> str:
    if wait is None or wait < 1:
        return "Try again in a moment."
    if wait > 86_400:
        return "Try again later."
    return f"Try again in {round(wait)} s." if wait < 120 else f"Try again in {round(wait / 60)} min."


def _for(wait: float | None) -> str:
    return "" if wait is None else f" for {wait:g} s"
