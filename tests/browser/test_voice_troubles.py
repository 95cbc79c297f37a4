"""What can go wrong while somebody talks with the agent: what they press when, and what is not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .player import words
from .screen import address_of, ask, composer, last_turn, session_of, wait_ended
from .server import Server
from .talker import OpenTalker, listen, listens, microphone, mode, say, spoken
from .test_access import complaints, looks

LONG = "One more sentence is said here. " * 40
MODULES = Path(__file__).parents[2] / "pages" / "parts" / "voice"


def test_a_reload_keeps_what_was_heard(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url, sends=False)
    listen(page)
    say(page, "not yet sent")
    expect(composer(page)).to_have_value("not yet sent")
    page.reload()
    expect(composer(page)).to_have_value("not yet sent")
    mode(page, "idle")


@pytest.mark.parametrize("how", ["Escape", "microphone"])
def test_what_is_stopped_right_after_it_was_sent_is_stopped(server: Server, talker: OpenTalker, how: str) -> None:
    page = talker(server.url)
    listen(page)
    page.evaluate(
        """(how) => addEventListener("ta-send", () => setTimeout(() => {
          if (how === "microphone") return document.querySelector(".ta-mic").click();
          document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
        }))""",
        how,
    )
    say(page, server.write("long", words("say", LONG), pace=0.03))
    wait_ended(page, "interrupted")
    assert spoken(page) == []


def test_stop_in_another_window_is_silence_here_too(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    listen(page)
    say(page, server.write("long", words("say", LONG), pace=0.03))
    page.wait_for_function("fake.spoken.length > 0")
    other = talker(address_of(page))
    other.get_by_role("button", name="Stop", exact=True).click()
    wait_ended(page, "interrupted")
    mode(page, "idle", 2)
    count = len(spoken(page))
    page.wait_for_timeout(500)
    assert len(spoken(page)) == count


def test_what_the_agent_had_asked_before_anybody_talked_is_answered_by_voice(shop: Server, talker: OpenTalker) -> None:
    page = talker(shop.url)
    ask(page, shop.write("voice-asks", [["ask", "Which city?", []]]))
    page.locator(".ta-ask").wait_for()
    listen(page)
    say(page, "Paris please")
    wait_ended(page)
    page.wait_for_function("fake.spoken.length > 0")
    mode(page, "idle")  # it does not wait for another turn


def test_a_button_that_is_let_go_elsewhere_is_let_go(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    box = microphone(page).bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    listens(page)
    say(page, server.write("held", words("say", "Held.")))
    page.mouse.move(box["x"] - 300, box["y"] - 300)
    page.mouse.up()
    wait_ended(page)
    mode(page, "idle")
    listen(page)  # and a click is a click again


def test_who_thinks_better_of_it_lets_the_button_go_elsewhere(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    microphone(page).hover()
    page.mouse.down()
    page.mouse.move(10, 10)
    page.mouse.up()
    page.wait_for_timeout(500)  # longer than a press takes to be a hold
    assert not page.evaluate("fake.listens()")
    mode(page, "idle")
    listen(page)


def test_a_tip_covers_nothing_once_its_button_was_pressed(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    tip = "getComputedStyle(document.querySelector('.ta-mic'), '::after').visibility"
    microphone(page).hover()
    page.wait_for_function(f"{tip} === 'visible'")
    listen(page)
    page.wait_for_timeout(800)  # longer than a tip waits before it shows
    assert page.evaluate(tip) == "hidden"
    page.mouse.move(10, 10)
    microphone(page).hover()
    page.wait_for_function(f"{tip} === 'visible'")


def test_a_voice_that_cannot_be_fetched_is_fetched_later(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    page.route("**/esm/**", lambda route: route.abort())
    microphone(page).click()
    expect(page.locator(".ta-voice-trouble")).to_contain_text("does not answer")
    page.unroute_all()
    listen(page)
    expect(page.locator(".ta-voice-trouble")).to_have_count(0)


def test_who_does_not_talk_fetches_next_to_nothing_of_it(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    ask(page, server.write("hello", words("say", "Hello.")))
    wait_ended(page)
    loaded = set(page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1))"))
    modules = {path.name for path in MODULES.glob("*.js")}
    assert loaded & (modules - {"index.js"}) == {"told.js", "settings.js", "keys.js", "dialog.js", "means.js"}


@pytest.mark.parametrize("kept", ["[]", "{broken", '{"lang": "no language!", "rate": 1e999, "voice": [1], "hear": 7}'])
def test_settings_that_are_damaged_do_no_harm(server: Server, talker: OpenTalker, kept: str) -> None:
    page = talker(server.url, also=f"localStorage['ta-voice'] = {json.dumps(kept)}")
    listen(page)
    say(page, server.write("hello", words("say", "Hello there.")))
    page.wait_for_function("fake.spoken.length === 1")


def test_a_page_that_is_loaded_anew_behind_others_goes_on_speaking(server: Server, talker: OpenTalker) -> None:
    """As by itself, when the server is back: the focus may be in another program then."""
    behind = "document.hasFocus = () => performance.getEntriesByType('navigation')[0].type !== 'reload'"
    page = talker(server.url, also=behind, aloud=True)
    ask(page, server.write("hello", words("say", "Hello there.")))
    wait_ended(page)
    session_of(page)
    page.reload()
    composer(page).wait_for()
    page.evaluate("import('thinkaloud-voice')")
    ask(page, server.write("again", words("say", "And again.")))
    page.wait_for_function("fake.spoken.length > 0")


def test_what_keeps_it_from_listening_is_one_sentence(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    trouble = page.locator(".ta-voice-trouble")
    for error, devices, says in (
        ("not-allowed", 1, "may not use the microphone"),
        ("not-allowed", 0, "no microphone"),
        ("audio-capture", 0, "no microphone"),
        ("network", 1, "speech service"),
        ("language-not-supported", 1, "another language"),
    ):
        page.evaluate(
            """([error, count]) => {
              fake.refused = error;
              navigator.mediaDevices.enumerateDevices = async () => Array(count).fill({ kind: "audioinput" });
            }""",
            [error, devices],
        )
        microphone(page).click()
        expect(trouble).to_contain_text(says)
        mode(page, "idle")
        if says == "may not use the microphone":
            for _ in looks(page):
                assert complaints(page) == []
        trouble.get_by_role("button", name="Dismiss").click()
        expect(trouble).to_have_count(0)


def test_a_browser_that_cannot_hear_says_what_to_do_instead(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    page.evaluate("delete window.SpeechRecognition; delete window.webkitSpeechRecognition")
    ask(page, server.write("long", words("say", LONG), pace=0))
    wait_ended(page)
    last_turn(page).get_by_role("button", name="Read aloud").click()
    page.wait_for_function("fake.spoken.length > 0")
    microphone(page).click()
    dialog = page.get_by_role("dialog", name="Voice")
    expect(dialog).to_contain_text("Chrome")
    assert complaints(page) == []
    mode(page, "idle")  # who wants to talk wants silence, too
    assert not page.evaluate("speechSynthesis.speaking")
