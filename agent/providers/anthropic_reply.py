"""Anthropic's events as pieces: one reply as it streams in. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from ..sound import sound
from .base import CallPiece, Echo, EndPiece, Piece, TextPiece, ThinkingPiece, UsagePiece
from .call_parts import new_id
from .loose_json import count, kept, mapping, number, text, whole

Block = dict[str, Any]
BROKEN = "The arguments of this call were no JSON object, so it was not run. Call the tool again with valid arguments."


class Reply:
    """`take` gives the pieces of one event. `begun` is whether any came, `whole` whether the last one did.

    `stop` is why the reply ended, with `explanation` where it was refused. `held` are calls that could not be read:
    they are said only where tools are to be run, as a reply that was cut short has them, too. `taken` are the ids of
    earlier calls.
    """

    def __init__(self, vendor: str, taken: Iterable[str] = ()) -> None:
        self.begun = False
        self.whole = False
        self.stop = ""
        self.explanation = ""
        self.held: list[CallPiece] = []
        self._vendor = vendor
        self._taken = set(taken)
        self._blocks: dict[int, Block] = {}
        self._chunks: dict[int, list[str]] = {}
        self._kept: list[Block] = []  # blocks that are not shown, but go back before the next one
        self._texts = 0
        self._usage: dict[str, int] = {}

    def take(self, event: Mapping[str, Any]) -> list[Piece]:
        self.begun = True
        match event.get("type"):
            case "content_block_delta":
                return self._delta(event.get("index", 0), mapping(event.get("delta")))
            case "content_block_start":
                return self._start(event.get("index", 0), dict(mapping(event.get("content_block"))))
            case "content_block_stop":
                return self._end(event.get("index", 0))
            case "message_start":
                return self._count(mapping(event.get("message")).get("usage"), exact=False)
            case "message_delta":
                delta = mapping(event.get("delta"))
                self.stop = text(delta.get("stop_reason")) or self.stop
                self.explanation = text(mapping(delta.get("stop_details")).get("explanation"))
                return self._count(event.get("usage"), exact=True)
            case "message_stop":
                self.whole = True
                return self._rest()
            case _:
                return []  # a ping, or something that there was not yet

    def _start(self, index: int, block: Block) -> list[Piece]:
        self._blocks[index] = block
        chunks = self._chunks[index] = list[str]()
        match block.get("type"):
            case "thinking" | "redacted_thinking":
                thought = text(block.get("thinking"))
                chunks.append(thought)
                block |= {key: text(block[key]) for key in ("signature", "data") if key in block}
                return [ThinkingPiece(text=thought, new=True)]
            case "text":
                self._texts += 1
                return self._text(chunks, text(block.get("text")))
            case _:
                return []

    def _delta(self, index: int, delta: Mapping[str, Any]) -> list[Piece]:
        block, chunks = self._blocks.get(index), self._chunks.get(index)
        if block is None or chunks is None:
            return []
        match delta.get("type"):
            case "text_delta":
                return self._text(chunks, text(delta.get("text")))
            case "thinking_delta":
                thought = text(delta.get("thinking"))
                chunks.append(thought)
                return [ThinkingPiece(text=thought)] if thought else []
            case "input_json_delta":
                chunks.append(text(delta.get("partial_json")))
            case "signature_delta":
                block["signature"] = text(delta.get("signature"))
            case "citations_delta":
                block["citations"] = [*(block.get("citations") or []), delta.get("citation")]
            case _:
                pass
        return []

    def _end(self, index: int) -> list[Piece]:
        block, written = self._blocks.pop(index, None), sound("".join(self._chunks.pop(index, ())))
        if block is None:
            return []
        match block.get("type"):
            case "thinking":
                block["thinking"] = written
                echo = self._echo(block) if written or block.get("signature") else None
                return [EndPiece(kind="thinking", echo=echo)]
            case "redacted_thinking":
                return [EndPiece(kind="thinking", echo=self._echo(block))]
            case "text":
                block["text"] = written
                special = written.strip() and (self._kept or block.get("citations"))
                return [EndPiece(kind="answer", echo=self._echo(block) if special else None)] if written else []
            case "tool_use":
                return self._call(block, written)
            case _:
                self._kept.append({**block, "input": _read(written)} if written else block)
                return []

    def _call(self, block: Block, written: str) -> list[Piece]:
        read: Any = _read(written) if written else block.get("input")
        readable = isinstance(read, dict) or not (read or written)
        args = block["input"] = cast("Block", read or {}) if readable else Block()
        block["id"], block["name"] = new_id(text(block.get("id")), self._taken), text(block.get("name"))
        special = self._kept or block.keys() - {"type", "id", "name", "input"}
        piece = CallPiece(
            call=block["id"],
            tool=sound(block["name"]),
            args=args,
            echo=self._echo(block) if special else None,
            error="" if readable else BROKEN,
        )
        if readable and not self.held:
            return [piece]
        self.held.append(piece)
        return []

    def _rest(self) -> list[Piece]:
        if not self._kept:
            return []
        return [EndPiece(kind="answer", echo=self._echo())]

    def _text(self, chunks: list[str], said: str) -> list[Piece]:
        if not said:
            return []
        chunks.append(said)
        return [TextPiece(text=said, new=self._texts > 1 and len(chunks) == 1)]

    def _echo(self, *blocks: Block) -> Echo | None:
        data = kept({"content": [*self._kept, *blocks]})
        self._kept = []
        return Echo(vendor=self._vendor, data=data) if data else None

    def _count(self, usage: Any, *, exact: bool) -> list[Piece]:
        """Each count is of all so far. Anthropic counts what was cached beside the input, we count it within."""
        counted = mapping(usage)
        self._usage |= {key: count(value) for key, value in counted.items() if number(value) is not None}
        thinking = mapping(counted.get("output_tokens_details")).get("thinking_tokens")
        if number(thinking) is not None:
            self._usage["reasoning"] = count(thinking)
        if "input_tokens" not in self._usage:
            return []
        cached = self._usage.get("cache_read_input_tokens", 0)
        written = self._usage.get("cache_creation_input_tokens", 0)
        usage = UsagePiece(
            input=self._usage["input_tokens"] + cached + written,
            output=self._usage.get("output_tokens", 0),
            reasoning=self._usage.get("reasoning", 0),
            cached=cached,
            written=written,
            estimated=not exact,
        )
        return [usage]


def _read(written: str) -> Any:
    """What it is as JSON, None where it is none."""
    try:
        return whole(json.loads(written))
    except (ValueError, RecursionError):
        return None
