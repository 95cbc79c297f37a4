"""Two people at one session, and the ways to stop."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .conftest import OpenTab
from .player import words
from .screen import address_of, answer, ask, composer, expected, last_turn, session_of, shown, wait_ended, wait_words
from .server import Server

TEXT = " ".join(f"word{n}" for n in range(300))


def test_two_people_see_the_same_live_and_either_may_speak_or_stop(server: Server, open_tab: OpenTab) -> None:
    ada = open_tab(server.url)
    ask(ada, server.write("both", words("think", TEXT[:100]) + words("say", TEXT), pace=0.03))
    wait_words(ada, 100)
    bob = open_tab(address_of(ada))
    wait_words(ada, 300)
    assert abs(len(wait_words(bob, 300)) - len(answer(ada))) < 200, "one of them is far behind"
    bob.get_by_role("button", name="Stop", exact=True).click()
    for page in (ada, bob):
        wait_ended(page, "interrupted")
        expect(last_turn(page)).to_contain_text("Stopped")
    ask(bob, server.write("reply", words("say", TEXT[:150])))
    wait_words(ada, 20)
    expect(last_turn(ada).locator(".ta-bubble")).to_have_text("play reply")
    for page in (ada, bob):
        wait_ended(page, turns=2)
    log = server.log(session_of(ada))
    assert shown(ada) == expected(ada, log)
    assert shown(bob) == shown(ada)


def test_who_comes_late_and_stands_where_another_does_gets_every_letter(server: Server, open_tab: OpenTab) -> None:
    """Both pages stand at the same event, but only one of them knows which thought it belongs to."""
    ada = open_tab(server.url)
    ask(ada, server.write("pauses", [["say", "first "], server.gate("pauses"), *words("say", TEXT[:50])]))
    wait_words(ada, 5)
    bob = open_tab(address_of(ada))
    wait_words(bob, 5)
    server.open_gate("pauses")
    for page in (ada, bob):
        wait_ended(page)
    assert shown(bob) == shown(ada)


@pytest.mark.parametrize("how", ["button", "key"])
def test_stop_takes_the_place_of_send_and_stops_by_button_and_by_key(
    server: Server, open_tab: OpenTab, how: str
) -> None:
    page = open_tab(server.url)
    send = page.get_by_role("button", name="Send", exact=True)
    composer(page).fill("x")
    place = send.bounding_box()
    ask(page, server.write("stop", words("think", TEXT[:60]) + words("say", TEXT)))
    stop = page.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_visible()
    expect(send).to_have_count(0)
    there = stop.bounding_box()
    assert place
    assert there
    assert (there["x"], there["y"]) == (place["x"], place["y"])
    wait_words(page, 60)
    if how == "button":
        stop.click()
    else:
        page.keyboard.press("Escape")
    wait_ended(page, "interrupted", seconds=3)
    expect(last_turn(page)).to_contain_text(re.compile(r"Stopped.*\."))
    expect(send).to_be_visible()
    expect(stop).to_have_count(0)
    expect(last_turn(page).get_by_role("button", name="Continue")).to_be_visible()
    assert 55 <= len(answer(page)) < len(TEXT)
    assert shown(page) == expected(page, server.log(session_of(page)))


def test_a_failed_turn_says_why_and_goes_on_where_it_was(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    half = TEXT[: len(TEXT) // 4]
    ask(page, server.write("fails", [*words("say", half), ["fail", "The provider is busy. Try again in a minute."]]))
    wait_ended(page, "failed")
    expect(last_turn(page)).to_contain_text("The provider is busy. Try again in a minute.")
    server.write("fails", words("say", TEXT[:600]))
    last_turn(page).get_by_role("button", name="Continue").click()
    wait_ended(page, turns=2)
    assert "".join(page.locator("[data-kind=answer] .ta-body").all_text_contents()) == TEXT[:600]
