"""What came with a message, as it can be written into a request."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from ..errors import NotFound, StorageError
from .base import Attachment, Prompt, UserText

TEXTS = {"application/json", "application/xml", "application/yaml", "image/svg+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A bit of a message: `data` is its text, or a data URL."""

    kind: Literal["text", "image", "file"]
    data: str
    name: str = ""


async def attached(prompt: Prompt) -> Mapping[str, bytes]:
    """The bytes of every attachment, by its id; what cannot be read any more is not among them."""
    ids = [file.id for part in prompt.parts if isinstance(part, UserText) for file in part.attachments]
    return await asyncio.to_thread(_read, prompt.read, ids) if ids else {}


def contents(part: UserText, files: Mapping[str, bytes], *, blind: bool = False) -> Iterator[Content]:
    """What a message says and brings. Texts are written out, since every model reads those; where the model is `blind`,
    other files are only named."""
    if spoken := said(part):
        yield Content(kind="text", data=spoken)
    for file in part.attachments:
        content = _content(file, files.get(file.id))
        if blind and content.kind != "text":
            content = Content(kind="text", data=f"(The file {file.name} came with this. You cannot see it.)")
        yield content


def said(part: UserText) -> str:
    """`Ada: why?`, where it was not the owner who said it."""
    return part.content if part.author == "owner" or not part.content else f"{part.author}: {part.content}"


def _content(file: Attachment, data: bytes | None) -> Content:
    media = file.media_type.partition(";")[0].strip().lower()
    if data is None:
        return Content(kind="text", data=f"(The file {file.name} is not here any more.)")
    if media.startswith("text/") or media in TEXTS:
        return Content(kind="text", data=f"The file {file.name}:\n\n{data.decode(errors='replace')}", name=file.name)
    url = f"data:{media};base64,{base64.b64encode(data).decode('ascii')}"
    return Content(kind="image" if media.startswith("image/") else "file", data=url, name=file.name)


def _read(read: Callable[[str], bytes], ids: list[str]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for id in ids:
        with suppress(NotFound, StorageError):
            files[id] = read(id)
    return files
