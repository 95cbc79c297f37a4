"""The OpenAI SDK's client, and how both its adapters stream: the events as the objects they came as.

The SDK's own event classes are left out on purpose. Its first `response.completed` builds validators for all of them,
which holds the event loop for half a second; and what a server must see again unmodified is best never modified.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Set
from typing import Any, cast
from weakref import WeakKeyDictionary

from . import prices
from .clients import Clients
from .endpoint import Endpoint
from .failures import empty, failure
from .http_client import options

PASSING = {"echoes"}  # refused because of one conversation, so the next may have it again
logger = logging.getLogger(__name__)
_refused: WeakKeyDictionary[Any, dict[str, set[str]]] = WeakKeyDictionary()


def client(endpoint: Endpoint) -> Any:
    """The SDK's client of `endpoint`; blocks for a second or two, most of it imports. For `Clients.get`."""
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient

    if not endpoint.local:  # else it is free
        prices.warm()
    http = options(endpoint)
    made = AsyncOpenAI(
        api_key=endpoint.key or "none",  # the SDK wants one, even where the server does not
        base_url=endpoint.url,
        max_retries=0,
        timeout=http["timeout"],
        http_client=DefaultAsyncHttpxClient(**http),
    )
    if endpoint.vendor != "openai":  # taken from the environment, and nobody else's business
        made.organization = made.project = None
    return made


async def connect(clients: Clients, endpoint: Endpoint, name: str) -> Any:
    """The client. Raises ProviderError."""
    try:
        return await clients.get(endpoint, client)
    except Exception as error:
        raise failure(error, endpoint, name) from None


async def prepare(clients: Clients, endpoint: Endpoint) -> None:
    """Makes the client, and never fails: whoever needs it will hear why."""
    try:
        await clients.get(endpoint, client)
    except Exception:
        logger.debug("a client could not be made", exc_info=True)


def refused(connection: Any, name: str) -> set[str]:
    """What the model `name` has refused so far of what it was asked for, in the words of its adapter."""
    return _refused.setdefault(connection, {}).setdefault(name, set())


async def events(
    connection: Any,
    endpoint: Endpoint,
    name: str,
    *,
    path: str,
    body: Callable[[Set[str]], dict[str, Any]],
    cure: Callable[[Any, Set[str]], str],
    patience: Callable[[], float | None],
) -> AsyncGenerator[dict[str, Any], None]:
    """Posts `body(what was refused)` and yields what comes back. Raises ProviderError.

    `cure(error, refused)` says what the next try should do without, or nothing. `patience` is asked before each event:
    seconds to wait for it, None for as long as the connection may be silent; once it is a number, the answer is whole,
    and what breaks after that does not matter.
    """
    some = False
    try:
        async with await _post(connection, name, path, body, cure) as stream:
            while True:
                try:
                    async with asyncio.timeout(patience()):
                        event = await anext(stream)
                except StopAsyncIteration:
                    break
                if isinstance(event, dict):
                    some = True
                    yield cast("dict[str, Any]", event)
    except _errors() as error:
        if patience() is None:
            raise failure(error, endpoint, name) from None
    if not some:
        raise empty(endpoint)


async def _post(
    connection: Any,
    name: str,
    path: str,
    body: Callable[[Set[str]], dict[str, Any]],
    cure: Callable[[Any, Set[str]], str],
) -> Any:
    from openai import APIStatusError, AsyncStream

    known = refused(connection, name)
    without = set(known)
    while True:
        try:
            stream = await connection.post(
                path,
                cast_to=object,
                body=body(without),
                options={"security": {"bearer_auth": True}},
                stream=True,
                stream_cls=AsyncStream[object],
            )
        except APIStatusError as error:
            what = cure(error, without)
            if not what or what in without:
                raise
            without.add(what)
        else:
            known.update(without - PASSING)
            return stream


def _errors() -> tuple[type[Exception], ...]:
    import httpx2
    from openai import OpenAIError

    sdk = (OpenAIError, httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL)
    return (*sdk, OSError, ValueError, TypeError, RecursionError)  # what cannot be read raises these as they are
