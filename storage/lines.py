"""A TinyDB storage that survives a crash, and whose big files cost the event loop nothing.

TinyDB reads and rewrites its whole file for each change. Here a file is one valid JSON object with each document
on a line of its own, so that a document that nobody asked for stays where it is: never parsed, never dumped,
copied from the old file into the new one by the kernel while Python does something else.

    {"stretches":{
    "1":{…},
    "213":{…}
    },
    "session":{
    "1":{…}
    }}
"""

# TinyDB leaves some of its parameters without types:
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from tinydb import TinyDB
from tinydb.middlewares import CachingMiddleware
from tinydb.storages import Storage
from tinydb.table import Document

from .coding import dumps, loads
from .disk import replacing

Tables = dict[str, dict[str, Any]]
CHUNK = 1 << 18
STRING = rb'"(?:[^"\\]|\\.)*"'
TABLE = re.compile(rb"(\{?)(" + STRING + rb"):\{\n")
DOCUMENT = re.compile(rb"(" + STRING + rb"):(?=\{)")


class Lines(Storage):
    """One file, read as documents that are parsed when touched, and replaced as a whole, durably."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def read(self) -> Tables | None:
        """The tables, or None where there is no file. Raises ValueError where it is not such a file."""
        tables: Tables = {}
        try:
            with open(self._path, "rb") as file:
                for table, key, start, raw in documents(file):
                    tables.setdefault(table, {})
                    if key is not None:
                        tables[table][key] = Line(self._path, key, start, start + len(raw))
        except FileNotFoundError:
            return None
        except Foreign:
            found = loads(self._path.read_bytes())
            if not _is_tables(found):
                raise ValueError("no tables of documents") from None
            return found
        return tables

    def write(self, data: Tables) -> None:
        with replacing(self._path) as out:
            pieces = _pieces(data, self._path)
            if not any(isinstance(piece, range) for piece in pieces):
                out.writelines(cast("list[bytes]", pieces))
                return
            with open(self._path, "rb", buffering=0) as old:
                for piece in pieces:
                    if isinstance(piece, range):
                        _copy(old, piece, out)
                    else:
                        out.write(piece)


class Line(MutableMapping[str, Any]):
    """A document that is still in its file. Reading it parses it; changing it makes it one to be dumped."""

    __slots__ = ("_value", "changed", "key", "path", "start", "stop")

    def __init__(self, path: Path, key: str, start: int, stop: int) -> None:
        self.path, self.key, self.start, self.stop = path, key, start, stop
        self.changed = False
        self._value: dict[str, Any] | None = None

    def parsed(self) -> dict[str, Any]:
        """The document, read anew and not kept. Raises ValueError where it is damaged or no longer there."""
        if self._value is not None:
            return self._value
        before = dumps(self.key) + b":"
        with open(self.path, "rb", buffering=0) as file:
            file.seek(self.start - len(before))
            line = file.read(len(before) + self.stop - self.start)
        if not line.startswith(before):
            raise ValueError(f"document {self.key} is not where it was")
        return loads(line[len(before) :])

    def _kept(self) -> dict[str, Any]:
        if self._value is None:
            self._value = self.parsed()
        return self._value

    def __getitem__(self, key: str) -> Any:
        return self._kept()[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._kept()[key] = value
        self.changed = True

    def __delitem__(self, key: str) -> None:
        del self._kept()[key]
        self.changed = True

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept())

    def __len__(self) -> int:
        return len(self._kept())


class Foreign(Exception):
    """The file is not laid out in lines: somebody else wrote it, or it is damaged."""


class Changes:
    """A TinyDB whose changes are written all at once."""

    def __init__(self, path: Path) -> None:
        self._db = TinyDB(path, storage=CachingMiddleware(Lines))

    @property
    def tables(self) -> Tables:
        """All there is, in no need of parsing. Raises ValueError where the file is damaged."""
        return self._db.storage.read() or {}

    def put(self, table: str, number: int, document: Mapping[str, Any]) -> None:
        """Adds the document `number`, or replaces the fields of the one there is."""
        self._db.table(table).upsert(Document(document, doc_id=number))

    def remove(self, table: str, number: int) -> None:
        self._db.table(table).remove(doc_ids=[number])

    def write(self) -> None:
        self._db.close()


@contextmanager
def changing(path: Path) -> Generator[Changes]:
    """The TinyDB of a file; what the block changes is on disk when it ends well, else nothing is."""
    changes = Changes(path)
    yield changes
    changes.write()


def documents(file: BinaryIO) -> Iterator[tuple[str, str | None, int, bytes]]:
    """Table, key, place and raw bytes of each document; a key of None opens a table.

    Raises Foreign as soon as the file turns out not to be laid out in lines.
    """
    offset, table, over = 0, "", False
    expected = b"{"  # what a table's line begins with: a brace if it is the first
    for line in file:
        if over:
            raise Foreign
        if not table:
            found = TABLE.fullmatch(line)
            if not found or found[1] != expected:
                raise Foreign
            table, expected = loads(found[2]), b""
            yield table, None, offset, b""
        elif line in (b"},\n", b"}}\n"):
            table, over = "", line == b"}}\n"
        else:
            found = DOCUMENT.match(line)
            raw = line[found.end() :].rstrip(b",\n") if found else b""
            if not found or not raw.endswith(b"}") or b"\0" in raw:
                raise Foreign
            yield table, loads(found[1]), offset + found.end(), raw
        offset += len(line)
    if not over:
        raise Foreign


def _pieces(data: Mapping[str, Mapping[str, Any]], path: Path) -> list[bytes | range]:
    """The new file: bytes, and ranges of the old file to copy. Neighbours in the old file are one range."""
    pieces: list[bytes | range] = []
    opening = b"{"
    for name, table in data.items():
        pieces.append(opening + dumps(name) + b":{\n")
        opening = b",\n"
        separator = b""
        for key, document in table.items():
            if isinstance(document, Line) and not document.changed and document.path == path and document.key == key:
                begin = dumps(key) + b":"
                start = document.start - len(begin)
                last = pieces[-1]
                if separator and isinstance(last, range) and last.stop + len(separator) == start:
                    pieces[-1] = range(last.start, document.stop)
                else:
                    pieces += (separator, range(start, document.stop))
            else:
                value = document.parsed() if isinstance(document, Line) else document
                pieces.append(separator + dumps(key) + b":" + dumps(value))
            separator = b",\n"
        pieces.append(b"\n}" if separator else b"}")
    pieces.append(b"}\n" if data else b"{}\n")
    return pieces


def _copy(old: BinaryIO, span: range, out: BinaryIO) -> None:
    old.seek(span.start)
    left = len(span)
    while left:
        chunk = old.read(min(left, CHUNK))
        if not chunk:
            raise ValueError("the file became shorter while it was copied")
        out.write(chunk)
        left -= len(chunk)


def _is_tables(found: Any) -> bool:
    if not isinstance(found, dict):
        return False
    tables = cast("dict[str, Any]", found)
    return all(
        isinstance(table, dict) and all(isinstance(one, dict) for one in cast("dict[str, Any]", table).values())
        for table in tables.values()
    )
