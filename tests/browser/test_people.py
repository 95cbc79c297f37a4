"""Several people at one session: who is here, who writes, who wrote what."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .conftest import OpenTab
from .player import words
from .screen import address_of, ask, composer, last_turn, wait_ended, wait_words
from .server import Server
from .test_access import complaints, looks


def circles(page: Page) -> list[str]:
    return page.locator(".ta-people-button .ta-person").all_text_contents()


def call(page: Page, name: str) -> None:
    page.locator(".ta-people-button").click()
    page.get_by_label("Your name").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Others see you as {name}.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Your name")).to_be_hidden()


def test_three_people_see_each_other_and_who_wrote_what(server: Server, open_tab: OpenTab) -> None:
    ada = open_tab(server.url)
    ask(ada, server.write("three", [*words("say", "word " * 20), server.gate("three")]))
    expect(ada.locator(".ta-people-button")).to_have_count(0)  # alone
    wait_words(ada, 20)
    bob, cleo = open_tab(address_of(ada)), open_tab(address_of(ada), width=380)
    call(ada, "Ada Lovelace")  # Esc there has not stopped the agent
    expect(last_turn(ada)).to_have_attribute("data-state", "running")
    call(bob, "bob")
    expect(ada.get_by_label("Here with you: bob, somebody")).to_be_visible()
    expect(bob.locator(".ta-people-button .ta-person")).to_have_count(2)
    assert "AL" in circles(bob)
    assert circles(cleo) == ["+2"]
    server.open_gate("three")
    wait_ended(ada)
    composer(bob).press_sequentially("Now I")
    for page in (ada, cleo):
        expect(page.get_by_text("bob is writing…")).to_be_visible()
    expect(bob.locator(".ta-writing")).to_have_count(0)
    for look in looks(ada):
        assert complaints(ada) == [], look
    ada.set_viewport_size({"width": 1200, "height": 800})
    expect(ada.get_by_text("bob is writing…")).to_be_hidden(timeout=7000)
    ask(bob, server.write("bobs", words("say", "For bob.")))
    wait_ended(ada, turns=2)
    expect(last_turn(ada).locator(".ta-author")).to_have_text("bob")
    expect(last_turn(bob).locator(".ta-author")).to_have_count(0)
    assert complaints(ada) == []
    ada.locator(".ta-people-button").click()
    assert complaints(ada) == []
    bob.goto(server.url)
    cleo.goto(server.url)
    expect(ada.locator(".ta-people-button")).to_have_count(0)


def test_the_address_is_there_to_be_copied_and_what_it_means(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url, permissions=["clipboard-read", "clipboard-write"])
    share = page.get_by_role("button", name="Share", exact=True)
    expect(share).to_be_hidden()  # nothing is there yet
    ask(page, server.write("shared", words("say", "word " * 100), pace=0.05))
    wait_words(page, 10)
    share.click()
    dialog = page.get_by_role("dialog", name="Share this session")
    expect(dialog).to_contain_text("Nobody else can reach it.")
    expect(dialog.get_by_label("Address")).to_have_value(address_of(page))
    dialog.get_by_role("button", name="Copy").click()
    page.wait_for_function("navigator.clipboard.readText().then((it) => it === location.href)")
    for look in looks(page):
        assert complaints(page) == [], look
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(last_turn(page)).to_have_attribute("data-state", "running")
