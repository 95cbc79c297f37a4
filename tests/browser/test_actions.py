"""What can be done with a message and an answer: copy, edit, regenerate."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from .conftest import OpenTab
from .player import words
from .screen import ask, composer, last_turn, session_of, shown, wait_ended
from .server import Server

ANSWER = "Take **this**:\n\n```python\nprint(1)\n# two\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nand *that*."


def clipboard(page: Page) -> str:
    return page.evaluate("navigator.clipboard.readText()")


def test_copy_puts_what_was_written_on_the_clipboard(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url, permissions=["clipboard-read", "clipboard-write"])
    ask(page, server.write("copy", words("think", "Hm, let me see.") + words("say", ANSWER)))
    for _ in range(2):  # watched, and after a reload
        wait_ended(page)
        last_turn(page).get_by_role("button", name="Copy answer").click()
        page.wait_for_function("(text) => navigator.clipboard.readText().then((it) => it === text)", arg=ANSWER)
        page.get_by_role("button", name="Copy code").click()
        page.wait_for_function("navigator.clipboard.readText().then((it) => it.includes('# two'))")
        assert clipboard(page).strip() == "print(1)\n# two"
        page.locator(".ta-bubble").hover()
        page.get_by_role("button", name="Copy message").click()
        page.wait_for_function("navigator.clipboard.readText().then((it) => it === 'play copy')")
        page.reload()


def test_regenerate_asks_the_same_again_beside_the_old_session(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    ask(page, server.write("once", words("say", "The first answer.")))
    wait_ended(page)
    ask(page, server.write("twice", words("say", "The second answer.")))
    wait_ended(page, turns=2)
    session = session_of(page)
    before = server.log(session)
    server.write("twice", words("say", "Another second answer."))
    last_turn(page).get_by_role("button", name="Regenerate").click()
    page.wait_for_url(lambda url: "/s/" in url and not url.endswith(session))
    wait_ended(page, turns=2)
    first, second = shown(page)
    assert first["items"][1]["text"] == "Thefirstanswer."
    assert [item["text"] for item in second["items"]] == ["playtwice", "Anothersecondanswer."]
    assert server.log(session) == before
    page.go_back()
    page.wait_for_url(f"**/s/{session}")
    wait_ended(page, turns=2)
    expect(last_turn(page)).to_contain_text("The second answer.")


def test_an_edited_message_is_asked_beside_the_old_session(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    server.write("edited", words("say", "The answer to what was edited."))
    ask(page, server.write("unedited", words("say", "The answer to what was not.")))
    wait_ended(page)
    session = session_of(page)
    before = server.log(session)
    page.locator(".ta-bubble").hover()
    page.get_by_role("button", name="Edit message").click()
    box = page.get_by_label("Edit message")
    expect(box).to_be_focused()
    expect(box).to_have_value("play unedited")
    box.fill("never mind")
    page.keyboard.press("Escape")
    expect(page.locator(".ta-bubble")).to_have_text("play unedited")
    edit = page.get_by_role("button", name="Edit message")
    expect(edit).to_be_focused()
    page.keyboard.press("Enter")
    expect(box).to_be_focused()
    page.get_by_role("button", name="Cancel").click()
    expect(edit).to_be_focused()
    edit.click()
    box.fill("play edited")
    page.get_by_role("button", name="Send again").click()
    page.wait_for_url(lambda url: "/s/" in url and not url.endswith(session))
    wait_ended(page)
    assert [item["text"] for item in shown(page)[0]["items"]] == ["playedited", "Theanswertowhatwasedited."]
    for _ in range(2):  # as it began, and after a reload
        expect(page.get_by_role("button", name="Show earlier")).to_be_hidden()
        page.reload()
        wait_ended(page)
    assert server.log(session) == before


def test_a_message_that_still_waits_after_a_stop_says_what_for(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    ask(page, server.write("stops", words("say", "busy " * 100), pace=0.03))
    page.locator("[data-kind=answer]").wait_for()
    composer(page).fill("And another thing")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Messages that wait")).to_contain_text("And another thing")
    why = page.get_by_text("Waiting messages go with your next one, or when you continue.")
    expect(why).to_have_count(0)
    page.keyboard.press("Escape")
    for _ in range(2):
        expect(why).to_be_visible()
        page.reload()
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.locator(".ta-bubble", has_text="And another thing")).to_be_visible()
    expect(why).to_have_count(0)


def test_a_message_that_waits_can_be_taken_back(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    ask(page, server.write("busy", words("say", "busy " * 100), pace=0.03))
    page.locator("[data-kind=answer]").wait_for()
    composer(page).fill("And another thing")
    page.keyboard.press("Enter")
    waiting = page.get_by_label("Messages that wait")
    expect(waiting).to_contain_text("And another thing")
    waiting.get_by_role("button", name=re.compile("Take back")).click()
    expect(waiting).to_have_count(0)
    expect(composer(page)).to_have_value("And another thing")
