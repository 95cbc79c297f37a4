"""`POST /api/agui`: a thread is a session, and a run tells one turn of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import StreamingResponse

from agent.access import Person, allow
from agent.entering import enter
from agent.errors import BadRequest, Busy
from agent.events import AskOpened, Intent
from agent.hub import Hub
from agent.session import Session
from agent.transcript import Message, Transcript, Turn, fold

from ..doors import Doors
from ..refusals import ANSWERS, DoorRoute
from ..sse import HEADERS, HEARTBEAT, Held
from .asked import INPUT, Said, ignored, parsed, replied, said
from .visit import Visit

if TYPE_CHECKING:
    from ag_ui.core import BaseEvent, ResumeEntry, RunAgentInput

    from agent.attachments import Attachment

    from .words import Words

SAYS = (
    "Speaks [AG-UI](https://ag-ui.com) 1.0 for one run, as server-sent events. The thread is the session of that id, "
    "made if there is none; the user's last message is posted to it, and the turn that reads it is told. Without a new "
    "one, what goes on now is told. A question ends the run; `resume` answers it. To hang up stops the run."
)
WAITS = "The agent waits for an answer: send it in `resume`, or cancel the question there."
TAKEN_BACK = "That message was taken back before the agent read it. Send it again with another id."


def router(doors: Doors, *, heartbeat: float = HEARTBEAT) -> APIRouter:
    """The route."""
    router = APIRouter(route_class=DoorRoute)

    async def agui(request: Request) -> StreamingResponse:
        asked = await parsed(request.stream())
        return await door(asked, doors, doors.person(request.state), heartbeat, request.scope.get("state", {}))

    body: dict[str, Any] = {"required": True, "content": {"application/json": {"schema": INPUT}}}
    router.add_api_route(
        "/api/agui",
        agui,
        methods=["POST"],
        summary="AG-UI",
        description=SAYS,
        response_class=StreamingResponse,
        responses={**ANSWERS, 200: {"description": "The run's events.", "content": {"text/event-stream": {}}}},
        openapi_extra={"requestBody": body},
        tags=["AG-UI"],
    )
    return router


async def door(
    asked: RunAgentInput, doors: Doors, person: Person, heartbeat: float, state: dict[str, Any]
) -> StreamingResponse:
    """Says what is new in `asked`, or replies, and streams what comes of it; where nothing is new, what goes on now.

    Raises what `enter`, `Session.say` and `Session.reply` raise, and TooManyConnections, before anything is streamed.
    """
    stack = AsyncExitStack()
    try:
        stack.enter_context(doors.seats.seat(person.user))
        session = await enter(doors.hub, person, asked.thread_id, make=True)
        stack.callback(doors.hub.drop, session.id)
        seat = session.presence.join(person.user)
        stack.callback(seat.leave)
        visit = await _visit(asked, doors.hub, session, person)
    except BaseException:
        await stack.aclose()
        raise
    stack.callback(visit.left)
    stack.callback(doors.readers.discard, visit)
    doors.readers.add(visit)
    frames = visit.frames(heartbeat, state.get("expires"))
    return Held(frames, stack, media_type="text/event-stream", headers=HEADERS)


async def _visit(asked: RunAgentInput, hub: Hub, session: Session, person: Person) -> Visit:
    new = said(asked, _read(session))
    answers = asked.resume or []
    if new is None and not answers:
        return _watched(asked, session, person)
    allow(person, "take part", session)
    if session.transcript.asks and not answers:
        raise Busy(WAITS)
    files = await _kept(hub, session, new)
    cancelled = any(entry.status == "cancelled" for entry in answers)
    if not (new and cancelled):
        cursor = _replied(session, person, answers)
        if cursor is not None:
            return _resumed(asked, session, person, cursor, new, files)
    if new is None:
        return _watched(asked, session, person)
    return _asked(asked, session, person, new, files, intent="interrupt" if cancelled else "queue")


def _asked(
    asked: RunAgentInput, session: Session, person: Person, new: Said, files: list[Attachment], intent: Intent
) -> Visit:
    """The turn that will read the new message."""
    cursor, queued = len(session.log), list(session.transcript.queued)
    message = session.say(
        new.content, author=person.user, intent=intent, message=new.message or None, attachments=files
    )
    if all(one.id != message for one in session.transcript.queued):
        raise BadRequest(TAKEN_BACK)
    words = _words(asked, message=message, queued=queued)
    return Visit(session, person, words, first=_first(asked, session, words), cursor=cursor, message=message)


def _replied(session: Session, person: Person, answers: Sequence[ResumeEntry]) -> int | None:
    """Gives the answers; returns the event up to which the client was told of the turn, None where that is over."""
    turn = session.transcript.running
    waiting = {ask.id for ask in session.transcript.asks}
    given = {entry.interrupt_id for entry in answers}
    for entry in answers:
        if entry.status == "resolved":
            session.reply(entry.interrupt_id, replied(entry), by=person.user)
        elif entry.interrupt_id in waiting:
            session.stop(by=person.user)
    events = session.log.after(turn.event_id - 1) if turn else ()
    return max((e.event_id for e in events if isinstance(e, AskOpened) and e.ask in given), default=None)


def _resumed(
    asked: RunAgentInput, session: Session, person: Person, cursor: int, new: Said | None, files: list[Attachment]
) -> Visit:
    """The rest of a turn that had waited for an answer; what else was written is read before the agent's next step."""
    turn = session.transcript.running
    words = _words(asked, turn=turn.id if turn else None)
    words.remember(session.log.between(turn.event_id - 1 if turn else cursor, cursor))
    if new:
        session.say(new.content, author=person.user, intent="steer", message=new.message or None, attachments=files)
    now = session.now()
    first = [*words.begin(now, ignored(asked)), *words.reopen(now)]
    return Visit(session, person, words, first=first, cursor=cursor, began=True)


def _watched(asked: RunAgentInput, session: Session, person: Person) -> Visit:
    """The turn that goes on now, if one does; as far as the agent's question where it waits for an answer."""
    turn, cursor, transcript = session.transcript.running, len(session.log), session.transcript
    if turn is None:
        words = _words(asked)
        first = [*_first(asked, session, words), *words.finish(session.now())]
        return Visit(session, person, words, first=first, cursor=cursor, began=False)
    waiting = {ask.id for ask in session.transcript.asks}
    begun = turn.event_id - 1
    for event in session.log.after(begun):
        if isinstance(event, AskOpened) and event.ask in waiting:
            cursor = event.event_id - 1
            so_far = fold(session.log.between(begun, cursor), Transcript(queued=turn.messages))
            transcript = Transcript(turns=[*session.transcript.turns[:-1], *so_far.turns])
            break
    words = _words(asked, turn=turn.id, queued=session.transcript.queued)
    words.remember(session.log.between(begun, cursor))
    first = [*_first(asked, session, words, transcript), *words.reopen(session.now())]
    return Visit(session, person, words, first=first, cursor=cursor, began=False)


async def _kept(hub: Hub, session: Session, new: Said | None) -> list[Attachment]:
    if new is None or any(one.id == new.message for one in session.transcript.queued):  # posted before
        return []
    return [await asyncio.to_thread(hub.attachments.keep, *file) for file in new.files]


def _first(
    asked: RunAgentInput, session: Session, words: Words, transcript: Transcript | None = None
) -> list[BaseEvent]:
    from .history import missed

    now = session.now()
    return [*words.begin(now, ignored(asked)), *missed(transcript or session.transcript, asked.messages, now)]


def _words(
    asked: RunAgentInput, *, message: str | None = None, turn: str | None = None, queued: Iterable[Message] = ()
) -> Words:
    from .words import Words

    known = {one.id for one in asked.messages} | {message or ""}
    return Words(asked.thread_id, asked.run_id, message=message, turn=turn, known=known, queued=queued)


def _read(session: Session) -> set[str]:
    return {message.id for turn in session.transcript.turns if isinstance(turn, Turn) for message in turn.messages}
