"""The gate in front of everything: pages, files, programs' doors, NiceGUI's own socket, and paths that nobody knows.

Whatever is not on the short list of public paths wants a person, so a path that is spelt strangely can only lose.
What comes in finds in `scope["state"]`: `person` (a Person; None on a public path), `expires` (Unix seconds, where a
token says it), and on a session's page `share` (a Grant), if a link has just offered it to somebody who had signed in.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.access import Person
from agent.errors import Forbidden, ThinkaloudError, Unauthorized
from agent.hub import ID

from .api.address import read_origin
from .api.auth import MISSING, Grant, Known
from .api.locks import Locks, headers
from .deadline import CLOSE, ended_after
from .signin import put_cookie

WRONG_HOST = (
    "This server answers on its own machine only, and was asked for under another name. "
    "Whoever runs it can give it that name with --public."
)
WRONG_ORIGIN = (
    "This is for the server's own pages only. Whoever runs it can let another in with --origins, "
    "or name its own address with --public."
)
PUBLIC = {"/healthz", "/signin", "/signout", "/favicon.ico"}
PROGRAMS = {"api", "files", "ws", "static", "openapi.json", "asyncapi.json", "metrics", "_nicegui", "_nicegui_ws"}
"""First parts of paths where no page is: who may not come in gets an error there and no page."""
SHARED = {"api", "static", "openapi.json", "asyncapi.json", "healthz", "metrics"}
"""… that a page of another address may read, if it is let in at all."""
SESSION_PAGE = re.compile(f"/s/({ID.pattern})")
SECURE = "/ws/secure"


class Gate:
    """Pure ASGI, so that it sees websockets and holds back no stream."""

    def __init__(self, app: ASGIApp, locks: Locks) -> None:
        self._app = app
        self._locks = locks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if not self._locks.host_allowed(scope):
            await refused(scope, Forbidden(WRONG_HOST))(scope, receive, send)
            return
        if not self._locks.origin_allowed(scope):
            await refused(scope, Forbidden(WRONG_ORIGIN))(scope, receive, send)
            return
        if scope["type"] == "http" and first_part(scope) in SHARED:
            cors = self._cors(scope)
            if is_preflight(scope, cors):
                await Response(status_code=204, headers=cors | PREFLIGHT)(scope, receive, send)
                return
            send = sends_with(cors, send)
        app = self._door(scope)
        if scope["type"] == "websocket" and (seconds := self._seconds_left(scope)) is not None:
            receive, send = ended_after(seconds, receive, send)
        await app(scope, receive, send)

    def _door(self, scope: Scope) -> ASGIApp:
        """What answers: the app, or what is said instead."""
        state = scope.setdefault("state", {})
        state.update(person=None, expires=None, share=None)
        try:
            person, known = self._asker(scope)
        except Unauthorized as error:
            person, known, why = None, None, error
        else:
            why = Unauthorized(MISSING)
        if (share := offered(scope)) is not None:
            answer = self._on_share(scope, share, known)
            if answer:
                return answer
        if person is None and not is_public(scope):
            return refused(scope, why)
        state.update(person=person, expires=known.expires if known else None)
        return self._app

    def _asker(self, scope: Scope) -> tuple[Person | None, Known | None]:
        """The person, and what their token says. Raises Unauthorized."""
        if scope["type"] == "websocket" and scope["path"] == SECURE:
            known = self._locks.token_of(scope)
            return (known.person if known else None), known
        known = self._locks.known(scope)
        return self._locks.as_person(known), known

    def _seconds_left(self, scope: Scope) -> float | None:
        """Until the token runs out that is needed to be here."""
        expires: float | None = scope["state"]["expires"]
        needed = not self._locks.open or scope["path"] == SECURE
        return self._locks.tokens.seconds_until(expires) if needed and expires else None

    def _on_share(self, scope: Scope, token: str, known: Known | None) -> ASGIApp | None:
        """A share link: a guest gets a cookie that opens the session, whoever has signed in takes it along."""
        here = without_share(scope)
        if self._locks.open:
            return to(here)
        try:
            grant = self._locks.tokens.grant(token)
        except Unauthorized:
            grant = None
        if grant is None or f"/s/{grant.session}" != scope["path"]:
            return to(here) if known else to("/signin?" + urlencode({"next": here, "why": "share"}))
        if known and not known.guest:
            scope["state"]["share"] = grant
            return None
        return self._let_in(scope, grant, known, here)

    def _let_in(self, scope: Scope, grant: Grant, guest: Known | None, here: str) -> Response:
        token = self._locks.tokens.guest(grant, guest)
        answer = to(here)
        put_cookie(answer, self._locks, scope, token, self._locks.tokens.known(token).expires)
        return answer

    def _cors(self, scope: Scope) -> dict[str, str]:
        """What tells a browser that a page of another address, which has been let in, may read the answer. With the
        cookie only where whoever runs the server has named that page."""
        given = headers(scope, b"origin")
        origin = read_origin(given[0]) if given else None
        if origin is None or self._locks.is_own(scope, origin):
            return {"vary": "origin"}
        cors = {
            "vary": "origin",
            "access-control-allow-origin": given[0],
            "access-control-expose-headers": "retry-after",
        }
        return cors | ({"access-control-allow-credentials": "true"} if self._locks.trusts(origin) else {})


PREFLIGHT = {
    "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    "access-control-allow-headers": "authorization, content-type, last-event-id",
    "access-control-max-age": "600",
}


def is_preflight(scope: Scope, cors: dict[str, str]) -> bool:
    asks = bool(headers(scope, b"access-control-request-method"))
    return scope["method"] == "OPTIONS" and asks and "access-control-allow-origin" in cors


def sends_with(more: dict[str, str], send: Send) -> Send:
    async def sends(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = MutableHeaders(scope=message)
            for name, value in more.items():
                given.add_vary_header(value) if name == "vary" else given.update({name: value})
        await send(message)

    return sends


def is_public(scope: Scope) -> bool:
    """Whether strangers may have it. Nothing of NiceGUI's is needed to sign in, so nothing of it is here. As it stands,
    or not: a path with anything to be undone in it, once it is decoded, is another path."""
    path: str = scope["path"]
    if scope["type"] != "http":
        return False
    if path in PUBLIC:
        return True
    parts = path.split("/")
    plain = all(re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", part) for part in parts[2:])
    return parts[1:2] == ["static"] and len(parts) > 2 and plain


def first_part(scope: Scope) -> str:
    """`api` of `/api/sessions`, however the path is spelt."""
    return next((part for part in re.split(r"[/\\]+", scope["path"].lower()) if part not in ("", ".", "..")), "")


def refused(scope: Scope, error: ThinkaloudError) -> ASGIApp:
    """What tells of `error` where it can be read. A websocket is refused before it is accepted, except at our own
    doors for want of a token: a browser cannot read why otherwise."""
    unknown = isinstance(error, Unauthorized)
    if scope["type"] == "websocket" and unknown and re.fullmatch(r"/ws(/.*)?", scope["path"], re.DOTALL):
        return closed
    if scope["type"] == "websocket":
        return Denied(error)
    if unknown and wants_page(scope):
        return to("/signin?" + urlencode({"next": address(scope)}))
    status, more = (401, NOT_KEPT | {"www-authenticate": "Bearer"}) if unknown else (403, NOT_KEPT)
    if wants_page(scope) or first_part(scope) in ("files", "signin", "signout"):
        return PlainTextResponse(error.message, status, headers=more)  # people read it; /files says all in plain text
    return JSONResponse({"error": {"kind": error.kind, "message": error.message}}, status, headers=more)


NOT_KEPT = {"cache-control": "no-store"}


async def closed(scope: Scope, receive: Receive, send: Send) -> None:
    """Accepted, and told why not. A browser that offers protocols wants one of them back."""
    await receive()
    await send({"type": "websocket.accept", "subprotocol": next(iter(scope.get("subprotocols") or []), None)})
    await send(CLOSE)


class Denied:
    """403 instead of a websocket, with the sentence where the server can send one."""

    def __init__(self, error: ThinkaloudError) -> None:
        self._error = error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if "websocket.http.response" in (scope.get("extensions") or {}):
            await PlainTextResponse(self._error.message, 403)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})


def wants_page(scope: Scope) -> bool:
    """Whether a person looks at what comes back: in a browser, where a page is."""
    page = scope["method"] in ("GET", "HEAD") and first_part(scope) not in PROGRAMS
    return page and any("text/html" in accepted.lower() for accepted in headers(scope, b"accept"))


def address(scope: Scope) -> str:
    """Path and query as they were asked for, safe to be written into a link."""
    query = scope["query_string"].decode("latin-1")
    return quote(scope["path"], safe="/:@!$&'()*+,;=~") + (f"?{query}" if query else "")


def offered(scope: Scope) -> str | None:
    """The token of a share link, if this is one that somebody follows."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or not SESSION_PAGE.fullmatch(scope["path"]):
        return None
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return next((value for name, value in query if name == "share"), None)


def without_share(scope: Scope) -> str:
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    left = urlencode([(name, value) for name, value in query if name != "share"])
    return scope["path"] + (f"?{left}" if left else "")


def to(path: str) -> Response:
    return RedirectResponse(path, 303, headers=NOT_KEPT)
