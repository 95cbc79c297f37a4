"""Long tasks over HTTP: begin, look, watch, cancel, go on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response, StreamingResponse

from agent import tasks
from agent.entering import enter
from agent.session import Session

from .bodies import TaskId, Wanted
from .dialects import DIALECTS
from .doors import Doors
from .feed import feed_of
from .refusals import DOOR
from .rest import STREAMED, After, LastEventId
from .socket import cursor
from .sse import Stream

ENDED: dict[int | str, dict[str, Any]] = {204: {"description": "It is over, and you have all of it."}}


class Begun(BaseModel):
    taskId: str  # noqa: N815 (as on every wire)


class Wrong(BaseModel):
    kind: str
    message: str
    retry_after: float | None = None


class TaskState(BaseModel):
    """Times in Unix ms; `percent` is null where the agent does not say, `result` until it is done."""

    taskId: str  # noqa: N815
    title: str
    state: Literal["running", "done", "interrupted", "failed"]
    created: int
    updated: int
    percent: int | None
    doing: str = Field(description="what goes on, in a few words")
    asked: bool = Field(description="it waits for somebody's answer")
    result: str | None
    error: Wrong | None
    cost_usd: float


class Tasks(BaseModel):
    tasks: list[TaskState]


def router(doors: Doors) -> APIRouter:
    """`/api/agent/tasks…`; a task is a session, so `/api/sessions/{id}` has it as well."""
    api = APIRouter(prefix="/api/agent/tasks", tags=["tasks"], **DOOR)
    hub = doors.hub

    async def entered(request: Request, id: str, wanted: Literal["watch", "take part"] = "watch") -> Session:
        await tasks.task(hub, doors.person(request.state), id)  # it is one
        return await enter(hub, doors.person(request.state), id, wanted)

    async def state(request: Request, id: str) -> TaskState:
        return told(await tasks.task(hub, doors.person(request.state), id))

    @api.post("", status_code=202, summary="Begin one")
    async def begin(request: Request, body: Wanted) -> Begun:
        return Begun(taskId=tasks.begin(hub, doors.person(request.state), body.prompt, model=body.model).id)

    @api.get("", summary="Yours, the one that changed last first; results only one by one")
    async def listed(request: Request) -> Tasks:
        return Tasks(tasks=[told(task) for task in tasks.tasks(hub, doors.person(request.state))])

    @api.get("/{id}", summary="How it stands, and what came of it")
    async def one(request: Request, id: TaskId) -> TaskState:
        return await state(request, id)

    @api.delete("/{id}", summary="Cancel it")
    async def cancel(request: Request, id: TaskId) -> TaskState:
        session = await entered(request, id, "take part")
        session.stop(by=doors.person(request.state).user)
        return await state(request, id)

    @api.post("/{id}/continue", status_code=202, summary="Go on from the last step that was finished")
    async def go_on(request: Request, id: TaskId) -> TaskState:
        session = await entered(request, id, "take part")
        session.resume(by=doors.person(request.state).user)
        return await state(request, id)

    @api.get("/{id}/stream", response_class=StreamingResponse, responses=STREAMED | ENDED, summary="Watch it")
    async def stream(
        request: Request,
        id: TaskId,
        after: After = "0",
        last_event_id: LastEventId = None,
    ) -> Response:
        session = await entered(request, id)
        start = cursor(last_event_id or after)
        if start and not session.running and not await something(session, start):
            return Response(status_code=204)  # what makes an EventSource stop asking
        until = getattr(request.state, "expires", None)
        person = doors.person(request.state)
        over = Stream(doors, session, person, DIALECTS["task"], start, enough=lambda: not session.running, until=until)
        return over.response()

    return api


def told(task: tasks.Task) -> TaskState:
    fields = {name: value for name, value in asdict(task).items() if name != "id"}
    return TaskState(taskId=task.id, **fields)


async def something(session: Session, start: int) -> bool:
    """Whether there is anything to tell of a task after event `start`; a new title is nothing."""
    feed = feed_of(session)
    while start < len(session.log):
        start, frames = await feed.after(DIALECTS["task"], start)
        if frames:
            return True
    return False
