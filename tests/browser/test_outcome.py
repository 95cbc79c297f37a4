"""What a turn waits for, what it asks, how it ended, what one can do then, and what it took."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from .conftest import OpenTab
from .player import Line, words
from .screen import address_of, ask, composer, last_turn, wait_ended, wait_words
from .server import Server
from .test_access import complaints, looks
from .test_models import badge, search
from .test_narrow import assert_fits

USAGE: Line = ["usage", {"input": 1204, "output": 310, "cached": 800, "reasoning": 128}]


def choose(page: Page, model: str) -> None:
    """As a person who knows the name."""
    badge(page).click()
    page.get_by_text("303 models").wait_for()
    search(page).fill(model)
    search(page).press("Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)


def remedies(turn: Locator) -> list[str]:
    """The labels of the buttons that offer to go on."""
    return turn.locator(".ta-remedy > span").all_inner_texts()


def failing(shop: Server, kind: str, *said: Line) -> str:
    return shop.write(f"fails-{kind}", [*said, ["fail", f"This is {kind}.", {"kind": kind}]], [["say", "Now."]])


HELP = {
    "no_key": ["Open settings", "Try again"],
    "forbidden": ["Choose another model", "Open settings", "Try again"],
    "rate_limited": ["Try again", "Choose another model"],
    "timeout": ["Try again"],
    "too_long": ["Start a new session", "Choose another model", "Try again"],
}


def test_a_failure_says_why_and_offers_what_helps(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url, width=380)
    for turns, (kind, labels) in enumerate(HELP.items(), 1):
        ask(page, failing(shop, kind))
        wait_ended(page, "failed", turns=turns)
        expect(last_turn(page)).to_contain_text(f"This is {kind}.")
        assert remedies(last_turn(page)) == labels
        assert_fits(page)
    page.reload()
    wait_ended(page, "failed", turns=len(HELP))
    assert remedies(last_turn(page)) == labels
    expect(page.locator(".ta-remedy:visible")).to_have_count(len(labels))  # only the last turn can be mended
    page.get_by_role("button", name="Choose another model").click()
    expect(page.get_by_role("dialog", name="Choose a model")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Try again").click()
    wait_ended(page, turns=len(HELP) + 1)
    expect(last_turn(page)).to_contain_text("Now.")
    expect(page.locator(".ta-remedy:visible")).to_have_count(0)


def test_settings_open_at_the_vendor_whose_key_is_missing(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    choose(page, "anthropic:claude-haiku-5-5")
    ask(page, failing(shop, "bad_key"))
    wait_ended(page, "failed")
    page.get_by_role("button", name="Open settings").click()
    expect(page.locator("[data-vendor=anthropic]").get_by_label("Key", exact=True)).to_be_focused()


def test_where_something_was_shown_it_is_continued(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    ask(page, failing(shop, "cut", ["say", "Half an answer"]))
    wait_ended(page, "failed")
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    page.get_by_role("button", name="Continue", exact=True).click()
    wait_ended(page, turns=2)


def test_what_a_turn_took_is_told_beside_its_duration(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    choose(page, "gpt-6.1-terra")
    ask(page, shop.write("counts", [["wait", 0.2], ["say", "Done."], USAGE]))
    for width in (1200, 380):
        wait_ended(page)
        page.set_viewport_size({"width": width, "height": 800})
        line = last_turn(page).locator(".ta-usage")
        pattern = r"0\.\d s" if width < 600 else r"0\.\d s · 0\.\d s to the first token · 1,204 in · 310 out"
        assert re.match(pattern, spaced(line))
        assert spaced(line).endswith("≈ $0.0055 (estimate)")
        line.click()
        expect(last_turn(page).locator(".ta-bill")).to_contain_text("1,204 tokens, 800 of them from the cache")
        expect(last_turn(page).locator(".ta-bill")).to_contain_text("310 tokens, 128 of them for thinking")
        assert_fits(page)
        page.reload()
    expect(page.locator(".ta-spent")).to_have_text("≈ $0.0055 this session")
    expect(page.get_by_text("this session")).to_be_hidden()
    page.set_viewport_size({"width": 1200, "height": 800})
    other = open_tab(address_of(page))
    ask(page, shop.write("counts-again", [["say", "Done."], USAGE]))
    wait_ended(page, turns=2)
    for window in (page, other):
        expect(window.locator(".ta-spent")).to_have_text("≈ $0.011 this session")


def spaced(line: Locator) -> str:
    """The parts of it that can be seen; the dots between them are drawn by CSS."""
    parts = line.locator("span:visible").all_inner_texts()
    return " · ".join(parts)


def test_what_costs_nothing_and_what_nobody_knows_are_not_the_same(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    for turns, (model, said) in enumerate([("ollama:qwen3:8b", "free"), ("compat:mine", "price unknown")], 1):
        choose(page, model)
        ask(page, shop.write(f"price-{turns}", [["say", "Done."], USAGE]))
        wait_ended(page, turns=turns)
        assert spaced(last_turn(page).locator(".ta-usage")).endswith(f"310 out · {said}")
    ask(page, shop.write("uncounted", [["say", "Done."]]))
    wait_ended(page, turns=3)
    expect(last_turn(page).locator(".ta-usage")).to_have_count(0)
    expect(last_turn(page).locator(".ta-took")).to_have_text(re.compile(r"^(< )?0\.\d s$"))
    expect(page.locator(".ta-spent")).to_have_count(0)


def test_what_was_stopped_is_paid_for_as_an_estimate(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    choose(page, "gpt-6.1-terra")
    ask(page, shop.write("stopped", [USAGE, *words("say", "word " * 200)]))
    wait_words(page, 50)
    page.keyboard.press("Escape")
    wait_ended(page, "interrupted")
    expect(last_turn(page)).to_contain_text(re.compile(r"Stopped; the provider’s connection closed after .* ms\."))
    assert spaced(last_turn(page).locator(".ta-usage")).endswith("(stopped, estimated)")


def test_a_wait_counts_down_also_for_who_comes_later_and_ends_with_what_comes(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    busy = {"kind": "rate_limited", "retry": True, "retry_after": 5}
    sentence = "OpenAI gets too many requests from this account."
    script = [["fail", f"{sentence} Try again in 5 s.", busy]], [["say", "There."], ["wait", 9]]
    ask(page, shop.write("waits", *script))
    expect(last_turn(page)).to_contain_text(f"{sentence} Trying again in 5 s.")
    other = open_tab(address_of(page))
    expect(last_turn(other)).to_contain_text(re.compile("Trying again in [1-4] s."))
    for window in (page, other):
        expect(last_turn(window)).to_contain_text("There.", timeout=8000)
        expect(window.get_by_text("Trying again")).to_have_count(0)
    expect(last_turn(page)).to_have_attribute("data-state", "running")


def test_progress_is_a_bar_and_a_word(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    steps: list[Line] = [["progress", 10, ""], ["wait", 0.5], ["progress", 40, "Reading files"], ["wait", 3]]
    ask(page, shop.write("progress", [*steps, ["say", "Done."]]))
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "40")
    expect(bar).to_have_accessible_name("Reading files")
    expect(page.get_by_text("40 % · Reading files")).to_be_visible()
    page.reload()
    expect(bar).to_have_attribute("aria-valuenow", "40")
    wait_ended(page)
    expect(bar).to_have_count(0)


def test_thinking_that_is_kept_back_has_a_duration_and_no_empty_box(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    steps: list[Line] = [["hide"], ["wait", 1.2], ["say", "Yes."], ["hide"], ["wait", 0.3], ["think", "But why?"]]
    ask(page, shop.write("hidden", [*steps, ["say", "So."]]))
    first, second = page.locator("[data-kind=thinking]").nth(0), page.locator("[data-kind=thinking]").nth(1)
    expect(first).to_contain_text("Thinking…")
    for _ in range(2):
        wait_ended(page)
        expect(first).to_contain_text(re.compile(r"Thought for 1\.\d s"))
        expect(first.get_by_role("button")).to_have_count(0)
        expect(first.locator(".ta-body")).to_be_hidden()
        expect(second.get_by_role("button")).to_have_attribute("aria-expanded", "false")
        second.get_by_role("button").click()
        expect(second.locator(".ta-body")).to_have_text("But why?")
        page.reload()


CHOICES: Line = ["ask", "Which city?", ["Paris, France", "Paris, Texas"]]


def test_the_agent_asks_and_two_windows_agree_on_the_answer(shop: Server, open_tab: OpenTab) -> None:
    ada = open_tab(shop.url)
    ask(ada, shop.write("asks", [["think", "Hm."], CHOICES, ["ask", "And when?", []]]))
    question = ada.get_by_role("group", name="Which city?")
    expect(question).to_be_visible()
    bob = open_tab(address_of(ada), width=380)
    bob.get_by_role("button", name="Paris, Texas").click()
    for window in (ada, bob):
        expect(window.get_by_role("group", name="Which city?")).to_contain_text("You answered: Paris, Texas")
        expect(window.get_by_role("button", name="Paris, France")).to_have_count(0)
        expect(last_turn(window)).to_contain_text("You said: Paris, Texas.")
    ada.get_by_label("Your answer").fill("on Mon")
    ada.evaluate("window.socket.io.engine.close()")  # the connection is lost
    ada.wait_for_function("window.socket.connected")
    field = ada.get_by_label("Your answer")
    expect(field).to_have_value("on Mon")
    ada.reload()
    expect(field).to_have_value("on Mon")
    for look in looks(ada):
        assert complaints(ada) == [], look
    assert_fits(bob)
    field.press_sequentially("day")
    field.press("Enter")
    for window in (ada, bob):
        wait_ended(window)
        expect(last_turn(window)).to_contain_text("You answered: on Monday")
    ada.reload()
    wait_ended(ada)
    expect(last_turn(ada)).to_contain_text("You answered: Paris, Texas")


def test_what_is_written_while_the_agent_asks_answers_it(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    ask(page, shop.write("asks-again", [["think", "Hm."], CHOICES]))
    expect(page.get_by_role("group", name="Which city?")).to_be_visible()
    ask(page, "Paris, Ontario")
    wait_ended(page)
    expect(last_turn(page)).to_contain_text("You answered: Paris, Ontario")
    expect(page.get_by_label("Message", exact=True)).to_have_value("")
    expect(page.locator(".ta-queue li")).to_have_count(0)


def test_questions_are_answered_one_after_the_other_without_a_mouse(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    ask(page, shop.write("in-a-row", [["ask", "Who?", []], ["ask", "And when?", []]]))
    for question, answer in (("Who?", "Ada"), ("And when?", "on Monday")):
        group = page.get_by_role("group", name=question)
        expect(group.get_by_label("Your answer")).to_be_focused()
        page.keyboard.type(answer)
        page.keyboard.press("Enter")
        expect(group).to_contain_text(f"You answered: {answer}")
    wait_ended(page)


def test_a_question_takes_the_focus_from_nobody_who_writes(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    ask(page, shop.write("interrupts", [["say", "One moment."], ["wait", 1], ["ask", "Who?", []]]))
    wait_words(page, 5)
    composer(page).fill("By the way")
    expect(page.get_by_label("Your answer")).to_be_visible()
    expect(composer(page)).to_be_focused()


def test_what_runs_in_the_server_has_no_connection_to_close(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    ask(page, shop.write("here", words("say", "word " * 200)))
    wait_words(page, 50)
    page.keyboard.press("Escape")
    wait_ended(page, "interrupted")
    expect(page.locator(".ta-cut span").last).to_have_text("Stopped.")


def test_a_question_that_was_left_open_reads_so_after_a_stop(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    ask(page, shop.write("unasked", [CHOICES]))
    page.get_by_role("button", name="Paris, Texas").wait_for()
    page.keyboard.press("Escape")
    for _ in range(2):
        wait_ended(page, "interrupted")
        expect(page.get_by_role("group", name="Which city?")).to_contain_text("Nobody answered.")
        expect(page.get_by_role("button", name="Paris, Texas")).to_have_count(0)
        page.reload()


def test_what_the_agent_is_not_sent_any_more_is_a_line_in_the_transcript(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url, width=380)
    choose(page, "ollama:small")
    for turn in range(2):
        ask(page, shop.write(f"fills-{turn}", [["say", "word " * 240]]))
        wait_ended(page, turns=turn + 1)
    for _ in range(2):
        line = page.get_by_text("The agent is no longer sent what came before this; people can still scroll up.")
        expect(line).to_have_count(1)
        assert_fits(page)
        page.reload()


def test_failed_and_counted_turns_have_no_fault_in_either_theme_and_on_a_telephone(
    shop: Server, open_tab: OpenTab
) -> None:
    page = open_tab(shop.url)
    choose(page, "gpt-6.1-terra")
    ask(page, shop.write("fine", [["hide"], ["say", "Well."], USAGE]))
    wait_ended(page)
    choose(page, "anthropic:claude-haiku-5-5")
    ask(page, failing(shop, "no_credit", ["say", "Half"]))
    wait_ended(page, "failed", turns=2)
    page.locator(".ta-usage").click()
    for look in looks(page):
        last_turn(page).hover()
        assert complaints(page) == [], look


def test_nothing_moves_for_ever_while_text_streams(shop: Server, open_tab: OpenTab) -> None:
    """An animation makes every change wait for the next frame."""
    page = open_tab(shop.url)
    choose(page, "gpt-6.1-terra")
    busy: dict[str, Any] = {"kind": "overloaded", "retry": True, "retry_after": 0.2}
    steps = [["progress", 30, "Reading"], USAGE, *words("say", "word " * 100)]
    ask(page, shop.write("moves", [["fail", "Overloaded.", busy]], steps))
    wait_words(page, 100)
    assert page.evaluate("document.getAnimations().map((one) => one.effect.target.className)") == []
    wait_ended(page)


def test_what_an_own_agent_does_is_told_in_its_words(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    steps: list[Line] = [["whole", "action", "Searching"], ["whole", "action", "Reading\none\ntwo"], ["say", "Done."]]
    ask(page, shop.write("own", steps))
    wait_ended(page)
    for _ in range(2):
        actions = last_turn(page).locator("[data-kind=action]")
        expect(actions.first.locator(".ta-gist")).to_have_text("Searching")
        expect(actions.last.locator(".ta-result")).to_have_text("Reading\none\ntwo")
        assert last_turn(page).locator(".ta-args").count() == 0
        page.reload()
        wait_ended(page)
