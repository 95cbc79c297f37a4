"""Everything that a vendor, its SDK and the way there can do wrong, as a sentence for the person (a ProviderError).

No SDK is imported to know its errors: they are told apart by their names and by what they carry. Of a vendor's own
words only those are shown that help, and never as they came (see scrub.py); sentences.py has the rest.
"""

from __future__ import annotations

import re

from ..errors import ProviderError
from . import sentences as say
from .complaint import Complaint, asked_for, chain, complaint
from .complaint import told as read_told
from .endpoint import Endpoint
from .scrub import scrub
from .sentences import empty, filtered, incomplete, length, no_key, no_model, too_large, too_long

__all__ = [
    "empty",
    "failure",
    "filtered",
    "incomplete",
    "length",
    "no_key",
    "no_model",
    "told",
    "too_large",
    "too_long",
]


def failure(error: Exception, endpoint: Endpoint, name: str) -> ProviderError:
    """What `error`, raised while the model `name` was asked at `endpoint`, means to a person."""
    if isinstance(error, ProviderError):
        return error
    said = complaint(error)
    if said is not None and not _is(error, "APIResponseValidationError"):
        return _complained(said, endpoint, name)
    return _broken(error, endpoint)


def told(endpoint: Endpoint, name: str, *, code: str | None, message: str) -> ProviderError:
    """The same for an error that a vendor tells inside a stream that began well."""
    return _complained(read_told(code, message), endpoint, name)


# ── what the vendor complained of ────────────────────────────────────────────────────────────────────────

CREDIT = {
    "insufficient_quota",
    "billing_error",
    "billing_not_active",
    "billing_hard_limit_reached",
    "insufficient_credits",
    "enforced_spend_limit_reached",
    "contract_spend_limit_reached",
    "linked_organization_spend_limit_reached",
}
FILTER = {
    "content_filter",
    "content_policy_violation",
    "responsibleaipolicyviolation",
    "misalignment_policy_violation",
    "image_content_policy_violation",
    "bio_policy",
    "cyber_policy",
    "invalid_prompt",
}
TOO_LONG = {"context_length_exceeded", "model_context_window_exceeded", "exceed_context_size_error"}
TOO_LARGE = {"request_too_large", "image_too_large", "image_file_too_large", "request_body_too_large_after_decoding"}
OVERLOADED = {
    "overloaded_error",
    "overloaded",
    "server_error",
    "internal_server_error",
    "internal_error",
    "service_unavailable",
    "server_overloaded",
    "slow_down",
}


def _complained(said: Complaint, endpoint: Endpoint, name: str) -> ProviderError:
    """The order counts: what a vendor means is often in its words, and its status says less."""
    status, wait = said.status, said.retry_after
    if said.is_(*CREDIT) or status == 402 or _is_broke(said):
        return say.no_credit(endpoint)
    if status == 401 or said.is_("invalid_api_key", "authentication_error") or _key_is_wrong(said):
        return say.bad_key(endpoint) if endpoint.key else no_key(endpoint)
    if said.is_(*FILTER) or said.says(r"\bflagged\b|content management policy"):
        return filtered(endpoint, "" if said.html else said.message)
    if said.is_(*TOO_LONG) or _is_too_long(said):
        return too_long(endpoint)
    if status == 413 or said.is_(*TOO_LARGE):
        return too_large(endpoint)
    if said.says(r"(?:does not|that) support (?:tools|tool use|function)"):
        return say.no_tools(endpoint, name)
    if said.is_("model_not_found") or _lacks_model(said, name):
        return no_model(endpoint, name)
    if status == 404 and said.says(r"\bmodel\b|no endpoints|no allowed providers"):
        return say.refused(endpoint, _quote(said, endpoint, name))
    if (
        status in (404, 405, 501)
        or (status is not None and status < 400)
        or (said.html and status is not None and status < 500 and status not in (403, 429))
    ):
        return say.no_server(endpoint)
    if status == 429 or said.is_("rate_limit_exceeded", "rate_limit_error", "too_many_requests"):
        return say.rate_limited(endpoint, wait)
    if status == 403 or said.is_("permission_error", "permission_denied"):
        return say.forbidden(endpoint, name, _quote(said, endpoint, name))
    if status in (408, 504) or said.is_("timeout_error"):
        return say.gave_up(endpoint, wait)
    if said.says(r"more system memory|out of memory|insufficient memory"):
        return say.no_memory(endpoint)
    if (status or 0) >= 500 or said.is_(*OVERLOADED) or (status is None and said.is_("api_error")):
        if said.says(r"loading model"):
            return say.loading(endpoint, wait)
        return say.overloaded(endpoint, wait, _quote(said, endpoint, name))
    if status is None and not said.is_("invalid_request_error"):
        return say.failed(endpoint, _quote(said, endpoint, name))
    again = status == 409
    return say.refused(endpoint, _quote(said, endpoint, name), retry=again, wait=wait if again else None)


def _is_broke(said: Complaint) -> bool:
    if said.says(r"exceeded your current quota"):  # Google says so, too, when it means a minute's
        return said.retry_after is None and not said.is_("resource_exhausted")
    return said.says(
        r"credit balance is too low|have any credits|not enough credits|insufficient (?:balance|credit|fund)"
    )


def _key_is_wrong(said: Complaint) -> bool:
    return said.status in (400, 403, None) and said.says(r"\bAPI key not valid|\b(?:invalid|incorrect) api[ -_]?key")


def _is_too_long(said: Complaint) -> bool:
    if said.status == 429:  # more at once than the account may send in a minute: waiting does not help
        return said.says(r"request too large")
    return said.status in (400, 413, 422, 500, None) and said.says(
        r"context (?:length|window|size|limit)|prompt is too long|input is too long|context the overflows"
    )


def _lacks_model(said: Complaint, name: str) -> bool:
    if said.status not in (400, 404, 422, None) or said.html:
        return False
    if said.status == 404 and name and name.lower() in said.message.lower():
        return True
    return said.says(r"\bmodel\b[^.]{0,80}\b(?:not found|not exist|does not exist)|not a valid model|^model: \S")


def _quote(said: Complaint, endpoint: Endpoint, name: str) -> str:
    empty = r"^\s*(?:error code: \d+|provider returned error|an error occurred during streaming|not found)\W*$"
    return "" if said.html or said.says(empty) else scrub(said.message, key=endpoint.key, keep=name)


# ── what broke on the way ────────────────────────────────────────────────────────────────────────────────


def _broken(error: Exception, endpoint: Endpoint) -> ProviderError:
    """The order counts here, too: a time limit is a kind of connection error, which is a kind of API error."""
    if _is(error, "UnicodeEncodeError"):
        header = any(isinstance(one, UnicodeEncodeError) and one.encoding == "ascii" for one in chain(error))
        return say.odd_key(endpoint) if header else say.unsendable(endpoint)
    if _is(error, "LocalProtocolError"):
        return say.odd_key(endpoint)
    if _is(error, "UnsupportedProtocol", "InvalidURL"):
        return say.no_address(endpoint)
    if _is(error, "ConnectTimeout"):
        return say.unanswered(endpoint, asked_for(error, "connect"))
    if _is(error, "SSLError"):
        return say.unsafe(endpoint, certificate=_is(error, "SSLCertVerificationError"))
    if _is(error, "ConnectError", "ProxyError", "ConnectionRefusedError", "gaierror"):
        return say.unreachable(endpoint)
    if _is(error, "PoolTimeout"):
        return say.busy(endpoint)
    if _is(error, "TimeoutException", "APITimeoutError", "TimeoutError"):
        return say.timeout(endpoint, asked_for(error, "read"))
    if _is(error, "JSONDecodeError", "UnicodeDecodeError", "DecodingError", "APIResponseValidationError"):
        return say.unreadable(endpoint)
    if _is(error, "TooManyRedirects"):
        return say.no_server(endpoint)
    if _is(error, "RemoteProtocolError") and _speaks(error, r"illegal (?:status|header)"):
        return empty(endpoint)
    if _is(error, "TransportError", "APIConnectionError", "StreamError", "OSError", "EndOfStream"):
        return say.cut(endpoint, unanswered=_speaks(error, r"without sending a response"))
    if not endpoint.key and _speaks(error, r"api_key|credentials|authentication method"):
        return no_key(endpoint)
    return say.unreadable(endpoint) if isinstance(error, ValueError) else say.unexpected(endpoint)


def _is(error: BaseException, *names: str) -> bool:
    """Whether `error`, or what caused it, is of a class of one of these names."""
    return any(kind.__name__ in names for one in chain(error) for kind in type(one).__mro__)


def _speaks(error: BaseException, pattern: str) -> bool:
    return any(re.search(pattern, str(one), re.IGNORECASE) for one in chain(error))
