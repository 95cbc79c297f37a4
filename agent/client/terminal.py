"""What an agent does, shown in a terminal with rich, or told line by line to another program."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Protocol

from markdown_it import MarkdownIt
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markdown import Markdown
from rich.text import Text

from .. import codec
from ..events import AskOpened, MessagePosted, ThoughtStart, TurnEnd
from .thought import Thought, What

STYLES: Mapping[What, str] = {
    "thinking": "magenta",
    "action": "blue",
    "observation": "cyan",
    "answer": "green",
    "question": "yellow",
    "approval": "yellow",
    "failed": "red",
    "interrupted": "red",
    "retry": "red",
}
CONTROLS = {n: None for n in [*range(0x20), *range(0x7F, 0xA0)] if chr(n) not in "\n\t"}


class Screen(Protocol):
    def show(self, thought: Thought) -> None: ...


class Lines:
    """One event a line, as JSON in the log's own words, each at once."""

    def __init__(self) -> None:
        if hasattr(sys.stdout, "reconfigure"):  # half a character would end the pipe; so it stays `\ud83d`, as in JSON
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # pyright: ignore

    def show(self, thought: Thought) -> None:
        print(json.dumps(codec.encode(thought.event), ensure_ascii=False), flush=True)


class Terminal:
    """A head for each thought, then its text as it grows; the answer as markdown, where that can be drawn."""

    def __init__(self, console: Console, *, people: bool = False) -> None:
        self._console = console
        self._people = people  # whether to show what people say, too
        self._now = ""  # the thought whose head was printed last
        self._fresh = True  # at the start of a line
        self._answer = Answer(console) if console.is_terminal else None

    def show(self, thought: Thought) -> None:
        if thought.id:
            self._thought(thought)
            return
        self.rest()
        said = tame(thought.content)
        match thought.event:
            case MessagePosted(author=author, content=content) if self._people:
                self._head(f"{author}:", "bold")
                self._text(f"{tame(content)}\n")
            case AskOpened(choices=choices):
                self._head(said, STYLES[thought.kind])
                self._text("".join(f"  - {tame(choice)}\n" for choice in choices))
            case TurnEnd(reason=reason):
                if reason != "done":
                    self._head(said or "Stopped.", STYLES[thought.kind])
            case _:
                if said:
                    self._head(said, STYLES.get(thought.kind, "dim"))

    def rest(self) -> None:
        """Leaves the terminal at the start of a line, with nothing that still moves."""
        if self._answer:
            self._answer.close()
        if not self._fresh:
            self._text("\n")
        self._now = ""

    def _thought(self, thought: Thought) -> None:
        content = tame(thought.content)
        if self._now != thought.id and (
            content or (thought.kind != "observation" and isinstance(thought.event, ThoughtStart))
        ):
            self.rest()
            self._now = thought.id
            self._head(thought.kind.capitalize(), STYLES[thought.kind])
        if self._answer and thought.kind == "answer":
            self._answer.grow(content)
        elif content:
            self._text(content, "dim" if thought.kind == "thinking" else "")
        if thought.done and self._now == thought.id:
            self.rest()

    def _head(self, text: str, style: str) -> None:
        self._text("\n")
        self._text(f"{text}\n", f"bold {style}")

    def _text(self, text: str, style: str = "") -> None:
        if text:
            self._fresh = text.endswith("\n")
            self._console.print(Text(text, style), end="", soft_wrap=True)
            self._console.file.flush()


class Answer:
    """Markdown that grows: the block that is being written moves, and those before it are printed for good, so that
    an answer may be longer than the window."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._markdown = MarkdownIt("commonmark").enable("table")
        self._open = ""
        self._first = True
        self._live: Live | None = None

    def grow(self, content: str) -> None:
        self._open += content
        if "\n" in content:
            self._settle(self._closed())
        if self._open.strip() and self._live is None:
            self._live = Live(get_renderable=self._draw, console=self._console, transient=True, refresh_per_second=15)
            self._live.start()

    def close(self) -> None:
        """Prints what there is of it for good."""
        self._settle(len(self._open))
        self._first = True

    def _closed(self) -> int:
        """How much of the text is in blocks that have ended: all before the last one."""
        starts = [token.map[0] for token in self._markdown.parse(self._open) if token.level == 0 and token.map]
        lines = self._open.split("\n")
        return len("\n".join(lines[: starts[-1]])) if starts else 0

    def _settle(self, upto: int) -> None:
        closed, self._open = self._open[:upto], self._open[upto:]
        if self._live and (closed.strip() or not self._open):
            self._live.stop()
            self._live = None
        if closed.strip():
            if not self._first:
                self._console.print()
            self._first = False
            self._console.print(Markdown(closed))

    def _draw(self) -> RenderableType:
        drawn = Markdown(self._open)
        return drawn if self._first else Group("", drawn)


def tame(text: str) -> str:
    """The text without what moves a cursor, rings, or changes a window's title."""
    return text.translate(CONTROLS)
