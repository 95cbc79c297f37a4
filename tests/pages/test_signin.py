"""Signing in by a link, by a pasted one, as somebody else, and out again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from types import SimpleNamespace
from urllib.parse import quote, urlencode

import pytest

from agent.chance import Chance
from agent.errors import BadRequest
from pages.api.auth import Tokens
from pages.api.locks import Locks
from pages.signin import within

from .doors import HTML, Server, serving


@pytest.fixture(scope="module")
def locked() -> Iterator[Server]:
    with serving(open=False) as server:
        yield server


@pytest.fixture(scope="module")
def opened() -> Iterator[Server]:
    with serving(open=True) as server:
        yield server


def test_a_link_signs_in_and_leads_where_one_wanted_to_go(locked: Server):
    token = locked.tokens.invite("ada", "member", 30)
    reply = locked.page(f"/signin?token={token}&next=/s/abc%3Fturn%3D3")
    assert (reply.to, reply.cookie) == ("/s/abc?turn=3", token)
    assert locked.page(f"/signin?token={token}").to == "/"
    assert locked.ask("HEAD", f"/signin?token={token}", HTML).cookie == token
    attributes = [part.strip().lower() for part in (reply.get("set-cookie") or "").split(";")[1:]]
    assert sorted(attributes) == ["httponly", f"max-age={30 * 24 * 3600}", "path=/", "samesite=lax"]
    assert (reply.get("cache-control"), reply.get("referrer-policy")) == ("no-store", "no-referrer")
    assert locked.with_cookie(reply.cookie).page("/").seen["user"] == "ada"


def test_a_link_that_holds_for_years_makes_a_cookie_that_browsers_keep(locked: Server):
    token = locked.tokens.invite("ada", "member", 3650)
    assert "max-age=34560000" in (locked.page(f"/signin?token={token}").get("set-cookie") or "").lower()


@pytest.mark.parametrize(
    "form", ["{token}", " {token}\r\n", "http://x/signin?token={token}", "/signin?a=b&token={token}#x"]
)
def test_a_link_or_a_token_can_be_pasted(locked: Server, form: str):
    token = locked.tokens.invite("ada", "member", 1)
    broken = f"{token[:40]}\n{token[40:]}"  # as mails do
    for pasted in (token, broken):
        reply = locked.post("/signin?next=/tasks", ("Origin", f"http://{locked.host}"), token=form.format(token=pasted))
        assert (reply.to, reply.cookie) == ("/tasks", token)


def test_a_share_link_that_was_pasted_opens_its_session(locked: Server):
    share = locked.tokens.share("abc", "viewer", 1)
    assert locked.post("/signin", token=f"http://x/s/abc?share={share}").to == f"/s/abc?share={share}"


def test_a_bad_link_is_one_sentence_on_a_page_that_takes_another(locked: Server):
    for reply in (
        locked.page("/signin?token=bad&next=/s/abc"),
        locked.post("/signin?next=/s/abc", token="bad"),
        locked.post("/signin?next=/s/abc", token="x" * 20_000),
        locked.with_cookie("bad").page("/signin?token=bad&next=/s/abc"),
    ):
        text = reply.body.decode()
        assert reply.status == 401
        assert reply.get("set-cookie") is None
        assert 'role="alert">That link is not valid, or not any more. Ask for a new one.<' in text
        assert 'action="/signin?next=%2Fs%2Fabc"' in text
    assert "opens no more" in locked.page("/signin?why=share").body.decode()


def test_the_page_says_in_plain_words_what_to_do(locked: Server):
    reply = locked.page("/signin")
    text = reply.body.decode()
    assert reply.status == 200
    assert "Open the link that you were sent, or paste it here." in text
    assert "uv run main.py invite" in text
    assert "<script" not in text
    assert "--ta-accent" in text
    for nothing in ({}, {"token": ""}, {"other": "x"}):
        assert locked.post("/signin", **nothing).body == reply.body
    assert locked.ask("POST", "/signin", ("Content-Length", "4"), body=b"\xff\xfe%z").status == 200


def test_its_own_form_reaches_it(locked: Server):
    """Browsers send `Origin: null` with a form of a page that sends no referrer, and `null` is refused."""
    reply = locked.page("/signin")
    assert reply.get("referrer-policy") == "same-origin"
    assert "form-action 'self'" in (reply.get("content-security-policy") or "")
    assert locked.post("/signin", ("Origin", "null"), token="x").status == 403
    assert locked.post("/signin", ("Origin", "http://evil.com"), token="x").status == 403
    assert locked.post("/signin", ("Sec-Fetch-Site", "cross-site"), token="x").status == 403


NEXT = {
    "//evil.com": "/",
    "///evil.com": "/",
    "https://evil.com": "/",
    "https:evil.com": "/",
    "https:/evil.com": "/",
    "http:\\\\evil.com": "/",
    "/\\evil.com": "/",
    "\\/evil.com": "/",
    "/%5cevil.com": "/",
    "/%2fevil.com": "/",
    "/%2F%2Fevil.com": "/",
    "/\t/evil.com": "/",
    "/\n/evil.com": "/",
    "\t//evil.com": "/",
    " //evil.com": "/",
    "/./evil": "/",
    "/.//evil.com": "/",
    "/..//evil.com": "/",
    "/x/..//evil.com": "/",
    "/x/..": "/",
    "javascript:alert(1)": "/",
    "data:text/html,x": "/",
    "evil.com": "/",
    "@evil.com": "/",
    "": "/",
    "?x": "/",
    "#x": "/",
    "/s/abc#x": "/",
    "/signin": "/",
    "/signin/": "/",
    "/SIGNIN?next=/signin": "/",
    "/%73ignin": "/",
    "/signin?token=x": "/",
    "/signout": "/",
    "/x\r\nSet-Cookie: a=b": "/",
    "/x\x00": "/",
    "/é": "/",
    "/" + "x" * 3000: "/",
    "/": "/",
    "/?x=1": "/?x=1",
    "/s/abc": "/s/abc",
    "/s/abc?turn=3&x=//y": "/s/abc?turn=3&x=//y",
    "/s/%C3%A9": "/s/%C3%A9",
    "/tasks/": "/tasks/",
}


@pytest.mark.parametrize(("next", "there"), NEXT.items())
def test_signing_in_leads_to_this_server_alone(locked: Server, next: str, there: str):
    assert within(next) == there
    token = locked.tokens.invite("ada", "member", 1)
    query = urlencode({"token": token, "next": next})
    assert locked.page(f"/signin?{query}").to == there
    assert locked.post(f"/signin?{urlencode({'next': next})}", token=token).to == there


def test_nobody_becomes_somebody_else_by_a_link_alone(locked: Server):
    bob = locked.tokens.invite("bob", "member", 1)
    ada = locked.signed_in("ada")
    reply = ada.page(f"/signin?token={bob}&next=/tasks")
    assert (reply.status, reply.get("set-cookie")) == (200, None)
    text = reply.body.decode()
    assert "Sign in as bob?" in text
    action, token = re.findall(r'action="([^"]*)"', text)[0], re.findall(r'name="token" value="([^"]*)"', text)[0]
    assert ada.post(unescape(action), token=token).cookie == bob
    renewed = locked.tokens.invite("ada", "owner", 9)
    assert ada.page(f"/signin?token={renewed}").cookie == renewed
    guest = locked.with_cookie(locked.tokens.guest(locked.tokens.grant(locked.tokens.share("abc", "viewer", 1))))
    assert guest.page(f"/signin?token={bob}").cookie == bob


def test_a_name_is_text_and_never_html(locked: Server):
    name = '<img src=x onerror="a()">&'
    text = locked.signed_in(name).page("/signin?next=/s/%22%3E").body.decode()
    assert "<img src=x" not in text
    assert "&lt;img src=x onerror=&quot;a()&quot;&gt;&amp;" in text
    other = locked.signed_in("ada").page(f"/signin?token={locked.tokens.invite(name, 'member', 1)}").body.decode()
    assert "<img src=x" not in other


def test_whoever_has_signed_in_can_sign_out(locked: Server):
    ada = locked.signed_in("ada")
    assert "Everybody sees you as <strong>ada</strong>" in ada.page("/signin").body.decode()
    for reply in (ada.page("/signout"), ada.post("/signout")):
        assert reply.to == "/signin"
        assert reply.cookie == ""
        assert "max-age=0" in (reply.get("set-cookie") or "").lower()
    elsewhere = ada.page("/signout", ("Sec-Fetch-Site", "cross-site"))
    assert (elsewhere.to, elsewhere.get("set-cookie")) == ("/", None)


def test_where_nobody_needs_to_sign_in_the_page_leads_on(opened: Server):
    assert opened.page("/signin?next=/s/abc").to == "/s/abc"
    token = opened.tokens.invite("ada", "member", 1)
    assert opened.page(f"/signin?token={token}").cookie == token
    assert opened.page("/signout").to == "/"


# ── what the settings make of it ─────────────────────────────────────────────────────────────────────────────────


def locks(**given: object) -> Locks:
    settings = {"host": "127.0.0.1", "port": 8000, "signin": False, "public": "", "origins": ""} | given
    return Locks.read(SimpleNamespace(**settings), Tokens("of the tests, and of nothing but them", Chance().clock))  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "LOCALHOST", "::1"])
def test_a_server_of_this_machine_alone_is_open_unless_told_otherwise(host: str):
    assert locks(host=host).open
    assert not locks(host=host, signin=True).open
    assert locks(host=host, public="http://localhost:9000").open
    assert not locks(host=host, public="https://think.example.org").open


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.0.7", "think.local", "localhost.evil.com", "127.1"])
def test_on_any_other_address_people_sign_in(host: str):
    assert not locks(host=host).open
    assert not locks(host=host, signin=False).open


def test_links_begin_with_the_address_that_people_use():
    assert locks(public="https://Think.example.org/").address == "https://think.example.org"
    assert locks(host="0.0.0.0", port=80).address == "http://127.0.0.1:80"
    assert locks(host="::1").address == "http://[::1]:8000"
    assert locks(origins="https://a.example, http://b.example:3000/").origins == (
        "https://a.example",
        "http://b.example:3000",
    )


@pytest.mark.parametrize(
    "address", ["think.example.org", "ftp://x", "https://x/path", "https://", "null", "https://a@b", "*"]
)
def test_an_address_that_is_none_is_one_sentence(address: str):
    for name in ("public", "origins"):
        with pytest.raises(BadRequest, match=r"^An address .*\.$"):
            locks(**{name: address})


def test_a_stranger_who_wanted_a_page_gets_there_after_all(locked: Server):
    token = locked.tokens.invite("ada", "member", 1)
    signin = locked.page("/s/abc?x=%22%26").to or ""
    reply = locked.page(f"{signin}&token={quote(token)}")
    assert reply.to == "/s/abc?x=%22%26"
    assert locked.with_cookie(reply.cookie).page(reply.to).seen["path"] == "/s/abc"
