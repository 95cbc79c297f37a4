"""Whatever happens to the connection or the server, the page heals by itself and shows what the log has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from .conftest import OpenTab
from .minute import DRAFT
from .player import words
from .proxy import Proxy
from .screen import (
    answer,
    ask,
    composer,
    expected,
    last_turn,
    session_of,
    shown,
    wait_ended,
    wait_words,
)
from .server import Server, log_on_disk

TEXT = " ".join(f"word{n}" for n in range(400))


def test_short_cuts_and_black_holes_are_made_up_for_without_a_reload(server: Server, open_tab: OpenTab) -> None:
    """One page is cut off for 5 s and refused; another's bytes vanish for 8 s, in both directions."""
    cut, hole = Proxy(server.port), Proxy(server.port)
    try:
        pages = [open_tab(cut.url), open_tab(hole.url)]
        for page, name in zip(pages, ("five", "hole"), strict=True):
            page.evaluate("window.marker = 'the same page'")
            ask(page, server.write(name, words("think", TEXT[:60]) + words("say", TEXT), pace=0.036))
            wait_words(page, 60)
            composer(page).fill(DRAFT)
        cut.cut()
        hole.swallow()
        pages[0].wait_for_timeout(2_500)
        stood_still = [answer(page) for page in pages]
        pages[0].wait_for_timeout(2_500)
        assert [answer(page) for page in pages] == stood_still, "nothing was cut"
        cut.mend()
        pages[0].wait_for_timeout(3_000)
        hole.mend()
        for page, before in zip(pages, stood_still, strict=True):
            wait_words(page, len(before) + 1)
            assert last_turn(page).get_attribute("data-state") == "running", "too late to be in mid-answer"
        for page in pages:
            wait_ended(page)
            assert shown(page) == expected(page, server.log(session_of(page)))
            assert page.evaluate("window.marker") == "the same page"
            expect(composer(page)).to_have_value(DRAFT)
    finally:
        cut.close()
        hole.close()


def test_while_there_is_no_connection_no_clock_runs_and_then_it_is_right_again(
    server: Server, open_tab: OpenTab
) -> None:
    way = Proxy(server.port)
    try:
        page = open_tab(way.url)
        ask(page, server.write("clock", [*words("think", "Hm."), server.gate("clock"), *words("say", "So.")]))
        clock = last_turn(page).locator("[data-kind=thinking] .ta-time")
        expect(clock).to_have_text(re.compile(r"^0\.[3-9] s|^[1-9]"))
        way.cut()
        page.wait_for_function("!window.socket.connected")
        stood = clock.text_content()
        page.wait_for_timeout(2_000)
        assert clock.text_content() == stood
        way.mend()
        page.wait_for_function(
            "([element, since]) => parseFloat(element.textContent) > since + 2",
            arg=[clock.element_handle(), float((stood or "").split()[0])],
        )
        server.open_gate("clock")
        wait_ended(page)
    finally:
        way.close()


def test_a_killed_server_costs_nothing_that_was_seen_and_continue_completes_the_answer(
    tmp_path: Path, open_tab: OpenTab
) -> None:
    """The real main.py and its demo, SIGKILL in mid-answer, and the same tab all the time."""
    question = "How do I stop an answer and continue it later?"
    server = Server(tmp_path, entry="main")
    server.start()
    try:
        page = open_tab(server.url)
        ask(page, question)
        wait_words(page, 80)
        composer(page).fill(DRAFT)
        session = session_of(page)
        (before,) = shown(page)
        server.kill()
        server.start()
        wait_ended(page, "interrupted", seconds=30)
        (after,) = shown(page)
        assert [item["id"] for item in after["items"]] == [item["id"] for item in before["items"]]
        for had, has in zip(before["items"], after["items"], strict=True):
            assert letters(has["text"]).startswith(letters(had["text"]))
        expect(last_turn(page)).to_contain_text("The server stopped unexpectedly here.")
        expect(composer(page)).to_have_value(DRAFT)
        last_turn(page).get_by_role("button", name="Continue", exact=True).click()
        wait_ended(page, turns=2)
        turns = shown(page)
        uncut = open_tab(server.url)
        ask(uncut, question)
        wait_ended(uncut)
        other = session_of(uncut)
    finally:
        server.stop()
    log = log_on_disk(tmp_path, session)
    assert answered(log) == answered(log_on_disk(tmp_path, other))
    assert turns == expected(page, log)
    assert "Traceback" not in server.errors()


def letters(text: str) -> str:
    """Without marks: while a text grows, some are shown that are taken for formatting in the end."""
    return re.sub(r"\W+", "", text)


def answered(log: list[dict[str, Any]]) -> str:
    return "".join(item["source"] for turn in log for item in turn["items"] if item["kind"] == "answer")
