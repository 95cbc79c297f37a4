"""Two people at one session, one of whom talks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from .player import words
from .screen import ask, wait_ended
from .server import Server
from .talker import OpenTalker, listen, mode, say, spoken
from .test_rooms import link


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app of voiced.py, whose speech service nobody needs here."""
    folder = tmp_path_factory.mktemp("together")
    (folder / "speech").write_text("http://127.0.0.1:9/v1")
    with Server(folder, entry="tests.browser.voiced").running() as server:
        yield server


def test_a_question_that_is_answered_in_somebody_elses_turn_is_answered_aloud(app: Server, talker: OpenTalker) -> None:
    """Two messages wait, and one turn, begun in the name of who wrote the first, reads both."""
    ada, bob = talker(app.invitation("ada")), talker(app.invitation("bob"))
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
