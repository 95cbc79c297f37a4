"""What people attach to messages: what is accepted, how much of it, under which name; kept, and found again."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from .chance import Chance
from .errors import BadRequest, NotFound, TooLong
from .media import MediaType, is_locked, is_whole, media_type, pixels
from .providers.base import Attachment
from .store import Files

COUNT = 8
TOGETHER = 30_000_000  # bytes in one message
LARGEST = 20_000_000  # of any file
LARGEST_IMAGE = 3_700_000  # vendors take 5 MB and count them as base64; browsers make larger ones smaller first
PIXELS = 8_000  # a side
LONGEST_TEXT = 200_000  # bytes of a text file, which a browser writes into the message
LONGEST_NAME = 120
ID_LENGTH = 16  # of 32 letters each: whoever knows the id may see the file
ID = re.compile(rf"[a-z0-9]{{{ID_LENGTH}}}")
SUFFIXES: dict[MediaType, tuple[str, ...]] = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
}
POSSIBLE = (
    "You can attach images (PNG, JPEG, GIF or WebP, up to 3.7 MB), PDFs (up to 20 MB) and text files (UTF-8, up "
    "to 200 kB)."
)
TOO_MANY = f"A message can have {COUNT} files at the most: send the others with the next one."
TOO_MUCH = "The files of one message can have 30 MB together: send the others with the next one."
GONE = "That file is not here any more."


class Attachments:
    """The attachments in `files`, each beside a small note about it. All methods block: keep and read in a thread;
    `together` reads only the notes."""

    def __init__(self, files: Files, chance: Chance) -> None:
        self._files = files
        self._chance = chance

    def keep(self, name: str, data: bytes) -> Attachment:
        """Keeps a file that is accepted, durably. Raises BadRequest, TooLong, StorageError."""
        media = accepted(name, data)
        file = Attachment(id=self._chance.id(ID_LENGTH), name=cleaned(name, media), media_type=media, size=len(data))
        self._files.keep(file.id, data)
        self._files.keep(_note(file.id), json.dumps(attached(file)).encode())
        return file

    def find(self, id: str) -> Attachment:
        """Raises NotFound, StorageError."""
        if not ID.fullmatch(id):
            raise NotFound(GONE)
        try:
            note: dict[str, Any] = json.loads(self._files.file(_note(id)))
            return Attachment(id=id, name=note["name"], media_type=note["type"], size=note["size"])
        except (ValueError, KeyError, TypeError):
            raise NotFound(GONE) from None

    def read(self, id: str) -> tuple[Attachment, bytes]:
        """Raises NotFound, StorageError."""
        file = self.find(id)
        return file, self._files.file(id)

    def together(self, ids: Iterable[str]) -> list[Attachment]:
        """What may be sent in one message. Raises BadRequest where one is gone, or it is too much; StorageError."""
        try:
            files = [self.find(id) for id in dict.fromkeys(ids)]
        except NotFound:
            raise BadRequest("An attached file is not here any more: remove it, and attach it again.") from None
        if len(files) > COUNT:
            raise BadRequest(TOO_MANY)
        if sum(file.size for file in files) > TOGETHER:
            raise TooLong(TOO_MUCH)
        return files


def accepted(name: str, data: bytes) -> MediaType:
    """What `data` is, if it may be attached. Raises BadRequest, TooLong."""
    media = media_type(data)
    shown = f"“{cleaned(name, media)}”"
    if not data:
        raise BadRequest(f"{shown} is empty.")
    if media is None:
        raise BadRequest(f"{shown} cannot be attached. {POSSIBLE}")
    if len(data) > LARGEST:
        raise TooLong(f"{shown} is too large ({sized(len(data))}): a file may have 20 MB.")
    if media == "application/pdf":
        if is_locked(data):
            raise BadRequest(f"{shown} is encrypted, so no model could read it: attach a copy without protection.")
    elif len(data) > LARGEST_IMAGE:
        raise TooLong(f"{shown} is too large ({sized(len(data))}): an image may have 3.7 MB.")
    elif (sides := pixels(data)) and max(sides) > PIXELS:
        big = f"{sides[0]:,} × {sides[1]:,} pixels"
        raise TooLong(f"{shown} is too large ({big}): an image may have {PIXELS:,} on each side.")
    elif sides is None or 0 in sides:
        raise BadRequest(f"{shown} is damaged: it cannot be read as an image.")
    if not is_whole(data):
        raise BadRequest(f"{shown} is damaged: its end is missing.")
    return media


def cleaned(name: str, media: MediaType | None = None) -> str:
    """A name of one line, without folders and signs that cannot be seen, that ends as its type does."""
    name = "".join(" " if c.isspace() else c for c in re.split(r"[/\\]", name)[-1])
    name = "".join(c for c in unicodedata.normalize("NFC", name) if not unicodedata.category(c).startswith("C"))
    name = " ".join(name.split()).strip(". ") or "file"
    if media and not name.lower().endswith(SUFFIXES[media]):
        name += SUFFIXES[media][0]
    stem, dot, suffix = name.rpartition(".")
    if len(name) > LONGEST_NAME and dot and len(suffix) < 10:
        return f"{stem[: LONGEST_NAME - len(suffix) - 1].rstrip()}.{suffix}"
    return name[:LONGEST_NAME]


def sized(size: int) -> str:
    """As people read it: 812 bytes, 34 kB, 2.3 MB."""
    if size < 1_000:
        return f"{size} byte{'' if size == 1 else 's'}"
    return f"{round(size / 1_000)} kB" if size < 999_500 else f"{size / 1_000_000:.1f} MB"


def attached(file: Attachment) -> dict[str, Any]:
    """As an event has it: `{id, name, type, size}`."""
    return {"id": file.id, "name": file.name, "type": file.media_type, "size": file.size}


def _note(id: str) -> str:
    return f"{id}.json"
