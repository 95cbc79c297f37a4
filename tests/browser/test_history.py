"""A session of a thousand turns opens like any other, and can be read back to its beginning."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Page, expect

from .conftest import OpenTab
from .history import write_history
from .screen import ask, wait_ended
from .server import Server

TURNS = 1_000
STILL = """() => {
  const y = scrollY;
  return new Promise((done) => setTimeout(() => done(y === scrollY), 150));
}"""


@pytest.fixture(scope="module")
def old_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose folder has a long session, which is not in its memory yet."""
    folder = tmp_path_factory.mktemp("old")
    with ThreadPoolExecutor(1) as aside:  # Playwright has this thread's event loop
        aside.submit(write_history, folder / "data", "long", TURNS).result()
    with Server(folder).running() as server:
        yield server


def questions(page: Page) -> list[int]:
    said = page.locator(".ta-bubble").all_text_contents()
    return [int(text.split(":")[0].split()[1]) for text in said if text.startswith("Question ")]


def test_a_long_session_opens_at_once_and_at_its_end(old_server: Server, open_tab: OpenTab) -> None:
    page = open_tab(old_server.url)  # so that the browser has what every page needs, as after the first visit
    began = time.monotonic()
    page.goto(f"{old_server.url}/s/long")
    page.locator(".ta-bubble", has_text=f"Question {TURNS - 1}:").wait_for()
    took = time.monotonic() - began
    print(f"\n{TURNS} turns open in {took:.2f} s")
    assert took < 3
    assert questions(page)[-1] == TURNS - 1
    assert questions(page) == list(range(questions(page)[0], TURNS))
    page.wait_for_function("document.scrollingElement.scrollHeight - innerHeight - scrollY < 2")
    before = len(questions(page))
    ask(page, "What is 6 times 7?")
    wait_ended(page, turns=before + 1)
    expect(page.locator("[data-turn]").last).to_contain_text("42")


def test_earlier_turns_come_when_asked_for_and_nothing_moves_away(old_server: Server, open_tab: OpenTab) -> None:
    page = open_tab(f"{old_server.url}/s/long")
    for scrolled in (0, 0, 40, 0):  # the last ones are beyond what the server keeps folded
        shown, first = page.locator("[data-turn]").count(), questions(page)[0]
        page.evaluate("(y) => scrollTo(0, y)", scrolled)
        page.wait_for_function(STILL)
        reading = page.locator(f"[data-turn='{page.locator('[data-turn]').first.get_attribute('data-turn')}']")
        before = reading.bounding_box()
        page.get_by_role("button", name="Show earlier").click()
        page.wait_for_function("(n) => document.querySelectorAll('[data-turn]').length > n", arg=shown)
        page.wait_for_function(STILL)
        after = reading.bounding_box()
        assert questions(page)[0] < first
        assert before
        assert after
        assert abs(after["y"] - before["y"]) < 4, "what was being read moved"
    assert questions(page) == list(range(questions(page)[0], TURNS))


def test_who_reads_in_the_middle_is_left_there(old_server: Server, open_tab: OpenTab) -> None:
    page = open_tab(f"{old_server.url}/s/long")
    page.wait_for_function("document.scrollingElement.scrollHeight - innerHeight - scrollY < 2")
    page.mouse.move(600, 400)
    page.mouse.wheel(0, -1500)
    expect(page.get_by_role("button", name="Jump to the end")).to_be_visible()
    page.wait_for_function(STILL)
    there = page.evaluate("scrollY")
    turn = page.locator(f"[data-turn='{page.locator('[data-turn]').nth(-3).get_attribute('data-turn')}']")
    before = turn.bounding_box()
    other = open_tab(f"{old_server.url}/s/long")
    turns = other.locator("[data-turn]").count()
    ask(other, "What is 7 times 8?")
    wait_ended(other, turns=turns + 1)
    page.locator("[data-turn][data-state=done]").last.get_by_text("56").first.wait_for(state="attached")
    assert turn.bounding_box() == before
    assert page.evaluate("scrollY") == there
    ask(page, "What is 8 times 9?")  # who speaks sees what comes of it
    page.wait_for_function("document.scrollingElement.scrollHeight - innerHeight - scrollY < 2")
