"""People who talk with the agent and really hear it: chromium's own voice, a tape that keeps what sounded.

What they say is played by fake_voice.js: the recognition of Debian's chromium asks a service on the internet; where it
does not answer, it says `start`, and after two seconds the error `network`. With a microphone that is fed from a file
that is `audio-capture` at once, as it looks for a real one; with none at all `not-allowed`, whatever is allowed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .player import words
from .screen import composer, wait_ended
from .server import Server
from .sound import SILENCE, SPOKEN, Sound, Tape, figure, latest, speaking
from .tab import new_person
from .talker import FAKE, listen, listens, microphone, say, spoken

pytestmark = pytest.mark.alone

OpenTalker = Callable[..., Page]


@pytest.fixture(scope="module")
def browser(chromium: Browser, sound: Sound) -> Iterator[Browser]:
    with speaking(chromium, sound) as browser:
        yield browser


@pytest.fixture
def tape(sound: Sound) -> Tape:
    sound.tape.wait_for_silence()
    return sound.tape


@pytest.fixture
def talker(browser: Browser, server: Server, tape: Tape) -> Iterator[OpenTalker]:
    """Opens the page for somebody who talks with it; `settings` are those of the dialog "Voice"."""
    faults: list[str] = []
    person = new_person(browser, faults)
    person.add_init_script("window.realSound = true")
    person.add_init_script(FAKE)
    person.add_init_script(WATCH)

    def opened(**settings: Any) -> Page:
        page = person.new_page()
        page.add_init_script(
            f"localStorage['ta-voice'] ??= JSON.stringify({json.dumps({'lang': 'en-US', **settings})})"
        )
        page.goto(server.url, wait_until="commit")
        composer(page).wait_for()
        return page

    yield opened
    person.close()
    assert faults == []


def test_what_is_asked_aloud_is_answered_aloud(server: Server, talker: OpenTalker, tape: Tape) -> None:
    page = talker(conversation=True, rate=2)
    listen(page)
    said = []
    for turn in range(2):
        answer = words("say", f"Answer number {turn} is this. That is all.")
        said.append(ask(page, tape, server.write(f"turn{turn}", answer), f"number {turn} is this."))
        wait_ended(page, turns=turn + 1)
        listens(page)
    print(figure("first sentence on the screen → heard", said))
    assert median(said) <= SPOKEN
    assert spoken(page) == [text for turn in range(2) for text in (f"Answer number {turn} is this.", "That is all.")]
    assert page.evaluate("fake.spoken.every(({ heard }) => !heard)"), "it listened while it spoke"
    expect(page.locator("[data-turn]")).to_have_count(2)


def test_a_sentence_is_spoken_although_nothing_follows_yet(server: Server, talker: OpenTalker, tape: Tape) -> None:
    page = talker(rate=2)
    listen(page)
    answer = [*words("say", "Let me see."), ["wait", 1], *words("say", " Done.")]
    said = ask(page, tape, server.write("slow", answer), "Let me see.")
    print(figure("a sentence on the screen, then nothing → heard", [said]))
    assert said <= SPOKEN + 0.2  # once: a machine that does much else is late
    wait_ended(page)
    assert spoken(page) == ["Let me see.", "Done."]


def test_stop_is_silence(server: Server, talker: OpenTalker, tape: Tape) -> None:
    page = talker()
    long = server.write("long", words("say", "One more sentence is said here. " * 40), pace=0.02)
    silent = []
    for turn, how in enumerate(("stop button", "microphone")):
        listen(page)
        say(page, long)
        page.wait_for_function("fake.spoken.length > 0")
        tape.first_sound(tape.until)
        count = len(spoken(page))
        match how:
            case "stop button":
                page.get_by_role("button", name="Stop", exact=True).click()
            case "microphone":
                microphone(page).click()
        asked = page.evaluate("asked")
        sounds = tape.sounds(asked, asked + 1)
        silent.append(latest(sounds, asked))
        assert len(spoken(page)) <= count + 1, "what was queued has been spoken"
        wait_ended(page, "interrupted", turns=turn + 1)
        page.evaluate("fake.spoken.length = 0")
    print(figure("Stop → silence", silent))
    assert median(silent) <= SILENCE
    assert max(silent) < 0.6, "It goes on."


# ── below: asking and watching ───────────────────────────────────────────────────────────────────────────────


def ask(page: Page, tape: Tape, question: str, sentence: str) -> float:
    """Says it; returns how long after the sentence of the answer was on the screen something was heard."""
    page.evaluate("(text) => { window.seen = written(text) }", sentence)
    say(page, question)
    written = page.evaluate("seen")
    return tape.first_sound(written) - written


WATCH = """(() => {
  const now = () => (performance.timeOrigin + performance.now()) / 1000;
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, () => (window.asked = now()), true);
  window.written = (text) => new Promise((found) => {
    const watcher = new MutationObserver(() => {
      if (![...document.querySelectorAll("[data-turn]")].at(-1)?.textContent.includes(text)) return;
      watcher.disconnect();
      found(now());
    });
    watcher.observe(document.body, { subtree: true, childList: true, characterData: true });
  });
})();"""
"""`asked`: when somebody last pressed something. `written(text)`: when the last turn shows the text."""
