"""Ties the hub's list of sessions to the drawer of one page."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from nicegui import ui

from agent.access import RANK, allow, standing
from agent.entering import seen_by
from agent.errors import Forbidden, ThinkaloudError
from agent.hub import Hub
from agent.session import LONGEST_TITLE
from agent.store import Hit

from .parts.notice import notice
from .parts.people import account
from .parts.rename import RenameDialog
from .parts.sessions import Item, SessionList
from .people import Visitor
from .soon import Soon

SHOWN = 60  # sessions that a page lists until somebody wants more: a thousand would be 120 KB a page, each time
PAUSE = 0.5  # seconds between two lists sent to one page, at the least
KEPT = 1000  # deletions of which it is remembered whose they were
_removed: WeakKeyDictionary[Hub, dict[str, str]] = WeakKeyDictionary()


class Listing:
    """Made inside the page function, in the drawer; ends with the page's client. `current` is the session shown."""

    def __init__(self, hub: Hub, visitor: Visitor, *, current: str, drawer: ui.element) -> None:
        self._hub = hub
        self._visitor = visitor
        self._asked = ""
        self._words = ""
        self._hits: list[Hit] = []
        self._shown = SHOWN
        self._rename = RenameDialog(longest=LONGEST_TITLE, on_rename=self._on_rename)
        self._view = SessionList(
            current=current,
            drawer=drawer.id,
            begins=visitor.may_begin,
            on_search=self._on_search,
            on_more=self._on_more,
            on_rename=self._rename.ask,
            on_remove=self._on_remove,
            on_restore=self._on_restore,
        )
        if not visitor.open:
            account(visitor.user, guest=visitor.guest)
        self._refresh = Soon(self._show, seconds=PAUSE)
        self._show()
        hub.watchers.add(self._refresh)
        ui.context.client.on_delete(self._on_delete)

    def ask_title(self, session: str, title: str) -> None:
        """Opens the dialog that renames a session."""
        self._rename.ask(session, title)

    def _show(self) -> None:
        person = self._visitor.person
        hits = self._hits if self._words else [Hit(card=card) for card in seen_by(person, self._hub.cards())]
        items = [item for hit in hits[: self._shown] if (item := self._item(hit))]
        self._view.show(items, words=self._words, more=len(hits) > self._shown)

    def _item(self, hit: Hit) -> Item | None:
        """As the hub knows it now: a search may be a while ago."""
        card = self._hub.card(hit.card.id)
        role = standing(self._visitor.person, card) if card else None
        if card is None or role is None:
            return None
        running = self._hub.running(card.id)
        item = Item(id=card.id, title=card.title, updated=card.updated, running=running, excerpt=hit.excerpt)
        if card.task:
            item["task"] = True
        if RANK[role] < RANK["owner"]:
            item["kept"] = True
        return item

    async def _on_search(self, words: str) -> None:
        self._asked = words
        hits = await self._hub.search(words, seen_by(self._visitor.person, self._hub.cards())) if words else []
        if words == self._asked:  # an older search may come back later than a newer one
            self._words, self._hits, self._shown = words, hits, SHOWN
            self._show()

    def _on_more(self) -> None:
        self._shown += SHOWN
        self._show()

    async def _on_rename(self, session: str, title: str) -> bool:
        try:
            self._own(session)
            await self._hub.rename(session, title)
        except ThinkaloudError as error:
            notice(error.message)
            return False
        self._show()
        return True

    async def _on_remove(self, session: str) -> None:
        card = self._hub.card(session)
        if card is None:
            return
        try:
            self._own(session)
            await self._hub.delete(session)
        except ThinkaloudError as error:
            notice(error.message)
        else:
            removed = _removed.setdefault(self._hub, {})
            removed[session] = self._visitor.user
            if len(removed) > KEPT:
                del removed[next(iter(removed))]
            self._show()
            self._view.removed(session, card.title)

    async def _on_restore(self, session: str) -> None:
        """Whoever took it away may bring it back: from another page, too."""
        person = self._visitor.person
        try:
            if person.role != "owner" and _removed.get(self._hub, {}).get(session) != person.user:
                raise Forbidden("Only who deleted a session can bring it back.")
            await self._hub.restore(session)
        except ThinkaloudError as error:
            notice(error.message)
        self._show()

    def _own(self, session: str) -> None:
        """Raises Forbidden where that session is not theirs to change."""
        shared = self._hub.here(session) or self._hub.card(session)
        if shared is not None:
            allow(self._visitor.person, "own", shared)

    def _on_delete(self) -> None:
        self._hub.watchers.discard(self._refresh)
        self._refresh.cancel()
