"""What docs/protocol.md shows for web pages, in a browser, on a page of another address."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.test_docs_run import blocks, here

from .server import Server
from .tab import new_person


@contextmanager
def elsewhere(html: str) -> Iterator[str]:
    """The page's address. A browser wants it to be real: what comes from nowhere may not ask this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("docs"), entry="main").running() as server:
        yield server


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    faults: list[str] = []
    person = new_person(chromium, faults)
    yield person.new_page()
    person.close()
    assert faults == []


def test_the_page_of_the_docs_asks_and_shows_what_happens(demo: Server, page: Page) -> None:
    [html] = blocks("html", "docs/protocol.md")
    with elsewhere(here(html, demo)) as address:
        page.goto(address)
        page.get_by_role("button").click()
        expect(page.locator("#log")).to_contain_text("user_message What is 6*7?")
        expect(page.locator("#log")).to_contain_text(re.compile(r"^done .*42", re.MULTILINE), timeout=15_000)


def test_the_event_source_of_the_docs_hears_each_event_once(demo: Server, page: Page) -> None:
    [script] = [block for block in blocks("js", "docs/protocol.md") if "new EventSource" in block]
    body = f"<!doctype html><title>Heard</title><script type=module>{here(script, demo)}</script>"
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    asked = page.request.post(
        f"{demo.url}/api/sessions/standup/messages", data={"content": "What is 6*7?"}, timeout=10_000
    )
    assert asked.status == 202
    with elsewhere(body) as address, page.expect_console_message(lambda message: message.text.endswith(" done")):
        page.goto(address)
    numbers = [int(number) for number in re.findall(r"^\d+", "\n".join(said), re.MULTILINE)]
    assert numbers == sorted(set(numbers))
    assert said[0].strip() == "hello"
