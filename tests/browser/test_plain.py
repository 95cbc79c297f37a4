"""The page of plain HTML, and the module that it shows: the same run as everywhere else, whatever happens meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import OpenTab
from .player import words
from .proxy import Proxy
from .screen import answer, ask, session_of, wait_ended
from .server import Server
from .tab import new_person
from .test_access import complaints

TEXT = " ".join(f"word{n}" for n in range(300))
CALL = ["call", "calculate", {"expression": "6 * 7"}]
OpenPlain = Callable[..., Page]


@pytest.fixture
def open_plain(chromium: Browser) -> Iterator[OpenPlain]:
    """Opens the page for another person: `open_plain(server.url, session, color_scheme="dark")`."""
    faults: list[str] = []
    people = []

    def open_plain(url: str, session: str = "", *, width: int = 1000, **options: Any) -> Page:
        person = new_person(chromium, faults, viewport={"width": width, "height": 700}, **options)
        people.append(person)
        page = person.new_page()
        page.goto(f"{url}/static/plain.html" + (f"?session={session}" if session else ""))
        return page

    yield open_plain
    for person in people:
        person.close()
    assert faults == []


def say(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")


def lines(page: Page, kind: str) -> list[str]:
    return page.locator(f"[data-kind={kind}]").all_text_contents()


def plain_session(page: Page) -> str:
    found = re.search(r"session=([\w-]+)", page.url)
    assert found
    return found[1]


def wait_over(page: Page, seconds: float = 20) -> None:
    expect(page.get_by_role("button", name="Stop")).to_be_disabled(timeout=seconds * 1000)


def wait_words(page: Page, count: int) -> None:
    page.wait_for_function(
        "n => [...document.querySelectorAll('[data-kind=Answers]')].at(-1)?.textContent.split(' ').length >= n",
        arg=count,
    )


def log_of(page: Page, url: str, session: str) -> list[dict[str, Any]]:
    """All frames of the session, as a connection is told them that begins now."""
    return page.evaluate(
        """async ([url, session]) => {
          const { connect } = await import(url + "/static/thinkaloud.js");
          const agent = connect({ session }), frames = [];
          agent.on("*", (frame) => frame.eventId && frames.push(frame));
          const { lastEventId } = await new Promise((resolve) => agent.on("hello", resolve));
          while (agent.cursor < lastEventId - 1) await new Promise((resolve) => setTimeout(resolve, 20));
          agent.close();
          return frames;
        }""",
        [url, session],
    )


def told(frames: list[dict[str, Any]]) -> dict[str, str]:
    """What was said in all, by kind: however it was cut into pieces."""
    kinds = {"thinking": "Thinks", "token": "Answers", "action": "Does", "observation": "Sees", "user_message": "You"}
    out = dict.fromkeys(kinds.values(), "")
    for frame in frames:
        if frame["type"] in kinds:
            out[kinds[frame["type"]]] += frame["content"]
    return out


def shown(page: Page) -> dict[str, str]:
    return {kind: "".join(lines(page, kind)) for kind in ("Thinks", "Answers", "Does", "Sees", "You")}


def test_a_run_is_watched_and_stopped_from_either_page(
    server: Server, open_plain: OpenPlain, open_tab: OpenTab
) -> None:
    app = open_tab(server.url)
    ask(app, server.write("plain", [*words("think", "Let me see."), CALL], words("say", TEXT), pace=0.02))
    page = open_plain(server.url, session_of(app))
    wait_words(page, 20)
    expect(page.get_by_role("status")).to_have_text("Live")
    page.get_by_role("button", name="Stop").click()
    wait_ended(app)
    wait_over(page)
    assert lines(page, "Answers") == ["".join(answer(app))] or lines(page, "Answers")[0].split() == answer(app)
    assert lines(page, "Thinks") == ["Let me see."]
    assert len(lines(page, "Does")) == len(lines(page, "Sees")) == len(lines(page, "Stopped")) == 1
    say(page, "And now?")
    wait_ended(app)
    expect(app.get_by_text("And now?")).to_be_visible()


def test_a_reload_and_a_second_person_see_the_same(server: Server, open_plain: OpenPlain) -> None:
    page = open_plain(server.url)
    say(page, server.write("again", [*words("think", "Hm."), CALL], words("say", TEXT[:200]), pace=0.002))
    expect(page.locator("[data-kind=You]")).to_have_count(1)
    wait_words(page, 10)
    wait_over(page)
    before = shown(page)
    page.reload()
    other = open_plain(server.url, plain_session(page))
    for one in (page, other):
        wait_words(one, 20)
        wait_over(one)
        assert shown(one) == before


def test_a_server_killed_in_mid_answer_and_started_again_costs_nothing_and_repeats_nothing(
    tmp_path: Path, open_plain: OpenPlain
) -> None:
    server = Server(tmp_path)
    server.start()
    try:
        page = open_plain(server.url)
        say(page, server.write("killed", [*words("think", "Let me see."), CALL], words("say", TEXT), pace=0.02))
        wait_words(page, 40)
        server.kill()
        expect(page.get_by_role("status")).to_contain_text("Connection lost")
        say(page, server.write("after", words("say", "I am back."), pace=0.001))  # nobody is there to hear it
        server.start()
        expect(page.locator("[data-kind=Answers]").last).to_have_text("I am back.", timeout=20_000)
        wait_over(page)
        assert len(lines(page, "Stopped")) == 1
        assert lines(page, "You") == ["play killed", "play after"]
        assert shown(page) == told(log_of(page, server.url, plain_session(page)))
    finally:
        server.stop()


def test_cut_lines_and_no_network_cost_nothing_and_repeat_nothing(server: Server, open_plain: OpenPlain) -> None:
    proxy = Proxy(server.port)
    try:
        page = open_plain(proxy.url)
        say(page, server.write("cuts", words("think", TEXT[:300]), words("say", TEXT), pace=0.02))
        for words_so_far in (10, 40, 80):
            wait_words(page, words_so_far)
            proxy.cut()
            expect(page.get_by_role("status")).to_contain_text("Connection lost")
            proxy.mend()
        wait_words(page, 120)
        proxy.cut()
        page.context.set_offline(True)
        expect(page.get_by_role("status")).to_contain_text("Connection lost")
        proxy.mend()
        page.wait_for_timeout(1500)
        page.context.set_offline(False)
        expect(page.get_by_role("status")).to_have_text("Live", timeout=1000)
        wait_over(page)
        frames = log_of(page, proxy.url, plain_session(page))
        assert frames[-1]["type"] == "done"
        assert shown(page) == told(frames)
        assert lines(page, "Answers") == [TEXT]
    finally:
        proxy.close()


def test_the_agents_question_is_answered_by_a_button_and_by_writing(shop: Server, open_plain: OpenPlain) -> None:
    page = open_plain(shop.url)
    say(page, "ask")
    expect(page.locator("[data-kind=Asks]")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1000, "light"), (380, "dark")])
def test_the_plain_page_has_no_fault(
    server: Server, open_plain: OpenPlain, width: int, scheme: str, tmp_path: Path
) -> None:
    page = open_plain(server.url, width=width, color_scheme=scheme)
    expect(page.get_by_role("status")).to_have_text("Live")
    assert complaints(page) == []
    say(
        page,
        server.write("look", [*words("think", "Hm."), CALL], [*words("say", TEXT), ["fail", "It broke."]], pace=0.001),
    )
    expect(page.locator("[data-kind=Failed]")).to_be_visible()
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
