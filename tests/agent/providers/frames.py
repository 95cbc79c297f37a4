"""The bytes that vendors stream, in their three dialects, with every field that the SDKs' own types want."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from typing import Any


def sse(data: dict[str, Any] | str, event: str = "") -> bytes:
    """One frame; text goes as it is."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return ((f"event: {event}\n" if event else "") + f"data: {text}\n\n").encode()


# ── chat completions ─────────────────────────────────────────────────────────────────────────────────────

DONE = sse("[DONE]")


def chat(delta: dict[str, Any] | None, finish: str | None = None, **more: Any) -> bytes:
    """A chunk; a delta of None has no choices at all."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "small"}
    return sse({**head, "choices": choices, **more})


def chat_text(text: str) -> bytes:
    return chat({"content": text})


def chat_thinking(text: str, field: str = "reasoning_content") -> bytes:
    return chat({field: text})


def chat_call(id: str | None, name: str | None, arguments: Any, *, index: int | None = 0) -> bytes:
    call: dict[str, Any] = {"index": index, "function": {"name": name, "arguments": arguments}}
    return chat({"tool_calls": [{**call, "id": id, "type": "function"} if id else call]})


def chat_finish(reason: str = "stop") -> bytes:
    return chat({}, reason)


def chat_usage(prompt: int, completion: int, **more: Any) -> bytes:
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion, **more}
    return chat(None, usage=usage)


def chat_error(message: str, code: str | int | None = None, **more: Any) -> bytes:
    return sse({"error": {"message": message, "code": code, **more}})


# ── responses ────────────────────────────────────────────────────────────────────────────────────────────


class Responses:
    """One response's events, numbered; a method that makes several returns them in a list."""

    def __init__(self, model: str = "gpt-6.1-terra") -> None:
        self.model = model
        self.output: list[dict[str, Any]] = []
        self._number = itertools.count()

    def event(self, type: str, **fields: Any) -> bytes:
        return sse({"type": type, "sequence_number": next(self._number), **fields}, type)

    def created(self) -> list[bytes]:
        return [
            self.event("response.created", response=self._response("in_progress")),
            self.event("response.in_progress", response=self._response("in_progress")),
        ]

    def reasoning(self, *summaries: Sequence[str], encrypted: str = "opaque") -> list[bytes]:
        """A reasoning item; each of `summaries` is a paragraph, in its deltas."""
        item: dict[str, Any] = {"id": self._id("rs"), "type": "reasoning", "summary": [], "encrypted_content": None}
        frames = [self._added(item)]
        for index, deltas in enumerate(summaries):
            at = {"item_id": item["id"], "output_index": len(self.output), "summary_index": index}
            part = {"type": "summary_text", "text": "".join(deltas)}
            add, done = "response.reasoning_summary_part.added", "response.reasoning_summary_part.done"
            frames.append(self.event(add, part={"type": "summary_text", "text": ""}, **at))
            frames += [self.event("response.reasoning_summary_text.delta", delta=delta, **at) for delta in deltas]
            frames.append(self.event("response.reasoning_summary_text.done", text=part["text"], **at))
            frames.append(self.event(done, part=part, **at))
            item["summary"].append(part)
        return [*frames, self._done({**item, "encrypted_content": encrypted})]

    def text(self, *deltas: str, done: bool = True) -> list[bytes]:
        """A message; without `done` it breaks off after its last delta."""
        item: dict[str, Any] = {"id": self._id("msg"), "type": "message", "role": "assistant", "content": []}
        at = {"item_id": item["id"], "output_index": len(self.output), "content_index": 0}
        part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        frames = [
            self._added({**item, "status": "in_progress"}),
            self.event("response.content_part.added", part=part, **at),
            *(self.event("response.output_text.delta", delta=delta, logprobs=[], **at) for delta in deltas),
        ]
        if done:
            part = {**part, "text": "".join(deltas)}
            frames.append(self.event("response.output_text.done", text=part["text"], logprobs=[], **at))
            frames.append(self.event("response.content_part.done", part=part, **at))
            frames.append(self._done({**item, "status": "completed", "content": [part]}))
        return frames

    def refusal(self, *deltas: str) -> list[bytes]:
        item: dict[str, Any] = {"id": self._id("msg"), "type": "message", "role": "assistant", "content": []}
        at = {"item_id": item["id"], "output_index": len(self.output), "content_index": 0}
        part = {"type": "refusal", "refusal": "".join(deltas)}
        return [
            self._added({**item, "status": "in_progress"}),
            self.event("response.content_part.added", part={"type": "refusal", "refusal": ""}, **at),
            *(self.event("response.refusal.delta", delta=delta, **at) for delta in deltas),
            self.event("response.refusal.done", refusal=part["refusal"], **at),
            self.event("response.content_part.done", part=part, **at),
            self._done({**item, "status": "completed", "content": [part]}),
        ]

    def call(self, call_id: str, name: str, *deltas: str) -> list[bytes]:
        item = {"id": self._id("fc"), "type": "function_call", "call_id": call_id, "name": name, "arguments": ""}
        at = {"item_id": item["id"], "output_index": len(self.output)}
        whole = "".join(deltas)
        return [
            self._added({**item, "status": "in_progress"}),
            *(self.event("response.function_call_arguments.delta", delta=delta, **at) for delta in deltas),
            self.event("response.function_call_arguments.done", arguments=whole, name=name, **at),
            self._done({**item, "status": "completed", "arguments": whole}),
        ]

    def completed(self, *, input: int = 10, output: int = 5, cached: int = 0, reasoning: int = 0) -> bytes:
        usage = {
            "input_tokens": input,
            "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
            "output_tokens": output,
            "output_tokens_details": {"reasoning_tokens": reasoning},
            "total_tokens": input + output,
        }
        return self.event("response.completed", response=self._response("completed", usage=usage))

    def incomplete(self, reason: str) -> bytes:
        details = {"reason": reason}
        return self.event("response.incomplete", response=self._response("incomplete", incomplete_details=details))

    def failed(self, code: str, message: str) -> bytes:
        error = {"code": code, "message": message}
        return self.event("response.failed", response=self._response("failed", error=error))

    def error(self, code: str | None, message: str, *, nested: bool = False) -> bytes:
        """The `error` event: flat as documented, or nested as it is met, too."""
        if nested:
            return self.event("error", error={"type": "error", "code": code, "message": message, "param": None})
        return self.event("error", code=code, message=message, param=None)

    def _id(self, prefix: str) -> str:
        return f"{prefix}_{len(self.output) + 1}"

    def _added(self, item: dict[str, Any]) -> bytes:
        return self.event("response.output_item.added", output_index=len(self.output), item=item)

    def _done(self, item: dict[str, Any]) -> bytes:
        self.output.append(item)
        return self.event("response.output_item.done", output_index=len(self.output) - 1, item=item)

    def _response(self, status: str, **more: Any) -> dict[str, Any]:
        return {
            "id": "resp_1",
            "object": "response",
            "created_at": 1,
            "status": status,
            "model": self.model,
            "output": list(self.output) if status != "in_progress" else [],
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "metadata": {},
            "temperature": 1.0,
            "top_p": 1.0,
            "usage": None,
            **more,
        }


# ── messages ─────────────────────────────────────────────────────────────────────────────────────────────


class Messages:
    """One message's events; a method that makes several returns them in a list."""

    def __init__(self, model: str = "claude-sonnet-5-5") -> None:
        self.model = model
        self._index = itertools.count()

    def event(self, type: str, **fields: Any) -> bytes:
        return sse({"type": type, **fields}, type)

    def start(self, *, input: int = 10, cached: int = 0, written: int = 0) -> list[bytes]:
        usage = {
            "input_tokens": input,
            "cache_read_input_tokens": cached,
            "cache_creation_input_tokens": written,
            "output_tokens": 1,
        }
        message = {"id": "msg_1", "type": "message", "role": "assistant", "model": self.model, "content": []}
        ends = {"stop_reason": None, "stop_sequence": None, "usage": usage}
        return [self.event("message_start", message={**message, **ends}), self.event("ping")]

    def thinking(self, *deltas: str, signature: str = "signed") -> list[bytes]:
        block = {"type": "thinking", "thinking": "", "signature": ""}
        pieces: list[dict[str, Any]] = [{"type": "thinking_delta", "thinking": delta} for delta in deltas]
        return self.block(block, *pieces, {"type": "signature_delta", "signature": signature})

    def redacted(self, data: str = "opaque") -> list[bytes]:
        return self.block({"type": "redacted_thinking", "data": data})

    def text(self, *deltas: str, done: bool = True) -> list[bytes]:
        pieces = [{"type": "text_delta", "text": delta} for delta in deltas]
        return self.block({"type": "text", "text": "", "citations": None}, *pieces, done=done)

    def call(self, id: str, name: str, *deltas: str) -> list[bytes]:
        pieces = [{"type": "input_json_delta", "partial_json": delta} for delta in deltas]
        return self.block({"type": "tool_use", "id": id, "name": name, "input": {}}, *pieces)

    def block(self, block: dict[str, Any], *deltas: dict[str, Any], done: bool = True) -> list[bytes]:
        """Any block; without `done` it breaks off after its last delta."""
        index = next(self._index)
        frames = [self.event("content_block_start", index=index, content_block=block)]
        frames += [self.event("content_block_delta", index=index, delta=delta) for delta in deltas]
        return [*frames, self.event("content_block_stop", index=index)] if done else frames

    def stop(self, reason: str = "end_turn", *, output: int = 5, details: dict[str, Any] | None = None) -> list[bytes]:
        delta = {"stop_reason": reason, "stop_sequence": None, "stop_details": details}
        return [
            self.event("message_delta", delta=delta, usage={"output_tokens": output}),
            self.event("message_stop"),
        ]

    def error(self, type: str, message: str) -> bytes:
        return self.event("error", error={"type": type, "message": message}, request_id="req_1")
