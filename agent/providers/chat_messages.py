"""A prompt as chat completions are sent it: a pure function, and what it returns for a longer prompt begins with what
it returns for a shorter one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, cast

from .attached import Content, contents
from .base import AnswerText, Note, Part, Prompt, Reasoning, ToolCall, ToolResult, ToolSpec, UserText
from .call_parts import tool_name

Message = dict[str, Any]
Step = Sequence[Reasoning | AnswerText | ToolCall]
THOUGHTS = "reasoning_content"


def messages(
    prompt: Prompt,
    files: Mapping[str, bytes],
    vendor: str,
    *,
    thoughts: bool = True,
    padded: bool = False,
    blind: bool = False,
) -> list[Message]:
    """The `messages`. `files` has the bytes of attachments by id; only echoes of `vendor` go back, without `thoughts`
    none of what was thought. `padded`: the server wants a field for the thoughts also where there are none; `blind`: it
    takes no pictures and no files."""
    out: list[Message] = [{"role": "system", "content": prompt.system}] if prompt.system else []
    for said, parts in groupby(prompt.parts, lambda part: isinstance(part, Reasoning | AnswerText | ToolCall)):
        if not said:
            out += [message for part in parts if (message := _heard(part, files, blind))]
            continue
        step = [part for part in parts if isinstance(part, Reasoning | AnswerText | ToolCall)]
        padded = padded or any(_echo(part, vendor).get("thoughts") == THOUGHTS for part in step)
        if message := _step(step, vendor, thoughts=thoughts, padded=padded):
            out.append(message)
    return out


def alternating(messages: Sequence[Message]) -> list[Message]:
    """`messages` for servers that take none twice in a row from the same side."""
    out: list[Message] = []
    for message in messages:
        before = out[-1] if out else {}
        if message["role"] in ("user", "assistant") and message["role"] == before.get("role"):
            calls = [*before.get("tool_calls", ()), *message.get("tool_calls", ())]
            joined = {**before, **message, "content": _joined(before["content"], message["content"])}
            out[-1] = {**joined, "tool_calls": calls} if calls else joined
        else:
            out.append(message)
    return out


def tool(spec: ToolSpec) -> Message:
    function = {"name": spec.name, "description": spec.description, "parameters": dict(spec.schema)}
    return {"type": "function", "function": function}


def _heard(part: Part, files: Mapping[str, bytes], blind: bool) -> Message | None:
    match part:
        case UserText():
            bits = list(contents(part, files, blind=blind))
            if blind:
                return {"role": "user", "content": "\n\n".join(bit.data for bit in bits)} if bits else None
            if len(bits) == 1 and bits[0].kind == "text":
                return {"role": "user", "content": bits[0].data}
            return {"role": "user", "content": [_content(bit) for bit in bits]} if bits else None
        case ToolResult():
            return {"role": "tool", "tool_call_id": part.call, "content": part.content}
        case Note():
            return {"role": "user", "content": f"(Note: {part.content})"}
        case _:
            raise TypeError(f"{type(part).__name__} is said, not heard")


def _content(content: Content) -> Message:
    match content.kind:
        case "text":
            return {"type": "text", "text": content.data}
        case "image":
            return {"type": "image_url", "image_url": {"url": content.data}}
        case "file":
            return {"type": "file", "file": {"filename": content.name, "file_data": content.data}}


def _step(step: Step, vendor: str, *, thoughts: bool, padded: bool) -> Message | None:
    """What the agent said in one step, as one message; None where it only thought."""
    calls = [part for part in step if isinstance(part, ToolCall)]
    text = "\n\n".join(part.content for part in step if isinstance(part, AnswerText) and part.content)
    if not calls and not text:
        return None
    message: Message = {"role": "assistant", "content": text}  # an empty one is taken by more servers than null
    if calls:
        message["tool_calls"] = [_call(part, vendor) for part in calls]
    if not thoughts:
        return message
    field = ""
    for part in step:
        echo = _echo(part, vendor)
        field = field or echo.get("thoughts", "")
        message |= echo.get("message", {})
    if field:
        message[field] = "".join(part.content for part in step if isinstance(part, Reasoning))
    elif padded and calls:
        message.setdefault(THOUGHTS, "")
    return message


def _call(part: ToolCall, vendor: str) -> Message:
    function = {"name": tool_name(part.tool), "arguments": json.dumps(part.args, ensure_ascii=False)}
    return {**_echo(part, vendor).get("call", {}), "id": part.call, "type": "function", "function": function}


def _echo(part: Part, vendor: str) -> dict[str, Any]:
    echo = part.echo if isinstance(part, Reasoning | AnswerText | ToolCall) else None
    return dict(echo.data) if echo and echo.vendor == vendor else {}


def _joined(one: object, other: object) -> object:
    if isinstance(one, str) and isinstance(other, str):
        return f"{one}\n\n{other}" if one and other else one or other
    return [*_bits(one), *_bits(other)]


def _bits(content: object) -> list[Message]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    return cast("list[Message]", content)
