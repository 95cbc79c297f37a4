"""One step of a provider, heard to its end."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from agent.errors import ProviderError
from agent.providers.base import (
    AnswerText,
    CallPiece,
    EndPiece,
    FinishPiece,
    Part,
    Piece,
    Prompt,
    Provider,
    Reasoning,
    TextPiece,
    ThinkingPiece,
    ToolCall,
    ToolResult,
    ToolSpec,
    UsagePiece,
    UserText,
    WholePiece,
)

ADD = ToolSpec(
    name="add",
    description="Adds two numbers.",
    schema={"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}},
)


@dataclass
class Heard:
    """What came of a step: `thoughts` and `answers` as people would see them, each stretch by itself."""

    pieces: list[Piece] = field(default_factory=list)
    error: ProviderError | None = None

    @property
    def thoughts(self) -> list[str]:
        return [content for kind, content in self._stretches() if kind == "thinking"]

    @property
    def answers(self) -> list[str]:
        return [content for kind, content in self._stretches() if kind == "answer"]

    @property
    def calls(self) -> list[CallPiece]:
        return [piece for piece in self.pieces if isinstance(piece, CallPiece)]

    @property
    def usages(self) -> list[UsagePiece]:
        return [piece for piece in self.pieces if isinstance(piece, UsagePiece)]

    @property
    def finish(self) -> str | None:
        reasons = [piece.reason for piece in self.pieces if isinstance(piece, FinishPiece)]
        assert len(reasons) < 2
        return reasons[0] if reasons else None

    def parts(self) -> list[Part]:
        """What a session would remember of it, with every call answered `5`."""
        out: list[Part] = []
        for kind, content, echo in self._stretches_with_echo():
            out.append((Reasoning if kind == "thinking" else AnswerText)(content=content, echo=echo))
        out += [ToolCall(call=one.call, tool=one.tool, args=one.args, echo=one.echo) for one in self.calls]
        return [*out, *(ToolResult(call=one.call, tool=one.tool, ok=True, content="5") for one in self.calls)]

    def _stretches(self) -> list[tuple[str, str]]:
        return [(kind, content) for kind, content, _ in self._stretches_with_echo()]

    def _stretches_with_echo(self) -> list[tuple]:
        out: list[list] = []
        for piece in self.pieces:
            match piece:
                case ThinkingPiece(text=text, new=new) | TextPiece(text=text, new=new):
                    kind = "thinking" if isinstance(piece, ThinkingPiece) else "answer"
                    if new or not out or out[-1][0] != kind or out[-1][3]:
                        out.append([kind, "", None, False])
                    out[-1][1] += text
                case EndPiece(kind=kind, echo=echo):
                    if not out or out[-1][0] != kind or out[-1][3]:
                        out.append([kind, "", None, False])
                    out[-1][2:] = [echo, True]
                case WholePiece(kind=kind, content=content):
                    out.append([kind, content, None, True])
                case _:
                    pass
        return [(kind, content, echo) for kind, content, echo, _ in out]


async def hear(provider: Provider, prompt: Prompt) -> Heard:
    heard = Heard()
    try:
        async with aclosing(provider.stream(prompt)) as stream:
            async for piece in stream:
                heard.pieces.append(piece)
    except ProviderError as error:
        heard.error = error
    return heard


def prompt(*parts: Part | str, tools: Sequence[ToolSpec] = (ADD,)) -> Prompt:
    """A prompt of these parts; text is what the owner said."""
    said = tuple(UserText(author="owner", content=part) if isinstance(part, str) else part for part in parts)
    return Prompt(parts=said, tools=tuple(tools), system="Be brief.")
