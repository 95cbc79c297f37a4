"""The page of tasks: begin one, see how all of them stand, cancel, go on, read what came of them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from nicegui import ui

from agent import tasks
from agent.entering import enter
from agent.errors import BadRequest, ThinkaloudError

from .api.doors import Doors
from .frame import Frame
from .listing import Listing
from .markdown import render
from .models import Settings
from .parts.notice import notice
from .parts.tasks import Row, TaskBoard
from .people import Visitor
from .soon import Soon

PAUSE = 0.5  # seconds between two looks at how far they are
SHOWN = 40  # tasks until somebody wants more


def mount(doors: Doors) -> None:
    """Registers `/tasks`."""

    @ui.page("/tasks")
    def page() -> None:
        TasksPage(doors, Visitor(doors))


class TasksPage:
    """What one browser sees of the person's tasks. Made inside the page function."""

    def __init__(self, doors: Doors, visitor: Visitor) -> None:
        self._hub = doors.hub
        self._visitor = visitor
        self._begun: dict[str, str] = {}
        self._shown = SHOWN
        self._client = ui.context.client
        frame = Frame("Tasks")
        with frame.drawer:
            Listing(self._hub, visitor, current="/tasks", drawer=frame.drawer)
        Settings(self._hub, frame, visitor)
        with frame.main:
            self._board = TaskBoard(
                may=visitor.may_begin,
                longest=self._hub.limits.message,
                now=self._hub.chance.clock.now(),
                on_begin=self._on_begin,
                on_cancel=self._on_cancel,
                on_resume=self._on_resume,
                on_open=self._on_open,
                on_more=self._on_more,
            )
        self._refresh = Soon(self._show, seconds=PAUSE)
        self._show()
        self._hub.watchers.add(self._refresh)
        self._client.on_connect(self._refresh)
        self._client.on_delete(self._on_delete)

    def _show(self) -> None:
        """Progress is in the sessions' logs alone: while something runs and somebody looks, it is looked for."""
        all = sorted(tasks.tasks(self._hub, self._visitor.person), key=lambda task: (-task.created, task.id))
        rows = [self._row(task) for task in all[: self._shown]]
        self._board.show(rows, more=len(all) > self._shown)
        if self._client.has_socket_connection and any(row["state"] == "running" for row in rows):
            self._refresh()

    def _row(self, task: tasks.Task) -> Row:
        card, here = self._hub.card(task.id), self._hub.here(task.id)
        turn = here.transcript.running if here and task.state == "running" else None
        row = Row(id=task.id, title=task.title, state=task.state, at=task.created, updated=task.updated)
        if turn:
            row |= {"at": turn.at, "percent": task.percent, "doing": task.doing, "asked": task.asked}
        elif (card and card.turns > 1) or task.state == "interrupted":
            row["at"] = 0  # it rested in between, or nobody knows since when: that is not how long it took
        if task.state == "interrupted":
            row["cancelled"] = card is not None and card.ended == "stopped"
        if card is None or not self._visitor.may("take part", card):
            row["kept"] = True
        return row

    # ── what the person does ─────────────────────────────────────────────────────────────────────────────

    def _on_begin(self, id: str, prompt: str) -> None:
        """The browser may say it again, under the same id, where it has not heard of it."""
        if id not in self._begun:
            try:
                self._begun[id] = tasks.begin(self._hub, self._visitor.person, prompt, model=self._model()).id
            except ThinkaloudError as error:
                self._board.refused(id, error.message)
                return
        self._show()
        self._board.begun(id)

    def _model(self) -> str | None:
        """The one that this browser chose last, if there still is such a one."""
        model = self._visitor.kept.get("model")
        if isinstance(model, str):
            with suppress(BadRequest):
                self._hub.models.check(model)
                return model
        return None

    async def _on_cancel(self, id: str) -> None:
        await self._do(id, "stop")

    async def _on_resume(self, id: str) -> None:
        await self._do(id, "resume")

    async def _do(self, id: str, what: str) -> None:
        try:
            session = await enter(self._hub, self._visitor.person, id, "take part")
            if what == "stop":
                session.stop(by=self._visitor.user)
            else:
                session.resume(by=self._visitor.user)
        except ThinkaloudError as error:
            notice(error.message)
        self._refresh()

    async def _on_open(self, id: str) -> None:
        try:
            task = await tasks.task(self._hub, self._visitor.person, id)
        except ThinkaloudError as error:
            self._board.opened(id, trouble=error.message)
            return
        result: dict[str, Any] = {"cost": task.cost_usd}
        if task.error:
            result["trouble"] = task.error.message
        elif task.result is not None:
            result["html"] = await asyncio.to_thread(render, task.result)
            result["source"] = task.result
        self._board.opened(id, **result)

    def _on_more(self) -> None:
        self._shown += SHOWN
        self._show()

    def _on_delete(self) -> None:
        self._hub.watchers.discard(self._refresh)
        self._refresh.cancel()
