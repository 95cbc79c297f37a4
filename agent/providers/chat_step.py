"""One step as chat completions tell it: chunks in, pieces out, whatever each kind of server makes of the format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..sound import sound
from .base import CallPiece, Echo, EndPiece, FinishPiece, Piece, TextPiece, ThinkingPiece, UsagePiece
from .call_parts import CallParts, arguments, new_id
from .chat_details import merged
from .endpoint import Endpoint
from .failures import filtered, incomplete, length, told
from .loose_json import count, kept, mapping, mappings, number, text
from .think_tags import ThinkTags

COUNTING = 5.0  # seconds that a server may take to count once it has said that the answer is whole
AFTER = 0.1  # … and to end the stream after that; it comes at once
THOUGHTS = ("reasoning_content", "reasoning")
BACK = ("reasoning_details", "thinking_blocks", "extra_content", "provider_specific_fields")  # wanted again as it came
LENGTH = {"length", "max_tokens", "model_length", "max_output_tokens"}
FILTERED = {"content_filter", "safety", "sensitive", "refusal"}
BROKEN = {"error", "network_error", "insufficient_system_resource"}


class ChatStep:
    """Takes the chunks of one stream, in order, then `end`. `taken` are the ids of earlier calls."""

    def __init__(self, endpoint: Endpoint, name: str, *, vendor: str, taken: set[str]) -> None:
        self._endpoint = endpoint
        self._name = name
        self._vendor = vendor
        self._taken = taken
        self._tags = ThinkTags()
        self._calls = CallParts()
        self._back: dict[str, Any] = {}
        self._field: str = ""
        self._space: str = ""  # that a thought may begin with
        self._thought = False
        self._said = False
        self._reason = ""
        self._usage: Mapping[str, Any] = {}

    def patience(self) -> float | None:
        """Seconds to wait for the next chunk; None until the answer is whole."""
        if not self._reason:
            return None
        return AFTER if self._usage else COUNTING

    def read(self, chunk: Mapping[str, Any]) -> Iterator[Piece]:
        """The pieces that `chunk` is worth. Raises ProviderError where it tells of an error."""
        if chunk.get("object") == "error":  # how vLLM tells it
            raise self._told(chunk.get("code"), str(chunk.get("message") or ""))
        self._usage = mapping(chunk.get("usage")) or self._usage
        for choice in mappings(chunk.get("choices")):
            if delta := mapping(choice.get("delta")):
                yield from self._delta(delta)
            self._usage = mapping(choice.get("usage")) or self._usage
            error, reason = mapping(choice.get("error")), str(choice.get("finish_reason") or "").lower()
            if error or reason in BROKEN:
                code = error.get("code") or ("server_error" if reason != "error" else None)
                raise self._told(code, text(error.get("message")))
            self._reason = reason or self._reason

    def end(self) -> Iterator[Piece]:
        """What is left once the stream is over. Raises ProviderError where it was over too soon."""
        yield from self._spoken(self._tags.end())
        called = bool(self._calls.calls)
        if whole := self._reason and self._reason not in LENGTH | FILTERED:
            if called:
                yield from self._called()
            elif self._back:
                kind = "answer" if self._said else "thinking"
                yield EndPiece(kind=kind, echo=self._echo({"message": self._back}))
        if counted := usage(self._usage):
            yield counted
        if whole:
            yield FinishPiece(reason="calls" if called else "stop")
        elif self._reason in LENGTH:
            raise length(self._endpoint)
        elif self._reason in FILTERED:
            raise filtered(self._endpoint)
        else:
            raise incomplete(self._endpoint)

    def _delta(self, delta: Mapping[str, Any]) -> Iterator[Piece]:
        for field in THOUGHTS if not self._thought else (self._field,):
            if isinstance(thought := delta.get(field), str):
                self._field = field if thought else self._field or field
                yield from self._think(thought)
                if thought:  # some send the same in both
                    break
        content = delta.get("content")
        for part in mappings(content):  # Mistral's
            if part.get("type") == "thinking":
                yield from self._think("".join(text(bit.get("text")) for bit in mappings(part.get("thinking"))))
            else:
                yield from self._spoken(self._tags.read(text(part.get("text"))))
        if content := text(content):
            yield from self._spoken(self._tags.read(content))
        if refusal := text(delta.get("refusal")):
            yield from self._spoken([TextPiece(text=refusal)])
        for call in mappings(delta.get("tool_calls")):
            self._calls.add(call)
        for field in BACK:
            if value := delta.get(field):
                self._back[field] = merged(self._back.get(field), value)

    def _think(self, thought: str) -> Iterator[Piece]:
        thought = self._space + thought
        if self._thought or thought.strip():
            self._space, self._thought = "", True
            if thought:
                yield ThinkingPiece(text=thought)
        else:
            self._space = thought

    def _spoken(self, pieces: list[ThinkingPiece | TextPiece]) -> Iterator[Piece]:
        for piece in pieces:
            if isinstance(piece, TextPiece):
                if not self._said and not (piece := TextPiece(text=piece.text.lstrip("\r\n"), new=piece.new)).text:
                    continue
                self._said = True
            yield piece

    def _called(self) -> Iterator[Piece]:
        first: dict[str, Any] = {"message": self._back} if self._back else {}
        if self._field and "reasoning_details" not in self._back:  # which has the same, and more
            first["thoughts"] = self._field
        for call in self._calls.calls:
            data = {**first, "call": call.extra} if call.extra else first
            args, error = arguments(call.text if call.args is None else call.args)
            yield CallPiece(
                call=new_id(call.id, self._taken),
                tool=sound(call.name),
                args=args,
                echo=self._echo(data),
                error=error,
            )
            first = {}

    def _echo(self, data: Mapping[str, Any]) -> Echo | None:
        known = kept(data)
        return Echo(vendor=self._vendor, data=known) if known else None

    def _told(self, code: object, message: str) -> Exception:
        return told(self._endpoint, self._name, code=None if code is None else str(code), message=message)


def usage(counted: Mapping[str, Any]) -> UsagePiece | None:
    """What was counted, None where nothing was. Any part of it may be missing; OpenRouter says what it cost."""
    sent, written = mapping(counted.get("prompt_tokens_details")), mapping(counted.get("completion_tokens_details"))
    input, output = count(counted.get("prompt_tokens")), count(counted.get("completion_tokens"))
    if not input and not output:
        return None
    reasoning = count(written.get("reasoning_tokens"))
    return UsagePiece(
        input=input,
        output=output if output >= reasoning else output + reasoning,  # xAI counts it apart
        reasoning=reasoning,
        cached=count(sent.get("cached_tokens")) or count(counted.get("prompt_cache_hit_tokens")),
        written=count(sent.get("cache_write_tokens")),
        cost_usd=number(counted.get("cost")),
    )
