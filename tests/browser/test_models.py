"""Choosing a model and giving keys, by mouse and by keyboard, wide and narrow."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import OpenTab
from .screen import address_of, answer, ask, composer, last_turn, wait_ended, wait_words
from .server import Server
from .test_access import complaints, looks


def badge(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("^Model: "))


def search(page: Page) -> Locator:
    return page.get_by_label("Search models")


def slowly(shop: Server, seconds: float) -> None:
    (shop.folder / "slow").write_text(str(seconds))


def test_the_picker_opens_at_once_and_fills_when_the_list_comes(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    slowly(shop, 2)
    badge(page).click()
    expect(search(page)).to_be_focused(timeout=1500)
    expect(page.get_by_text("Looking for models…")).to_be_visible(timeout=1500)
    before = page.locator("dialog[open]").bounding_box()
    expect(page.get_by_text("303 models")).to_be_visible()
    slowly(shop, 0)
    assert page.locator("dialog[open]").bounding_box() == before, "it moved"
    expect(page.get_by_role("button", name="Demo (rules, no AI model)").last).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("region", name="Ollama found on this machine")).to_contain_text("qwen3:8b")
    assert page.locator(".ta-offer").count() < 20, "hundreds are drawn that nobody wants to see"
    page.get_by_role("button", name="Show all 300").click()
    expect(page.locator(".ta-offer")).to_have_count(303)
    expect(page.locator(".ta-offer").nth(7)).to_be_focused()


def test_a_model_is_found_and_chosen_by_keyboard_in_all_windows(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    ask(page, shop.write("one", [["say", "One."]]))
    wait_ended(page)
    other = open_tab(address_of(page))
    badge(page).focus()
    page.keyboard.press("Enter")
    page.keyboard.type("luna")
    expect(page.locator(".ta-offer")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(search(page)).to_have_value("")
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    expect(page.get_by_role("button", name="gpt-6-luna cheap")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(badge(page)).to_be_focused()
    for window in (page, other):
        expect(badge(window)).to_have_accessible_name("Model: gpt-6-luna")
    ask(page, shop.write("two", [["say", "Two."]]))
    for window in (page, other):
        wait_ended(window, turns=2)
        expect(window.get_by_text("From here on: gpt-6-luna")).to_be_visible()
    other.reload()
    wait_ended(other, turns=2)
    expect(other.get_by_text("From here on:")).to_have_count(1)
    page.goto(shop.url)
    expect(badge(page)).to_have_accessible_name("Model: gpt-6-luna")


def test_any_other_name_can_be_typed_and_a_refused_one_says_why(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    badge(page).click()
    page.get_by_text("303 models").wait_for()
    search(page).fill("phi-9")
    page.get_by_role("button", name="Use “phi-9” at Ollama").click()
    expect(badge(page)).to_have_accessible_name("Model: phi-9")
    badge(page).click()
    search(page).fill("openai:nonsense")
    search(page).press("Enter")
    expect(page.get_by_role("status").filter(has_text="There is no model openai:nonsense.")).to_be_visible()
    expect(page.locator("dialog[open]")).to_be_visible()
    search(page).fill("openai:gpt-99-new")
    expect(page.get_by_text("There is no model")).to_have_count(0)
    search(page).press("Enter")
    expect(badge(page)).to_have_accessible_name("Model: gpt-99-new")


def test_escape_closes_a_dialog_and_does_not_stop_the_agent(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    ask(page, shop.write("long", [["say", f"word{n} "] for n in range(400)], pace=0.02))
    wait_words(page, 50)
    badge(page).click()
    page.get_by_text("303 models").wait_for()
    page.get_by_role("button", name="Show all 300").click()
    page.get_by_role("heading", name="OpenAI").click()  # no field: nothing there takes the focus
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("Control+,")
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(last_turn(page)).to_have_attribute("data-state", "running")
    composer(page).press("Escape")
    wait_ended(page, "interrupted")


def test_a_missing_key_is_pasted_and_the_models_are_there(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    badge(page).click()
    page.get_by_role("button", name="Settings of Anthropic").click()
    key = page.get_by_label("Key", exact=True)
    expect(key).to_be_focused()
    assert key.get_attribute("type") == "password"
    assert key.get_attribute("autocomplete") == "off"
    key.fill("bad-0123456789")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Trying…")).to_be_visible()
    expect(page.get_by_text("Anthropic refused this key. Paste another in Settings.")).to_be_visible()
    expect(key).to_have_value("bad-0123456789")  # a slip of the hand can be mended
    key.fill("sk-ant-0123456789")
    page.get_by_role("button", name="Save Anthropic").click()
    expect(page.get_by_text("Saved. Anthropic lists 12 models for this key.")).to_be_visible()
    expect(key).to_have_value("")
    expect(page.locator("[data-vendor=anthropic] summary")).to_contain_text("sk-…6789 · saved here")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Claude Sonnet 5.5").click()  # back where it led from
    expect(badge(page)).to_have_accessible_name("Model: Claude Sonnet 5.5")
    page.get_by_role("button", name="Settings", exact=True).click()
    page.locator("[data-vendor=anthropic] summary").click()
    page.get_by_role("button", name="Forget what is saved of Anthropic").click()
    expect(page.get_by_text("Forgotten.")).to_be_visible()
    expect(page.locator("[data-vendor=anthropic] summary")).to_contain_text("no key yet")


def test_an_address_is_given_and_one_that_was_typed_survives_a_refusal(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    page.get_by_role("button", name="Settings", exact=True).click()
    page.locator("[data-vendor=compat] summary").click()
    page.get_by_label("Address").fill("https://models.example/v1")
    page.get_by_label("Key, if the server wants one").fill("bad")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Compatible server refused this key.")).to_be_visible()
    expect(page.get_by_label("Address")).to_have_value("https://models.example/v1")
    page.get_by_label("Key, if the server wants one").fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved. Compatible server lists")).to_be_visible()
    expect(page.locator("[data-vendor=compat] summary")).to_contain_text("models.example/v1 · no key")
    page.locator("[data-vendor=openai] summary").click()
    expect(page.get_by_label("Address")).to_have_count(0)
    page.locator("[data-vendor=openai]").get_by_role("button", name="Another address").click()
    expect(page.get_by_label("Address")).to_have_value("https://api.openai.com/v1")


def test_no_key_is_in_the_page_or_in_any_storage_of_the_browser(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    key = "sk-very-secret-0123456789"
    came: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: came.append(str(frame))))
    page.reload()
    page.get_by_role("button", name="Settings", exact=True).click()
    page.locator("[data-vendor=openai] summary").click()
    page.get_by_label("Key", exact=True).fill(key)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved. OpenAI lists 12 models for this key.")).to_be_visible()
    page.keyboard.press("Escape")
    stored = page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")
    assert any("12 models" in frame for frame in came), "else nothing is proved"
    assert [text for text in (page.content(), stored, *came) if "very-secret" in text] == []
    page.get_by_role("button", name="Settings", exact=True).click()
    page.locator("[data-vendor=openai] summary").click()
    page.get_by_label("Key", exact=True).fill("boom-" + key)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Something went wrong inside Thinkaloud")).to_be_visible()
    assert "very-secret" not in shop.errors()
    assert "RuntimeError" in shop.errors()
    page.get_by_role("button", name="Forget what is saved of OpenAI").click()
    expect(page.get_by_text("Forgotten.")).to_be_visible()


@pytest.mark.parametrize("which", ["picker", "settings"])
def test_a_dialog_has_no_fault_in_either_theme_and_on_a_telephone(shop: Server, open_tab: OpenTab, which: str) -> None:
    page = open_tab(shop.url)
    if which == "picker":
        badge(page).click()
        page.get_by_text("303 models").wait_for()
    else:
        page.get_by_role("button", name="Settings", exact=True).click()
        page.locator("[data-vendor=compat] summary").click()
    for look in looks(page):
        assert complaints(page) == [], look
        sticks_out = page.evaluate(
            """() => [...document.querySelectorAll("dialog[open] *")]
              .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
              .map((element) => element.outerHTML.slice(0, 120))"""
        )
        assert sticks_out == [], look


def test_text_streams_on_while_the_list_is_awaited(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    ask(page, shop.write("streams", [["say", f"word{n} "] for n in range(150)], pace=0.02))
    wait_words(page, 20)
    slowly(shop, 2)
    badge(page).click()
    before = len(answer(page))
    page.wait_for_function(
        "(n) => document.querySelector('[data-kind=answer] .ta-body').textContent.length > n", arg=before, timeout=1500
    )
    expect(page.get_by_text("Looking for models…")).to_be_visible()
    slowly(shop, 0)
    wait_ended(page)
