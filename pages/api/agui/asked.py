"""What an AG-UI client asks for: its input read, its new message found, the files in that."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.attachments import COUNT, POSSIBLE, TOO_MANY
from agent.errors import BadRequest, TooLong

if TYPE_CHECKING:
    from ag_ui.core import ResumeEntry, RunAgentInput, UserMessage

LARGEST = 64_000_000  # bytes of a body: a message's files as base64, and a long conversation
LONGEST_ID = 200
IGNORED = {"tools": "tools", "context": "context", "state": "state", "forwarded_props": "forwardedProps"}
INPUT: dict[str, Any] = {  # as far as it is used here; AG-UI has more
    "title": "RunAgentInput",
    "type": "object",
    "required": ["threadId", "runId", "messages"],
    "properties": {
        "threadId": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
        "runId": {"type": "string"},
        "messages": {"type": "array", "items": {"type": "object", "required": ["id", "role"]}},
        "resume": {"type": "array", "items": {"type": "object", "required": ["interruptId", "status"]}},
    },
    "examples": [
        {
            "threadId": "standup",
            "runId": "run1",
            "messages": [{"id": "message1", "role": "user", "content": "Why is the sky blue?"}],
        }
    ],
}
NO_ADDRESS = "This server fetches no files from addresses: send the file itself in the message, as base64."


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The new message: `message` is its id, `files` the names and contents of what is attached."""

    message: str
    content: str
    files: Sequence[tuple[str, bytes]] = ()


async def parsed(body: AsyncIterator[bytes]) -> RunAgentInput:
    """The input that a request's body is. Raises BadRequest, TooLong."""
    data = bytearray()
    async for chunk in body:
        data += chunk
        if len(data) > LARGEST:
            raise TooLong(f"That request is too large: {LARGEST // 1_000_000} MB is the most.")
    return await asyncio.to_thread(_parsed, bytes(data))  # the first import takes a third of a second


def said(asked: RunAgentInput, read: Collection[str]) -> Said | None:
    """What the person has written since the agent last `read` anything: the user's messages that all others are
    followed by, as one. None where nothing is new. Raises BadRequest."""
    new: list[UserMessage] = []
    for message in reversed(asked.messages):
        if message.role != "user" or message.id in read:
            break
        new.insert(0, message)
    if not new:
        return None
    if len(new[-1].id) > LONGEST_ID:
        raise BadRequest(f"A message's id has {LONGEST_ID} characters at the most.")
    texts: list[str] = []
    files: list[tuple[str, bytes]] = []
    for message in new:
        for part in [message.content] if isinstance(message.content, str) else message.content:
            if isinstance(part, str):
                texts.append(part)
            elif part.type == "text":
                texts.append(part.text)
            else:
                files.append(_file(part))
    if len(files) > COUNT:
        raise BadRequest(TOO_MANY)
    return Said(message=new[-1].id, content="\n\n".join(text for text in texts if text.strip()), files=files)


def ignored(asked: RunAgentInput) -> list[str]:
    """The fields of the input that nothing is done with, as they are spelt there."""
    return [wire for name, wire in IGNORED.items() if getattr(asked, name)]


def replied(entry: ResumeEntry) -> str:
    """An answer to what the agent asked, as text."""
    payload: Any = entry.payload
    return payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)


def _parsed(data: bytes) -> RunAgentInput:
    from ag_ui.core import RunAgentInput
    from pydantic import ValidationError

    try:
        return RunAgentInput.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise BadRequest(f"That is not an AG-UI input: {where + ': ' if where else ''}{first['msg']}.") from None


def _file(part: Any) -> tuple[str, bytes]:
    if part.type not in ("image", "document"):
        raise BadRequest(f"What is {part.type} cannot be attached. {POSSIBLE}")
    if part.source.type != "data":
        raise BadRequest(NO_ADDRESS)
    about: Any = part.metadata if isinstance(part.metadata, dict) else {}
    try:
        return str(about.get("filename") or part.type), base64.b64decode(part.source.value, validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest(f"The {part.type} in the message is damaged: it is not base64.") from None
