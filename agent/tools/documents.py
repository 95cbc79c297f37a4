"""Search over folders of documents, by SQLite's full-text index in memory."""

from __future__ import annotations

import os
import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import ToolError
from .base import Tool, tool

FILES, ENTRIES = 1_000, 20_000
FILE_BYTES, ALL_BYTES = 512_000, 16_000_000
TERMS, RESULTS, SECTION = 16, 3, 700
SUFFIXES = (".md", ".txt")
COMMON = """
a about after all also am an and any are as at be been but by can could did do does for from get had has have how i if
in into is it its just later me my of on or our please so than that the their them then there these they this to us
want was we were what when where which who why will with would you your
"""


def search_tool(folders: Sequence[Path]) -> Tool:
    """The tool that searches the .md and .txt files in `folders`; they are read at first use and when they change."""
    index = _Index(folders=tuple(folders))

    @tool
    def search(query: str) -> str:
        """Search the documents (this app's own help, and the folder given with --docs) for some words.

        Answers with the best sections: file › heading, then the text.
        """
        terms = _terms(query)
        if not terms:
            raise ToolError("There is no word in this query to search for.")
        rows, files = index.find(" OR ".join(f'"{term}"' for term in terms))
        if not rows:
            raise ToolError(f"Nothing about “{' '.join(terms)[:80]}” in {files} document{'s' * (files != 1)}.")
        return "\n\n".join(f"[{number}] {file} › {heading}\n{body}" for number, (file, heading, body) in rows)

    return search


def _terms(query: str) -> list[str]:
    """At most 16 words of the query, without those that every text has; quoted later, so that none is syntax."""
    words = list(dict.fromkeys(re.findall(r"\w+", query[:1000].lower())))
    return [word for word in words if word not in COMMON.split()][:TERMS] or words[:TERMS]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """A file as it was when it was looked at; equal sources need no new index."""

    name: str
    path: Path
    size: int
    changed: int


class _Index:
    """The sections of all documents. One connection and one lock: tools run in threads."""

    def __init__(self, *, folders: tuple[Path, ...]) -> None:
        self._folders = folders
        self._lock = threading.Lock()
        self._sources: tuple[_Source, ...] | None = None
        self._database: sqlite3.Connection | None = None

    def find(self, match: str) -> tuple[list[tuple[int, tuple[str, str, str]]], int]:
        """The best sections, numbered from 1, and how many files were searched."""
        with self._lock:
            database = self._current()
            rows = database.execute(
                "SELECT file, heading, body, snippet(sections, 2, '', '', ' … ', 64) FROM sections"
                " WHERE sections MATCH ? ORDER BY bm25(sections, 2.0, 4.0, 1.0) LIMIT ?",
                (match, RESULTS),
            ).fetchall()
            found = [(file, heading, body if len(body) <= SECTION else cut) for file, heading, body, cut in rows]
            return list(enumerate(found, 1)), len(self._sources or ())

    def _current(self) -> sqlite3.Connection:
        sources = tuple(_sources(self._folders))
        if self._database is None or sources != self._sources:
            if self._database is not None:
                self._database.close()
            self._database, self._sources = _indexed(sources), sources
        return self._database


def _sources(folders: tuple[Path, ...]) -> Iterator[_Source]:
    files = seen = total = 0
    for folder in folders:
        root = folder.resolve()
        for directory, inner, names in os.walk(root, followlinks=False):
            inner[:] = sorted(name for name in inner if not name.startswith(".") and name != "node_modules")
            for name in sorted(names):
                seen += 1
                if files >= FILES or seen > ENTRIES:
                    return
                path = Path(directory, name)
                if path.suffix.lower() not in SUFFIXES or name.startswith("."):
                    continue
                try:
                    if not path.is_file() or not path.resolve().is_relative_to(root):  # a link that leads out
                        continue
                    status = path.stat()
                except OSError:
                    continue
                if status.st_size > FILE_BYTES or total + status.st_size > ALL_BYTES:
                    continue
                files, total = files + 1, total + status.st_size
                shown = f"{root.name}/{path.relative_to(root).as_posix()}"
                yield _Source(name=shown, path=path, size=status.st_size, changed=status.st_mtime_ns)


def _indexed(sources: tuple[_Source, ...]) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:", check_same_thread=False)
    try:
        database.execute("CREATE VIRTUAL TABLE sections USING fts5(file, heading, body, tokenize='porter unicode61')")
    except sqlite3.OperationalError as error:
        raise ToolError("This Python's SQLite has no full-text search, so documents cannot be searched.") from error
    for source in sources:
        rows = [(source.name, heading, body) for heading, body in _sections(_text(source.path))]
        database.executemany("INSERT INTO sections VALUES (?, ?, ?)", rows)
    return database


def _text(path: Path) -> str:
    """What the file says; nothing if it is not text after all."""
    try:
        data = path.read_bytes()[:FILE_BYTES]
    except OSError:
        return ""
    if b"\0" in data:
        return ""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Heading and body, one pair per markdown heading; what has no text below it is left out."""
    heading, lines = "Beginning", list[str]()
    for line in [*text.splitlines(), "# end"]:
        if found := re.match(r"#{1,6} +(.+)", line):
            if body := "\n".join(lines).strip():
                yield heading, body
            heading, lines = found[1].strip().rstrip("#").strip()[:120], []
        else:
            lines.append(line)
