"""The page of plain HTML, and the module that it shows: the same run as everywhere else, whatever happens meanwhile."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
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
          while (agent.cursor < lastEventId) await new Promise((resolve) => setTimeout(resolve, 20));
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
    wait_ended(app, "interrupted")
    wait_over(page)
    assert lines(page, "Answers")[0].split() == answer(app).split()
    assert lines(page, "Thinks") == ["Let me see."]
    assert len(lines(page, "Does")) == len(lines(page, "Sees")) == len(lines(page, "Stopped")) == 1
    say(page, server.write("plain-too", words("say", TEXT), pace=0.02))
    wait_ended(app, "running", turns=2)
    app.get_by_role("button", name="Stop", exact=True).click()
    wait_ended(app, "interrupted", turns=2)
    wait_over(page)
    assert len(lines(page, "Stopped")) == 2


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
        say(page, server.write("cuts", [*words("think", "Let me see."), *words("say", TEXT)], pace=0.02))
        status = page.get_by_role("status")
        wait_words(page, 10)
        proxy.cut()
        expect(status).to_contain_text("Connection lost")
        proxy.mend()
        expect(status).to_have_text("Live")
        wait_words(page, 80)
        proxy.cut()  # first: without a network chromium may not tell of an end
        expect(status).to_contain_text("Connection lost")
        page.context.set_offline(True)
        expect(status).to_contain_text(re.compile("again in [34] s"))  # and not before, but for the network
        proxy.mend()
        page.context.set_offline(False)
        expect(status).to_have_text("Live", timeout=2000)
        wait_over(page)
        frames = log_of(page, proxy.url, plain_session(page))
        assert frames[-1]["type"] == "done"
        assert shown(page) == told(frames)
        assert lines(page, "Answers") == [TEXT]
    finally:
        proxy.close()


def test_the_agents_question_is_answered_by_a_button_and_by_writing(shop: Server, open_plain: OpenPlain) -> None:
    page = open_plain(shop.url)
    say(page, shop.write("plain-asks", [["ask", "Tea or coffee?", ["Tea", "Coffee"]], ["ask", "With what?", []]]))
    page.get_by_role("button", name="Coffee").click()
    expect(page.locator("[data-kind=Asks]").last).to_have_text(re.compile("With what?"))
    expect(page.get_by_role("button", name="Tea")).to_be_disabled()
    say(page, "milk")
    wait_over(page)
    assert lines(page, "Answer") == ["Coffee", "milk"]
    assert len(lines(page, "You")) == 1


def test_the_other_dialects_are_spoken_too(server: Server, open_plain: OpenPlain) -> None:
    ends = open_plain(server.url).evaluate(
        """async () => {
          const { connect } = await import("/static/thinkaloud.js");
          const here = [{ dialect: "native" }, { url: "/ws/room/kitchen/ada" }, { session: "mine" }];
          const people = here.map((options) => connect(options));
          const ends = people.map((agent) => agent.ask("Hello"));
          return (await Promise.all(ends)).map(({ type, reason }, i) => [type, reason, people[i].session]);
        }"""
    )
    assert [end[:2] for end in ends] == [["turn.end", "done"], ["agent_response", None], ["done", None]]
    assert [end[2] for end in ends][1:] == ["kitchen", "mine"]


def test_every_question_has_its_answer_however_fast_they_come(server: Server, open_plain: OpenPlain) -> None:
    """Posted after the turn began that reads it, or to steer it."""
    prompt = server.write("quick", [*words("say", TEXT), CALL], words("say", "It is 42."), pace=0.001)
    ends = open_plain(server.url).evaluate(
        """async (prompt) => {
          const { connect } = await import("/static/thinkaloud.js");
          const several = Array.from({ length: 10 }, async () => {
            const agent = connect();
            const first = agent.ask(prompt), second = agent.ask(prompt);
            await new Promise((resolve) => agent.on("token", resolve));
            const third = agent.ask(prompt, { intent: "steer" });
            return (await Promise.all([first, second, third])).map(({ type }) => type);
          });
          return (await Promise.all(several)).flat();
        }""",
        prompt,
    )
    assert ends == ["done"] * 30


def test_a_page_of_another_address_imports_the_module_and_nothing_else(
    server: Server, chromium: Browser, tmp_path: Path
) -> None:
    page_of_theirs = f"""<!doctype html><output></output><script type="module">
      import {{ connect }} from "{server.url}/static/thinkaloud.js";
      const answer = await connect().ask("Hello");
      document.querySelector("output").value = answer.content;
    </script>"""
    (tmp_path / "index.html").write_text(page_of_theirs, encoding="utf-8")
    with another_server(tmp_path) as url:
        faults: list[str] = []
        person = new_person(chromium, faults)
        page = person.new_page()
        page.goto(url)
        expect(page.locator("output")).to_have_text(re.compile("[a-z]"), timeout=10_000)
        person.close()
        assert faults == []


@contextmanager
def another_server(folder: Path) -> Generator[str]:
    """A web server of somebody else's on this machine."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as theirs:
        threading.Thread(target=theirs.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{theirs.server_port}"
        theirs.shutdown()


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
