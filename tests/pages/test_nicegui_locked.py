"""NiceGUI itself behind the gate: its pages, its files and its socket in both of its ways to speak."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from agent.chance import Chance
from pages.api.auth import Tokens
from tests.browser.server import Server

SECRET = "of the tests, and of nothing but them"
SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport="


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("gated")
    with Server(folder, entry="tests.pages.gated", options=[SECRET]).running() as server:
        yield server.url


def person(url: str, user: str) -> httpx.Client:
    return httpx.Client(base_url=url, cookies={"thinkaloud": Tokens(SECRET, Chance().clock).invite(user, "member", 1)})


def test_a_stranger_is_led_away_and_a_person_gets_the_page_with_their_name(url: str):
    html = {"Accept": "text/html"}
    stranger = httpx.get(url, headers=html)
    assert (stranger.status_code, stranger.headers["location"]) == (303, "/signin?next=%2F")
    with person(url, "ada") as ada:
        page = ada.get("/", headers=html)
        assert page.status_code == 200
        assert "You are ada" in page.text
        files = re.findall(r'"(/_nicegui/[^"]+\.js)"', page.text)
        assert files
        for file in files[:3]:
            assert ada.get(file).status_code == 200
            assert httpx.get(url + file).status_code == 401


def test_nicegui_speaks_with_nobody_who_has_not_signed_in(url: str):
    assert httpx.get(f"{url}{SOCKET}polling").status_code == 401
    assert httpx.post(f"{url}{SOCKET}polling", content="40").status_code == 401
    assert httpx.get(f"{url}{SOCKET}polling", cookies={"thinkaloud": "bad"}).status_code == 401
    with person(url, "ada") as ada:
        assert json.loads(ada.get(f"{SOCKET}polling").text[1:])["sid"]
        for origin in ("null", "http://evil.com"):
            assert ada.get(f"{SOCKET}polling", headers={"Origin": origin}).status_code == 403
            assert ada.post(f"{SOCKET}polling", headers={"Origin": origin}).status_code == 403


def test_nicegui_opens_no_socket_to_strangers_or_foreign_pages(url: str):
    socket = f"ws{url[4:]}{SOCKET}websocket"
    good = {"Cookie": f"thinkaloud={Tokens(SECRET, Chance().clock).invite('ada', 'member', 1)}"}
    for headers in ({}, {"Cookie": "thinkaloud=bad"}, {"Origin": "null"} | good, {"Origin": "http://evil.com"} | good):
        with pytest.raises(InvalidStatus) as refused:
            connect(socket, additional_headers=headers)
        assert refused.value.response.status_code == 403
    with connect(socket, additional_headers={"Origin": url} | good) as link:
        assert json.loads(str(link.recv(5))[1:])["sid"]
