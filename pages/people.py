"""Who looks at a page, and who else is in the session that it shows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from weakref import WeakKeyDictionary

from nicegui import app, ui

from agent.access import ANYBODY, Act, allow, allow_new, is_name
from agent.errors import BadRequest, Forbidden
from agent.presence import Caption, Note, Seat
from agent.session import Session

from .api.doors import Doors
from .parts.people import PeopleBar
from .soon import Soon

PAUSE = 0.5  # seconds: who only reloads a page has not gone
UNNAMED = ANYBODY.user
NO_NAME = "A name has 1 to 64 characters that can be seen."
_pages: WeakKeyDictionary[Session, set[People]] = WeakKeyDictionary()


class Visitor:
    """Who looks at a page; found inside the page function. While nobody signs in (`open`), people are who they say."""

    def __init__(self, doors: Doors) -> None:
        request = ui.context.client.request
        asks = doors.person(request.state) if request else ANYBODY
        self.open = doors.locks.open
        self.owns = asks.owns
        """Whose the sessions are that they begin."""
        self.guest = bool(asks.rooms)
        self.browser = str(request.session.get("id", "")) if request else ""
        self.kept = app.storage.user
        """What is kept for this browser."""
        name = self.kept.get("name")
        self.naming = self.open and asks.user == UNNAMED
        self.person = replace(asks, user=name) if self.naming and is_name(name) else asks

    @property
    def user(self) -> str:
        return self.person.user

    @property
    def mine(self) -> tuple[str, ...]:
        """The names under which they may have written: before they had one, everybody here was the same."""
        return tuple(dict.fromkeys((self.user, UNNAMED))) if self.open else (self.user,)

    @property
    def may_begin(self) -> bool:
        with suppress(Forbidden):
            allow_new(self.person)
            return True
        return False

    def may(self, act: Act, session: Session) -> bool:
        with suppress(Forbidden):
            allow(self.person, act, session)
            return True
        return False

    def rename(self, name: str) -> None:
        """Kept for this browser; an empty one is none. Raises BadRequest."""
        name = " ".join(name.split())
        if not self.naming or (name and not is_name(name)):
            raise BadRequest(NO_NAME)
        self.kept["name"] = name
        self.person = replace(self.person, user=name or UNNAMED)


class People:
    """The page's seat in its session, kept while its browser is connected, and who is here, in the header."""

    def __init__(
        self,
        session: Session,
        visitor: Visitor,
        *,
        on_change: Callable[[], None],
        on_typing: Callable[[str], None],
        on_caption: Callable[[Caption], None],
        on_name: Callable[[str], None],
    ) -> None:
        self._session = session
        self._visitor = visitor
        self._on_change = on_change
        self._on_typing = on_typing
        self._on_caption = on_caption
        self._seat: Seat | None = None
        self._over = False
        self._shown: tuple[list[str], str] = ([], visitor.user)
        self.bar = PeopleBar(me=visitor.user, naming=visitor.naming, on_name=on_name)
        self._refresh = Soon(self._show, seconds=PAUSE)
        self._client = ui.context.client
        self._client.on_connect(self._sit)
        self._client.on_disconnect(self._on_cut)
        _pages.setdefault(session, set()).add(self)
        self._show()

    @property
    def others(self) -> list[str]:
        """Who else is here; empty for each browser whose person has no name."""
        named = [user for user in self._session.presence.users if user not in self._visitor.mine]
        return named + [""] * len(self._unnamed() - {self._visitor.browser})

    def named(self) -> None:
        """To be called once the visitor has another name."""
        if self._seat:
            self._stand()
            self._sit()
        self._tell()

    def write(self) -> None:
        """They are writing."""
        if self._seat:
            self._session.presence.type(self._seat)

    def speak(self, caption: Caption) -> None:
        """Their page speaks that now."""
        if self._seat:
            self._session.presence.speak(self._seat, caption)

    def leave(self) -> None:
        """For good; may be called again."""
        self._over = True
        self._stand()
        self._refresh.cancel()
        _pages.get(self._session, set()).discard(self)
        self._tell()

    def _sit(self) -> None:
        """NiceGUI says so anew for each connection of the same browser."""
        if self._over:
            return
        if self._seat is None:
            self._seat = self._session.presence.join(self._visitor.user, on_note=self._on_note)
            self._tell()
        self._seat.hear()

    def _on_cut(self) -> None:
        """A dead connection may be noticed only after the browser has made another: that one stays."""
        if not self._client.has_socket_connection:
            self._stand()
            self._tell()

    def _stand(self) -> None:
        if self._seat:
            self._seat.leave()
            self._seat = None

    def _on_note(self, note: Note) -> None:
        if note.kind == "typing":
            self._on_typing(note.user)
        elif note.kind == "caption":
            self._on_caption(note.caption)
        else:
            self._refresh()

    def _unnamed(self) -> set[str]:
        """The browsers of those who are here without a name: presence takes all of them for one."""
        pages = _pages.get(self._session, set()) if self._visitor.open else set()
        return {page._visitor.browser for page in pages if page._seat and page._visitor.user == UNNAMED}

    def _tell(self) -> None:
        """To the pages of those whom presence cannot tell apart from this one."""
        if self._visitor.open:
            for page in list(_pages.get(self._session, ())):
                page._refresh()
        elif not self._over:
            self._refresh()

    def _show(self) -> None:
        now = (self.others, self._visitor.user)
        if self._over or now == self._shown:
            return
        self._shown = now
        self.bar.show(others=self.others, me=self._visitor.user)
        self._on_change()
