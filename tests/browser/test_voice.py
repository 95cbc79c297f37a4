"""People who talk with the agent on the real page. The browser's recogniser and synthesiser are played by
fake_voice.js, which hears all that is spoken; real sound is in test_voice_sound.py."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .player import words
from .screen import address_of, ask, composer, last_turn, wait_ended
from .server import Server
from .talker import OpenTalker, listen, listens, microphone, mode, say, spoken
from .test_access import complaints, looks

LONG = "One more sentence is said here. " * 40
STORY = "The first sentence is here. The second one follows it. A third one ends the story."


def test_what_is_said_is_sent_at_the_pause_and_the_answer_is_spoken(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    name = server.write("story", words("say", STORY), pace=0.02)
    listen(page)
    page.evaluate("fake.say('play', { final: false })")
    expect(composer(page)).to_have_value("play")
    say(page, name)
    expect(composer(page)).to_have_value(name)
    wait_ended(page)
    expect(composer(page)).to_have_value("")
    mode(page, "idle")
    assert spoken(page) == STORY.replace(". ", ".|").split("|")
    assert page.evaluate("fake.spoken.every(({ heard }) => !heard)"), "it listened while it spoke"
    expect(page.locator("[data-turn]")).to_have_count(1)


def test_a_conversation_goes_on_and_never_answers_itself(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url, conversation=True)
    listen(page)
    for turn in range(3):
        say(page, server.write(f"turn{turn}", words("say", f"Answer number {turn} is this. And some more of it.")))
        wait_ended(page, turns=turn + 1)
        listens(page)
    page.wait_for_timeout(300)  # in which the recogniser tells of all it has heard
    expect(page.locator("[data-turn]")).to_have_count(3)
    assert len(spoken(page)) == 6
    microphone(page).click()
    mode(page, "idle")


@pytest.mark.parametrize("how", ["microphone", "stop button", "Escape", "keys"])
def test_it_is_silent_at_once_and_stops(server: Server, talker: OpenTalker, how: str) -> None:
    page = talker(server.url)
    listen(page)
    say(page, server.write("long", words("say", LONG), pace=0.03))
    page.wait_for_function("fake.spoken.length > 0")
    page.evaluate("addEventListener('pointerdown', () => (window.asked = performance.now()), true)")
    page.evaluate("addEventListener('keydown', () => (window.asked ??= performance.now()), true)")
    match how:
        case "microphone":
            microphone(page).click()
        case "stop button":
            page.get_by_role("button", name="Stop", exact=True).click()
        case "Escape":
            page.keyboard.press("Escape")
        case "keys":
            page.keyboard.press("Control+Shift+KeyL")
    page.wait_for_function("fake.silent !== undefined")
    count = len(spoken(page))
    assert page.evaluate("fake.silent - window.asked") < 150
    wait_ended(page, "interrupted")
    page.wait_for_timeout(500)
    assert len(spoken(page)) == count, "something that was queued has been spoken"
    mode(page, "listening" if how in ("microphone", "keys") else "idle")


def test_who_interrupts_is_heard_and_answered(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    listen(page)
    say(page, server.write("long", words("say", LONG), pace=0.03))
    page.wait_for_function("fake.spoken.length > 0")
    microphone(page).click()
    listens(page)
    say(page, server.write("other", words("say", "Something else.")))
    wait_ended(page, turns=2)
    mode(page, "idle")
    assert spoken(page)[-1] == "Something else."


def test_with_headphones_one_interrupts_by_speaking(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url, headphones=True, conversation=True)
    listen(page)
    say(page, server.write("long", words("say", LONG), pace=0.03))
    page.wait_for_function("fake.spoken.length > 1")
    expect(page.locator("[data-turn]")).to_have_count(1)
    other = server.write("other", words("say", "Something else."))
    say(page, other)
    wait_ended(page, turns=2, seconds=20)
    page.wait_for_function("fake.spoken.at(-1).text === 'Something else.'")


def test_holding_the_button_talks_as_long_as_it_is_held(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    name = server.write("held", words("say", "Held."))
    box = microphone(page).bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    listens(page)
    say(page, name)
    expect(composer(page)).to_have_value(name)
    page.wait_for_timeout(1500)  # longer than the pause at which it would be sent
    expect(page.locator("[data-turn]")).to_have_count(0)
    page.mouse.up()
    wait_ended(page)
    mode(page, "idle")


def test_the_keys_talk_wherever_the_focus_is_and_letters_alone_do_nothing(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    composer(page).focus()
    page.keyboard.type("lLmMpP ")
    expect(composer(page)).to_have_value("lLmMpP ")
    assert page.evaluate("fake.asked") == 0
    page.keyboard.press("Control+Shift+KeyL")
    listens(page)
    say(page, "and words")
    expect(composer(page)).to_have_value("lLmMpP and words")


def test_who_types_while_it_listens_is_not_interrupted(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    listen(page)
    page.evaluate("fake.say('half a thou', { final: false })")
    expect(composer(page)).to_have_value("half a thou")
    composer(page).press_sequentially("ght")
    mode(page, "idle")
    page.wait_for_timeout(1500)
    expect(composer(page)).to_have_value("half a thought")
    expect(page.locator("[data-turn]")).to_have_count(0)


def test_an_answer_is_read_aloud_when_asked_and_stops_when_asked(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    composer(page).fill(server.write("table", words("say", "Look:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nThat is all.")))
    composer(page).press("Enter")
    wait_ended(page)
    assert spoken(page) == [], "nobody asked for it"
    last_turn(page).get_by_role("button", name="Read aloud").click()
    mode(page, "speaking")
    mode(page, "idle")
    assert [text[:12] for text in spoken(page)] == ["Look:", "A table with", "That is all."]
    page.evaluate("fake.slow = 400")
    last_turn(page).get_by_role("button", name="Read aloud").click()
    page.wait_for_function("fake.spoken.length === 4")
    page.keyboard.press("Escape")
    mode(page, "idle")


def test_what_is_spoken_is_on_the_screen_and_on_that_of_those_who_watch(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url, captions=True)
    ask(page, server.write("before", words("say", "Hello.")))
    watcher = talker(address_of(page), fake=False, captions=True)
    page.evaluate("fake.slow = 200")
    listen(page)
    say(page, server.write("story", words("say", STORY), pace=0.02))
    for sentence in STORY.replace(". ", ".|").split("|")[1:]:
        for one in (page, watcher):
            expect(one.locator(".ta-caption")).to_have_text(sentence)
        expect(page.locator(".ta-voice-says")).to_have_text(sentence)
    for one in (page, watcher):
        expect(one.locator(".ta-caption")).to_have_count(0)


def test_one_window_talks_at_a_time(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    other = page.context.new_page()
    other.goto(server.url)
    composer(other).wait_for()
    listen(page)
    listen(other)
    mode(page, "idle")
    listens(other)


def test_the_settings_count_at_once_and_are_kept(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    listen(page)
    page.get_by_role("button", name="Voice settings").click()
    dialog = page.get_by_role("dialog", name="Voice")
    dialog.get_by_role("combobox", name="Language").select_option("de-DE")
    dialog.get_by_role("combobox", name="Voice").select_option("karl")
    dialog.get_by_label("Speak every answer").check()
    for _ in looks(page):
        assert complaints(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="End talking").click()
    mode(page, "idle")
    page.reload()
    composer(page).fill(server.write("again", words("say", "Noch einmal.")))
    composer(page).press("Enter")
    page.wait_for_function("fake.spoken.length === 1")
    assert spoken(page) == ["Noch einmal."]


def test_a_screen_reader_is_not_talked_over(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url, quiet=True)
    listen(page)
    page.evaluate("""() => {
      window.announced = [];
      const status = document.querySelector(".ta-status");
      new MutationObserver(() => announced.push(status.textContent)).observe(status, { childList: true });
    }""")
    say(page, server.write("story", words("say", STORY)))
    wait_ended(page)
    mode(page, "idle")
    assert spoken(page) == []
    assert "Answer ready" in page.evaluate("announced"), "then the page's own words are all there is"
