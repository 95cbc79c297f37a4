"""What a file is by its bytes alone: what its name or a browser says of it does not count."""

from __future__ import annotations

import struct
from typing import Literal

MediaType = Literal["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"]
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # the segments of a JPEG that have its size
ALONE = {0x01, *range(0xD0, 0xD9)}  # … and those without a length


def media_type(data: bytes) -> MediaType | None:
    """One of the types that people may attach, or None."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if data[:64].lstrip(b"\xef\xbb\xbf\0\t\n\r ").startswith(b"%PDF-"):
        return "application/pdf"
    return None


def is_whole(data: bytes) -> bool:
    """Whether the end of the file is there, too: a model refuses half a picture, and all that comes after it."""
    match media_type(data):
        case "image/png":
            return b"IEND" in data
        case "image/jpeg":
            return b"\xff\xd9" in data
        case "image/gif":
            return b"\0;" in data
        case "image/webp":
            return int.from_bytes(data[4:8], "little") + 8 <= len(data)
        case "application/pdf":
            return b"%%EOF" in data
        case None:
            return False


def is_locked(data: bytes) -> bool:
    """Whether it is a PDF that is encrypted: no model can read it."""
    return media_type(data) == "application/pdf" and b"/Encrypt" in data


def pixels(data: bytes) -> tuple[int, int] | None:
    """Width and height of a picture; None where it does not say so."""
    try:
        match media_type(data):
            case "image/png" if data[12:16] == b"IHDR":
                return struct.unpack(">II", data[16:24])
            case "image/gif":
                return struct.unpack("<HH", data[6:10])
            case "image/webp":
                return _webp(data)
            case "image/jpeg":
                return _jpeg(data)
            case _:
                return None
    except (struct.error, IndexError):
        return None


def _webp(data: bytes) -> tuple[int, int] | None:
    if data[12:16] == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if data[12:16] == b"VP8L" and data[20] == 0x2F:
        (bits,) = struct.unpack("<I", data[21:25])
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if data[12:16] == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a filling byte
            at += 1
        elif marker in ALONE:
            at += 2
        elif marker in FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        else:
            (length,) = struct.unpack(">H", data[at + 2 : at + 4])
            at += 2 + length
    return None
