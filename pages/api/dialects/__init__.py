"""One log, many words: what each kind of client is told of an event."""

from __future__ import annotations

from collections.abc import Mapping

from ..facts import Facts
from ..shape import Frame, Shape
from .agent import AGENT
from .base import Dialect
from .native import NATIVE
from .room import ROOM
from .task import TASK
from .text import text
from .thoughts import THOUGHTS

__all__ = ["DIALECTS", "Dialect", "Facts", "Frame", "Shape", "text"]

DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect for dialect in (NATIVE, AGENT, THOUGHTS, text("\n[DONE]"), ROOM, TASK)
}
"""By what `?dialect=` calls them."""
