"""Thoughts that a server leaves in the content, between <think> and </think>."""

from __future__ import annotations

from typing import Literal

from .base import TextPiece, ThinkingPiece

TAGS = {"<think>": "</think>", "<thinking>": "</thinking>"}
CLOSE = "</think>"

Pieces = list[ThinkingPiece | TextPiece]


class ThinkTags:
    """Content as it streams, told apart. A tag may come in bits, and counts only where the content begins.

    Some servers send the closing tag without the opening one. What came before it has been shown by then; the tag is
    left out, where it has a line of its own, and what follows is another answer.
    """

    def __init__(self) -> None:
        self._state: Literal["start", "thinking", "gap", "answer"] = "start"
        self._held = ""
        self._close = CLOSE
        self._blank = True  # nothing of the thought was shown so far
        self._thought = False
        self._stray = False  # the next text is another answer
        self._last = "\n"

    def read(self, chunk: str) -> Pieces:
        if self._state == "answer" and self._thought:  # nothing is looked for any more
            return [TextPiece(text=chunk)] if chunk else []
        out: Pieces = []
        text, self._held = self._held + chunk, ""
        while text:
            match self._state:
                case "start":
                    text = self._begin(text)
                case "thinking":
                    text = self._think(text, out)
                case "gap":
                    text = text.lstrip()
                    self._state = "answer" if text else "gap"
                case "answer":
                    text = self._answer(text, out)
        return out

    def end(self) -> Pieces:
        """What was held back because it might have become a tag."""
        text, self._held = self._held, ""
        if not text.strip() or (self._state == "answer" and text == CLOSE and self._last == "\n"):
            return []
        return [ThinkingPiece(text=text)] if self._state == "thinking" else [TextPiece(text=text)]

    def _begin(self, text: str) -> str:
        seen = text.lstrip()
        for tag, close in TAGS.items():
            if seen.startswith(tag):
                self._state, self._thought, self._close = "thinking", True, close
                return seen[len(tag) :]
        if seen.startswith(CLOSE):
            self._state, self._thought = "gap", True
            return seen[len(CLOSE) :]
        if any(tag.startswith(seen) for tag in (*TAGS, CLOSE)):  # which is so where there is only space
            self._held = text
            return ""
        self._state = "answer"
        return text

    def _think(self, text: str, out: Pieces) -> str:
        if self._blank:
            text = text.lstrip()
        before, tag, after = text.partition(self._close)
        if tag:
            self._state = "gap"
            before = before.rstrip()
        else:
            before, self._held = _split(before, self._close)
        if before:
            self._blank = False
            out.append(ThinkingPiece(text=before))
        return after

    def _answer(self, text: str, out: Pieces) -> str:
        before, tag, after = ("", "", text) if self._thought else text.partition(CLOSE)
        if self._thought:
            self._show(text, out)
            return ""
        if not tag:
            before, self._held = _split(before, CLOSE)
            self._show(before, out)
            return ""
        self._show(before, out)
        if self._last != "\n" or (after and after[0] != "\n"):  # somebody writes about the tag
            self._show(tag, out)
            return after
        if not after:  # the next chunk tells
            self._held = tag
            return ""
        self._state, self._thought, self._stray = "gap", True, True
        return after

    def _show(self, text: str, out: Pieces) -> None:
        if text:
            out.append(TextPiece(text=text, new=self._stray))
            self._stray, self._last = False, text[-1]


def _split(text: str, tag: str) -> tuple[str, str]:
    """`text` without the end that may be the beginning of `tag`, and that end."""
    at = text.rfind("<", max(0, len(text) - len(tag)))
    return (text[:at], text[at:]) if at >= 0 and tag.startswith(text[at:]) else (text, "")
