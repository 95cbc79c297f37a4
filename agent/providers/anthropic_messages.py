"""Claude, over Anthropic's Messages API, and whoever speaks it, too."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from . import prices
from .anthropic_input import Block, estimate, files_of, messages, seals, tools
from .anthropic_models import Ask, ask, label
from .anthropic_reply import Reply
from .base import FinishPiece, Piece, Prompt, UsagePiece
from .call_parts import call_ids
from .clients import Clients
from .endpoint import Endpoint
from .failures import empty, failure, filtered, incomplete, length, no_key, too_long
from .http_client import options

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic, AsyncStream

ASKED = 7  # times at most that one step is asked for, each time for less
LINGERS = 0.25  # seconds that a server has to end its stream after the last event, so that the connection can be kept
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Learnt:
    """What the server has taught us about a model: how it wants to be asked, and which thoughts it will not hear."""

    ask: Ask
    left_out: set[str] = field(default_factory=set[str])


LEARNT: WeakKeyDictionary[Clients, dict[tuple[Endpoint, str, str], Learnt]] = WeakKeyDictionary()


class AnthropicMessages:
    """A Provider: the model `name` at `endpoint`. `effort`: low, medium, high, xhigh or max."""

    def __init__(
        self, name: str, endpoint: Endpoint, clients: Clients, *, effort: str = "medium", budget: int = 100_000
    ) -> None:
        self.model = f"anthropic:{name}"
        self.label = label(name)
        self.budget = budget
        self._name = name
        self._endpoint = endpoint
        self._clients = clients
        self._effort = effort
        self._vendor = f"anthropic:{endpoint.url}:{name}"

    def price(self, usage: UsagePiece) -> float | None:
        return prices.price(self._endpoint, self._name, usage)

    async def prepare(self) -> None:
        """Makes the client now, so that the first step need not wait for it."""
        try:
            await self._clients.get(self._endpoint, client)
        except Exception:
            logger.debug("the client could not be made beforehand", exc_info=True)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        if not self._endpoint.key and not self._endpoint.local:
            raise no_key(self._endpoint)
        files = await files_of(prompt)
        try:
            made: AsyncAnthropic = await self._clients.get(self._endpoint, client)
        except Exception as error:
            raise failure(error, self._endpoint, self._name) from None
        if not self._endpoint.local:
            sent = estimate(prompt.system, tools(prompt), messages(prompt.parts, vendor=self._vendor, files=files))
            yield UsagePiece(input=sent, estimated=True)
        reply = Reply(self._vendor, call_ids(prompt.parts))
        try:
            opened = await self._open(made, prompt, files)
            async with opened, aclosing(_events(opened)) as events:
                async for event in events:
                    for piece in reply.take(event):
                        yield piece
                    if reply.whole:
                        await _drain(events)
                        break
        except _failures() as error:
            raise failure(error, self._endpoint, self._name) from None
        for piece in self._finish(reply):
            yield piece

    async def _open(self, made: AsyncAnthropic, prompt: Prompt, files: dict[str, Block]) -> AsyncStream[Any]:
        """The stream; where the server refuses something that can be left out, without it."""
        from anthropic import APIStatusError

        learnt = self._learnt()
        wanted, left_out = learnt.ask, learnt.left_out
        for again in range(ASKED, 0, -1):
            said = messages(prompt.parts, vendor=self._vendor, files=files, left_out=left_out)
            fields = wanted.fields()
            if prompt.system:
                fields["system"] = prompt.system
            if prompt.tools:
                fields["tools"] = tools(prompt)
            try:
                opened = await made.messages.create(model=self._name, messages=cast("Any", said), stream=True, **fields)
            except APIStatusError as error:
                less = wanted.less(_complaint(error)) if error.status_code in (400, 422) and again > 1 else None
                if less is None:
                    raise
                wanted = less
                if less.bare:
                    left_out = left_out | seals(prompt.parts, self._vendor)
            else:
                learnt.ask, learnt.left_out = wanted.lasting, left_out
                return opened
        raise AssertionError("the last time returns or raises")

    def _finish(self, reply: Reply) -> list[Piece]:
        """The last pieces. Raises ProviderError where the reply is not what was asked for."""
        if not reply.begun:
            raise empty(self._endpoint)
        if not reply.whole:
            raise incomplete(self._endpoint)
        match reply.stop:
            case "tool_use":
                return [*reply.held, FinishPiece(reason="calls")]
            case "pause_turn":
                return [FinishPiece(reason="again")]
            case "refusal":
                raise filtered(self._endpoint, reply.explanation)
            case "max_tokens":
                raise length(self._endpoint)
            case "model_context_window_exceeded":
                raise too_long(self._endpoint)
            case _:
                return [FinishPiece(reason="stop")]

    def _learnt(self) -> Learnt:
        known = LEARNT.setdefault(self._clients, {})
        key = (self._endpoint, self._name, self._effort)
        return known.setdefault(key, Learnt(ask=ask(self._name, self._effort)))


def client(endpoint: Endpoint) -> AsyncAnthropic:
    """A client of Anthropic's SDK. Blocks for up to 3 s the first time, so call it in a thread."""
    import httpx2
    from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient

    if not endpoint.local:  # else it is free
        prices.warm()
    http = options(endpoint)
    url = endpoint.url.rstrip("/").removesuffix("/v1")  # the SDK adds it
    key = endpoint.key or "none"  # given in any case, or the SDK looks for one by itself
    host = httpx2.URL(url).host
    elsewhere = host != "anthropic.com" and not host.endswith(".anthropic.com")
    made = AsyncAnthropic(
        api_key=key,
        base_url=url,
        max_retries=0,
        timeout=http["timeout"],
        http_client=DefaultAsyncHttpxClient(**http),
        default_headers={"x-api-key": key} if elsewhere else None,  # the older way, which others know
    )
    made.messages  # noqa: B018 - imported on first use, and better here than on the loop
    return made


async def _events(opened: AsyncStream[Any]) -> AsyncGenerator[dict[str, Any], None]:
    """The stream's events as they were sent. Raises as the SDK does: APIStatusError, httpx2.HTTPError, ValueError."""
    from anthropic import APIStatusError

    async for sent in opened.raw_events(opened.response):
        event = sent.json() if sent.data else None
        if not isinstance(event, dict):
            continue
        event = cast("dict[str, Any]", event)
        if event.get("type") == "error" or sent.event == "error":
            raise APIStatusError(sent.data, response=opened.response, body=event)
        yield event


async def _drain(events: AsyncGenerator[dict[str, Any], None]) -> None:
    with suppress(Exception):
        async with asyncio.timeout(LINGERS):
            async for _ in events:
                pass


def _complaint(error: Any) -> str:
    return error.api_message or str(error.body or error)


def _failures() -> tuple[type[Exception], ...]:
    """What the SDK and what is below it raise."""
    import httpx2
    from anthropic import AnthropicError
    from anyio import EndOfStream

    sdk = (AnthropicError, httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, EndOfStream)
    return (*sdk, OSError, ValueError, TypeError, RecursionError)  # a broken TLS connection is an OSError as it is
