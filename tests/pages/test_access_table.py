"""Every door of the app, as it lists them itself, asked by everybody about everything: see access_table.py."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
import jwt
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from agent.chance import Chance
from pages.api.auth import Grant, Tokens
from pages.api.locks import COOKIE
from tests.browser.server import Server

from .access_table import KINDS, PEOPLE, ROWS, SECRET, USERS, Kind, Row, Who, session_of

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
    http: httpx.AsyncHTTPTransport
    """As it is: a client would keep cookies, and follow."""
    version: str
    tokens: Mapping[Who, str]

    def name(self, who: Who) -> str:
        return TOKENS.known(self.tokens[who]).person.user if who in self.tokens else "ada"

    def address(self, row: Row, who: Who = "member", kind: Kind | None = "own") -> str:
        id = session_of(row.prefix, who, kind) if kind and kind != "missing" else f"missing-{next(MISSING)}"
        return row.address.replace("{id}", id).replace("{me}", self.name(who)).replace("VERSION", self.version)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("locked"), entry="tests.pages.locked", options=["locked"]).running() as server:
        yield server


@pytest.fixture(scope="module")
def unlocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("open"), entry="tests.pages.locked", options=["open"]).running() as server:
        yield server


@pytest.fixture
async def door(server: Server) -> AsyncIterator[Door]:
    async with httpx.AsyncHTTPTransport(verify=False) as http:
        yield door_of(server, http)


@pytest.fixture
async def open_door(unlocked: Server) -> AsyncIterator[Door]:
    async with httpx.AsyncHTTPTransport(verify=False) as http:
        yield door_of(unlocked, http)


def door_of(server: Server, http: httpx.AsyncHTTPTransport) -> Door:
    from nicegui import __version__

    signed_in: dict[Who, str] = {who: TOKENS.invite(user, who, 1) for who, user in USERS.items()}  # type: ignore[arg-type]
    guests: dict[Who, str] = {"guest who watches": guest("viewer"), "guest who takes part": guest("member")}
    return Door(server.url, http, __version__, signed_in | guests)


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
    cells = [(who, kind, wanted[who][i]) for who in PEOPLE for i, kind in enumerate(columns)]
    got = await asyncio.gather(*(told(door, row, who, kind, credentials(door, who)) for who, kind, _ in cells))
    wrong = [
        f"{who} × {kind or 'anything'}: {is_}, not {should}"
        for (who, kind, should), is_ in zip(cells, got, strict=True)
        if is_ != should
    ]
    assert wrong == []


@pytest.mark.parametrize(("path", "field", "id"), [("sessions", "sessions", "id"), ("agent/tasks", "tasks", "taskId")])
async def test_lists_have_what_one_may_see_and_nothing_else(path: str, field: str, id: str, door: Door):
    prefix = "session" if path == "sessions" else "task"
    for who, kinds in SEEN.items():
        answer = await ask(door, "GET", f"/api/{path}?limit=1000", credentials(door, who))
        ids = {one[id] for one in json.loads(await answer.aread())[field]}
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
    good = {"cookie": f"{COOKIE}={door.tokens['owner']}"}
    tries: dict[str, tuple[dict[str, str], str | None]] = {}
    for what, token in BAD_TOKENS.items():
        shown = f"{door.address(row)}{'&' if '?' in row.address else '?'}token={token()}"
        tries[f"{what}, by its header"] = {"authorization": f"Bearer {token()}"}, None
        tries[f"{what}, as a cookie"] = {"cookie": f"{COOKIE}={token()}"}, None
        tries[f"{what}, in the address, beside a good cookie"] = good, shown  # what is shown by hand is meant
    got = await asyncio.gather(*(told(door, row, "member", "own", *given) for given in tries.values()))
    assert {what: one for what, one in zip(tries, got, strict=True) if one not in expected} == {}


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_a_foreign_page_gets_nothing_even_from_somebody_who_has_signed_in(row: Row, door: Door):
    port = door.url.rpartition(":")[2]
    foreign = ["null", "http://evil.example", f"http://evil.example:{port}", f"http://127.0.0.1.evil.example:{port}"]
    foreign += [f"http://localhost:{port}", "http://127.0.0.1:1", "file://", f"http://127.0.0.1:{port}@evil.example"]
    given = [credentials(door, "owner") | {"origin": origin} for origin in foreign]
    got = await asyncio.gather(*(told(door, row, "owner", "own", headers) for headers in given))
    assert dict(zip(foreign, got, strict=True)) == dict.fromkeys(foreign, "403")


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_an_open_server_answers_under_its_own_name_only(row: Row, open_door: Door):
    port, token = open_door.url.rpartition(":")[2], credentials(open_door, "member")
    hosts = ("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", f"192.168.0.1:{port}")
    given = [{"host": host} for host in hosts]
    given += [{"origin": origin} for origin in ("null", "http://evil.example", f"http://evil.example:{port}")]
    got = await asyncio.gather(*(told(open_door, row, "member", "own", token | one) for one in given))
    assert got == ["403"] * len(given)
    for headers in ({"host": f"localhost:{port}"}, {"origin": f"http://localhost:{port}"}):
        here = await told(open_door, row, "member", "foreign", token | headers)
        assert here not in ("401", "4001", "403", "303" if not row.public else ""), headers


async def test_a_link_to_one_room_opens_no_other(door: Door):
    token = TOKENS.share("session-member", "member", 1)
    good = await ask(door, "GET", f"/s/session-member?share={token}", HTML)
    bad = await ask(door, "GET", f"/s/session-foreign?share={token}", HTML)
    assert good.headers["location"] == "/s/session-member"
    assert f"{COOKIE}=" in good.headers["set-cookie"]
    assert bad.headers["location"].startswith("/signin?")
    assert f"{COOKIE}=" not in bad.headers["set-cookie"]


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def credentials(door: Door, who: Who) -> dict[str, str]:
    return {"cookie": f"{COOKIE}={door.tokens[who]}"} if who in door.tokens else {}


async def ask(
    door: Door, method: str, address: str, headers: Mapping[str, str], content: str | bytes | None = None
) -> httpx.Response:
    """To be closed, or read."""
    request = httpx.Request(method, door.url + address, headers=dict(headers), content=content)
    return await door.http.handle_async_request(request)


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
    answer = await ask(door, method, address, more | dict(headers), says)
    await answer.aclose()  # streams go on
    return str(answer.status_code)


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
                await socket.send("2probe")  # engine.io's ping, and to our echo a text as any other
                first = str(await socket.recv())
                return json.loads(first)["error"]["kind"] if first.startswith('{"error"') else "open"
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
