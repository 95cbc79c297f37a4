"""Ties the dialog that shares a session to the session: links, and with whom it is shared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agent.access import RANK, Person, allow, standing
from agent.entering import enter
from agent.errors import BadRequest, ThinkaloudError
from agent.hub import Hub
from agent.session import Session

from .api.auth import Grant
from .api.locks import Locks
from .parts.share import ShareDialog
from .people import Visitor


async def take_along(hub: Hub, person: Person, grant: Grant) -> None:
    """Keeps for `person`, who has signed in, what a link has just opened to them. Raises ThinkaloudError."""
    shared = hub.here(grant.session) or hub.card(grant.session)
    if shared is not None and RANK[standing(person, shared)] < RANK[grant.role]:
        (await hub.open(grant.session)).share(person.user, grant.role, by=person.user)  # type: ignore[arg-type]
    await enter(hub, person, grant.session)


class Sharing:
    """The button in the header and its dialog. Made inside the page function."""

    def __init__(self, session: Session, visitor: Visitor, locks: Locks) -> None:
        self._session = session
        self._visitor = visitor
        self._locks = locks
        self._shown = False
        self._dialog = ShareDialog(
            session=session.id,
            open=locks.open,
            base=locks.public,
            on_look=self._look,
            on_link=self._on_link,
            on_role=self._on_role,
        )

    def show(self) -> None:
        """As the session has it now."""
        may = self._visitor.may("own", self._session)
        self._dialog.show(may=may and len(self._session.log) > 0)
        if may and self._shown:
            self._dialog.fill(self._session.people)

    def _look(self) -> None:
        self._shown = True
        self.show()

    def _on_link(self, role: str, days: int) -> None:
        def link() -> None:
            token = self._locks.tokens.share(self._session.id, role, days)  # type: ignore[arg-type]
            self._dialog.linked(f"/s/{self._session.id}?share={token}")

        self._try(link)

    def _on_role(self, user: str, role: str) -> None:
        """An empty role: not shared with them any more."""

        def share() -> None:
            if role not in ("", "viewer", "member"):
                raise BadRequest("A session is shared with people who watch, or who take part.")
            self._session.share(user, role or None, by=self._visitor.user)  # type: ignore[arg-type]

        self._try(share)

    def _try(self, act: Callable[[], Any]) -> None:
        try:
            allow(self._visitor.person, "own", self._session)
            act()
        except ThinkaloudError as error:
            self._dialog.refused(error.message)
