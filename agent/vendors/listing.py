"""What a key really gives access to: the models that a vendor, or a server of the OpenAI kind, lists itself.

Asked without the vendors' SDKs, whose import takes up to 2 s: it is one GET.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from ..errors import ProviderError
from ..providers.defaults import URLS
from ..providers.endpoint import Endpoint
from ..providers.failures import failure
from .keys import same_server

if TYPE_CHECKING:
    import httpx2

SECONDS = 8.0  # for all of it; people wait for the list with the picker open
MOST = 8 << 20  # bytes of a list; the longest known have less than 1 MB
MODELS = 1000
VERSION = "2026-10-21"  # of Anthropic's API, as its SDK says
NAME = re.compile(r"\S{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A model as its server lists it. `created` in Unix seconds, 0 if unknown; `ends` a day, as 2027-01-14."""

    name: str
    label: str = ""
    created: int = 0
    ends: str = ""


def is_name(text: str) -> bool:
    """Whether a model may be called so: in one word, and all of it to be seen."""
    return NAME.fullmatch(text) is not None and text.isprintable()


async def listed(
    endpoint: Endpoint, *, seconds: float = SECONDS, connect: float = 4.0, strict: bool = False
) -> list[Listed]:
    """The models at `endpoint`, in the server's order. Raises ProviderError with a sentence, in `seconds` at most.

    `strict` believes only what looks like a list of the OpenAI kind: whatever answers there may be something else.
    """
    import httpx2

    try:
        async with asyncio.timeout(seconds):
            client = await asyncio.to_thread(_client, endpoint, connect, seconds)  # TLS is 100 ms of work
            async with client:
                status, body = await _got(client, endpoint)
    except (TimeoutError, httpx2.ReadTimeout) as error:
        raise ProviderError(
            f"No answer from {endpoint.host} for {seconds:g} s. Try again.", kind="timeout", retry=True
        ) from error
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
        raise failure(error, endpoint, "") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError) as error:
        raise ProviderError(f"{endpoint.host} hung up without an answer.", kind="unreachable", retry=True) from error
    if status != 200:
        raise _refusal(endpoint, status, body)
    models = _models(body, strict=strict)
    if models is None:
        raise ProviderError(f"What answers at {endpoint.host} lists no models. {_address(endpoint)}", kind="no_server")
    return models


def _client(endpoint: Endpoint, connect: float, seconds: float) -> httpx2.AsyncClient:
    import httpx2

    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(seconds, connect=connect),
        follow_redirects=False,  # a key stays where it was meant to go
        trust_env=not endpoint.local,  # nor does a proxy get to see this machine's own
    )


async def _got(client: httpx2.AsyncClient, endpoint: Endpoint) -> tuple[int, bytes]:
    headers = {"accept-encoding": "identity"}
    if endpoint.key:
        headers["Authorization"] = f"Bearer {endpoint.key}"
    if endpoint.vendor == "anthropic":
        url = f"{endpoint.url}/v1/models?limit={MODELS}"
        headers["anthropic-version"] = VERSION
        if not same_server(endpoint.url, URLS["anthropic"]):  # those of its kind may know only the older header
            headers["x-api-key"] = endpoint.key
    else:
        url = f"{endpoint.url}/models"
    body = bytearray()
    async with client.stream("GET", url, headers=headers) as response:
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            return response.status_code, b""  # it may be huge when it is unpacked
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > MOST:
                return response.status_code, b""
    return response.status_code, bytes(body)


# ── what came ────────────────────────────────────────────────────────────────────────────────────────────


def _models(body: bytes, *, strict: bool) -> list[Listed] | None:
    try:
        data: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(data, dict):
        known = cast("dict[str, Any]", data)
        if "data" in known and not known["data"]:  # Ollama without models says null
            return [] if known.get("object") == "list" or not strict else None
        data = known.get("data")
    elif strict:
        return None
    if not isinstance(data, list):
        return None
    entries = cast("list[Any]", data)[:MODELS]
    models = {model.name: model for entry in entries if (model := _model(entry))}
    return list(models.values()) if models or not entries else None


def _model(entry: object) -> Listed | None:
    if not isinstance(entry, Mapping):
        return None
    known = cast("Mapping[str, object]", entry)
    name, created, ends = known.get("id"), known.get("created"), known.get("retires_at")
    if not isinstance(name, str) or not is_name(name):
        return None
    label = known.get("display_name") or known.get("name")
    return Listed(
        name=name,
        label=" ".join(label.split())[:80] if isinstance(label, str) and label.isprintable() else "",
        created=created if isinstance(created, int) else 0,
        ends=ends[:10] if isinstance(ends, str) and re.match(r"\d{4}-\d\d-\d\d", ends) else "",
    )


# ── what went wrong ──────────────────────────────────────────────────────────────────────────────────────


def _refusal(endpoint: Endpoint, status: int, body: bytes) -> ProviderError:
    who = endpoint.called
    said = body[:4000].decode("utf-8", "replace").lower()
    if status == 401 or (status in (400, 403) and "api key" in said):
        if not endpoint.key:
            return ProviderError(f"{who} wants a key.", kind="no_key")
        return ProviderError(f"{who} refused this key. Copy it again, whole, or make a new one.", kind="bad_key")
    if status == 403 and "scope" in said:  # a restricted key that may answer, but not list
        return ProviderError("This key may not list models: type the name of one.", kind="forbidden")
    if status == 403:
        sentence = f"{who} does not let this key in. Look at its rights, and whether {who} serves your country."
        return ProviderError(sentence, kind="bad_key")
    if status == 429:
        return ProviderError(f"{who} gets too many requests. Try again in a moment.", kind="rate_limited", retry=True)
    if status >= 500 and status != 501:
        return ProviderError(f"{who} is overloaded or out of order. Try again.", kind="overloaded", retry=True)
    if status in (404, 405, 501) or 300 <= status < 400:
        sentence = f"There is no list of models at {endpoint.host}. {_address(endpoint)}"
        return ProviderError(sentence, kind="no_server")
    return ProviderError(f"{who} does not say which models it has. Type the name of one.", kind="refused")


def _address(endpoint: Endpoint) -> str:
    ends = re.search(r"/v\d+\w*$", urlsplit(endpoint.url).path) is not None
    if ends and endpoint.vendor == "anthropic":
        return "Should the address end without /v1?"
    if ends or endpoint.vendor == "anthropic":
        return "If the address is right, type a model's name."
    return "Should the address end in /v1?"
