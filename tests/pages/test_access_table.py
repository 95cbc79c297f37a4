"""Every door of the app, as it lists them itself, asked by everybody about everything: see access_table.py."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from agent.chance import Chance
from pages.api.auth import Grant, Tokens
from tests.browser.server import Server

from .access_table import KINDS, PEOPLE, ROWS, SECRET, SESSIONS, USERS, Kind, Row, Who, session_of

TOKENS = Tokens(SECRET, Chance().clock)
HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
MISSING = count(1)


def guest(kind: Any) -> str:
    """Who followed a link to the one session that everybody has as that, whatever the door calls it."""
    token = None
    for prefix in ("session", "task", "doomed"):
        for who in ("guest who watches", "guest who takes part"):
            session = session_of(prefix, who, kind)
            grant = Grant(session=session, role=kind, expires=TOKENS.known(TOKENS.invite("x", "member", 1)).expires)
            token = TOKENS.guest(grant, TOKENS.known(token) if token else None)
    assert token
    return token


@dataclass(frozen=True, slots=True)
class Door:
    """A running server, and what somebody has in hand there."""

    url: str
    version: str
    tokens: Mapping[Who, str]

    def name(self, who: Who) -> str:
        return TOKENS.known(self.tokens[who]).person.user if who in self.tokens else "ada"

    def address(self, row: Row, who: Who = "member", kind: Kind | None = "own") -> str:
        id = session_of(row.prefix, who, kind) if kind and kind != "missing" else f"missing-{next(MISSING)}"
        path = row.address.replace("{id}", id).replace("{me}", self.name(who)).replace("VERSION", self.version)
        return path


def started(folder: Path, how: str) -> Server:
    server = Server(folder, entry="tests.pages.locked")
    server._command.append(how)
    server.start()
    return server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = started(tmp_path_factory.mktemp("locked"), "locked")
    yield server
    server.stop()
    assert "Traceback" not in server.errors()


@pytest.fixture(scope="module")
def unlocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = started(tmp_path_factory.mktemp("open"), "open")
    yield server
    server.stop()
    assert "Traceback" not in server.errors()


@pytest.fixture(scope="module")
def door(server: Server) -> Door:
    return door_of(server)


def door_of(server: Server) -> Door:
    from nicegui import __version__

    signed_in: dict[Who, str] = {who: TOKENS.invite(user, who, 1) for who, user in USERS.items()}  # type: ignore[arg-type]
    guests: dict[Who, str] = {"guest who watches": guest("viewer"), "guest who takes part": guest("member")}
    return Door(server.url, __version__, signed_in | guests)


# ── the table ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_route_has_a_row_and_every_row_a_route(server: Server):
    routes = set(json.loads((server.folder / "routes.json").read_text()))
    routes.add("WS /_nicegui_ws")  # one mount, for both of its ways to speak
    rows = {row.route for row in ROWS}
    assert routes - rows == set(), "these routes have no row in access_table.py: say there who may do what"
    assert rows - routes == set(), "these rows are about no route"


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_everybody_gets_at_this_door_what_is_theirs(row: Row, door: Door):
    wanted = {who: row.cells[who].split() for who in PEOPLE}
    columns: tuple[Kind | None, ...] = KINDS if len(wanted["nobody"]) == len(KINDS) else (None,)
    got = {who: await asyncio.gather(*(asked(door, row, who, kind) for kind in columns)) for who in PEOPLE}
    assert got == wanted, f"columns: {columns}"


@pytest.mark.parametrize(("path", "field", "id"), [("sessions", "sessions", "id"), ("agent/tasks", "tasks", "taskId")])
async def test_lists_have_what_one_may_see_and_nothing_else(path: str, field: str, id: str, door: Door):
    prefix = "session" if path == "sessions" else "task"
    for who, kinds in SEEN.items():
        async with client(door, who) as http:
            found = (await http.get(f"/api/{path}", params={"limit": 1000})).json()[field]
        ids = {one[id] for one in found}
        for kind in KINDS[:-1]:
            assert (session_of(prefix, who, kind) in ids) == (kind in kinds), (who, kind)


SEEN: Mapping[Who, set[Kind]] = {
    "viewer": {"own", "member", "viewer"},
    "member": {"own", "member", "viewer"},
    "owner": {"own", "member", "viewer", "foreign"},
    "guest who watches": {"viewer"},
    "guest who takes part": {"member"},
}


# ── attacks, on every door ───────────────────────────────────────────────────────────────────────────────────────


def claims(**more: Any) -> dict[str, Any]:
    return {"user_id": "olga", "role": "owner", "exp": TOKENS.known(TOKENS.invite("x", "member", 1)).expires} | more


BAD_TOKENS: Mapping[str, Callable[[], str]] = {
    "alg none": lambda: jwt.encode(claims(), "", algorithm="none"),
    "signed with another key": lambda: jwt.encode(claims(), "x" * 32, algorithm="HS256"),
    "expired": lambda: jwt.encode(claims(exp=1_000_000_000), SECRET, algorithm="HS256"),
    "without an end": lambda: jwt.encode({"user_id": "olga", "role": "owner"}, SECRET, algorithm="HS256"),
    "cut": lambda: TOKENS.invite("olga", "owner", 1)[:-2],
    "of another role": lambda: jwt.encode(claims(role="god"), SECRET, algorithm="HS256"),
    "a link's to another room": lambda: TOKENS.share("session-foreign", "member", 1),
    "no token at all": lambda: "x",
}
LOCKED = [row for row in ROWS if not row.public]


@pytest.mark.parametrize("row", LOCKED, ids=str)
async def test_a_bad_token_opens_nothing(row: Row, door: Door):
    expected = {"4001"} if row.address.startswith("/ws") else {"403"} if row.method == "WS" else {"401", "303"}
    for what, token in BAD_TOKENS.items():
        for headers in ({"authorization": f"Bearer {token()}"}, {"cookie": f"thinkaloud={token()}"}):
            assert await told(door, row, "member", "own", headers) in expected, (what, headers.keys())
        shown = f"{door.address(row)}{'&' if '?' in row.address else '?'}token={token()}"
        good = {"cookie": f"thinkaloud={door.tokens['owner']}"}  # what is shown by hand is meant
        assert await told(door, row, "member", "own", good, shown) in expected, (what, "in the address")


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_a_foreign_page_gets_nothing_even_from_somebody_who_has_signed_in(row: Row, door: Door):
    port = door.url.rpartition(":")[2]
    foreign = ["null", "http://evil.example", f"http://evil.example:{port}", f"http://127.0.0.1.evil.example:{port}"]
    foreign += [f"http://localhost:{port}", "http://127.0.0.1:1", "file://", f"http://127.0.0.1:{port}@evil.example"]
    for origin in foreign:
        headers = {"origin": origin, "cookie": f"thinkaloud={door.tokens['owner']}"}
        assert await told(door, row, "owner", "own", headers) == "403", origin


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_an_open_server_answers_under_its_own_name_only(row: Row, unlocked: Server):
    door = door_of(unlocked)
    port = unlocked.port
    for host in ("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", f"192.168.0.1:{port}"):
        assert await told(door, row, "nobody", "own", {"host": host}) == "403", host
    for origin in ("null", "http://evil.example", f"http://evil.example:{port}"):
        assert await told(door, row, "nobody", "own", {"origin": origin}) == "403", origin
    for headers in ({"host": f"localhost:{port}"}, {"origin": f"http://localhost:{port}"}):
        assert await told(door, row, "nobody", "foreign", headers) not in ("401", "4001", "403"), headers


async def test_a_link_to_one_room_opens_no_other(door: Door):
    token = TOKENS.share("session-member", "member", 1)
    async with httpx.AsyncClient(base_url=door.url) as http:
        good = await http.get(f"/s/session-member?share={token}", headers=HTML)
        bad = await http.get(f"/s/session-foreign?share={token}", headers=HTML)
    assert good.headers["location"] == "/s/session-member"
    assert "set-cookie" in good.headers
    assert bad.headers["location"].startswith("/signin?")
    assert "set-cookie" not in bad.headers


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def client(door: Door, who: Who) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=door.url, headers=credentials(door, who), timeout=10)


def credentials(door: Door, who: Who) -> dict[str, str]:
    return {"cookie": f"thinkaloud={door.tokens[who]}"} if who in door.tokens else {}


async def asked(door: Door, row: Row, who: Who, kind: Kind | None) -> str:
    return await told(door, row, who, kind, credentials(door, who))


async def told(
    door: Door, row: Row, who: Who, kind: Kind | None, headers: Mapping[str, str], address: str | None = None
) -> str:
    """What comes back, in the table's words."""
    address = address or door.address(row, who, kind)
    if row.method == "WS":
        return await told_by_websocket(f"ws{door.url[4:]}{address}", headers, made=kind in (None, "missing"))
    says = row.says
    if isinstance(says, dict):
        id = door.address(Row(route="ANY {id}", cells={}, prefix=row.prefix), who, kind)
        says = json.dumps(says).replace("{id}", id).replace("MESSAGE", f"m{next(MISSING)}")
    json_type = {"content-type": "application/json"} if isinstance(row.says, dict) else {}
    more = json_type | dict(row.headers or {}) | (HTML if row.page else {})
    method = {"ANY": "PUT" if row.note == "otherwise" else "GET"}.get(row.method, row.method)
    async with (
        httpx.AsyncClient(base_url=door.url, timeout=10) as http,
        http.stream(method, address, content=says, headers=more | dict(headers)) as answer,
    ):
        return str(answer.status_code)  # streams go on


async def told_by_websocket(url: str, headers: Mapping[str, str], *, made: bool) -> str:
    """What one can do there: the agent's words say hello first, then tell what one has said, or why that may not be."""
    scheme, host, path = re.match(r"(ws://)([^/]+)(/.*)", url).groups()  # type: ignore[union-attr]
    more = {name: value for name, value in headers.items() if name != "host"}
    name, port = host.split(":")
    try:
        async with connect(
            f"{scheme}{headers.get('host', host)}{path}", additional_headers=more, host=name, port=int(port), proxy=None
        ) as socket:
            if not path.startswith("/ws/"):
                await socket.send("a")
                return "open" if await socket.recv() else "mute"
            first = json.loads(await socket.recv())
            if first["type"] == "error":
                await socket.recv()  # raises with the code that it is closed with
            assert first["type"] == "hello"
            said = f"Hello {next(MISSING)}"
            await socket.send(json.dumps({"type": "message", "content": said, "id": said}))
            async for frame in socket:
                match json.loads(frame):
                    case {"type": "user_message", "content": content} if content == said:
                        return "made" if made else "takes-part"
                    case {"type": "error", "message_id": id, "kind": "forbidden"} if id == said:
                        return "watches"
            return "mute"
    except InvalidStatus as refused:
        return str(refused.response.status_code)
    except ConnectionClosed as closed:
        return str(closed.rcvd.code if closed.rcvd else "cut")
