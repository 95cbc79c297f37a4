"""Ties a page's model picker and its settings to the models that can be had."""

from __future__ import annotations

import logging
import math
import traceback
from collections.abc import Callable
from contextlib import suppress

from nicegui import app, background_tasks, ui

from agent.access import allow
from agent.errors import BadRequest, ThinkaloudError
from agent.hub import Hub
from agent.session import Session

from .frame import Frame
from .parts.picker import ModelPicker
from .parts.settings import SettingsDialog
from .people import Visitor

WRONG = "Something went wrong inside Thinkaloud; the server's log has the details."
logger = logging.getLogger(__name__)


def remembered(session: Session) -> None:
    """Gives a new session the model that this browser chose last, if there still is such a one."""
    model = app.storage.user.get("model")
    if isinstance(model, str):
        with suppress(BadRequest):  # an agent of somebody's own, perhaps, that the server was started without
            session.switch(model)


class ModelChoice:
    """Which model answers in the session, and with whose keys. Made inside the page function."""

    def __init__(self, hub: Hub, session: Session, frame: Frame, visitor: Visitor) -> None:
        self._hub = hub
        self._session = session
        self._visitor = visitor
        self._looking = False
        with frame.badge:
            self._picker = ModelPicker(on_look=self._on_look, on_choose=self._on_choose)
        Settings(hub, frame, visitor, on_change=self.show)  # a label may have to do with it
        ui.context.client.on_connect(self._prepare)  # while the person reads or types

    @property
    def keys(self) -> bool:
        """Whether the person may see and change them."""
        return keeps_keys(self._visitor)

    def show(self) -> None:
        """As the session has it now."""
        card = self._hub.card(self._session.id)
        spent = f"≈ {dollars(card.cost_usd)}" if card and card.cost_usd else ""
        fixed = not self._visitor.may("take part", self._session)
        self._picker.show(model=self._session.model, label=self._session.label, spent=spent, fixed=fixed)

    async def _on_look(self) -> None:
        if self._looking:
            return  # its list goes to the same page
        self._looking = True
        sentence = ""
        try:
            shelves = await self._hub.models.shelves()
        except Exception as error:
            shelves, sentence = (), explained(error, "the models could not be listed")
        finally:
            self._looking = False
        self._picker.fill(shelves, self._hub.models.accounts() if self.keys else (), sentence)

    def _on_choose(self, model: str) -> None:
        try:
            allow(self._visitor.person, "take part", self._session)
            self._session.switch(model, by=self._visitor.user)
        except ThinkaloudError as error:
            self._picker.refused(error.message)
            return
        app.storage.user["model"] = model
        self.show()
        self._prepare()

    def _prepare(self) -> None:
        background_tasks.create(self._hub.models.prepare(self._session.model), name="prepare model")


class Settings:
    """The gear in the header and its dialog, on the page of whoever keeps the keys; nothing is there for others. Made
    inside the page function; `on_change()` is called once something has been saved or forgotten."""

    def __init__(
        self, hub: Hub, frame: Frame, visitor: Visitor, *, on_change: Callable[[], object] = lambda: None
    ) -> None:
        self._hub = hub
        self._on_change = on_change
        if not keeps_keys(visitor):
            return
        with frame.tools:
            self._dialog = SettingsDialog(
                on_look=lambda: self._dialog.fill(hub.models.accounts()),
                on_save=self._on_save,
                on_forget=self._on_forget,
            )

    async def _on_save(self, vendor: str, key: str, url: str) -> None:
        try:
            sentence, ok = await self._hub.models.save(vendor, key=key, url=url), True
        except Exception as error:
            sentence, ok = explained(error, "an account could not be saved"), False
        self._went(vendor, sentence, ok)

    async def _on_forget(self, vendor: str) -> None:
        try:
            await self._hub.models.forget(vendor)
        except Exception as error:
            self._went(vendor, explained(error, "an account could not be forgotten"), False)
        else:
            self._went(vendor, "Forgotten.", True)

    def _went(self, vendor: str, sentence: str, ok: bool) -> None:
        self._dialog.went(vendor, sentence, ok=ok, accounts=self._hub.models.accounts())
        self._on_change()


def keeps_keys(visitor: Visitor) -> bool:
    """Whose server it is does."""
    return visitor.person.role == "owner"


def explained(error: Exception, what: str) -> str:
    """The sentence about `error` for the person. What nobody expected is logged, but for its words: a key may be
    among them."""
    if isinstance(error, ThinkaloudError):
        return error.message
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s: %s\n%s", what, type(error).__name__, where)
    return WRONG


def dollars(cost: float) -> str:
    """Two digits that count, and never less than cents; `dollars` in transcript/dom.js says it alike."""
    if cost < 0.0001:
        return "< $0.0001"
    return f"${cost:.{max(2, 1 - math.floor(math.log10(cost)))}f}"
