"""Ties the hub's list of sessions to the drawer of one page."""

from __future__ import annotations

from nicegui import ui

from agent.errors import ThinkaloudError
from agent.hub import Hub
from agent.session import LONGEST_TITLE
from agent.store import Hit

from .parts.notice import notice
from .parts.rename import RenameDialog
from .parts.sessions import Item, SessionList
from .soon import Soon

SHOWN = 60  # sessions that a page lists until somebody wants more: a thousand would be 120 KB a page, each time
PAUSE = 0.5  # seconds between two lists sent to one page, at the least


class Listing:
    """Made inside the page function, in the drawer; ends with the page's client. `current` is the session shown."""

    def __init__(self, hub: Hub, *, current: str, drawer: ui.element) -> None:
        self._hub = hub
        self._asked = ""
        self._words = ""
        self._hits: list[Hit] = []
        self._shown = SHOWN
        self._rename = RenameDialog(longest=LONGEST_TITLE, on_rename=self._on_rename)
        self._view = SessionList(
            current=current,
            drawer=drawer.id,
            on_search=self._on_search,
            on_more=self._on_more,
            on_rename=self._rename.ask,
            on_remove=self._on_remove,
            on_restore=self._on_restore,
        )
        self._refresh = Soon(self._show, seconds=PAUSE)
        self._show()
        hub.watchers.add(self._refresh)
        ui.context.client.on_delete(self._on_delete)

    def ask_title(self, session: str, title: str) -> None:
        """Opens the dialog that renames a session."""
        self._rename.ask(session, title)

    def _show(self) -> None:
        hits = self._hits if self._words else [Hit(card=card) for card in self._hub.cards()]
        items = [item for hit in hits[: self._shown] if (item := self._item(hit))]
        self._view.show(items, words=self._words, more=len(hits) > self._shown)

    def _item(self, hit: Hit) -> Item | None:
        """As the hub knows it now: a search may be a while ago."""
        card = self._hub.card(hit.card.id)
        if card is None:
            return None
        running = self._hub.running(card.id)
        return Item(id=card.id, title=card.title, updated=card.updated, running=running, excerpt=hit.excerpt)

    async def _on_search(self, words: str) -> None:
        self._asked = words
        hits = await self._hub.search(words) if words else []
        if words == self._asked:  # an older search may come back later than a newer one
            self._words, self._hits, self._shown = words, hits, SHOWN
            self._show()

    def _on_more(self) -> None:
        self._shown += SHOWN
        self._show()

    async def _on_rename(self, session: str, title: str) -> bool:
        try:
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
            await self._hub.delete(session)
        except ThinkaloudError as error:
            notice(error.message)
        else:
            self._show()
            self._view.removed(session, card.title)

    async def _on_restore(self, session: str) -> None:
        try:
            await self._hub.restore(session)
        except ThinkaloudError as error:
            notice(error.message)
        self._show()

    def _on_delete(self) -> None:
        self._hub.watchers.discard(self._refresh)
        self._refresh.cancel()
