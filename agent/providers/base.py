"""What the loop and a provider say to each other: a prompt of parts goes in, pieces come out. Pure values."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

# ── in: the prompt ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class UserText:
    """What a person wrote."""

    author: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoning:
    """What the agent thought earlier."""

    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerText:
    """What the agent said earlier; possibly cut short, then a `Note` follows."""

    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    call: str
    tool: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    call: str
    tool: str
    ok: bool
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What happened that nobody said: the person stopped the answer, the server died, go on from here."""

    kind: Literal["stopped", "cut", "continue"]
    content: str


Part = UserText | Reasoning | AnswerText | ToolCall | ToolResult | Note


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool as a model sees it; `schema` is the JSON Schema of its arguments (an object)."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Everything a provider is sent for one step: the parts in the order in which they happened."""

    parts: tuple[Part, ...]
    tools: tuple[ToolSpec, ...] = ()
    system: str = ""


# ── out: pieces ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class ThinkingPiece:
    """A chunk of thinking. `new` begins another thought although the last piece was thinking, too."""

    text: str
    new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPiece:
    """A chunk of the answer, in markdown."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPiece:
    """A tool to call, complete. The loop runs a step's calls when the step has finished."""

    call: str
    tool: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePiece:
    """Tokens of this step as the provider counted them; a provider that counts none sends none."""

    input: int = 0
    output: int = 0
    reasoning: int = 0
    cached: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishPiece:
    """The step is whole: `calls` wants its tools run and another step, `stop` yields the floor.

    A stream that ends without one was cut, and its turn fails.
    """

    reason: Literal["stop", "calls"]


Piece = ThinkingPiece | TextPiece | CallPiece | UsagePiece | FinishPiece


class Provider(Protocol):
    """The adapter to one vendor, or the demo brain."""

    model: str
    """The id a session keeps, `provider:name`."""
    label: str
    """What people read on the badge."""

    def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        """One step. Raises ProviderError with a sentence for the person. `aclose()` closes the upstream."""
        ...
