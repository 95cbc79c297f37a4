"""Who is connected to a session now. Never in the log: it is true of this moment only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .chance import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What somebody's page is speaking now: from where to where (in UTF-16 units) of what that thought says, read out
    in that language (BCP 47). Over, where there is no `thought`."""

    thought: str = ""
    start: int = 0
    end: int = 0
    lang: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that whoever is here should know; `users` are those who are here now, in the order of their coming."""

    kind: Literal["user_joined", "user_left", "typing", "caption"]
    user: str
    users: tuple[str, ...] = ()
    caption: Caption = Caption()


class Seat:
    """One connection's place: it notes, hears, and leaves once. `heard` is when it was last heard of, in Unix ms."""

    def __init__(self, presence: Presence, user: str, returns: bool, on_note: Callable[[Note], None] | None) -> None:
        self.user = user
        self.returns = returns
        """Whether somebody who has lost this connection could come back to the session."""
        self.heard = presence.now()
        self.on_note = on_note
        self._presence = presence

    def hear(self) -> None:
        self.heard = self._presence.now()

    def leave(self) -> None:
        """May be called again; counts once."""
        self._presence.left(self)


class Presence:
    """The seats of one session; `changed` is called when one is taken, and when one (the argument) is left."""

    def __init__(self, clock: Clock, changed: Callable[[Seat | None], None]) -> None:
        self._clock = clock
        self._changed = changed
        self._seats: dict[Seat, None] = {}
        self._count: Counter[str] = Counter()
        self.returnable = False
        """Whether anybody was ever here who could come back."""
        self._visited = False

    def join(self, user: str, *, returns: bool = True, on_note: Callable[[Note], None] | None = None) -> Seat:
        """A seat for one connection, to be left when it ends. A person's first one is noted to all others."""
        seat = Seat(self, user, returns, on_note)
        new = not self._count[user]
        self._count[user] += 1
        self.returnable = self.returnable or returns
        self._visited = True
        if new:
            self._tell(Note(kind="user_joined", user=user, users=self.users))
        self._seats[seat] = None
        self._changed(None)
        return seat

    def left(self, seat: Seat) -> None:
        if seat not in self._seats:
            return
        del self._seats[seat]
        self._count[seat.user] -= 1
        if not self._count[seat.user]:
            del self._count[seat.user]
            self._tell(Note(kind="user_left", user=seat.user, users=self.users))
        self._changed(seat)

    def type(self, seat: Seat) -> None:
        """Tells the others that this person is writing."""
        self._tell(Note(kind="typing", user=seat.user, users=self.users), but=seat.user)

    def speak(self, seat: Seat, caption: Caption) -> None:
        """Tells all other seats, this person's own among them, what is being spoken at this one."""
        note = Note(kind="caption", user=seat.user, users=self.users, caption=caption)
        for other in list(self._seats):
            if other.on_note and other is not seat:
                other.on_note(note)

    @property
    def users(self) -> tuple[str, ...]:
        """Everybody who is here, once, in the order of their coming."""
        return tuple(self._count)

    @property
    def forsaken(self) -> bool:
        """Whether all who were here have gone, and none of them could come back."""
        return self._visited and not self._seats and not self.returnable

    def now(self) -> int:
        return self._clock.now()

    def __len__(self) -> int:
        return len(self._seats)

    def _tell(self, note: Note, but: str | None = None) -> None:
        for seat in list(self._seats):
            if seat.on_note and seat.user != but:
                seat.on_note(note)
