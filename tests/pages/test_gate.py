"""From where one may ask, who may come in, and what everybody else is told: at every door alike."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit

import jwt
import pytest

from agent.errors import Unauthorized
from pages.api.auth import INVALID, MISSING

from .doors import HTML, NOW, Reply, Server, serving

DOORS = ["/", "/s/abc", "/tasks", "/files", "/files/abc", "/api/sessions", "/openapi.json", "/docs", "/metrics"]
DOORS += ["/static/thinkaloud.js", "/signin", "/nowhere", "/_nicegui/3.18.0/static/nicegui.js"]
DOORS += ["/_nicegui_ws/socket.io/?EIO=4&transport=polling", "/_nicegui/client/abc/upload/4"]
SOCKETS = ["/ws", "/ws/agent", "/ws/agent-thoughts", "/ws/chat", "/ws/room/abc/ada", "/ws/secure", "/ws/robust"]
SOCKETS += ["/ws/my-client", "/_nicegui_ws/socket.io/?EIO=4&transport=websocket", "/nowhere", "/"]


@pytest.fixture(scope="module")
def opened() -> Iterator[Server]:
    with serving(open=True) as server:
        yield server


@pytest.fixture(scope="module")
def proxied() -> Iterator[Server]:
    """Open, with an address of its own and a page elsewhere that may use it."""
    with serving(open=True, public="https://think.example.org", origins=("https://app.example.org",)) as server:
        yield server


@pytest.fixture(scope="module")
def locked() -> Iterator[Server]:
    with serving(open=False) as server:
        yield server


@pytest.fixture(scope="module")
def public() -> Iterator[Server]:
    with serving(open=False, public="https://think.example.org", origins=("https://app.example.org",)) as server:
        yield server


def came_in(reply: Reply) -> bool:
    return reply.status == 200 or bool(reply.close and reply.close[0] == 1000)


# ── Host ─────────────────────────────────────────────────────────────────────────────────────────────────────────

OWN_HOSTS = ["localhost", "localhost:80", "LOCALHOST:8000", "ada.localhost:1", "127.0.0.1", "127.9.8.7:8000", "[::1]"]
OWN_HOSTS += ["[::1]:8000", "[0:0:0:0:0:0:0:1]"]
FOREIGN_HOSTS = ["evil.com", "evil.com:8000", "localhost.evil.com", "127.0.0.1.nip.io", "127.0.0.1.evil.com:8000"]
FOREIGN_HOSTS += ["evil-localhost", "evillocalhost", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "127.1", "127"]
FOREIGN_HOSTS += [
    "0.0.0.0",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::1%25lo]",
    "[::1",
    "::1",
    "192.168.0.7",
]
FOREIGN_HOSTS += ["10.0.0.1", "localhost:", "localhost:x", "localhost:99999", "localhost:0", "localhost:80:80"]
FOREIGN_HOSTS += [
    "localhost/",
    "localhost#",
    "localhost?",
    "localhost@evil.com",
    "evil.com@localhost",
    "user@127.0.0.1",
]
FOREIGN_HOSTS += ["localhost,evil.com", "localhost evil.com", "locálhost", "ｌocalhost", ".localhost", "localhost."]
FOREIGN_HOSTS += ["127.0.0.1\x00.evil.com", "think.example.org", "think.example.org:8000"]


@pytest.mark.parametrize("host", OWN_HOSTS)
def test_an_open_server_answers_to_the_names_of_its_own_machine(opened: Server, host: str):
    assert came_in(opened.get("/", host=host))
    assert came_in(opened.websocket("/ws/agent", host=host))


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_an_open_server_answers_to_no_name_that_somebody_else_can_own(opened: Server, host: str):
    """DNS rebinding: a stranger's page whose name now points here."""
    host = host.encode().decode("latin-1")
    for door in ("/", "/healthz", "/api/sessions"):
        assert opened.get(door, host=host).status in (400, 403)
    for door in ("/ws/agent", "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"):
        assert opened.websocket(door, host=host).status in (400, 403)


@pytest.mark.parametrize("door", DOORS)
def test_a_foreign_name_is_refused_at_every_door(opened: Server, door: str):
    page, program = opened.get(door, HTML, host="evil.com"), opened.get(door, host="evil.com")
    assert (page.status, program.status) == (403, 403)
    assert b"--public" in page.body
    assert b"<" not in page.body


@pytest.mark.parametrize("door", SOCKETS)
def test_a_foreign_name_is_refused_before_a_socket_is_accepted(opened: Server, door: str):
    refused = opened.websocket(door, host="evil.com")
    assert refused.status == 403
    assert b"--public" in refused.body


def test_two_names_or_none_are_as_bad_as_a_foreign_one(opened: Server):
    for path in ("/", "/api/sessions"):
        assert opened.get(path, host="").status in (400, 403)
        assert opened.get(path, ("Host", "localhost")).status in (400, 403)
        assert opened.get(path, ("Host", "evil.com"), host="localhost").status in (400, 403)
    assert opened.websocket("/ws", ("Host", "evil.com"), host="localhost").status in (400, 403)
    assert opened.websocket("/ws", host="").status in (400, 403)


def test_a_server_with_an_address_answers_to_that_too(proxied: Server):
    for host in ("think.example.org", "think.example.org:443", "THINK.example.org"):
        assert came_in(proxied.get("/", host=host))
    for host in ("think.example.org:8000", "app.example.org", "example.org", "x.think.example.org"):
        assert proxied.get("/", host=host).status == 403


def test_where_people_sign_in_any_name_does_but_garbage(locked: Server):
    assert locked.get("/healthz", host="think.example.org").status == 200
    assert locked.get("/healthz", host="a@b").status in (400, 403)
    assert locked.get("/healthz", ("Host", "x"), host="y").status in (400, 403)


# ── Origin ───────────────────────────────────────────────────────────────────────────────────────────────────────

OWN_PAGES = ["http://localhost:8000", "http://localhost", "https://localhost:3000", "http://127.0.0.1:5173"]
OWN_PAGES += ["http://[::1]:8000", "http://dev.localhost:1234"]
FOREIGN_PAGES = [
    "null",
    "",
    "http://evil.com",
    "https://evil.com",
    "http://localhost.evil.com",
    "http://evil.com#localhost",
]
FOREIGN_PAGES += ["http://127.0.0.1.evil.com", "http://127.0.0.1.evil.com:8000", "http://evil.com/localhost"]
FOREIGN_PAGES += ["http://localhost@evil.com", "http://evil.com@localhost", "http://localhost:8000@evil.com"]
FOREIGN_PAGES += ["http://localhost#evil.com", "http://localhost/", "http://localhost:8000/x", "http://localhost?"]
FOREIGN_PAGES += [
    "file://",
    "file://localhost",
    "chrome-extension://localhost",
    "ws://localhost:8000",
    "localhost:8000",
]
FOREIGN_PAGES += [
    "//localhost",
    "http:localhost",
    "http:/localhost",
    "http:///localhost",
    "javascript:0",
    "about:blank",
]
FOREIGN_PAGES += [
    "http://2130706433",
    "http://0x7f.1",
    "http://localhost:",
    "http://localhost:99999",
    "http://localhost\\",
]
FOREIGN_PAGES += ["http://localhost http://evil.com", "http://evil.com http://localhost", "http://localhost,http://x"]
FOREIGN_PAGES += ["NULL", "http://192.168.0.7:8000", "http://think.example.org", "http://0.0.0.0:8000"]


@pytest.mark.parametrize("origin", OWN_PAGES)
def test_any_page_of_this_machine_may_ask_an_open_server(opened: Server, origin: str):
    assert came_in(opened.get("/api/sessions", ("Origin", origin)))
    assert came_in(opened.ask("DELETE", "/api/sessions/x", ("Origin", origin)))
    assert came_in(opened.websocket("/ws/agent", ("Origin", origin)))


@pytest.mark.parametrize("origin", FOREIGN_PAGES)
def test_a_foreign_page_may_ask_nothing(opened: Server, locked: Server, origin: str):
    token = ("Authorization", f"Bearer {locked.tokens.invite('ada', 'owner', 1)}")
    for server, more in ((opened, []), (locked.signed_in(), []), (locked, [token])):
        for method in ("GET", "HEAD", "POST", "DELETE", "OPTIONS"):
            assert server.ask(method, "/api/sessions", ("Origin", origin), *more).status == 403
        assert server.websocket("/ws/agent", ("Origin", origin), *more).status == 403


@pytest.mark.parametrize("origin", ["null", "http://evil.com"])
@pytest.mark.parametrize("door", DOORS)
def test_a_foreign_page_is_refused_at_every_door(opened: Server, locked: Server, door: str, origin: str):
    for server in (opened, locked, locked.signed_in("ada", "owner")):
        for method in ("GET", "POST"):
            refused = server.ask(method, door, ("Origin", origin))
            assert refused.status == 403
            assert refused.get("access-control-allow-origin") is None
            assert b"own" in refused.body


@pytest.mark.parametrize("origin", ["null", "http://evil.com"])
@pytest.mark.parametrize("door", SOCKETS)
def test_a_foreign_page_is_refused_before_its_socket_is_accepted(
    opened: Server, locked: Server, door: str, origin: str
):
    good = locked.tokens.invite("ada", "owner", 1)
    for server in (opened, locked, locked.signed_in()):
        assert server.websocket(door, ("Origin", origin)).status == 403
        assert server.websocket(f"{door}{'&' if '?' in door else '?'}token={good}", ("Origin", origin)).status == 403


def test_two_origins_are_none(opened: Server):
    own = ("Origin", "http://localhost")
    assert opened.get("/api/sessions", own, own).status == 403
    assert opened.get("/api/sessions", own, ("Origin", "http://evil.com")).status == 403


def test_where_people_sign_in_a_page_is_own_by_its_very_address(locked: Server):
    ada = locked.signed_in()
    assert came_in(ada.websocket("/ws/agent", ("Origin", f"http://{ada.host}")))
    for origin in ("http://127.0.0.1", f"http://localhost:{ada.port}", f"http://127.0.0.1:{ada.port + 1}"):
        assert ada.websocket("/ws/agent", ("Origin", origin)).status == 403
        assert ada.get("/api/sessions", ("Origin", origin)).status == 403
    for host, origin in (
        ("think.example.org", "https://think.example.org"),
        ("think.example.org", "http://think.example.org"),
        ("think.example.org:443", "https://think.example.org"),
        ("think.example.org:8443", "https://think.example.org:8443"),
    ):
        assert came_in(ada.get("/api/sessions", ("Origin", origin), host=host))
    for host, origin in (
        ("think.example.org:8443", "https://think.example.org"),
        ("think.example.org:443", "http://think.example.org"),
        ("think.example.org", "https://example.org"),
        ("think.example.org", "https://think.example.org.evil.com"),
        ("think.example.org", "https://evil.think.example.org"),
    ):
        assert ada.get("/api/sessions", ("Origin", origin), host=host).status == 403


def test_behind_tls_a_page_without_it_is_another(locked: Server):
    ada, tls = locked.signed_in(), ("X-Forwarded-Proto", "https")
    assert came_in(ada.get("/api/sessions", tls, ("Origin", f"https://{ada.host}")))
    assert ada.get("/api/sessions", tls, ("Origin", f"http://{ada.host}")).status == 403


def test_the_servers_address_and_pages_that_were_let_in_may_ask(public: Server, proxied: Server):
    for server in (public.signed_in(), proxied):
        for origin in ("https://think.example.org", "https://app.example.org", "https://app.example.org:443"):
            assert came_in(server.get("/api/sessions", ("Origin", origin)))
            assert came_in(server.websocket("/ws/agent", ("Origin", origin)))
        for origin in ("http://app.example.org", "https://app.example.org:8443", "https://example.org"):
            assert server.websocket("/ws/agent", ("Origin", origin)).status == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
def test_a_page_elsewhere_that_hides_its_address_changes_nothing(opened: Server, method: str):
    elsewhere = ("Sec-Fetch-Site", "cross-site")
    assert opened.ask(method, "/api/sessions", elsewhere).status == 403
    assert came_in(opened.ask(method, "/api/sessions", ("Sec-Fetch-Site", "same-origin")))
    assert came_in(opened.ask(method, "/api/sessions"))  # a program
    assert came_in(opened.page("/s/abc", elsewhere))  # a link


# ── pages of other addresses ─────────────────────────────────────────────────────────────────────────────────────


def test_a_page_on_another_port_may_read_what_the_api_says(opened: Server):
    for path in ("/api/sessions", "/static/thinkaloud.js", "/openapi.json", "/asyncapi.json", "/healthz"):
        reply = opened.get(path, ("Origin", "http://localhost:3000"))
        assert reply.get("access-control-allow-origin") == "http://localhost:3000"
        assert reply.get("access-control-allow-credentials") is None
        assert "origin" in (reply.get("vary") or "").lower()
    for path in ("/", "/s/abc", "/files/abc", "/_nicegui/3.18.0/static/nicegui.js", "/signin"):
        assert opened.get(path, ("Origin", "http://localhost:3000")).get("access-control-allow-origin") is None
    assert opened.get("/api/sessions", ("Origin", f"http://{opened.host}")).get("access-control-allow-origin") is None
    assert (opened.get("/api/sessions").get("vary") or "").lower() == "origin"  # a cache must not give it to all


def test_a_browser_may_ask_first_whether_it_may_ask(opened: Server, public: Server):
    asks = [("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization")]
    for server, origin in ((opened, "http://localhost:3000"), (public, "https://app.example.org")):
        reply = server.ask("OPTIONS", "/api/agent/tasks", ("Origin", origin), *asks)
        assert (reply.status, reply.body) == (204, b"")
        assert reply.get("access-control-allow-origin") == origin
        allowed = (reply.get("access-control-allow-methods") or "").split(", ")
        assert {"GET", "POST", "PATCH", "DELETE"} <= set(allowed)
        for name in ("authorization", "content-type", "last-event-id"):
            assert name in (reply.get("access-control-allow-headers") or "")
    assert public.ask("OPTIONS", "/api/agent/tasks", ("Origin", "https://evil.com"), *asks).status == 403
    assert public.ask("OPTIONS", "/", ("Origin", "https://app.example.org"), *asks).status == 401
    assert public.ask("OPTIONS", "/api/agent/tasks").status == 401


def test_a_page_that_was_let_in_reads_errors_too_and_may_bring_the_cookie(public: Server):
    reply = public.get("/api/sessions", ("Origin", "https://app.example.org"))
    assert (reply.status, reply.error["kind"]) == (401, "unauthorized")
    assert reply.get("access-control-allow-origin") == "https://app.example.org"
    assert reply.get("access-control-allow-credentials") == "true"


# ── who ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_open_server_asks_nobody_who_they_are(opened: Server):
    for door in [door for door in DOORS if door != "/signin"]:
        seen = opened.get(door).seen
        assert (seen["user"], seen["role"]) == ("owner", "owner")
    for door in [door for door in SOCKETS if door != "/ws/secure"]:
        assert opened.websocket(door).seen["user"] == "owner"


def test_on_an_open_server_a_token_says_who_writes_and_no_more(opened: Server):
    token = opened.tokens.invite("ada", "viewer", 1)
    for path, server in ((f"/ws/agent?token={token}", opened), ("/ws/agent", opened.with_cookie(token))):
        seen = server.websocket(path).seen
        assert (seen["user"], seen["role"], seen["expires"]) == ("ada", "owner", NOW + 24 * 3600)
    assert opened.websocket("/ws/agent?token=bad").seen["user"] == "owner"
    assert opened.with_cookie("bad").get("/api/sessions").seen["user"] == "owner"


def test_the_secure_door_wants_a_token_even_where_the_server_runs_open(opened: Server):
    token = opened.tokens.invite("ada", "viewer", 1)
    for path in (
        "/ws/secure",
        "/ws/secure?token=",
        "/ws/secure?token=bad",
        "/ws/%73ecure",
        f"/ws/secure?token={token}x",
    ):
        assert opened.websocket(path).close == (4001, "Invalid token")
    assert opened.websocket("/ws/secure", ("Authorization", "Bearer bad")).close == (4001, "Invalid token")
    for reply in (
        opened.websocket(f"/ws/secure?token={token}"),
        opened.websocket("/ws/secure", ("Authorization", f"Bearer {token}")),
        opened.with_cookie(token).websocket("/ws/secure"),
    ):
        assert (reply.seen["user"], reply.seen["role"]) == ("ada", "viewer")


@pytest.mark.parametrize("door", [door for door in DOORS if door not in ("/signin", "/static/thinkaloud.js")])
def test_strangers_come_in_nowhere(locked: Server, door: str):
    expired = locked.tokens.invite("ada", "owner", 1)
    locked.clock.ms += 24 * 3600 * 1000
    for server in (locked, locked.with_cookie("bad"), locked.with_cookie(expired)):
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"):
            reply = server.ask(method, door)
            assert reply.status == 401
            assert reply.get("www-authenticate") == "Bearer"
            assert reply.get("cache-control") == "no-store"
            if method == "HEAD":
                continue
            if door.startswith("/files"):  # where everything is said in plain text
                assert reply.body.decode() == (INVALID if server.own else MISSING)
            else:
                assert reply.error == {"kind": "unauthorized", "message": INVALID if server.own else MISSING}


def test_a_person_comes_in_everywhere(locked: Server):
    for door in [door for door in DOORS if door not in ("/signin", "/static/thinkaloud.js")]:
        seen = locked.signed_in("ada", "viewer").get(door).seen
        assert (seen["user"], seen["role"]) == ("ada", "viewer")
    for door in SOCKETS:
        assert locked.signed_in("ada", "viewer").websocket(door).seen["user"] == "ada"


def test_strangers_may_have_what_they_need_to_sign_in_and_what_says_that_the_server_lives(locked: Server):
    for path in ("/healthz", "/favicon.ico", "/static/icon.svg", "/static/a/b-c_d.1.js"):
        for server in (locked, locked.with_cookie("bad")):
            assert server.get(path).seen["user"] is None
            assert server.ask("HEAD", path).status == 200
    assert locked.signed_in().get("/static/plain.html").seen["user"] == "ada"
    assert locked.page("/signin").status == 200


@pytest.mark.parametrize(
    "path",
    """
    //api/sessions /API/sessions /%61pi/sessions /api/../api/sessions /static/../api/sessions /static/%2e%2e/api/x
    /static/..%2fapi /static%2f..%2fapi /static//api /static/./x /static/. /static/ /static /static/x/ /static/%5c..%5cx
    /static\\..\\api /static/x;a /static/%00 /static/x%0a /static/..;/api /STATIC/x /Static/x /signin/ /signin/x /SIGNIN
    /signin/../api /signin%2f /signin%00 /signin%20 /healthz/ /healthz/../api /healthz;x /favicon.ico/x //healthz
    /./healthz /x/../healthz /healthz%2f.. /%2fhealthz /static%00/x /_nicegui/static/x /static/%252e%252e/api
    /ws/../static/x /static/~x /static/.x /static/%ff /static/é //signin /\\signin /;/signin
    """.split(),
)
def test_a_path_that_is_spelt_strangely_only_loses(locked: Server, path: str):
    path = path.encode().decode("latin-1")
    for method in ("GET", "POST"):
        assert locked.ask(method, path).status in (400, 401)
    page = locked.page(path)
    assert page.status in (400, 401) or (page.to or "").startswith("/signin?next=")


@pytest.mark.parametrize("door", [door for door in SOCKETS if door.startswith("/ws")])
@pytest.mark.parametrize("token", ["", "bad", "a.b.c", "expired", "share", "cut"])
def test_a_bad_token_is_told_in_a_way_that_a_browser_can_read(locked: Server, door: str, token: str):
    tokens = locked.tokens
    match token:
        case "expired":
            token = tokens.invite("ada", "owner", 1)
            locked.clock.ms += 24 * 3600 * 1000
        case "share":
            token = tokens.share("abc", "member", 1)
        case "cut":
            token = tokens.invite("ada", "owner", 1)[:-1]
    for reply in (
        locked.websocket(f"{door}?token={token}"),
        locked.websocket(door, ("Authorization", f"Bearer {token}")),
        locked.with_cookie(token).websocket(door),
        locked.websocket(door, ("Origin", f"http://{locked.host}")),
    ):
        assert (reply.status, reply.close, reply.body) == (101, (4001, "Invalid token"), b"")


def test_a_browser_that_offers_protocols_can_read_it_too(locked: Server):
    reply = locked.websocket("/ws/agent", ("Sec-WebSocket-Protocol", "chat, json"))
    assert reply.close == (4001, "Invalid token")
    assert reply.get("sec-websocket-protocol") == "chat"


@pytest.mark.parametrize("door", [door for door in SOCKETS if not door.startswith("/ws")])
def test_nicegui_never_hears_of_strangers(locked: Server, door: str):
    for server in (locked, locked.with_cookie("bad")):
        assert server.websocket(door).status == 403
        assert server.get(door).status == 401


def test_what_is_shown_by_hand_comes_before_the_cookie(locked: Server):
    ada, bob = locked.signed_in("ada"), locked.tokens.invite("bob", "member", 1)
    bearer = ("Authorization", f"Bearer {bob}")
    assert ada.get(f"/api/sessions?token={bob}").seen["user"] == "bob"
    assert ada.get("/api/sessions", bearer).seen["user"] == "bob"
    assert ada.get("/api/sessions", ("Authorization", f"bearer   {bob}")).seen["user"] == "bob"
    assert ada.get("/api/sessions?token=bad").status == 401
    assert ada.get("/api/sessions", ("Authorization", "Bearer bad")).status == 401
    assert ada.get(f"/api/sessions?token={bob}&token={bob}").status == 401
    assert ada.get("/api/sessions", bearer, bearer).status == 401
    for nothing in ("/api/sessions?token=", "/api/sessions?Token=x", "/api/sessions?tokens=x"):
        assert ada.get(nothing).seen["user"] == "ada"
    for nothing in ("Bearer", "Bearer ", "Basic YTpi", "", "Token x"):
        assert ada.get("/api/sessions", ("Authorization", nothing)).seen["user"] == "ada"


def test_a_cookie_that_another_site_set_beside_ours_locks_nobody_out(locked: Server):
    good = locked.tokens.invite("ada", "member", 1)
    for cookies in (
        f"thinkaloud=bad; thinkaloud={good}",
        f"thinkaloud={good};thinkaloud=bad",
        f" thinkaloud = {good} ",
    ):
        assert locked.get("/api/sessions", ("Cookie", cookies)).seen["user"] == "ada"
    for cookies in (f"thinkaloud2={good}", f"xthinkaloud={good}", "thinkaloud=", "thinkaloud", f"Thinkaloud={good}"):
        assert locked.get("/api/sessions", ("Cookie", cookies)).status == 401


def test_a_page_leads_a_stranger_to_the_sign_in_and_back(locked: Server):
    for path in ("/", "/s/abc", "/tasks", "/docs", "/nowhere/at/all", "/s/abc?turn=3&x=a%26b", "/s/%C3%A9"):
        reply = locked.page(path)
        assert reply.get("cache-control") == "no-store"
        there = urlsplit(reply.to or "")
        assert (there.scheme, there.netloc, there.path) == ("", "", "/signin")
        assert parse_qs(there.query) == {"next": [path]}
        assert locked.ask("HEAD", path, HTML).to == reply.to
        assert locked.page(reply.to or "").status == 200  # and no further
    assert locked.get("/s/abc", ("Accept", "*/*")).status == 401
    programs = ("/api/sessions", "/files/abc", "/openapi.json", "/asyncapi.json", "/metrics", "/_nicegui/x", "/API/x")
    for path in (*programs, "//api"):
        assert locked.page(path).status == 401


@pytest.mark.parametrize(
    "path", ["/", "/signin", "/signin?next=/signin", "/signout", "/s/abc?share=bad", "//x", "/x/.."]
)
def test_no_path_leads_round_in_circles(locked: Server, opened: Server, path: str):
    for server in (locked, locked.with_cookie("bad"), locked.signed_in(), opened, opened.with_cookie("bad")):
        at: str | None = path
        for _ in range(4):
            at = server.page(at).to if at else None
        assert at is None


def test_a_connection_ends_with_the_token_that_let_it_in(locked: Server, opened: Server):
    def brief(server: Server) -> str:
        claims = {"user_id": "ada", "role": "member", "exp": server.clock.now() / 1000 + 0.2}
        return jwt.encode(claims, "of the tests, and of nothing but them", algorithm="HS256")

    for reply in (
        locked.websocket(f"/ws/agent?stay&token={brief(locked)}"),
        locked.with_cookie(brief(locked)).websocket("/_nicegui_ws/socket.io/?stay"),
        opened.websocket(f"/ws/secure?stay&token={brief(opened)}"),
    ):
        assert (reply.seen["user"], reply.close) == ("ada", (4001, "Invalid token"))
    with pytest.raises(TimeoutError):
        opened.websocket(f"/ws/agent?stay&token={brief(opened)}", seconds=0.5)  # nobody asked for it


# ── share links ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_share_link_makes_a_guest_of_a_stranger_and_opens_that_session_alone(locked: Server):
    share = locked.tokens.share("abc", "member", 7)
    reply = locked.page(f"/s/abc?turn=3&share={share}")
    assert reply.to == "/s/abc?turn=3"
    assert reply.get("referrer-policy") == "no-referrer"
    set_cookie = (reply.get("set-cookie") or "").lower()
    assert "httponly" in set_cookie
    assert "samesite=lax" in set_cookie
    assert f"max-age={7 * 24 * 3600}" in set_cookie
    assert "secure" not in set_cookie
    guest = locked.with_cookie(reply.cookie)
    seen = guest.page("/s/abc").seen
    assert seen["user"].startswith("guest-")
    assert (seen["role"], seen["rooms"]) == ("member", {"abc": "member"})
    second = guest.page("/s/def?share=" + locked.tokens.share("def", "viewer", 1))
    both = locked.with_cookie(second.cookie).page("/").seen
    assert both["user"] == seen["user"]
    assert both["rooms"] == {"abc": "member", "def": "viewer"}


def test_whoever_has_signed_in_takes_a_share_link_along(locked: Server):
    reply = locked.signed_in("bob").page("/s/abc?share=" + locked.tokens.share("abc", "viewer", 7))
    assert reply.get("set-cookie") is None
    assert (reply.seen["user"], reply.seen["share"]) == ("bob", ["abc", "viewer"])


def test_a_share_link_opens_nothing_but_its_session(locked: Server):
    tokens = locked.tokens
    bad = ["", "bad", tokens.share("def", "member", 1), tokens.invite("ada", "owner", 1)]
    for share in bad:
        reply = locked.page(f"/s/abc?share={share}")
        assert reply.get("set-cookie") is None
        assert parse_qs(urlsplit(reply.to or "").query) == {"next": ["/s/abc"], "why": ["share"]}
        assert locked.signed_in().page(f"/s/abc?share={share}").to == "/s/abc"
    good = tokens.share("abc", "member", 1)
    for path in ("/", "/api/sessions/abc", "/s/abc/", "/S/abc", "/s//abc", "/files", "/s/abc%2f"):
        assert locked.page(f"{path}?share={good}").get("set-cookie") is None
        assert locked.get(f"{path}?share={good}").status == 401
    assert locked.ask("POST", f"/s/abc?share={good}").status == 401
    assert locked.websocket(f"/ws/agent?session=abc&share={good}").close == (4001, "Invalid token")


def test_an_open_server_needs_no_share(opened: Server):
    for share in (opened.tokens.share("abc", "viewer", 1), "bad", ""):
        reply = opened.page(f"/s/abc?share={share}&x=1")
        assert (reply.to, reply.get("set-cookie")) == ("/s/abc?x=1", None)


def test_a_cookie_is_for_tls_alone_where_there_is_tls(locked: Server, public: Server):
    def cookie(server: Server, *headers: tuple[str, str]) -> str:
        share = server.tokens.share("abc", "viewer", 1)
        return (server.page(f"/s/abc?share={share}", *headers).get("set-cookie") or "").lower()

    assert "secure" in cookie(public)
    assert "secure" in cookie(locked, ("X-Forwarded-Proto", "https"))
    assert "secure" not in cookie(locked)


def test_the_gate_says_nothing_of_what_is_wrong_with_a_token(locked: Server):
    share = locked.tokens.share("abc", "viewer", 1)
    messages = {locked.get(f"/api/x?token={quote(token)}").error["message"] for token in ("x", "a.b.c", share)}
    assert len(messages) == 1
    with pytest.raises(Unauthorized):
        locked.tokens.person(share)


def test_a_handshake_of_nonsense_is_refused_and_leaves_nothing_behind():
    """The server could not end in order otherwise, which `serving` would say."""
    with serving(open=True) as server:
        for header in ("Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "X-Any"):
            assert server.websocket("/ws", (header, "ä")).status in (101, 400)
        assert server.websocket("/ws", host="ä").status == 400
        assert server.websocket("/ws/ä").status in (101, 400)
        assert came_in(server.websocket("/ws"))
