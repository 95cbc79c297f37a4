"""What a vendor complains of, read from an SDK's error or from an error told inside a stream."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, cast

ROUTER = "Provider returned error"  # OpenRouter, where the reason is in `metadata.raw`


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """`status` as HTTP counts, also where only the body has it; `codes` all words that vendors sort errors by, in
    lower case; `message` the vendor's own words, raw; `retry_after` in seconds. `html`: it was a web page."""

    status: int | None = None
    codes: frozenset[str] = frozenset()
    message: str = ""
    retry_after: float | None = None
    html: bool = False

    def is_(self, *codes: str) -> bool:
        return not self.codes.isdisjoint(codes)

    def says(self, pattern: str) -> bool:
        return re.search(pattern, self.message, re.IGNORECASE) is not None


def complaint(error: Exception) -> Complaint | None:
    """What `error` says that the vendor said; None where it says nothing (the way to it failed)."""
    body: object = getattr(error, "body", None)
    status: object = getattr(error, "status_code", None)
    if not isinstance(status, int) and body is None:
        return None
    known = _dig(body)
    known.sort_as(*(getattr(error, name, None) for name in ("code", "type", "error_code")))
    headers: object = getattr(getattr(error, "response", None), "headers", None)
    status = status if isinstance(status, int) and status >= 300 else None
    return _made(known, status=status, headers=cast("Mapping[str, str]", headers) if headers is not None else None)


def told(code: str | None, message: str) -> Complaint:
    """The same of a code and a message that came inside a stream; the message may be JSON once more."""
    known = _dig(message)
    known.sort_as(code)
    return _made(known, status=None, headers=None)


class _Known:
    """What is gathered from a body, however deep it lies."""

    def __init__(self) -> None:
        self.codes: set[str] = set()
        self.message = ""
        self.wait: float | None = None

    def sort_as(self, *codes: object) -> None:
        self.codes.update(str(code).lower() for code in codes if isinstance(code, str | int) and code)


def _dig(body: object, known: _Known | None = None, depth: int = 0) -> _Known:
    """Bodies nest: `{"error": {…}}`, Google's list of them, OpenRouter's `metadata.raw` with another's as text."""
    known = known or _Known()
    if depth > 5:
        return known
    if isinstance(body, str):
        inner = _json(body)
        if inner is None:
            known.message = known.message or body
        else:
            _dig(inner, known, depth + 1)
    elif isinstance(body, list):
        for one in cast("list[object]", body)[:8]:
            _dig(one, known, depth + 1)
    elif isinstance(body, dict):
        fields = cast("dict[str, object]", body)
        known.sort_as(*(fields.get(name) for name in ("code", "type", "status", "error_type", "error_code")))
        known.wait = known.wait if known.wait is not None else _wait(fields)
        said = next((name for name in ("message", "msg", "detail") if isinstance(fields.get(name), str)), "")
        if said and (not known.message or known.message == ROUTER):
            known.message = ""
            _dig(fields[said], known, depth + 1)
        for name in ("error", "errors", "detail", "details", "metadata", "raw"):
            if name == "raw" and known.message == ROUTER and fields.get(name):
                known.message = ""
            if isinstance(fields.get(name), str | list | dict) and name != said:
                _dig(fields[name], known, depth + 1)
    return known


def _json(text: str) -> object:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found  # a dict or a list, as it begins like one


def _made(known: _Known, *, status: int | None, headers: Mapping[str, str] | None) -> Complaint:
    for code in known.codes if status is None else ():
        if code.isdecimal() and 400 <= int(code[:4]) < 600:
            status = int(code[:4])
    wait = seconds(headers) if headers is not None else None
    if wait is None:
        wait = known.wait if known.wait is not None else _spoken(known.message)
    return Complaint(
        status=status,
        codes=frozenset(known.codes),
        message=known.message[:20_000],
        retry_after=wait,
        html=re.match(r"\s*<(?:!doctype|html|head|body|\?xml)", known.message, re.IGNORECASE) is not None,
    )


def seconds(headers: Mapping[str, str]) -> float | None:
    """How long the server asks to wait; a date is compared with the server's own clock, so ours does not matter."""
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        if (wait := _number(headers.get(name))) is not None:
            return wait / unit
    try:
        until = parsedate_to_datetime(headers.get("retry-after") or "")
        return max(0.0, (until - parsedate_to_datetime(headers.get("date") or "")).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


def _wait(fields: Mapping[str, object]) -> float | None:
    for name, unit in (("retry_after_ms", 1000), ("retry_after_seconds", 1), ("retry_after", 1), ("retryDelay", 1)):
        if (wait := _number(fields.get(name))) is not None:
            return wait / unit
    return None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value.strip().removesuffix("s") if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


_SPOKEN = re.compile(
    r"(?:try again|retry)(?: in| after) (?:(?P<h>\d{1,6}) ?h\w* ?)?(?:(?P<m>\d{1,6}) ?m(?!s)(?:in\w*)? ?)?"
    r"(?:(?P<n>\d{1,9}(?:\.\d{1,9})?) ?(?P<unit>ms|s)\w*)?",
    re.IGNORECASE,
)


def _spoken(message: str) -> float | None:
    """`Please try again in 1m30s.`: where OpenAI and Azure say it to people only."""
    found = _SPOKEN.search(message)
    if found is None or not (found["h"] or found["m"] or found["n"]):
        return None
    last = float(found["n"] or 0) / (1000 if (found["unit"] or "").lower() == "ms" else 1)
    return int(found["h"] or 0) * 3600 + int(found["m"] or 0) * 60 + last


def chain(error: BaseException) -> Iterator[BaseException]:
    """`error` and what caused it, outermost first."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting.append(one.__cause__ or (None if one.__suppress_context__ else one.__context__))
        waiting += [arg for arg in one.args if isinstance(arg, BaseException)]  # httpcore's way
        if isinstance(one, BaseExceptionGroup):
            waiting += cast("BaseExceptionGroup[BaseException]", one).exceptions


def asked_for(error: Exception, what: str) -> float | None:
    """The timeout (`read`, `connect` …) in seconds that the failed request had, where it is known."""
    for one in chain(error):
        try:
            request: Any = getattr(one, "request", None)
        except RuntimeError:  # httpx: "The .request property has not been set."
            continue
        if (wait := _number(getattr(request, "extensions", {}).get("timeout", {}).get(what))) is not None:
            return wait
    return None
