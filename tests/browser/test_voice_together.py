"""Two people at one session, one of whom talks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from .player import words
from .screen import ask, composer, wait_ended
from .server import Server
from .tab import new_person
from .talker import FAKE, listen, mode, say, spoken
from .test_rooms import link

SignIn = Callable[[str], Page]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app of voiced.py, whose speech service nobody needs here."""
    server = Server(tmp_path_factory.mktemp("together"), entry="tests.browser.voiced")
    (server.folder / "speech").write_text("http://127.0.0.1:9/v1")
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.errors()


@pytest.fixture
def sign_in(app: Server, chromium: Browser) -> Iterator[SignIn]:
    faults: list[str] = []
    people = []

    def signed_in(user: str) -> Page:
        person = new_person(chromium, faults, viewport={"width": 1200, "height": 800})
        person.add_init_script(FAKE)
        people.append(person)
        page = person.new_page()
        page.goto(app.invitation(user), wait_until="commit")
        page.wait_for_url(f"{app.url}/", wait_until="commit")
        composer(page).wait_for()
        return page

    yield signed_in
    for person in people:
        person.close()
    assert faults == []


def test_a_question_that_is_answered_in_somebody_elses_turn_is_answered_aloud(app: Server, sign_in: SignIn) -> None:
    """Two messages wait, and one turn, begun in the name of who wrote the first, reads both."""
    ada, bob = sign_in("ada"), sign_in("bob")
    ask(ada, app.write("first", [["say", "First. "], app.gate("first"), ["say", "Done."]]))
    bob.goto(link(ada, "member"))
    expect(bob.get_by_text("First.")).to_be_visible()
    listen(bob)
    ask(ada, "what is 6 * 7")
    expect(bob.locator(".ta-queue li")).to_have_count(1)
    say(bob, app.write("both", words("say", "The answer to both is here.")))
    expect(bob.locator(".ta-queue li")).to_have_count(2)
    app.open_gate("first")
    wait_ended(bob, turns=2)
    bob.wait_for_function("fake.spoken.length > 0")
    mode(bob, "idle")
    assert spoken(bob) == ["The answer to both is here."]
    assert spoken(ada) == []
    expect(bob.locator(".ta-voice-trouble")).to_have_count(0)
