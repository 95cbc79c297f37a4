"""What is pressed while there is no connection: it waits a moment, and nothing else happens in its place."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .conftest import OpenTab
from .player import words
from .proxy import Proxy
from .screen import ask, wait_ended
from .server import Server
from .test_models import badge
from .test_tasks import begin


def test_what_cannot_be_begun_for_want_of_a_connection_says_so_and_stays(server: Server, open_tab: OpenTab) -> None:
    proxy = Proxy(server.port)
    try:
        page = open_tab(proxy.url)
        page.goto(f"{proxy.url}/tasks")
        box = page.get_by_label("What is to be done?")
        box.fill(server.write("cut", words("say", "Well.")))
        proxy.cut()
        page.wait_for_function("!window.socket.connected")
        box.press("Enter")
        expect(page.get_by_role("button", name="Begin")).to_be_disabled()
        expect(page.get_by_text("There is no connection to the server at the moment.")).to_be_visible()
        expect(box).to_have_value("play cut")
        proxy.mend()
        page.wait_for_function("window.socket.connected")
        page.evaluate("window.socket.io.engine.close(); document.querySelector('.ta-task-form button').click()")
        expect(page.locator(".ta-task", has_text="play cut")).to_have_count(1)  # it is connected again within a second
        expect(box).to_have_value("")
    finally:
        proxy.close()


def test_who_types_while_a_cancel_waits_is_not_disturbed(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    page.goto(f"{shop.url}/tasks")
    row = begin(page, shop.write("cancelled", [["think", "Hm."], ["wait", 30]]))
    expect(row).to_have_attribute("data-state", "running")
    away(page)
    row.get_by_role("button", name="Cancel").click()
    box = page.get_by_label("What is to be done?")
    box.press_sequentially("Next thi")
    back(page)
    expect(row).to_have_attribute("data-state", "interrupted")
    page.keyboard.type("ng to do")
    expect(box).to_have_value("Next thing to do")


def test_never_mind_counts_while_a_model_waits(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    ask(page, shop.write("one", [["say", "One."]]))
    wait_ended(page)
    badge(page).click()
    page.get_by_text("303 models").wait_for()
    before = badge(page).text_content()
    away(page)
    page.get_by_role("button", name="gpt-6-luna cheap").click()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    back(page)
    page.wait_for_timeout(500)
    assert badge(page).text_content() == before


def test_a_key_goes_to_the_address_that_was_typed(shop: Server, open_tab: OpenTab) -> None:
    """What the server knows comes only when there is a connection, after somebody has typed something else."""
    page = open_tab(shop.url)
    settings = page.get_by_role("button", name="Settings", exact=True)
    settings.click()
    page.locator("[data-vendor=openai] summary").wait_for()
    page.keyboard.press("Escape")
    away(page)
    settings.click()
    form = page.locator("[data-vendor=openai]")
    form.locator("summary").click()
    form.get_by_role("button", name="Another address").click()
    form.locator("[name=url]").fill("http://127.0.0.1:9/mine")
    form.locator("[name=key]").fill("bad-key-0123456789")
    page.evaluate(
        """() => {
          const emit = socket.emit.bind(socket);
          window.sent = new Promise((found) => (socket.emit = (name, message, ...more) => {
            if (JSON.stringify(message).includes("bad-key")) found(JSON.stringify(message));
            return emit(name, message, ...more);
          }));
        }"""
    )
    form.get_by_role("button", name="Save").click()
    back(page)
    assert "http://127.0.0.1:9/mine" in page.evaluate("window.sent")
    expect(form.locator("[name=url]")).to_have_value("http://127.0.0.1:9/mine")


def test_what_waits_goes_in_the_order_in_which_it_was_pressed(shop: Server, open_tab: OpenTab) -> None:
    page = open_tab(shop.url)
    away(page)
    order = page.evaluate(
        """async () => {
          const { connected } = await import("thinkaloud-connection");
          const order = [];
          const asked = [];
          for (let n = 0; n < 20; n++) {
            asked.push(connected().then(() => order.push(n)));
            await new Promise((go) => setTimeout(go, 7));
          }
          socket.connect();
          await Promise.all(asked);
          return order;
        }"""
    )
    assert order == list(range(20))


def away(page: Page) -> None:
    page.evaluate("socket.disconnect()")


def back(page: Page) -> None:
    page.evaluate("socket.connect()")
    page.wait_for_function("socket.connected")
