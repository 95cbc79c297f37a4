"""Websocket frames in a server's bytes: how long each message is once it is inflated."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

FINAL, COMPRESSED, OPCODE, CONTROL = 0x80, 0x40, 0x0F, 0x8
FLUSHED = b"\x00\x00\xff\xff"  # what permessage-deflate leaves out at the end of each message


class Frames:
    """What one connection carries from the server: an HTTP answer and, where it was 101, frames (RFC 6455, 7692)."""

    def __init__(self) -> None:
        self._bytes = b""
        self.is_websocket: bool | None = None
        """None until the head of the answer has come."""
        self._inflated = zlib.decompressobj(-zlib.MAX_WBITS)
        self._takeover = True
        self._message: list[bytes] = []
        self._compressed = False

    def feed(self, data: bytes) -> Iterator[int]:
        """Yields the length of the payload of each message that is complete."""
        if self.is_websocket is False:
            return
        self._bytes += data
        if self.is_websocket is None and not self._read_head():
            return
        while (frame := self._frame()) is not None:
            first, body = frame
            if first & OPCODE & CONTROL:
                yield len(body)
                continue
            if first & OPCODE:
                self._compressed = bool(first & COMPRESSED)
            self._message.append(body)
            if first & FINAL:
                yield self._length(b"".join(self._message))
                self._message.clear()

    def _read_head(self) -> bool:
        head, end, rest = self._bytes.partition(b"\r\n\r\n")
        if not end:
            return False
        self.is_websocket = bool(re.match(rb"HTTP/1\.1 101 ", head))
        self._takeover = b"server_no_context_takeover" not in head.lower()
        self._bytes = rest if self.is_websocket else b""
        return self.is_websocket

    def _frame(self) -> tuple[int, bytes] | None:
        """The next whole frame: its first byte and its body. A server masks nothing."""
        data = self._bytes
        if len(data) < 2:
            return None
        size, at = data[1] & 0x7F, 2
        if size >= 126:
            at += 2 if size == 126 else 8
            size = int.from_bytes(data[2:at])
        if len(data) < at + size:
            return None
        self._bytes = data[at + size :]
        return data[0], data[at : at + size]

    def _length(self, message: bytes) -> int:
        if not self._compressed:
            return len(message)
        length = len(self._inflated.decompress(message + FLUSHED))
        if not self._takeover:
            self._inflated = zlib.decompressobj(-zlib.MAX_WBITS)
        return length
