"""What the tests of Claude say to it, and where."""

from __future__ import annotations

from contextlib import aclosing

from agent.providers.anthropic_messages import AnthropicMessages
from agent.providers.base import Part, Piece, Prompt, TextPiece, ToolSpec, UserText
from agent.providers.endpoint import Endpoint
from tests.agent.providers.frames import Messages
from tests.agent.providers.upstream import Upstream

ADD = ToolSpec(name="add", description="Adds.", schema={"type": "object", "properties": {"a": {"type": "integer"}}})
WHY = UserText(author="owner", content="Why is the sky blue?")
MODEL = "claude-sonnet-5-5"


def paid(upstream: Upstream, key: str = "sk-ant-1") -> Endpoint:
    """An address that is not this machine's by its looks, as a vendor's is not."""
    return Endpoint(vendor="anthropic", title="Anthropic", url=f"http://0.0.0.0:{upstream.port}", key=key)


def prompt(*parts: Part, tools: tuple[ToolSpec, ...] = (ADD,)) -> Prompt:
    return Prompt(parts=parts or (WHY,), tools=tools, system="Be kind.")


async def pieces(claude: AnthropicMessages, *parts: Part, said: list[Piece] | None = None) -> list[Piece]:
    """What a step said; `said` has it, too, where the step fails."""
    said = [] if said is None else said
    async with aclosing(claude.stream(prompt(*parts))) as stream:
        async for piece in stream:
            said.append(piece)
    return said


def text(said: list[Piece]) -> str:
    return "".join(piece.text for piece in said if isinstance(piece, TextPiece))


def plain(m: Messages, *words: str) -> list[bytes]:
    """A whole answer."""
    return [*m.start(), *m.text(*words), *m.stop()]
