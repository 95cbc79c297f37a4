"""Who talks and uses their hands as well: sends what was heard, stops what waits, silences what is read."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import OpenTab
from .player import words
from .proxy import Proxy
from .screen import address_of, ask, composer, last_turn, wait_ended
from .server import Server
from .talker import OpenTalker, listen, listens, microphone, mode, say, spoken

LONG = "One more sentence is read here. " * 40


@pytest.mark.parametrize("how", ["Enter", "Send"])
@pytest.mark.parametrize("final", [True, False])
def test_who_sends_by_hand_what_was_heard_sends_it_once(
    server: Server, talker: OpenTalker, how: str, final: bool
) -> None:
    page = talker(server.url)
    listen(page)
    heard = server.write("once", words("say", "Here it is."))
    page.evaluate("([text, final]) => fake.say(text, { final })", [heard, final])
    expect(composer(page)).to_have_value(heard)
    if how == "Enter":
        composer(page).press("Enter")
    else:
        page.get_by_role("button", name="Send", exact=True).click()
    wait_ended(page)
    page.wait_for_function("fake.spoken.length > 0")
    mode(page, "idle")
    assert spoken(page) == ["Here it is."]
    page.wait_for_timeout(1500)  # longer than a pause
    expect(page.locator(".ta-bubble")).to_have_text([heard])
    expect(composer(page)).to_have_value("")


def test_what_waits_behind_a_run_that_was_stopped_does_not_stop_the_next_one(
    server: Server, talker: OpenTalker
) -> None:
    page = talker(server.url)
    ask(page, server.write("first", words("say", LONG), pace=0.05))
    expect(last_turn(page)).to_have_attribute("data-state", "running")
    listen(page)
    say(page, "and another thing")
    expect(page.locator(".ta-queue li")).to_have_count(1)
    page.keyboard.press("Escape")
    wait_ended(page, "interrupted")
    mode(page, "idle")  # nobody thinks about it: it rests in the queue
    page.keyboard.press("Escape")
    ask(page, server.write("second", words("say", "Here it is.")))
    wait_ended(page, turns=2)
    expect(page.locator(".ta-voice-trouble")).to_have_count(0)


def test_a_second_finger_does_not_hold_the_button_for_ever(server: Server, talker: OpenTalker) -> None:
    page = talker(server.url)
    cdp = page.context.new_cdp_session(page)
    cdp.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 5})
    box = microphone(page).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    one, two = {"x": x - 4, "y": y, "id": 1}, {"x": x + 6, "y": y, "id": 2}

    def touch(kind: str, *points: object) -> None:
        cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", one)
    listens(page)  # held
    touch("touchStart", one, two)
    say(page, server.write("fingers", words("say", "Here it is.")))
    touch("touchEnd", one)
    touch("touchEnd")
    wait_ended(page)


def test_silencing_what_is_read_aloud_stops_nobodys_run(server: Server, talker: OpenTalker, open_tab: OpenTab) -> None:
    """Without a connection a Stop would lie in a queue, and hit what runs when it is back."""
    proxy = Proxy(server.port)
    try:
        page = talker(proxy.url)
        ask(page, server.write("old", words("say", LONG), pace=0.001))
        wait_ended(page)
        page.evaluate("fake.slow = 400")
        last_turn(page).get_by_role("button", name="Read aloud").click()
        page.wait_for_function("fake.spoken.length > 1")
        other = open_tab(server.url + address_of(page).removeprefix(proxy.url))
        proxy.cut()
        page.wait_for_function("!socket.connected")
        page.keyboard.press("Escape")
        mode(page, "idle")
        ask(other, server.write("theirs", [*words("say", "Theirs."), server.gate("theirs")]))
        expect(last_turn(other)).to_contain_text("Theirs.")
        proxy.mend()
        page.wait_for_function("socket.connected")
        expect(last_turn(page)).to_contain_text("Theirs.")
        server.open_gate("theirs")
        wait_ended(other, turns=2)
    finally:
        proxy.close()
