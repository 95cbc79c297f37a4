"""A turn as it is watched: thoughts that come one by one, fold, and announce themselves."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .conftest import OpenTab
from .player import words
from .screen import RECORD, answer, ask, expected, last_turn, session_of, shown, wait_ended, wait_words
from .server import Server

TEXT = " ".join(f"word{n}" for n in range(80))


def test_thoughts_and_words_come_one_by_one_and_not_as_a_block(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    page.evaluate(RECORD)
    page.get_by_role("button", name="What is 17% of 2,340").click()
    wait_ended(page)
    seen = page.evaluate("window.seen")
    born = sorted(seen["thoughts"].values())
    assert len(born) >= 4
    assert born[-1] - born[0] > 500
    assert len({round(at / 16) for at in born}) >= len(born) - 1, "only calls of one step may come in one frame"
    times = [at for at, _ in seen["answer"]]
    growth = [
        length - before for (_, before), (_, length) in zip([(0, 0), *seen["answer"]], seen["answer"], strict=False)
    ]
    assert len(times) > 10
    assert times[-1] - times[0] > 250
    assert max(growth) < len(answer(page)) / 4
    assert shown(page) == expected(page, server.log(session_of(page)))


def test_a_reload_in_mid_answer_shows_what_was_there_and_goes_on(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    ask(page, server.write("reload", words("think", TEXT[:100]) + words("say", TEXT), pace=0.03))
    before = wait_words(page, 200)
    session = session_of(page)
    seen = shown(page)[0]["items"]
    page.reload()
    last_turn(page).wait_for()
    after = answer(page)
    assert after.startswith(before)
    assert [item["id"] for item in shown(page)[0]["items"]] == [item["id"] for item in seen]
    expect(last_turn(page)).to_have_attribute("data-state", "running")
    wait_ended(page)
    assert answer(page) == TEXT
    assert shown(page) == expected(page, server.log(session))


def test_thinking_folds_into_how_long_it_took(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    ask(page, server.write("folding", [*words("think", TEXT[:100]), ["wait", 0.8], *words("say", TEXT[:200])]))
    thought = page.locator("[data-kind=thinking]")
    head = thought.locator(".ta-head")
    expect(head).to_contain_text("Thinking")
    expect(thought.locator(".ta-body")).to_be_visible()
    expect(head).to_contain_text(re.compile(r"Thought for \d"))
    expect(head).to_have_attribute("aria-expanded", "false")
    expect(thought.locator(".ta-body")).to_be_hidden()
    wait_ended(page)
    expect(page.locator("[data-kind=answer] .ta-body")).to_be_visible()


def test_the_first_words_of_a_folded_thought_are_set_apart_where_its_blocks_are(
    server: Server, open_tab: OpenTab
) -> None:
    text = "# Plan\n\nNone had *answered* yet.\nNone.\n\nA tour:\n\n- one\n- `two`\n\n$$x$$\n\n"
    text += "| a | b |\n|---|---|\n| 1 | 2 |"
    page = open_tab(server.url)
    ask(page, server.write("gist", words("think", text) + words("say", "So.")))
    for _ in range(2):  # as it grew, and after a reload
        wait_ended(page)
        gist = page.locator("[data-kind=thinking] .ta-gist")
        expect(gist).to_have_text(re.compile(r"^Plan None had answered yet\. None\. A tour: one two x\S* a b 1 2$"))
        name = re.compile(r"Thought for .* s Plan None had answered yet\. None\. A tour: one two")
        expect(page.get_by_role("button", name=name)).to_be_visible()
        page.reload()


def test_what_a_person_unfolds_or_folds_stays_as_they_left_it(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    call = ["call", "calculate", {"expression": "6 * 7"}]
    thinking = [*words("think", TEXT[:100]), ["wait", 0.6], call]
    ask(page, server.write("toggle", thinking, words("think", TEXT[:100]) + words("say", TEXT)))
    first, second = page.locator("[data-kind=thinking]").nth(0), page.locator("[data-kind=thinking]").nth(1)
    first.locator(".ta-head").click()  # folded while it grows …
    first.locator(".ta-head").click()  # … and unfolded again
    action = page.locator("[data-kind=action]")
    action.locator(".ta-head").click()
    wait_ended(page)
    expect(second).to_have_attribute("data-folded", "true")
    expect(first).to_have_attribute("data-folded", "false")
    expect(first.locator(".ta-body")).to_be_visible()
    expect(action.locator(".ta-args")).to_contain_text("6 * 7")


def test_who_only_listens_hears_two_words_and_no_stream(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    log = page.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "off")
    page.evaluate(
        """() => {
          window.said = [];
          const status = document.querySelector(".ta-transcript [role=status]");
          new MutationObserver(() => window.said.push(status.textContent)).observe(status, { childList: true });
        }"""
    )
    assert page.locator(".ta-transcript [aria-live=polite]").count() == 1
    ask(page, server.write("heard", words("think", TEXT[:100]) + words("say", TEXT[:100])))
    wait_ended(page)
    assert page.evaluate("window.said") == ["Thinking", "Answer ready"]


def test_who_wants_less_motion_sees_nothing_move(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url, reduced_motion="reduce")
    page.evaluate(
        """() => {
          window.moving = new Set();
          const look = () => {
            for (const animation of document.getAnimations()) {
              const { effect, playState } = animation;
              const moves = playState === "running" && effect.getTiming().duration > 1;
              if (moves) window.moving.add(effect.target.className);
            }
            requestAnimationFrame(look);
          };
          look();
        }"""
    )
    calls = [*words("think", TEXT[:150]), ["call", "calculate", {"expression": "6 * 7"}]]
    ask(page, server.write("calm", calls, words("say", TEXT[:200])))
    wait_ended(page)
    page.locator("[data-kind=thinking] .ta-head").first.click()
    assert page.evaluate("[...window.moving]") == []


def test_the_page_moves_for_others(server: Server, open_tab: OpenTab) -> None:
    """Else the test above would notice nothing."""
    page = open_tab(server.url)
    ask(page, server.write("moving", words("think", TEXT[:150]) + words("say", TEXT[:200])))
    page.wait_for_function("document.getAnimations().some((animation) => animation.playState === 'running')")
