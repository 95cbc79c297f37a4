"""Files as people attach them, as small as can be."""

from __future__ import annotations

import base64
import random
import struct
import zlib

GIF = base64.b64decode("R0lGODlhAQABAIAAAP8AAP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==")


def png(width: int = 2, height: int = 2, *, least: int = 0) -> bytes:
    """A gradient; with at least so many bytes in all, where that is asked for."""
    rows = b"".join(
        b"\0" + b"".join(bytes((255 * x // width, 120, 255 * y // height)) for x in range(width)) for y in range(height)
    )
    head = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = _chunk(b"IDAT", zlib.compress(rows))
    padding = max(0, least - len(head) - len(body) - 24)
    text = _chunk(b"tEXt", random.Random(7).randbytes(padding)) if padding else b""
    return head + text + body + _chunk(b"IEND", b"")


def pdf(text: str = "Hello", *, least: int = 0) -> bytes:
    """One page with a line of text."""
    stream = f"BT /F 24 Tf 20 50 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 99] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d >> stream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = b"%PDF-1.4\n"
    places: list[int] = []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    out += b"%" + b"x" * max(0, least - len(out) - 200) + b"\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return out + end % (table, len(out))


def jpeg(width: int, height: int) -> bytes:
    """Its segments without a picture: enough to tell its size."""
    app = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\1\1\0\0\1\0\1\0\0"
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    return b"\xff\xd8" + app + b"\xff\xff" + frame[1:] + b"\xff\xd9"


def webp(kind: bytes, width: int, height: int) -> bytes:
    """Its header in one of the three kinds (`VP8 `, `VP8L`, `VP8X`): enough to tell its size."""
    match kind:
        case b"VP8X":
            body = b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        case b"VP8L":
            body = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14)
        case _:
            body = b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height)
    chunks = b"WEBP" + kind + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
