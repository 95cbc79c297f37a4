"""One step as the Responses API tells it: events in, pieces out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..sound import sound
from .base import CallPiece, Echo, EndPiece, FinishPiece, Piece, TextPiece, ThinkingPiece, UsagePiece
from .call_parts import arguments, new_id
from .endpoint import Endpoint
from .failures import filtered, incomplete, length, told
from .loose_json import count, kept, mapping, mappings, number, text

AFTER = 0.1  # seconds: the connection can be used again if it is read to its end, which comes at once


class ResponsesStep:
    """Takes the events of one stream, in order; `whole` once the answer is. `taken` are the ids of earlier calls."""

    def __init__(self, endpoint: Endpoint, name: str, *, vendor: str, taken: set[str]) -> None:
        self.whole = False
        self._endpoint = endpoint
        self._name = name
        self._vendor = vendor
        self._taken = taken
        self._called = False
        self._answered = False
        self._begin("")

    def patience(self) -> float | None:
        return AFTER if self.whole else None

    def read(self, event: Mapping[str, Any]) -> Iterator[Piece]:
        """The pieces that `event` is worth. Raises ProviderError where it tells of an error."""
        match event.get("type"):
            case "response.output_text.delta" | "response.refusal.delta":
                yield from self._text(event)
            case "response.reasoning_summary_text.delta":
                yield from self._thought("summary", event)
            case "response.reasoning_text.delta":
                yield from self._thought("text", event)
            case "response.output_item.added":
                self._begin(mapping(event.get("item")).get("type"))
                if self._item == "reasoning":
                    yield ThinkingPiece(text="", new=True)
            case "response.output_item.done":
                yield from self._done(mapping(event.get("item")))
            case "response.completed" | "response.incomplete" | "response.failed" | "response.cancelled" as type:
                yield from self._end(str(type).removeprefix("response."), mapping(event.get("response")))
            case "error":
                raise self._told(event)
            case _:
                pass

    def _begin(self, item: object) -> None:
        self._item = item
        self._shown = False
        self._source = ""
        self._paragraph: object = None
        self._another = item == "message" and self._answered

    def _thought(self, source: str, event: Mapping[str, Any]) -> Iterator[Piece]:
        """A thought comes as a summary or as it is, or both; then one is enough."""
        if delta := text(event.get("delta")):
            self._source = self._source or source
            if source == self._source:
                index = event.get("summary_index") if source == "summary" else event.get("content_index")
                yield ThinkingPiece(text=self._apart(index) + delta)

    def _text(self, event: Mapping[str, Any]) -> Iterator[Piece]:
        if delta := text(event.get("delta")):
            new, self._another, self._answered = self._another, False, True
            yield TextPiece(text=self._apart(event.get("content_index")) + delta, new=new)

    def _apart(self, index: object) -> str:
        """A blank line between two parts of one item."""
        space = "\n\n" if self._shown and index != self._paragraph else ""
        self._shown, self._paragraph = True, index
        return space

    def _done(self, item: Mapping[str, Any]) -> Iterator[Piece]:
        """An item is whole. Of what was not streamed the text is taken from here."""
        match item.get("type"):
            case "reasoning":
                if not self._shown and (whole := _texts(item, "summary") or _texts(item, "content")):
                    yield ThinkingPiece(text=whole)
                known = item.get("encrypted_content") or item.get("content")  # else it is nothing to the vendor
                yield EndPiece(kind="thinking", echo=self._echo(item) if known else None)
            case "message":
                if not self._shown and (whole := _texts(item, "content")):
                    yield from self._text({"delta": whole})
                if self._shown:
                    yield EndPiece(kind="answer", echo=self._echo(item))
            case "function_call" if item.get("status") != "incomplete":
                args, error = arguments(item.get("arguments"))
                self._called = True
                yield CallPiece(
                    call=new_id(text(item.get("call_id")), self._taken),
                    tool=sound(text(item.get("name"))),
                    args=args,
                    echo=self._echo(item),
                    error=error,
                )
            case _:
                pass
        self._begin("")

    def _echo(self, item: Mapping[str, Any]) -> Echo | None:
        if item.get("status") == "incomplete":
            return None
        data = kept({key: value for key, value in item.items() if key != "status"})
        return Echo(vendor=self._vendor, data=data) if data else None

    def _end(self, type: str, response: Mapping[str, Any]) -> Iterator[Piece]:
        if counted := usage(mapping(response.get("usage"))):
            yield counted
        status = response.get("status") if type == "completed" else type  # some end with `completed` whatever it is
        if status == "failed" or response.get("error"):
            raise self._told(mapping(response.get("error")))
        if status in ("incomplete", "cancelled"):
            match mapping(response.get("incomplete_details")).get("reason"):
                case "max_output_tokens":
                    raise length(self._endpoint)
                case "content_filter":
                    raise filtered(self._endpoint)
                case _:
                    raise incomplete(self._endpoint)
        self.whole = True
        yield FinishPiece(reason="calls" if self._called else "stop")

    def _told(self, error: Mapping[str, Any]) -> Exception:
        code = error.get("code")
        message = text(error.get("message"))
        return told(self._endpoint, self._name, code=str(code) if code else None, message=message)


def usage(counted: Mapping[str, Any]) -> UsagePiece | None:
    """What was counted, None where nothing was. Any part of it may be missing, but with OpenAI."""
    sent, written = mapping(counted.get("input_tokens_details")), mapping(counted.get("output_tokens_details"))
    input, output = count(counted.get("input_tokens")), count(counted.get("output_tokens"))
    if not input and not output:
        return None
    return UsagePiece(
        input=input,
        output=output,
        reasoning=count(written.get("reasoning_tokens")),
        cached=count(sent.get("cached_tokens")),
        written=count(sent.get("cache_write_tokens")),
        cost_usd=number(counted.get("cost")),
    )


def _texts(item: Mapping[str, Any], field: str) -> str:
    parts = mappings(item.get(field))
    return "\n\n".join(whole for part in parts if (whole := text(part.get("text")) or text(part.get("refusal"))))
