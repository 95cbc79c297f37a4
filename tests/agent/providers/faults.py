"""A table of what can go wrong: how each vendor's server does it, and how it is heard through the real adapters."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from agent.errors import FAILURES, ProviderError
from agent.providers import anthropic_messages, openai_client
from agent.providers.anthropic_messages import AnthropicMessages
from agent.providers.base import Prompt, TextPiece, UserText
from agent.providers.clients import Clients
from agent.providers.endpoint import Endpoint
from agent.providers.openai_chat import OpenAIChat
from agent.providers.openai_responses import OpenAIResponses
from tests.agent.providers.frames import Messages, Responses, chat_text
from tests.agent.providers.upstream import Reply, Stream, Upstream

KEY = "sk-proj-Zq81kkVnM3rT0aLw"
PROMPT = Prompt(parts=(UserText(author="Ann", content="Hello"),))
SILENCE = 0.25  # seconds that the clients of these tests wait


class Far(Endpoint):
    """The upstream of these tests, as if it were not on this machine."""

    __slots__ = ()

    @property
    def local(self) -> bool:
        return False


@dataclass(frozen=True, kw_only=True)
class Dialect:
    provider: Callable[..., Any]
    make: Callable[[Endpoint], Any]
    vendor: str
    title: str
    begin: Callable[[], list[Any]]
    """An answer that has said "Hel" and goes on."""


def _responses() -> list[Any]:
    said = Responses()
    return [Stream(), *said.created(), *said.text("Hel", done=False)]


def _messages() -> list[Any]:
    said = Messages()
    return [Stream(), *said.start(), *said.text("Hel", done=False)]


DIALECTS = {
    "responses": Dialect(
        provider=OpenAIResponses, make=openai_client.client, vendor="openai", title="OpenAI", begin=_responses
    ),
    "chat": Dialect(
        provider=OpenAIChat,
        make=openai_client.client,
        vendor="compat",
        title="Compatible server",
        begin=lambda: [Stream(), chat_text("Hel")],
    ),
    "ollama": Dialect(
        provider=OpenAIChat,
        make=openai_client.client,
        vendor="ollama",
        title="Ollama",
        begin=lambda: [Stream(), chat_text("Hel")],
    ),
    "anthropic": Dialect(
        provider=AnthropicMessages,
        make=anthropic_messages.client,
        vendor="anthropic",
        title="Anthropic",
        begin=_messages,
    ),
}
CLOUDS = ("responses", "chat", "anthropic")
OPENAI = ("responses", "chat")


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What came of a step: the text before the failure, and the failure."""

    text: str
    error: ProviderError


async def ask(
    dialect: str,
    url: str,
    *,
    key: str = KEY,
    prompt: Prompt = PROMPT,
    impatiently: bool = True,
    began: asyncio.Event | None = None,
) -> Heard:
    """Asks for a step that must fail. `impatiently`: with a client that does not wait for long; `began` is set at the
    first text."""
    kind = DIALECTS[dialect]
    endpoint = (Endpoint if dialect == "ollama" else Far)(vendor=kind.vendor, title=kind.title, url=url, key=key)
    clients = Clients()

    def impatient(endpoint: Endpoint) -> Any:
        made = kind.make(endpoint)
        made.timeout = httpx2.Timeout(connect=5, read=SILENCE, write=5, pool=5)
        return made

    said: list[str] = []

    async def listen() -> None:
        async with aclosing(kind.provider("m-1", endpoint, clients).stream(prompt)) as stream:
            async for piece in stream:
                if isinstance(piece, TextPiece):
                    said.append(piece.text)
                    if began:
                        began.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1,localhost")
        try:
            if impatiently:
                await clients.get(endpoint, impatient)
            with pytest.raises(ProviderError) as caught:
                await listen()
        finally:
            await clients.close()
    fit_to_be_shown(str(caught.value), key)
    assert caught.value.kind in FAILURES
    return Heard(text="".join(said), error=caught.value)


LEAKS = re.compile(
    r"Traceback|File \"|[A-Z]\w+(?:Error|Exception)\b|Error code|/home/|/Users/|/srv/|[A-Z]:\\|://[^\s?]+[?@]|<\w|</|\b[45]\d\d\b"
)


def fit_to_be_shown(sentence: str, key: str = KEY) -> None:
    """A sentence or two, on one line, with nothing in it that is nobody's business."""
    assert sentence[0].isalnum(), sentence
    assert sentence.endswith((".", "?", "!")), sentence
    assert len(sentence) <= 400, sentence
    assert sentence.isprintable(), sentence
    assert "None" not in sentence, sentence
    assert not LEAKS.search(sentence), sentence
    for secret in (key, key.strip(), key[:12]):
        assert not secret or secret not in sentence, sentence


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the table: what the server does, and what is to be heard of it."""

    kind: str
    says: str
    to: Sequence[str] = CLOUDS
    does: Callable[[str], list[Any]]
    retry: bool = False
    after: float | None = None
    text: str = ""
    """What was said before it went wrong."""
    path: str = "/v1"


def refuses(
    status: int, message: str = "", code: Any = None, type: str = "", **headers: str
) -> Callable[[str], list[Any]]:
    """A refusal as the vendor of each dialect words it."""

    def does(dialect: str) -> list[Any]:
        error = {"message": message, "type": type or "invalid_request_error", "param": None, "code": code}
        body: Any = {"error": error}
        if dialect == "anthropic":
            body = {"type": "error", "error": {"type": type, "message": message}, "request_id": "req_1"}
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        return [Reply(status=status, body=body, headers=sent)]

    return does


def page(status: int) -> Callable[[str], list[Any]]:
    text = "<!DOCTYPE html><html><head><title>Hi</title></head><body>not here</body></html>"
    return lambda dialect: [Reply(status=status, body=text, type="text/html")]


def after_hel(*steps: Any) -> Callable[[str], list[Any]]:
    return lambda dialect: [*DIALECTS[dialect].begin(), *steps]


ROOTS = ("/chat/completions", "/responses", "/v1/messages")


def cases(table: Mapping[str, Row]) -> list[Any]:
    return [pytest.param(dialect, row, id=f"{name}-{dialect}") for name, row in table.items() for dialect in row.to]


async def check(dialect: str, row: Row) -> None:
    path = "" if dialect == "anthropic" else row.path  # its SDK adds the /v1
    async with Upstream(paths=[*ROOTS, *(f"/v1{root}" for root in ROOTS)]) as upstream:
        upstream.plays(*row.does(dialect))
        heard = await ask(dialect, upstream.url + path)
        assert len(upstream.requests) == 1, "nobody but the loop tries again"
    assert heard.error.kind == row.kind, heard.error
    assert re.search(row.says, str(heard.error)), heard.error
    assert (heard.error.retry, heard.error.retry_after) == (row.retry, row.after)
    assert heard.text == row.text
