"""Who gets what at which door: a row for each route of the app, for each role, for each kind of session.

A cell is an HTTP status; for a websocket the code that it is closed with, or what one can do there. `made` is a new
session. Where a row has one column only, it is about no session.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Who = Literal["nobody", "viewer", "member", "owner", "guest who watches", "guest who takes part"]
Kind = Literal["own", "member", "viewer", "foreign", "missing"]
"""`own`: for a guest and for nobody, the member's. `member` and `viewer` are somebody else's, shared as that with all
who have a name, and the same by a link with the guest of that kind."""

PEOPLE: tuple[Who, ...] = get_args(Who)
KINDS: tuple[Kind, ...] = get_args(Kind)
USERS: Mapping[Who, str] = {"viewer": "vera", "member": "max", "owner": "olga"}
OTHER = "otto"
SECRET = "of the tests, and of nothing but them"
SESSIONS, TASKS, DOOMED = "session", "task", "doomed"


def session_of(prefix: str, who: Who, kind: Kind) -> str:
    """The id of the session that a cell is about. Only what will be deleted is for one cell alone."""
    alone = kind == "own" or prefix == DOOMED
    return f"{prefix}-{kind}" + (f"-{who.replace(' ', '-')}" if alone else "")


Cells = Mapping[Who, str]


def cells(nobody: str, viewer: str, member: str, owner: str, watching: str, taking_part: str) -> Cells:
    return dict(zip(PEOPLE, (nobody, viewer, member, owner, watching, taking_part), strict=True))


def one(signed_in: str, nobody: str = "401") -> Cells:
    """The same for everybody who has signed in."""
    return cells(nobody, *[signed_in] * 5)


#                       nobody                 viewer                 member                 owner
#                       a guest who watches    a guest who takes part
WATCH = cells(*[
    "401 401 401 401 401", "200 200 200 403 404", "200 200 200 403 404", "200 200 200 200 404",
    "403 403 200 403 404", "403 200 403 403 404",
])  # fmt: skip
PAGE = WATCH | {"nobody": "303 303 303 303 303"}


def take_part(well: int, made: int | None = None) -> Cells:
    """`well` is what those get who may; `made`, those who may make a session where there is none."""
    no, new = 403 if made else 404, made or 404
    return cells(*[
        "401 401 401 401 401", f"403 403 403 403 {no}", f"{well} {well} 403 403 {new}",
        f"{well} {well} {well} {well} {new}", f"403 403 403 403 {no}", f"403 {well} 403 403 {no}",
    ])  # fmt: skip


def own(well: int) -> Cells:
    return cells(*[
        "401 401 401 401 401", "403 403 403 403 404", f"{well} 403 403 403 404", f"{well} {well} {well} {well} 404",
        "403 403 403 403 404", "403 403 403 403 404",
    ])  # fmt: skip


SOCKET = cells(*[
    "4001 4001 4001 4001 4001", "watches watches watches 4003 4003", "takes-part takes-part watches 4003 made",
    "takes-part takes-part takes-part takes-part made", "4003 4003 watches 4003 4003", "4003 takes-part 4003 4003 4003",
])  # fmt: skip
HEARD = cells(*[
    "403 403 403 403 403", "forbidden forbidden forbidden forbidden not_found",
    "no_speech no_speech forbidden forbidden not_found", "no_speech no_speech no_speech no_speech not_found",
    "forbidden forbidden forbidden forbidden not_found", "forbidden no_speech forbidden forbidden not_found",
])  # fmt: skip
NEW = cells("4001", "4003", "made", "made", "4003", "4003")
BEGIN = cells("401", "403", "202", "202", "403", "403")
OWNER_ONLY = cells("401", "403", "403", "200", "403", "403")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`route` as the app lists it; `path`, if given, is how it is asked. `says` is what is sent: a body as JSON, or
    what `headers` say it is."""

    route: str
    cells: Cells
    path: str = ""
    prefix: str = SESSIONS
    says: Any = None
    headers: Mapping[str, str] | None = None
    page: bool = False
    """A browser asks for it."""
    public: bool = False
    """Nobody has to say who they are."""
    note: str = ""

    @property
    def method(self) -> str:
        return self.route.split()[0]

    @property
    def address(self) -> str:
        return self.path or self.route.split()[1]

    def __str__(self) -> str:
        return f"{self.route} {self.note}".strip()


def public(route: str, status: str = "200", path: str = "") -> Row:
    return Row(route=route, cells=one(status, status), path=path, public=True)


def agui(thread: str) -> dict[str, Any]:
    messages = [{"id": "MESSAGE", "role": "user", "content": "Hello"}]
    return {"threadId": thread, "runId": "r1", "messages": messages, "state": {}, "tools": [], "context": []} | {
        "forwardedProps": {}
    }


SESSION, TASK = "/api/sessions/{id}", "/api/agent/tasks/{id}"
PICTURE = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
HELLO = {"content": "Hello"}
ENGINE = "/_nicegui_ws/socket.io/?EIO=4&transport="
ROWS: tuple[Row, ...] = (
    # pages
    Row(route="GET /", cells=one("200", "303"), page=True),
    Row(route="GET /s/{id}", cells=PAGE, page=True),
    Row(route="GET /tasks", cells=one("200", "303"), page=True),
    Row(route="GET /docs", cells=one("200", "303"), page=True),
    public("GET /signin"),
    public("POST /signin"),
    public("GET /signout", "303"),
    public("POST /signout", "303"),
    public("GET /favicon.ico"),
    public("GET /healthz"),
    public("ANY /static", path="/static/icon.svg"),
    Row(
        route="POST /files",
        cells=cells("401", "403", "201", "201", "403", "201"),
        says=PICTURE,
        headers={"x-file-name": "a.gif", "sec-fetch-site": "same-origin"},
    ),
    Row(route="GET /files/{id}", cells=one("404"), path="/files/none"),
    # the speech service, of which this server has none: who may use it hears so
    Row(route="GET /voice/voices", cells=one("200")),
    Row(
        route="POST /voice/speech",
        cells=take_part(503),
        says={"session": "{id}", "text": "Hello"},
        headers={"sec-fetch-site": "same-origin"},
    ),
    Row(route="WS /voice/listen", cells=HEARD, path="/voice/listen?session={id}"),
    # what NiceGUI brings
    Row(route="ANY /_nicegui_ws", cells=one("200"), path=f"{ENGINE}polling"),
    Row(route="WS /_nicegui_ws", cells=one("open", "403"), path=f"{ENGINE}websocket"),
    Row(route="ANY /_nicegui/VERSION/static", cells=one("200"), path="/_nicegui/VERSION/static/nicegui.js"),
    *(
        Row(route=f"GET /_nicegui/VERSION/{what}", cells=one("404"), path=f"/_nicegui/VERSION/{path}")
        for what, path in (
            ("libraries/{key:path}", "libraries/none"),
            ("components/{key:path}", "components/none"),
            ("resources/{key}/{path:path}", "resources/none/none"),
            ("dynamic_resources/{name}", "dynamic_resources/none"),
            ("esm/{key}/{path:path}", "esm/none/none"),
        )
    ),
    # sessions
    Row(route="GET /api/sessions", cells=one("200")),
    Row(route=f"GET {SESSION}", cells=WATCH),
    Row(route=f"PATCH {SESSION}", cells=own(200), says={"title": "New"}, note="title"),
    Row(route=f"PATCH {SESSION}", cells=take_part(200), says={"model": "test:other"}, note="model"),
    Row(route=f"DELETE {SESSION}", cells=own(204), prefix=DOOMED),
    Row(route=f"POST {SESSION}/messages", cells=take_part(202, made=202), says=HELLO),
    Row(route=f"POST {SESSION}/interrupt", cells=take_part(200)),
    Row(route=f"POST {SESSION}/continue", cells=take_part(400)),
    Row(route=f"POST {SESSION}/clear", cells=take_part(200)),
    Row(route=f"POST {SESSION}/asks/{{ask}}", cells=take_part(404), path=f"{SESSION}/asks/a1", says=HELLO),
    Row(route=f"POST {SESSION}/share", cells=own(200), says={"role": "member"}),
    Row(route=f"PUT {SESSION}/people/{{user}}", cells=own(200), path=f"{SESSION}/people/zoe", says={"role": "viewer"}),
    Row(route=f"DELETE {SESSION}/people/{{user}}", cells=own(200), path=f"{SESSION}/people/zoe"),
    Row(route=f"GET {SESSION}/events", cells=WATCH),
    Row(route=f"GET {SESSION}/stream", cells=WATCH),
    # tasks
    Row(route="POST /api/agent/tasks", cells=BEGIN, says={"prompt": "Hello"}),
    Row(route="GET /api/agent/tasks", cells=one("200")),
    Row(route=f"GET {TASK}", cells=WATCH, prefix=TASKS),
    Row(route=f"GET {TASK}/stream", cells=WATCH, prefix=TASKS),
    Row(route=f"DELETE {TASK}", cells=take_part(200), prefix=TASKS),
    Row(route=f"POST {TASK}/continue", cells=take_part(400), prefix=TASKS),
    # the server
    Row(route="POST /api/agui", cells=take_part(200, made=200), says=agui("{id}")),
    Row(route="POST /api/broadcast", cells=OWNER_ONLY, says=HELLO, note="to all"),
    Row(
        route="POST /api/broadcast",
        cells=cells("401", "403", "404", "404", "403", "403"),
        says=HELLO | {"to": "a name that nobody has"},
        note="to one",
    ),
    Row(route="GET /metrics", cells=OWNER_ONLY),
    Row(route="GET /openapi.json", cells=one("200")),
    Row(route="GET /asyncapi.json", cells=one("200")),
    Row(route="ANY /metrics", cells=one("405"), note="otherwise"),
    Row(route="ANY /openapi.json", cells=one("405"), note="otherwise"),
    Row(route="ANY /asyncapi.json", cells=one("405"), note="otherwise"),
    Row(route="ANY /api", cells=one("404")),
    Row(route="ANY /api/{path:path}", cells=one("404"), path="/api/none"),
    # websockets
    *(
        row
        for path in ("agent", "agent-thoughts", "chat", "secure", "robust", "{client_id}")
        for row in (
            Row(
                route=f"WS /ws/{path}",
                cells=SOCKET,
                path=f"/ws/{'{me}' if path == '{client_id}' else path}?dialect=agent&session={{id}}",
            ),
            Row(
                route=f"WS /ws/{path}",
                cells=NEW,
                path=f"/ws/{'{me}' if path == '{client_id}' else path}?dialect=agent",
                note="without a session",
            ),
        )
    ),
    Row(route="WS /ws/room/{room_id}/{user_id}", cells=SOCKET, path="/ws/room/{id}/{me}"),
    Row(
        route="WS /ws/room/{room_id}/{user_id}",
        cells=cells("4001", *["4003"] * 5),
        path="/ws/room/session-viewer/otto",
        note="under another's name",
    ),
    Row(route="WS /ws", cells=one("open", "4001"), path="/ws"),
)
