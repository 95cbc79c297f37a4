"""Sessions over HTTP: list, look, say, stop, share; and what the server is."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response, StreamingResponse

from agent.access import Person, Role, standing
from agent.entering import enter, seen_by
from agent.events import MessagePosted
from agent.hub import Hub
from agent.session import Session
from agent.store import Card

from .acts import act
from .bodies import Answered, Anybody, Ask, Changed, Id, Invited, Participant, Said, Somebody
from .dialects import DIALECTS
from .doors import Doors
from .feed import feed_of
from .incoming import Clear, Interrupt, Message, Reply
from .refusals import DOOR
from .socket import cursor
from .sse import Stream

CURSOR = {"pattern": "^[0-9]{1,15}$"}
After = Annotated[
    str,
    Query(
        description="the last `eventId` one has: what follows comes, once each",
        examples=["0"],
        json_schema_extra=CURSOR,
    ),
]
LastEventId = Annotated[
    str | None,
    Header(description="what EventSource sends after a cut; counts before `after`", json_schema_extra=CURSOR),
]
Wordings = Literal["native", "agent", "thoughts", "text", "room", "task"]


class Link(BaseModel):
    url: str


class Posted(BaseModel):
    session: str
    message: str = Field(description="its id")
    after: int = Field(description="the cursor from which on the answer follows")


class Stopped(BaseModel):
    stopped: bool = Field(description="whether anything ran")


class SessionCard(BaseModel):
    """Times in Unix ms."""

    id: str
    title: str
    model: str
    created: int
    updated: int
    turns: int
    running: bool
    task: bool
    owner: str
    role: Role = Field(description="what you are in it")
    cost_usd: float
    excerpt: str = Field(default="", description="the words around what was searched for")


class SessionPage(SessionCard):
    lastEventId: int  # noqa: N815 (as on every wire)
    people: Mapping[str, Literal["member", "viewer"]]
    active_users: list[str]


class Sessions(BaseModel):
    sessions: list[SessionCard]


def router(doors: Doors) -> APIRouter:
    """`/api/sessions…`"""
    api = APIRouter(prefix="/api/sessions", tags=["sessions"], **DOOR)
    hub = doors.hub

    async def entered(request: Request, id: str, wanted: Any = "watch", *, make: bool = False) -> Session:
        session = await enter(hub, doors.person(request.state), id, wanted, make=make)
        session.touch()
        return session

    @api.get("", summary="Your sessions, newest first")
    async def listed(
        request: Request,
        q: Annotated[str, Query(max_length=1000, description="words to search for")] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    ) -> Sessions:
        person = doors.person(request.state)
        hits = (await hub.search(q, seen_by(person, hub.cards())))[offset : offset + limit]
        return Sessions(sessions=[SessionCard(**card_of(hub, person, hit.card, hit.excerpt)) for hit in hits])

    @api.get("/{id}", summary="One session")
    async def one(request: Request, id: Id) -> SessionPage:
        session = await entered(request, id)
        return page_of(hub, doors.person(request.state), session)

    @api.patch("/{id}", summary="Rename it, or let another model answer")
    async def change(request: Request, id: Id, body: Changed) -> SessionPage:
        person = doors.person(request.state)
        session = await entered(request, id, "own" if body.title is not None else "take part")
        if body.model is not None:
            session.switch(body.model, by=person.user)
        if body.title is not None:
            await hub.rename(id, body.title)
        return page_of(hub, person, session)

    @api.delete("/{id}", status_code=204, summary="Delete it")
    async def delete(request: Request, id: Id) -> Response:
        session = await entered(request, id, "own")
        if hub.card(id):
            await hub.delete(id)
        elif not len(session.log):
            hub.drop(id)  # nobody has said anything in it
        return Response(status_code=204)

    @api.post("/{id}/messages", status_code=202, summary="Say something; an id that nobody has makes a session")
    async def say(request: Request, id: Id, body: Said) -> Posted:
        session = await entered(request, id, "take part", make=True)
        message = body.id or hub.chance.id()
        said = Message(content=body.content, intent=body.intent, id=message, attachments=tuple(body.attachments))
        try:
            await act(hub, session, doors.person(request.state), said)
        finally:
            hub.drop(id)
        return Posted(session=id, message=message, after=posted_at(session, message) - 1)

    @api.post("/{id}/interrupt", summary="Stop the agent")
    async def interrupt(request: Request, id: Id) -> Stopped:
        session = await entered(request, id, "take part")
        running = session.running
        await act(hub, session, doors.person(request.state), Interrupt())
        return Stopped(stopped=running)

    @api.post("/{id}/continue", status_code=202, summary="Go on from where the last turn was cut off")
    async def go_on(request: Request, id: Id) -> SessionPage:
        person = doors.person(request.state)
        session = await entered(request, id, "take part")
        session.resume(by=person.user)
        return page_of(hub, person, session)

    @api.post("/{id}/clear", summary="Let the agent forget; people can still scroll up")
    async def clear(request: Request, id: Id) -> SessionPage:
        person = doors.person(request.state)
        session = await entered(request, id, "take part")
        await act(hub, session, person, Clear())
        return page_of(hub, person, session)

    @api.post("/{id}/asks/{ask}", summary="Answer what the agent asked")
    async def reply(request: Request, id: Id, ask: Ask, body: Answered) -> SessionPage:
        person = doors.person(request.state)
        session = await entered(request, id, "take part")
        await act(hub, session, person, Reply(ask=ask, content=body.content))
        return page_of(hub, person, session)

    @api.post("/{id}/share", summary="A link that lets others watch or take part")
    async def share(request: Request, id: Id, body: Invited) -> Link:
        session = await entered(request, id, "own")
        return Link(url=link_to(doors, session, body.role, body.days))

    @api.put("/{id}/people/{user}", summary="Let somebody who signs in watch or take part")
    async def let_in(request: Request, id: Id, user: Somebody, body: Participant) -> SessionPage:
        person = doors.person(request.state)
        session = await entered(request, id, "own")
        session.share(user, body.role, by=person.user)
        return page_of(hub, person, session)

    @api.delete("/{id}/people/{user}", summary="… or not any more")
    async def let_out(request: Request, id: Id, user: Anybody) -> SessionPage:
        person = doors.person(request.state)
        session = await entered(request, id, "own")
        session.share(user, None, by=person.user)
        return page_of(hub, person, session)

    @api.get("/{id}/events", response_class=StreamingResponse, responses=LINES, summary="The log so far, by line")
    async def events(request: Request, id: Id, after: After = "0") -> StreamingResponse:
        session = await entered(request, id)
        start = cursor(after) if cursor(after) <= len(session.log) else 0
        return StreamingResponse(lines(session, start), media_type="application/x-ndjson", headers=NOT_KEPT)

    @api.get("/{id}/stream", response_class=StreamingResponse, responses=STREAMED, summary="The log, live")
    async def stream(
        request: Request,
        id: Id,
        after: After = "0",
        dialect: Annotated[Wordings, Query(description="in which words")] = "native",
        last_event_id: LastEventId = None,
    ) -> StreamingResponse:
        session = await entered(request, id)
        until = getattr(request.state, "expires", None)
        start = cursor(last_event_id or after)
        return Stream(doors, session, doors.person(request.state), DIALECTS[dialect], start, until=until).response()

    return api


NOT_KEPT = {"cache-control": "no-store"}
LINES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}, "description": "events, a line each"}
}
STREAMED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "server-sent events"}
}


async def lines(session: Session, start: int) -> AsyncGenerator[str, None]:
    """The log from `start` up to where it is now, as JSON lines."""
    feed, upto = feed_of(session), len(session.log)
    session.held += 1
    try:
        while start < upto:
            start, frames = await feed.after(DIALECTS["native"], start)
            yield "".join(frame + "\n" for frame in frames)
    finally:
        session.held -= 1


def link_to(doors: Doors, session: Session, role: Literal["member", "viewer"], days: int) -> str:
    """What to send to others; while nobody signs in, the address alone will do."""
    address = f"{doors.locks.address}/s/{session.id}"
    return address if doors.locks.open else f"{address}?share={doors.locks.tokens.share(session.id, role, days)}"


def posted_at(session: Session, message: str) -> int:
    """The number of the event that posted it: the last but a few, unless it was said before and is said again."""
    back = session.log.back_from(len(session.log))
    posted = (event.event_id for event in back if isinstance(event, MessagePosted) and event.message == message)
    return next(posted, len(session.log))


def card_of(hub: Hub, person: Person, card: Card, excerpt: str = "") -> dict[str, Any]:
    return {
        "id": card.id,
        "title": card.title,
        "model": card.model,
        "created": card.created,
        "updated": card.updated,
        "turns": card.turns,
        "running": hub.running(card.id),
        "task": card.task,
        "owner": card.owner,
        "role": standing(person, card),
        "cost_usd": card.cost_usd,
        "excerpt": excerpt,
    }


def page_of(hub: Hub, person: Person, session: Session) -> SessionPage:
    card = hub.card(session.id) or Card.of(session.id, session.transcript, session.now())
    return SessionPage(
        **card_of(hub, person, card),
        lastEventId=len(session.log),
        people=dict(session.people),
        active_users=list(session.presence.users),
    )
