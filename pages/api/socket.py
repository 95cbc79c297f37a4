"""The websocket doors: a route for each row of endpoints.py, and one way in."""

from __future__ import annotations

from dataclasses import replace

from fastapi import FastAPI
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from agent.access import Person, allow_new, is_name
from agent.entering import enter
from agent.errors import BadRequest, Forbidden, RateLimited, StorageError, ThinkaloudError
from agent.session import Session

from .connection import Connection, brief
from .dialects import DIALECTS, Dialect, text
from .doors import Doors
from .endpoints import ENDPOINTS, Endpoint
from .feed import spelt

BARRED, LATER = 1008, 1013  # what was asked may not be, or not now
LONGEST_ECHO = 10_000


def mount(app: FastAPI, doors: Doors) -> None:
    """Adds the routes, in the order of the table."""
    for endpoint in ENDPOINTS:
        door = Door(endpoint, doors) if endpoint.dialect else Echo(doors)
        app.router.routes.append(WebSocketRoute(endpoint.path, door, name=endpoint.name))


class Door:
    """The ASGI app of one row: who it is, which session, from where on; then a Connection."""

    def __init__(self, endpoint: Endpoint, doors: Doors) -> None:
        self._endpoint = endpoint
        self._doors = doors
        self._dialect = endpoint.dialect or DIALECTS["agent"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket, dialect = WebSocket(scope, receive, send), self._dialect
        await socket.accept(next(iter(scope.get("subprotocols") or []), None))
        try:
            named = socket.query_params.get("dialect")
            dialect = _dialect(named, self._endpoint) if named else dialect
            person = _person(socket, self._doors)
            self._doors.check_name(person, socket.path_params.get("client_id", ""))
            with self._doors.seats.seat(person.user):
                session, returns = await _session(socket, self._doors, person)
                connection = Connection(
                    socket,
                    send,
                    self._doors,
                    session,
                    person,
                    dialect,
                    _cursor(socket, dialect, session),
                    name=socket.path_params.get("client_id", ""),
                    bare=None if named else self._endpoint.bare,
                    returns=returns,
                )
                await connection.serve()
        except ThinkaloudError as error:
            await _refuse(socket, dialect, error)
        except (WebSocketDisconnect, OSError):
            pass


class Echo:
    """Sends a text back in upper case; a connection like any other."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        try:
            with self._doors.seats.seat(self._doors.person(socket.state).user):
                await echo(socket)
        except ThinkaloudError as error:
            await _refuse(socket, text(""), error)


async def echo(socket: WebSocket) -> None:
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            said = message.get("text")
            if said is None or len(said) > LONGEST_ECHO:
                await socket.close(BARRED, f"Send a text of at most {LONGEST_ECHO:,} characters.")
                return
            await socket.send_text(said.upper())
    except (WebSocketDisconnect, OSError, RuntimeError):
        pass


def _person(socket: WebSocket, doors: Doors) -> Person:
    """Who it is; a name in the path is one's own, or while nobody signs in, whatever one calls oneself."""
    person = doors.person(socket.state)
    name = socket.path_params.get("user_id")
    if name is None or name == person.user:
        return person
    if not doors.locks.open:
        raise Forbidden("That name is somebody else's.")
    if not is_name(name):
        raise BadRequest("A name is 1 to 64 printable characters.")
    return replace(person, user=name)


async def _session(socket: WebSocket, doors: Doors, person: Person) -> tuple[Session, bool]:
    """The one that was asked for, and whether whoever loses the connection could come back to it."""
    asked = socket.path_params.get("room_id") or socket.query_params.get("session")
    if asked:
        return await enter(doors.hub, person, asked, make=True), True
    allow_new(person)
    return doors.hub.new(owner=person.owns), False


def _dialect(named: str, endpoint: Endpoint) -> Dialect:
    if endpoint.dialect and endpoint.dialect.name == named:
        return endpoint.dialect
    if named not in DIALECTS:
        raise BadRequest(f"There is no dialect of that name. There are: {', '.join(DIALECTS)}.")
    return DIALECTS[named]


def _cursor(socket: WebSocket, dialect: Dialect, session: Session) -> int:
    after = socket.query_params.get("after")
    if after is None:
        return 0 if dialect.whole else len(session.log)
    return cursor(after)


def cursor(after: str) -> int:
    """What `?after=` or `Last-Event-ID` says. Raises BadRequest."""
    if not after.isascii() or not after.isdecimal() or len(after) > 15:
        raise BadRequest("A cursor is the eventId of the last event you have: 0 or more.")
    return int(after)


async def _refuse(socket: WebSocket, dialect: Dialect, error: ThinkaloudError) -> None:
    """One error frame, and a close that says what kind it is."""
    try:
        for frame in dialect.error(error.kind, error.message, error.retry_after):
            await socket.send_text(spelt(frame))
        code = LATER if isinstance(error, RateLimited | StorageError) else BARRED
        code = 4003 if isinstance(error, Forbidden) else code
        await socket.close(code, brief(error.message))
    except (WebSocketDisconnect, OSError, RuntimeError):
        pass
