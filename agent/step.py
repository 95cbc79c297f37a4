"""One stream of pieces, written down as thoughts."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import asdict, replace
from typing import Any, Literal, Protocol, assert_never

from .events import Kind
from .pen import Pen
from .providers.base import (
    AskPiece,
    CallPiece,
    Echo,
    EndPiece,
    FinishPiece,
    Piece,
    ProgressPiece,
    TextPiece,
    ThinkingPiece,
    UsagePiece,
    UsePiece,
    WholePiece,
)
from .sound import finite
from .writer import Writer

Aside = ProgressPiece | AskPiece | UsePiece


class Step:
    """What came of one stream: `calls` that it wants run, `reason` it finished for (None: it did not), `usage` as last
    told, the `written` characters, and whether anything was `shown`."""

    def __init__(self, pen: Pen, aside: Callable[[Aside], None]) -> None:
        self.calls: list[CallPiece] = []
        self.reason: Literal["stop", "calls", "again"] | None = None
        self.usage: UsagePiece | None = None
        self.written = 0
        self.shown = False
        self._pen = pen
        self._aside = aside
        self._writer: Writer | None = None

    async def take(self, stream: AsyncGenerator[Piece, None]) -> None:
        """Reads `stream` to its end, and closes it whatever happens. Raises what it raises, and StorageError."""
        async with aclosing(stream):
            async for piece in stream:
                self._take(piece)
        self._end()

    def _take(self, piece: Piece) -> None:
        match piece:
            case ThinkingPiece():
                self._write("thinking", piece.text, piece.new)
            case TextPiece():
                self._write("answer", piece.text, piece.new)
            case EndPiece():
                if self._writer is None or self._writer.kind != piece.kind:
                    self._open(piece.kind)
                self._end(piece.echo)
            case CallPiece():
                piece = replace(piece, args=finite(piece.args))
                self.calls.append(piece)
                self.written += len(json.dumps(piece.args))
                self._open("action", call=piece.call, tool=piece.tool, args=piece.args).write(spelt(piece))
                if piece.echo:  # else it ends when its successor begins, or the step
                    self._end(piece.echo)
            case UsagePiece():
                self.usage = piece
            case FinishPiece():
                self.reason = piece.reason
            case WholePiece():
                self._open(piece.kind).write(piece.content)
                self._end()
            case ProgressPiece() | AskPiece() | UsePiece():
                self._end()
                self.shown = True
                self._aside(piece)
            case _:
                assert_never(piece)

    def _write(self, kind: Kind, text: str, new: bool) -> None:
        writer = self._writer
        if writer is None or new or writer.kind != kind:
            if not text and not new:
                return
            writer = self._open(kind)
        writer.write(text)
        self.written += len(text)

    def _open(self, kind: Kind, **more: Any) -> Writer:
        self._end()
        self._writer = self._pen.open(kind, **more)
        self.shown = True
        return self._writer

    def _end(self, echo: Echo | None = None) -> None:
        if self._writer:
            self._pen.end(self._writer, echo=asdict(echo) if echo else None)
            self._writer = None


class Called(Protocol):
    """A call, in whatever form."""

    @property
    def tool(self) -> str | None: ...
    @property
    def args(self) -> Mapping[str, Any] | None: ...


def spelt(call: Called) -> str:
    """`convert(value=5, unit="km")`: a call as people read it."""
    args: Mapping[str, Any] = call.args or {}
    return f"{call.tool}({', '.join(f'{k}={json.dumps(v, ensure_ascii=False)}' for k, v in args.items())})"
