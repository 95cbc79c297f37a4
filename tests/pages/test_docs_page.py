"""The page for programs: all that there is, nothing from elsewhere, and every line that it shows does what it says."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise

import httpx
import pytest

from tests.browser.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("docs"), entry="main", options=["--pace", "0"]).running() as server:
        yield server


@pytest.fixture(scope="module")
def http(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, verify=False) as http:
        yield http


class Tags(HTMLParser):
    """Every element with what it has, and the text of each article by its id."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.articles: dict[str, str] = {}
        self._article = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found.append((tag, given))
        if tag == "article":
            self._article = given["id"] or ""
            self.articles[self._article] = ""

    def handle_endtag(self, tag: str) -> None:
        self._article = "" if tag == "article" else self._article

    def handle_data(self, data: str) -> None:
        if self._article:
            self.articles[self._article] += data


def test_the_page_has_all_that_may_be_asked(http: httpx.Client):
    articles = Tags(http.get("/docs").text).articles
    rest = http.get("/openapi.json").json()
    schemas = rest["components"]["schemas"]
    for path, methods in rest["paths"].items():
        for method, operation in methods.items():
            told = articles[operation["operationId"]]
            assert method.upper() in told
            assert path in told
            for parameter in operation.get("parameters", ()):
                assert parameter["name"] in told
            for content in operation.get("requestBody", {"content": {}})["content"].values():
                name = content["schema"].get("$ref", "").rpartition("/")[2]
                for field in (schemas[name] if name else content["schema"])["properties"]:
                    assert field in told
            for status, answer in operation["responses"].items():
                for content in answer.get("content", {}).values() if status.startswith("2") else ():
                    if ref := content.get("schema", {}).get("$ref"):
                        name = ref.rpartition("/")[2]
                        assert name in told
                        assert all(field in articles[name] for field in schemas[name]["properties"])


def test_the_page_has_all_websockets_and_what_is_said_there(http: httpx.Client):
    articles = Tags(http.get("/docs").text).articles
    sockets = http.get("/asyncapi.json").json()
    for name, channel in sockets["channels"].items():
        told = articles[f"ws-{name}"]
        assert channel["address"] in told
        for message in channel["messages"]:
            assert sockets["components"]["messages"][message]["name"] in told


def test_the_page_loads_nothing_from_elsewhere_and_runs_nothing(http: httpx.Client):
    answer = http.get("/docs")
    assert answer.headers["content-security-policy"].startswith(
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
    )
    tags = Tags(answer.text).found
    assert "script" not in {tag for tag, _ in tags}
    assert not [name for _, given in tags for name in given if name.startswith("on")]
    loaded = [given.get("src") or given.get("href") or "" for tag, given in tags if tag not in ("a", "html")]
    assert all(re.match(r"/(?!/)", address) for address in loaded if address)
    assert not re.search(r"url\(|@import", answer.text)


def test_every_link_within_the_page_leads_somewhere(http: httpx.Client):
    tags = Tags(http.get("/docs").text).found
    ids = [given["id"] for _, given in tags if "id" in given]
    assert len(set(ids)) == len(ids)
    for tag, given in tags:
        address = given.get("href") or ""
        if tag == "a" and address.startswith("#"):
            assert address[1:] in ids
        elif tag == "a" and address.startswith("/"):
            assert http.get(address).status_code == 200


NOT_HERE = {"tasks": 404, "asks": 404, "continue": 400}  # nobody has that id, or nothing was cut off


def test_every_line_for_a_terminal_works_as_it_stands(http: httpx.Client):
    lines = [shlex.split(unescape(line)) for line in re.findall(r"<code>(curl [^<]+)</code>", http.get("/docs").text)]
    assert len(lines) > 20
    http.post("/api/sessions/standup/messages", json={"content": "Hello"}).raise_for_status()
    # what is deleted can do nothing any more, so that is the last
    for words in sorted(lines, key=lambda words: "DELETE" in words and words[-1].endswith("standup")):
        options = {flag: value for flag, value in pairwise(words) if flag.startswith("-")}
        headers = dict([options["-H"].split(": ")]) if "-H" in options else {}
        asked = http.build_request(options.get("-X", "GET"), words[-1], content=options.get("-d"), headers=headers)
        answer = http.send(asked, stream=True)
        status = answer.status_code
        answer.close()
        known = {wanted for word, wanted in NOT_HERE.items() if f"/{word}/" in words[-1] or words[-1].endswith(word)}
        assert status < 300 or status in known, " ".join(words)


def test_where_people_sign_in_the_lines_show_who_asks(http: httpx.Client):
    from pages.docs import page

    shown = page(http.get("/openapi.json").json(), http.get("/asyncapi.json").json(), "https://example.org", token=True)
    lines = re.findall(r"<code>((?:curl|websocat) [^<]+)</code>", shown)
    assert lines
    assert all("$TOKEN" in line for line in lines)
    assert "wss://example.org/ws/agent?token=$TOKEN" in shown
