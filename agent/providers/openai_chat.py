"""Any server that speaks OpenAI's chat completions: on this machine, or OpenRouter, DeepSeek, Groq and many more."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping, Set
from contextlib import aclosing
from functools import partial
from typing import Any

from . import prices
from .attached import attached
from .base import Piece, Prompt, UsagePiece, WholePiece
from .call_parts import call_ids
from .chat_messages import alternating, messages, tool
from .chat_step import ChatStep
from .clients import Clients
from .endpoint import Endpoint
from .failures import no_key
from .openai_client import connect, events, prepare, refused
from .prompt_size import prompt_size

BUDGET = 100_000
LOCAL = 16_000  # tokens: what servers on people's own machines take, unless told otherwise
LACKS = {
    "tools": "This model cannot use tools, so it answers without them. For answers with tools, choose another model.",
    "files": "This model cannot look at the attached files, so it answers without them. To have them seen, choose "
    "another model.",
}


class OpenAIChat:
    """A model of such a server. `effort` is only sent where it is not "medium", since few servers know it."""

    def __init__(
        self, name: str, endpoint: Endpoint, clients: Clients, *, effort: str = "medium", budget: int = 0
    ) -> None:
        self.model = f"{endpoint.vendor}:{name}"
        self.label = name
        self.budget = budget or (LOCAL if endpoint.local else BUDGET)
        self._name = name
        self._endpoint = endpoint
        self._clients = clients
        self._effort = effort
        self._vendor = f"openai-chat:{endpoint.url}"

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        """One step. Raises ProviderError; `aclose()` closes the connection."""
        if not self._endpoint.key and self._endpoint.host.endswith("api.openai.com"):
            raise no_key(self._endpoint)
        if not self._endpoint.local:
            yield UsagePiece(input=prompt_size(prompt), estimated=True)
        connection = await connect(self._clients, self._endpoint, self._name)
        files = await attached(prompt)
        step = ChatStep(self._endpoint, self._name, vendor=self._vendor, taken=call_ids(prompt.parts))
        known = refused(connection, self._name)
        told = set(known)
        incoming = events(
            connection,
            self._endpoint,
            self._name,
            path="/chat/completions",
            body=lambda without: self._body(prompt, files, without),
            cure=partial(_cure, files=bool(files)),
            patience=step.patience,
        )
        async with aclosing(incoming):
            async for chunk in incoming:
                for lack in LACKS.keys() & known - told:
                    told.add(lack)
                    yield WholePiece(kind="thinking", content=LACKS[lack])
                for piece in step.read(chunk):
                    yield piece
        for piece in step.end():
            yield piece

    def price(self, usage: UsagePiece) -> float | None:
        return prices.price(self._endpoint, self._name, usage)

    async def prepare(self) -> None:
        """Makes ready what the first step would wait for; never fails."""
        await prepare(self._clients, self._endpoint)

    def _body(self, prompt: Prompt, files: Mapping[str, bytes], without: Set[str]) -> dict[str, Any]:
        sent = messages(
            prompt,
            files,
            self._vendor,
            thoughts="thoughts" not in without,
            padded="padding" in without,
            blind="files" in without,
        )
        body: dict[str, Any] = {
            "model": self._name,
            "messages": alternating(sent) if "repeats" in without else sent,
            "stream": True,
        }
        if "stream_options" not in without:
            body["stream_options"] = {"include_usage": True}
        if prompt.tools and "tools" not in without:
            body["tools"] = [tool(spec) for spec in prompt.tools]
        if "thinking" in without:
            body["reasoning_effort"] = "none"
        elif self._effort != "medium" and "effort" not in without:
            body["reasoning_effort"] = self._effort
        return body


CURES = (  # what to do without → the words in which some server asks for it
    ("stream_options", r"stream_options|include_usage"),
    ("tools", r"not support (?:\w+ )?(?:tool|function)|support tool use|tool-call-parser|tools param requires"),
    ("padding", r"reasoning_content\W.*(?:must be|passed back|missing|required)|missing.*reasoning_content"),
    ("thoughts", r"reasoning(?:_content|_details)?\W.*(?:unsupported|not permitted|unexpected|extra)"),
    ("thinking", r"set reasoning_effort to .?none"),
    ("effort", r"reasoning[_.]effort"),
    ("repeats", r"must alternate"),
)
BLIND = re.compile(
    r"image_url|image input|support\w* (?:\w+ )?(?:images?|vision|files?|pdfs?)\b|mmproj|multimodal|0 image\(s\)"
    r"|content must be a string|unknown variant .?(?:image|file)|either .text. or|invalid content type",
    re.I,
)


def _cure(error: Any, without: Set[str], *, files: bool) -> str:
    """What the request should do without, as far as the server's words say so; they have no codes for it."""
    if error.status_code in (401, 402, 403, 429):
        return ""
    text = str(error)
    if files and "files" not in without and BLIND.search(text):
        return "files"
    return next((cure for cure, words in CURES if cure not in without and re.search(words, text, re.I | re.S)), "")
