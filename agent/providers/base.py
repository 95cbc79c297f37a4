"""What the loop and a provider say to each other: a prompt of parts goes in, pieces come out. Pure values."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from ..errors import NotFound

# ── in: the prompt ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with a message; its bytes are had by `Prompt.read(id)`. `size` in bytes."""

    id: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """What a vendor wants to see again, unmodified, with what it said; `vendor` is the only one that may.

    A provider chooses its own `vendor` string and gives back nothing whose string differs. `data` is JSON.
    """

    vendor: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserText:
    """What a person wrote."""

    author: str
    content: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoning:
    """What the agent thought earlier; empty where its vendor does not tell."""

    content: str
    echo: Echo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerText:
    """What the agent said earlier; possibly cut short, then a `Note` follows."""

    content: str
    echo: Echo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    call: str
    tool: str
    args: Mapping[str, Any]
    echo: Echo | None = None


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


def no_files(id: str) -> bytes:
    raise NotFound("That file is not here any more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Everything a provider is sent for one step: the parts in the order in which they happened.

    It only grows from step to step, but where somebody cleared or the session cut what came first. Every ToolCall
    has its ToolResult, after all calls of the same step. A step is what lies between two results, messages or notes.
    """

    parts: tuple[Part, ...]
    tools: tuple[ToolSpec, ...] = ()
    system: str = ""
    read: Callable[[str], bytes] = no_files
    """The bytes of an attachment by its id, from disk: call it in a thread. Raises StorageError, NotFound."""


# ── out: pieces ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class ThinkingPiece:
    """A chunk of thinking. `new` begins another thought although the last piece was thinking, too.

    An empty one with `new` opens a thought whose text comes later, or never: some vendors keep it to themselves.
    """

    text: str
    new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPiece:
    """A chunk of the answer, in markdown. `new` as above."""

    text: str
    new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndPiece:
    """The thinking or answer that is open is whole; `echo` is kept with it. Where none is open, an empty `kind` is
    opened first. Needed only for an echo: what follows ends it anyway."""

    kind: Literal["thinking", "answer"]
    echo: Echo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPiece:
    """A tool to call, complete. The loop runs a step's calls when the step has finished.

    `error` is a sentence for the model where the call cannot be run as it was written (its arguments were no JSON);
    the loop answers with it in place of the tool.
    """

    call: str
    tool: str
    args: Mapping[str, Any]
    echo: Echo | None = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePiece:
    """Tokens of this step so far; each one replaces the one before. A provider that counts none sends none.

    `input` has all that was sent, with `cached` (read from the vendor's cache) and `written` (to it) within;
    `reasoning` is within `output`. `cost_usd` where the vendor itself says what the step cost.
    A provider that is paid for sends an `estimated` one before it sends anything else, so that a stopped step counts.
    """

    input: int = 0
    output: int = 0
    reasoning: int = 0
    cached: int = 0
    written: int = 0
    cost_usd: float | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishPiece:
    """The step is whole: `calls` wants its tools run and another step, `again` another step at once, `stop` yields
    the floor.

    A stream that ends without one was cut, and its turn fails.
    """

    reason: Literal["stop", "calls", "again"]


# … and what an agent of somebody's own may say besides, which does all its steps in one stream


@dataclass(frozen=True, slots=True, kw_only=True)
class WholePiece:
    """A whole thought, as it is."""

    kind: Literal["thinking", "action", "observation"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressPiece:
    """How far the turn is, 0 to 100."""

    percent: int
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPiece:
    """A question to the person; `answer` is called, on the event loop, once it is answered. The stream goes on."""

    content: str
    answer: Callable[[str], None]
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UsePiece:
    """A tool to run at once; `observe` is called, on the event loop, with whether it went well and its result.
    The stream goes on."""

    tool: str
    args: Mapping[str, Any]
    observe: Callable[[bool, str], None]


OwnPiece = WholePiece | ProgressPiece | AskPiece | UsePiece
Piece = ThinkingPiece | TextPiece | EndPiece | CallPiece | UsagePiece | FinishPiece | OwnPiece


class Provider(Protocol):
    """The adapter to one vendor, the demo brain, or somebody's own agent."""

    model: str
    """The id a session keeps, `provider:name`."""
    label: str
    """What people read on the badge."""
    budget: int
    """About how many tokens of prompt it should be sent at the most (0: any); what comes first is left out then."""

    def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        """One step. Raises ProviderError with a sentence for the person. `aclose()` closes the upstream."""
        ...

    def price(self, usage: UsagePiece) -> float | None:
        """What a step costs in US dollars, as an estimate; 0 where it is free, None where nobody knows."""
        ...
