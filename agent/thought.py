"""What an agent of one's own yields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class AgentThought:
    """`thinking`, `action` and `observation` are whole thoughts; `answer`s in a row are chunks of one answer."""

    type: Literal["thinking", "action", "observation", "answer"]
    content: str
