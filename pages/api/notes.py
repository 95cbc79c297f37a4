"""What one connection is told beside the log: hello, who comes and goes, who writes, broadcasts."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from agent.presence import Note
from agent.session import Session

from .dialects import Dialect, Frame
from .dialects.ephemeral import HELLO, TYPING, USER_JOINED, USER_LEFT

MOST = 64  # that wait to be told; older ones are dropped, since they are true of their moment only
NAMES = 100  # of people that a list of them tells


class Notes:
    """Those that wait; `wake` is called when there is one."""

    def __init__(self, dialect: Dialect, wake: Callable[[], None], spell: Callable[[Frame], str]) -> None:
        self.dialect = dialect
        self._wake = wake
        self._spell = spell
        self._waiting: deque[str] = deque(maxlen=MOST)

    def hello(self, session: Session, cursor: int) -> int:
        """Says hello, where the dialect does; returns the cursor, which is 0 where it was past the log's end."""
        reset = cursor > len(session.log)
        if self.dialect.ephemeral:
            self.add(
                HELLO.frame(
                    session=session.id,
                    lastEventId=len(session.log),
                    active_users=list(session.presence.users[:NAMES]),
                    model=session.model,
                    title=session.title,
                    reset=reset or None,
                )
            )
        return 0 if reset else cursor

    def note(self, note: Note) -> None:
        """What presence has to tell, where the dialect does."""
        if not self.dialect.ephemeral:
            return
        match note.kind:
            case "user_joined":
                self.add(USER_JOINED.frame(user_id=note.user, active_users=list(note.users[:NAMES])))
            case "user_left":
                self.add(USER_LEFT.frame(user_id=note.user, active_users=list(note.users[:NAMES])))
            case "typing":
                self.add(TYPING.frame(user_id=note.user))

    def add(self, frame: dict[str, Any]) -> None:
        """Of a frame, those who read plain text get the content."""
        self._waiting.append(self._spell(frame if self.dialect.json else str(frame.get("content", ""))))
        self._wake()

    @property
    def waiting(self) -> bool:
        return bool(self._waiting)

    def take(self) -> list[str]:
        """All that wait, once."""
        if not self._waiting:
            return []
        taken = list(self._waiting)
        self._waiting.clear()
        return taken
