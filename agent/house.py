"""What all sessions of a hub have in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .chance import Chance
from .events import Event
from .limits import Limits
from .models import Models
from .store import Files
from .tools.base import Tool

if TYPE_CHECKING:
    from .session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """`admit` raises RateLimited where a person may not begin another run; `ended` is awaited before a session takes
    up what was queued; `changed` is told of what its card shows, with the event if there was one."""

    chance: Chance
    models: Models
    files: Files
    tools: Sequence[Tool]
    limits: Limits
    admit: Callable[[str], None]
    ended: Callable[[Session], Awaitable[None]]
    changed: Callable[[Session, Event | None], None]
