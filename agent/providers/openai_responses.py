"""OpenAI's own models, by the Responses API: the only one that shows their thoughts while they use tools."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping, Set
from contextlib import aclosing
from typing import Any

from . import prices
from .attached import attached
from .base import Piece, Prompt, UsagePiece, WholePiece
from .call_parts import call_ids
from .clients import Clients
from .endpoint import Endpoint
from .failures import incomplete, no_key
from .openai_client import connect, events, prepare, refused
from .prompt_size import prompt_size
from .responses_input import items, tool
from .responses_step import ResponsesStep

BUDGET = 100_000
UNTHINKING = re.compile(r"(?:ft:)?(?:gpt-4|gpt-3|chatgpt)")
UNVERIFIED = (
    "OpenAI shows the thoughts of this model only to verified organisations. "
    "To see them here, verify yours in the settings of your OpenAI account."
)


class OpenAIResponses:
    """A model of OpenAI's, or of a server that speaks the Responses API as well. Keeps nothing at the vendor."""

    def __init__(
        self, name: str, endpoint: Endpoint, clients: Clients, *, effort: str = "medium", budget: int = 0
    ) -> None:
        self.model = f"{endpoint.vendor}:{name}"
        self.label = name
        self.budget = budget or BUDGET
        self._name = name
        self._endpoint = endpoint
        self._clients = clients
        self._effort = effort
        self._vendor = f"openai-responses:{endpoint.url}:{name}"

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        """One step. Raises ProviderError; `aclose()` closes the connection."""
        if self._endpoint.vendor == "openai" and not self._endpoint.key:
            raise no_key(self._endpoint)
        if not self._endpoint.local:
            yield UsagePiece(input=prompt_size(prompt), estimated=True)
        connection = await connect(self._clients, self._endpoint, self._name)
        files = await attached(prompt)
        step = ResponsesStep(self._endpoint, self._name, vendor=self._vendor, taken=call_ids(prompt.parts))
        known = refused(connection, self._name)
        told = "summary" in known
        incoming = events(
            connection,
            self._endpoint,
            self._name,
            path="/responses",
            body=lambda without: self._body(prompt, files, without),
            cure=_cure,
            patience=step.patience,
        )
        async with aclosing(incoming):
            async for event in incoming:
                if not told and "summary" in known:
                    told = True
                    yield WholePiece(kind="thinking", content=UNVERIFIED)
                for piece in step.read(event):
                    yield piece
        if not step.whole:
            raise incomplete(self._endpoint)

    def price(self, usage: UsagePiece) -> float | None:
        return prices.price(self._endpoint, self._name, usage)

    async def prepare(self) -> None:
        """Makes ready what the first step would wait for; never fails."""
        await prepare(self._clients, self._endpoint)

    def _body(self, prompt: Prompt, files: Mapping[str, bytes], without: Set[str]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._name,
            "input": items(prompt, files, "" if "echoes" in without else self._vendor),
            "stream": True,
            "store": False,
        }
        if prompt.system:
            body["instructions"] = prompt.system
        if prompt.tools and "tools" not in without:
            body["tools"] = [tool(spec) for spec in prompt.tools]
            if "parallel_tool_calls" not in without:
                body["parallel_tool_calls"] = True
        if not UNTHINKING.match(self._name) and "reasoning" not in without:
            if "include" not in without:
                body["include"] = ["reasoning.encrypted_content"]
            reasoning = {"effort": self._effort, "summary": "auto"}
            if reasoning := {key: value for key, value in reasoning.items() if key not in without}:
                body["reasoning"] = reasoning
        return body


def _cure(error: Any, without: Set[str]) -> str:
    """What the request should do without, as far as `error` says so."""
    text, param, code = str(error), str(error.param or ""), str(error.code or "")
    if code == "invalid_encrypted_content" or re.search(r"without its required|not persisted", text):
        return "echoes"  # of another account, or of before something was cut off
    if error.status_code not in (400, 422):
        return ""
    if param == "reasoning.summary" or re.search(r"reasoning summar|reasoning\.summary", text):
        return "summary"
    if param == "reasoning.effort" and code == "unsupported_value":
        return "effort"
    if param in ("include", "parallel_tool_calls"):
        return param
    if param.startswith("reasoning") or (not param and re.search(r"\breasoning\b", text)):
        return "reasoning"
    return ""
