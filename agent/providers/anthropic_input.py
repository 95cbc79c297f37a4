"""A prompt as Anthropic's messages: roles that alternate, blocks that are never changed once they were sent."""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any, Literal, cast

from ..errors import NotFound
from .base import AnswerText, Attachment, Echo, Note, Part, Prompt, Reasoning, ToolCall, ToolResult, UserText

Block = dict[str, Any]
Role = Literal["user", "assistant"]
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
THOUGHTS = ("thinking", "redacted_thinking")
EARLIER = "What came before this was left out."


def messages(
    parts: Iterable[Part], *, vendor: str, files: Mapping[str, Block] | None = None, left_out: Set[str] = frozenset()
) -> list[dict[str, Any]]:
    """The messages of a request. Those of a longer prompt begin with those of a shorter one, block by block.

    Of the thoughts only those go back that `vendor` said and whose seal is not in `left_out`. `files` are the blocks
    of attachments by their id, as `files_of` has them.
    """
    talk = _Talk(vendor, files or {}, left_out)
    for part in parts:
        talk.add(part)
    return talk.messages


async def files_of(prompt: Prompt) -> dict[str, Block]:
    """The blocks of all attachments by their id, read in a thread. Raises StorageError."""
    wanted = [one for part in prompt.parts if isinstance(part, UserText) for one in part.attachments]
    if not wanted:
        return {}
    return await asyncio.to_thread(lambda: {one.id: _file(one, prompt.read) for one in wanted})


def tools(prompt: Prompt) -> list[Block]:
    return [
        {"name": tool.name, "description": tool.description, "input_schema": dict(tool.schema)} for tool in prompt.tools
    ]


def seals(parts: Iterable[Part], vendor: str) -> set[str]:
    """What tells the vendor's thoughts apart, one each: its signature."""
    echoes = [part.echo for part in parts if isinstance(part, Reasoning | AnswerText | ToolCall)]
    return {_seal(block) for echo in echoes for block in _echoed(echo, vendor) if block.get("type") in THOUGHTS}


def estimate(*sent: Any) -> int:
    """About how many tokens `sent` (blocks, messages, text) is: a quarter of its characters, 1,500 for each picture."""
    return sum(map(_characters, sent)) // 4


class _Talk:
    def __init__(self, vendor: str, files: Mapping[str, Block], left_out: Set[str]) -> None:
        self.messages: list[dict[str, Any]] = []
        self._vendor = vendor
        self._files = files
        self._left_out = left_out
        self._ids: dict[str, str] = {}  # a call as the session names it → as it is sent
        self._used: set[str] = set()

    def add(self, part: Part) -> None:
        match part:
            case UserText():
                self._user(part)
            case Note():
                self._say("user", _note(part.content))
            case ToolResult():
                self._result(part)
            case Reasoning():
                self._echo(part.echo)
            case AnswerText():
                if not self._echo(part.echo) and part.content.strip():  # a block of nothing would be refused
                    self._say("assistant", {"type": "text", "text": part.content})
            case ToolCall():
                self._call(part)

    def _user(self, part: UserText) -> None:
        for attachment in part.attachments:
            self._say("user", self._files.get(attachment.id) or _missing(attachment))
        if part.content.strip():
            text = part.content if part.author == "owner" else f"{part.author}: {part.content}"
            self._say("user", {"type": "text", "text": text})
        elif not part.attachments:
            self._say("user", _note("The message was empty."))

    def _call(self, part: ToolCall) -> None:
        echoed = _echoed(part.echo, self._vendor)
        id = next((block["id"] for block in echoed if block.get("type") == "tool_use" and "id" in block), None)
        if id is not None and id not in self._used:
            self._echo(part.echo)
        else:
            id = self._free(_word(part.call) or "call")
            use = {"type": "tool_use", "id": id, "name": _word(part.tool) or "tool", "input": dict(part.args)}
            self._say("assistant", use)
        self._used.add(id)
        self._ids[part.call] = id

    def _result(self, part: ToolResult) -> None:
        block: Block = {"type": "tool_result", "tool_use_id": self._ids.get(part.call, _word(part.call))}
        block["content"] = part.content if part.content.strip() else "(It said nothing.)"
        if not part.ok:
            block["is_error"] = True
        content = self._open("user")
        content.insert(sum(one["type"] == "tool_result" for one in content), block)  # Anthropic wants them first

    def _echo(self, echo: Echo | None) -> bool:
        """Gives back what the vendor said, as it was; whether there was any such thing."""
        blocks = _echoed(echo, self._vendor)
        for block in blocks:
            if block.get("type") not in THOUGHTS or _seal(block) not in self._left_out:
                self._say("assistant", block)
        return bool(blocks)

    def _free(self, id: str) -> str:
        """`id`, or another one where an earlier call has it: two vendors may number alike."""
        free, number = id, 1
        while free in self._used:
            number += 1
            free = f"{id}-{number}"
        return free

    def _say(self, role: Role, block: Block) -> None:
        self._open(role).append(block)

    def _open(self, role: Role) -> list[Block]:
        """The blocks of the last message, which is made where somebody else spoke last."""
        if role == "assistant" and not self.messages:
            self.messages.append({"role": "user", "content": [_note(EARLIER)]})
        if role == "user" and self.messages and self.messages[-1]["role"] == "assistant":
            self._end_thoughts()
        if not self.messages or self.messages[-1]["role"] != role:
            self.messages.append({"role": role, "content": []})
        return self.messages[-1]["content"]

    def _end_thoughts(self) -> None:
        """Takes out thoughts on which nothing followed (the person stopped there): a message may not end so."""
        content = self.messages[-1]["content"]
        while content and content[-1].get("type") in THOUGHTS:
            content.pop()
        if not content:
            self.messages.pop()


def _echoed(echo: Echo | None, vendor: str) -> list[Block]:
    if echo is None or echo.vendor != vendor:
        return []
    return cast("list[Block]", echo.data.get("content") or [])


def _seal(block: Mapping[str, Any]) -> str:
    return block.get("signature") or block.get("data") or block.get("thinking") or ""


def _note(text: str) -> Block:
    return {"type": "text", "text": f"(Note: {text})"}


def _word(text: str) -> str:
    """`text` as an id or a name may be spelt."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", text)[:128]


def _missing(attachment: Attachment) -> Block:
    return _note(f"The file {attachment.name} was attached here, but it is not there any more.")


def _file(attachment: Attachment, read: Callable[[str], bytes]) -> Block:
    try:
        raw = read(attachment.id)
    except NotFound:
        return _missing(attachment)
    kind = "image/jpeg" if attachment.media_type == "image/jpg" else attachment.media_type
    if kind in IMAGES or kind == "application/pdf":
        source = {"type": "base64", "media_type": kind, "data": b64encode(raw).decode()}
        if kind in IMAGES:
            return {"type": "image", "source": source}
        return {"type": "document", "source": source, "title": attachment.name}
    try:
        return {"type": "text", "text": f"The file {attachment.name}:\n\n{raw.decode()}"}
    except UnicodeDecodeError:
        return _note(f"The file {attachment.name} was attached here; its kind cannot be read.")


def _characters(sent: Any) -> int:
    match sent:
        case str():
            return len(sent)
        case {"type": "base64", "media_type": "application/pdf", "data": str() as data}:
            return max(8_000, len(data) * 3 // 25)  # a page is some 2,000 tokens and 50 kB
        case {"type": "base64"}:
            return 6_000
        case dict():
            items = cast("dict[str, Any]", sent).items()
            return sum(len(key) + _characters(value) for key, value in items if key not in ("signature", "data"))
        case list() | tuple():
            return sum(_characters(one) for one in cast("list[Any]", sent))
        case _:
            return 4
