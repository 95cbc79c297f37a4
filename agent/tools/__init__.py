"""The tools that every provider may call. Importing them is cheap: what is heavy is imported at first use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path

from ..chance import Clock
from .base import Outcome, Tool, tool
from .calculator import calculate
from .clock import clock_tools
from .documents import search_tool
from .text import text_statistics
from .units import convert

__all__ = ["Outcome", "Tool", "tool", "toolbox"]


def toolbox(*, clock: Clock, folders: Sequence[Path], zone: tzinfo | None = None) -> tuple[Tool, ...]:
    """All tools; `folders` are what `search` looks through, `zone` is “here” (None: this machine's own)."""
    return calculate, convert, *clock_tools(clock, zone), search_tool(folders), text_statistics
