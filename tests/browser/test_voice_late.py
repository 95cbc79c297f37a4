"""The voice is fetched when somebody first wants it, which may take a while: what happens meanwhile counts, too."""

from __future__ import annotations

from playwright.sync_api import Page

from .held import Held
from .player import words
from .screen import ask, wait_ended
from .server import Server
from .talker import OpenTalker, listen, microphone, mode

HIDDEN = """(is) => {
  Object.defineProperty(document, "hidden", { get: () => is, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


class Slow(Held):
    """A page whose voice comes when the test says so."""

    def __init__(self, page: Page) -> None:
        super().__init__(page, "**/conversation.js*")

    def press(self) -> None:
        microphone(self._page).click()
        self.asked_for()

    def comes(self) -> None:
        """Returns once it is there, and what waited for it has been done."""
        self.release()
        self._page.evaluate("import('thinkaloud-voice').then(() => new Promise((done) => setTimeout(done, 100)))")


def test_who_pressed_is_heard_once_the_voice_is_there(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    slow = Slow(page)
    slow.press()
    slow.comes()
    page.wait_for_function("fake.listens()")


def test_a_page_that_was_hidden_meanwhile_does_not_listen(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    slow = Slow(page)
    slow.press()
    page.evaluate(HIDDEN, True)
    slow.comes()
    assert page.evaluate("fake.asked") == 0
    page.evaluate(HIDDEN, False)
    listen(page)


def test_where_another_window_began_to_talk_meanwhile_it_does_not_listen(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    slow = Slow(page)
    slow.press()
    page.evaluate("new BroadcastChannel('ta-voice').postMessage('mine')")
    page.wait_for_timeout(100)
    slow.comes()
    assert page.evaluate("fake.asked") == 0
    mode(page, "idle")
    listen(page)


def test_what_was_to_be_read_aloud_is_not_once_another_window_talks(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    ask(page, server.write("hello", words("say", "Hello there.")))
    wait_ended(page)
    slow = Slow(page)
    page.get_by_role("button", name="Read aloud").last.click()
    slow.asked_for()
    page.evaluate("new BroadcastChannel('ta-voice').postMessage('mine')")
    page.wait_for_timeout(100)
    slow.comes()
    assert page.evaluate("fake.spoken") == []
    page.get_by_role("button", name="Read aloud").last.click()
    page.wait_for_function("fake.spoken.length === 1")
