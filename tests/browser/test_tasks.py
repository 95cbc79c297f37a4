"""The page of tasks, from the first one to the notification that the last one is done."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import OpenTab
from .player import words
from .screen import composer
from .server import Server
from .tab import new_person
from .test_access import complaints, looks

RESULT = "## Three rivers\n\n| River | km |\n|---|---:|\n| Volga | 3,531 |\n\n```python\nprint(1)\n```\n"
NOTIFIED = """
  window.told = [];
  window.Notification = class {
    static permission = "default";
    static requestPermission() { Notification.permission = "granted"; return Promise.resolve("granted"); }
    constructor(title, { body, tag }) { window.told.push([title, body, tag]); }
  };
  Object.defineProperty(document, "hidden", { get: () => window.away ?? false });
"""


def begin(page: Page, text: str) -> Locator:
    """Writes what is to be done and presses Enter; returns its row."""
    box = page.get_by_label("What is to be done?")
    box.fill(text)
    box.press("Enter")
    row = page.locator(".ta-task", has_text=text)
    expect(row).to_be_visible()
    expect(box).to_have_value("")
    return row


def tasks(open_tab: OpenTab, server: Server, **look: object) -> Page:
    page = open_tab(server.url, **look)
    page.goto(f"{server.url}/tasks")
    page.get_by_label("What is to be done?").wait_for()
    return page


def test_settings_are_at_hand_on_the_page_of_tasks(shop: Server, open_tab: OpenTab) -> None:
    page = tasks(open_tab, shop)
    page.keyboard.press("Control+,")
    dialog = page.get_by_role("dialog", name="Settings")
    expect(dialog.get_by_text("OpenAI")).to_be_visible()
    assert complaints(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Settings").click()
    expect(dialog).to_be_visible()


def test_tasks_run_ask_fail_and_are_done(shop: Server, open_tab: OpenTab) -> None:
    shop.write("rich", [*words("say", RESULT)], pace=0.002)
    shop.write("percent", [["progress", 40, "Page 4 of 10"], ["wait", 30]])
    shop.write("asks", [["think", "Hm."], ["ask", "Which river?", ["Danube", "Volga"]]])
    shop.write("unsure", [["think", "Hm."], ["wait", 30]])
    shop.write("fails", [["say", "Half "], ["fail", "The provider is busy. Try again in a minute."]])
    page = tasks(open_tab, shop)
    for look in looks(page):
        assert complaints(page) == [], look
    page.set_viewport_size({"width": 1200, "height": 800})
    done, failed, asked, far, unsure = (
        begin(page, f"play {name}") for name in ("rich", "fails", "asks", "percent", "unsure")
    )
    bar = far.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "40")
    expect(far).to_contain_text("Page 4 of 10")
    expect(unsure.get_by_role("progressbar")).not_to_have_attribute("aria-valuenow", "0")
    expect(asked).to_contain_text("Waits for your answer")
    done.get_by_role("button", name="Show result").click()
    expect(done.get_by_role("cell", name="Volga")).to_be_visible()
    failed.get_by_role("button", name="What went wrong").click()
    expect(failed).to_contain_text("The provider is busy.")
    expect(page.locator(".ta-drawer-link")).to_contain_text("3 running")
    for look in looks(page):
        assert complaints(page) == [], look
    page.set_viewport_size({"width": 1200, "height": 800})
    for row in (far, unsure):
        row.get_by_role("button", name="Cancel").press("Enter")
        expect(row).to_contain_text("Cancelled")
        expect(row.get_by_role("heading").get_by_role("link")).to_be_focused()
    asked.get_by_role("link", name="Answer").click()
    page.get_by_role("button", name="Volga").click()
    expect(page.locator("[data-kind=answer]")).to_contain_text("You said: Volga.")
    expect(composer(page)).to_be_visible()


def test_a_task_goes_on_without_its_page_and_is_told_when_it_is_done(shop: Server, open_tab: OpenTab) -> None:
    page = tasks(open_tab, shop)
    page.context.add_init_script(NOTIFIED)
    page.reload()
    row = begin(page, shop.write("slowly", [["wait", 2], ["say", "There."]]))
    row.get_by_role("button", name="Tell me when it is done").click()
    expect(row.get_by_role("button", name="You will be told")).to_have_attribute("aria-pressed", "true")
    page.evaluate("window.away = true")
    page.wait_for_function("window.told.length", timeout=8000)
    ((title, body, tag),) = page.evaluate("window.told")
    assert (title, body) == ("play slowly", "Done")
    asks = begin(page, shop.write("asking", [["ask", "Now?", ["Yes"]]]))
    page.wait_for_function("window.told.length === 2", timeout=8000)
    assert page.evaluate("window.told[1].slice(0, 2)") == ["play asking", "Asks: Now?"]
    assert tag != page.evaluate("window.told[1][2]")
    asks.get_by_role("button", name="Cancel").click()
    page.goto("about:blank")
    page.goto(f"{shop.url}/tasks")
    row.get_by_role("button", name="Show result").click()
    expect(row.locator(".ta-task-result")).to_contain_text("There.")


@pytest.mark.alone
def test_the_drawer_keeps_what_has_come_when_the_window_gets_narrow_and_wide(shop: Server, open_tab: OpenTab) -> None:
    page = tasks(open_tab, shop)
    begin(page, shop.write("resized", [["say", "Well."], ["wait", 1]]))
    listed = page.locator(".ta-session", has_text="play resized")
    expect(listed).to_have_count(1)
    for width in (380, 1200):
        page.set_viewport_size({"width": width, "height": 800})
        expect(page.locator(".q-page-container")).to_have_css("padding-left", "272px" if width > 1000 else "0px")
    expect(listed).to_have_count(1)
    expect(listed).not_to_contain_text("Running")
    expect(listed).to_have_count(1)


def test_where_a_browser_cannot_notify_it_says_so(shop: Server, chromium: Browser) -> None:
    faults: list[str] = []
    person = new_person(chromium, faults)
    person.add_init_script("delete window.Notification")
    page = person.new_page()
    page.goto(f"{shop.url}/tasks")
    row = begin(page, shop.write("unheard", [["wait", 5]]))
    bell = row.get_by_role("button", name="Tell me when it is done")
    expect(bell).to_have_attribute("aria-disabled", "true")
    expect(bell).to_have_attribute("data-tip", "This browser cannot notify you.")
    row.get_by_role("button", name="Cancel").click()
    person.close()
    assert faults == []


def test_a_task_killed_with_its_server_goes_on_from_its_last_step(tmp_path: Path, open_tab: OpenTab) -> None:
    server = Server(tmp_path)
    server.start()
    try:
        call = ["call", "calculate", {"expression": "6 * 7"}]
        page = tasks(open_tab, server)
        answer = words("say", "It is 42, " + "and so on " * 30)
        row = begin(page, server.write("killed", [call], [*answer, server.gate("killed")]))
        expect(row).to_contain_text("Answering")
        server.kill()
        server.start()
        expect(row).to_contain_text("Interrupted", timeout=15_000)
        server.write("killed", [call], answer, pace=0.001)
        row.get_by_role("button", name="Continue").click()
        expect(row).to_contain_text("Done")
        row.get_by_role("link", name="Show").click()
        expect(page.locator("[data-kind=action]")).to_have_count(1)
    finally:
        server.stop()
