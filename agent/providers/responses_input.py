"""A prompt as the Responses API is sent it: a pure function, and what it returns for a longer prompt begins with what
it returns for a shorter one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from .attached import Content, contents
from .base import AnswerText, Echo, Note, Part, Prompt, Reasoning, ToolCall, ToolResult, ToolSpec, UserText
from .call_parts import tool_name

Item = dict[str, Any]
Step = Sequence[Reasoning | AnswerText | ToolCall]
LONGEST = 64  # characters that OpenAI takes of an id; other vendors make longer ones


def items(prompt: Prompt, files: Mapping[str, bytes], vendor: str) -> list[Item]:
    """The `input`. `files` has the bytes of attachments by id; only echoes of `vendor` go back."""
    out: list[Item] = []
    for said, parts in groupby(prompt.parts, lambda part: isinstance(part, Reasoning | AnswerText | ToolCall)):
        if said:
            out += _step([part for part in parts if isinstance(part, Reasoning | AnswerText | ToolCall)], vendor)
        else:
            out += [item for part in parts if (item := _heard(part, files))]
    return out


def tool(spec: ToolSpec) -> Item:
    return {
        "type": "function",
        "name": spec.name,
        "description": spec.description,
        "parameters": dict(spec.schema),
        "strict": False,
    }


def _heard(part: Part, files: Mapping[str, bytes]) -> Item | None:
    match part:
        case UserText():
            content = [_content(content) for content in contents(part, files)]
            return _message("user", content) if content else None
        case ToolResult():
            return {"type": "function_call_output", "call_id": _id(part.call), "output": part.content}
        case Note():
            return _message("developer", [{"type": "input_text", "text": part.content}])
        case _:
            raise TypeError(f"{type(part).__name__} is said, not heard")


def _message(role: str, content: list[Item]) -> Item:
    return {"type": "message", "role": role, "content": content}


def _content(content: Content) -> Item:
    match content.kind:
        case "text":
            return {"type": "input_text", "text": content.data}
        case "image":
            return {"type": "input_image", "detail": "auto", "image_url": content.data}
        case "file":
            return {"type": "input_file", "filename": content.name, "file_data": content.data}


def _step(step: Step, vendor: str) -> Iterator[Item]:
    """What the agent said in one step. A thought goes back only together with what it led to, as it was said; what
    lacks its thought goes back without its id, under which the vendor would look for the thought."""
    lone = False
    for at, part in enumerate(step):
        echo = _echo(part, vendor)
        if isinstance(part, Reasoning):
            lone = echo is None or not _leads_on(step[at + 1 :], vendor)
            if echo and not lone:
                yield echo
        else:
            item = echo or _plain(part)
            if isinstance(part, ToolCall):
                item["call_id"] = _id(part.call)
            if lone:
                item.pop("id", None)
            if isinstance(part, ToolCall) or echo or part.content:
                yield item


def _leads_on(rest: Step, vendor: str) -> bool:
    """Whether the first that is no thought goes back as it came, and so do the thoughts before it."""
    for part in rest:
        if _echo(part, vendor) is None:
            return False
        if not isinstance(part, Reasoning):
            return True
    return False


def _echo(part: Reasoning | AnswerText | ToolCall, vendor: str) -> Item | None:
    echo: Echo | None = part.echo
    return dict(echo.data) if echo and echo.vendor == vendor else None


def _plain(part: AnswerText | ToolCall) -> Item:
    if isinstance(part, AnswerText):
        content = [{"type": "output_text", "text": part.content}]
        return {"type": "message", "role": "assistant", "content": content}
    written = json.dumps(part.args, ensure_ascii=False)
    return {"type": "function_call", "call_id": _id(part.call), "name": tool_name(part.tool), "arguments": written}


def _id(call: str) -> str:
    if len(call) <= LONGEST:
        return call
    return f"{call[:31]}-{hashlib.sha256(call.encode(errors='replace')).hexdigest()[:32]}"
