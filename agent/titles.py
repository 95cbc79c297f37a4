"""What a session is called until somebody calls it something else."""

from __future__ import annotations

UNTITLED = "New session"


def title_of(content: str) -> str:
    """A title from a first message: its first line, cut at a word."""
    line = next((line.strip() for line in content.splitlines() if line.strip()), UNTITLED)
    if len(line) <= 60:
        return line
    cut = line[:60].rsplit(" ", 1)[0] if " " in line[:60] else line[:60]
    return cut.rstrip(",;:-–— ") + "…"
