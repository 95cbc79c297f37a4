"""The page scrolls along with what is written, and never against the person."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .conftest import OpenTab
from .player import words
from .screen import ask, composer, last_turn, wait_ended, wait_words
from .server import Server

LINES = "\n\n".join(f"Paragraph {n} says something that is a few words long." for n in range(30))
FROM_END = "document.scrollingElement.scrollHeight - innerHeight - scrollY"


def from_end(page: Page) -> float:
    return page.evaluate(FROM_END)


def test_it_follows_until_somebody_scrolls_up_and_a_pill_leads_back(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url, height=500)
    jump = page.get_by_role("button", name="Jump to the end")
    ask(page, server.write("follow", words("say", LINES), pace=0.018))
    wait_words(page, 700)
    page.evaluate(  # observers are told in the order in which they were made, so this one sees what is painted
        f"""() => {{
          window.far = 0;
          const look = () => (window.far = Math.max(window.far, {FROM_END}));
          new ResizeObserver(look).observe(document.querySelector(".ta-transcript"));
        }}"""
    )
    wait_words(page, 1000)
    assert page.evaluate("window.far") < 2
    expect(jump).to_be_hidden()
    page.mouse.move(500, 250)
    page.mouse.wheel(0, -200)
    expect(jump).to_be_visible()
    there = page.evaluate("scrollY")
    wait_words(page, 1400)
    assert page.evaluate("scrollY") == there
    assert from_end(page) > 200
    jump.click()
    page.wait_for_function(f"{FROM_END} < 2")
    expect(jump).to_be_hidden()
    page.mouse.wheel(0, -120)
    expect(jump).to_be_visible()
    page.mouse.wheel(0, 5000)  # coming back by hand is as good
    expect(jump).to_be_hidden()
    wait_ended(page)
    page.wait_for_function(f"{FROM_END} < 2")


def test_it_follows_after_a_long_paste_has_been_sent(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url, height=700)
    ask(page, server.write("before", [["say", LINES]]))
    wait_ended(page)
    name = server.write("after", words("say", LINES), pace=0.018)
    composer(page).fill(name + "\n" + "A line that was pasted.\n" * 400)
    page.wait_for_function(f"{FROM_END} < 2")  # the box has grown, and the last words are above it
    composer(page).press("Enter")
    wait_words(page, 300)
    page.wait_for_function(f"{FROM_END} < 2")
    expect(page.get_by_role("button", name="Jump to the end")).to_be_hidden()


def test_a_long_message_is_shown_in_part_until_somebody_wants_all_of_it(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    name = server.write("after-a-long-one", words("say", "Yes."), pace=0)
    composer(page).fill(name + "\n" + "A line that was pasted.\n" * 400)
    composer(page).press("Enter")
    wait_ended(page)
    for _ in range(2):
        message = last_turn(page).locator(".ta-bubble")
        assert message.bounding_box()["height"] <= 300  # type: ignore[index]
        last_turn(page).get_by_role("button", name="Show more").click()
        assert message.bounding_box()["height"] > 5_000  # type: ignore[index]
        page.get_by_role("button", name="Show less").click()
        assert message.bounding_box()["height"] <= 300  # type: ignore[index]
        page.reload()
        wait_ended(page)


def test_a_greeting_stays_where_it_is_while_the_first_message_grows(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url, width=380, height=500)
    height = page.evaluate("document.scrollingElement.scrollHeight")
    composer(page).fill("A line.\n" * 20)
    page.wait_for_function("(height) => document.scrollingElement.scrollHeight > height", arg=height)
    assert page.evaluate("scrollY") == 0


def test_it_stops_following_for_who_uses_the_keyboard(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url, height=400)
    ask(page, server.write("keys", words("say", LINES), pace=0.018))
    wait_words(page, 600)
    page.get_by_role("log").focus()
    page.keyboard.press("PageUp")
    expect(page.get_by_role("button", name="Jump to the end")).to_be_visible()
    page.wait_for_function(f"{FROM_END} > 100")
    there = page.evaluate("scrollY")
    wait_words(page, 900)
    assert page.evaluate("scrollY") <= there


def test_what_is_unfolded_at_the_end_of_the_page_stays_under_the_mouse(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url, height=700)
    ask(page, server.write("unfold", words("think", LINES[:900]) + words("say", LINES[:300]), pace=0.004))
    wait_ended(page)
    head = page.locator("[data-kind=thinking] .ta-head")
    expect(head).to_have_attribute("aria-expanded", "false")
    page.wait_for_function(f"{FROM_END} < 2")
    expect(head).to_be_in_viewport()
    for unfolded in ("true", "false"):
        before = head.bounding_box()
        head.click()
        expect(head).to_have_attribute("aria-expanded", unfolded)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        after = head.bounding_box()
        assert before
        assert after
        assert abs(after["y"] - before["y"]) < 4, "what was clicked moved away"
    expect(page.get_by_role("button", name="Jump to the end")).to_be_hidden()
