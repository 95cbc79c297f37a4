"""Files as people attach them: chosen, pasted, dropped, sent, seen, and never lost."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from ..pictures import pdf, png
from .conftest import OpenTab
from .held import Held
from .player import words
from .screen import ask, composer, last_turn, session_of, wait_ended
from .server import Server
from .test_access import complaints, looks
from .test_narrow import assert_fits

PICTURE: FilePayload = {"name": "valley.png", "mimeType": "image/png", "buffer": png(60, 40)}
PAPER: FilePayload = {"name": "report.pdf", "mimeType": "application/pdf", "buffer": pdf()}
LONG: FilePayload = {**PAPER, "name": "a report with a long name " * 4 + ".pdf"}
HAND = """([event, name, data]) => {
  const transfer = new DataTransfer();
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  transfer.items.add(new File([bytes], name, { type: "image/png" }));
  const at = document.activeElement ?? document.body;
  const how = { bubbles: true, cancelable: true };
  return !at.dispatchEvent(event === "paste" ? new ClipboardEvent(event, { ...how, clipboardData: transfer })
    : new DragEvent(event, { ...how, dataTransfer: transfer }));
}"""


def choose(page: Page, *files: FilePayload) -> None:
    """As from the dialog that the paperclip opens."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files(list(files))


def hand(page: Page, event: str, file: FilePayload = PICTURE) -> bool:
    """Pastes a file into what has the focus, or drags it over that; whether the page took it."""
    return page.evaluate(HAND, [event, file["name"], base64.b64encode(file["buffer"]).decode()])


def chips(page: Page) -> Locator:
    return page.locator(".ta-files li")


def wait_uploaded(page: Page, count: int = 1) -> None:
    expect(page.locator(".ta-files .ta-done")).to_have_count(count)
    expect(chips(page)).to_have_count(count)


def attached(page: Page) -> Locator:
    return last_turn(page).get_by_role("list", name="Attached files").get_by_role("link")


def send_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Send", exact=True)


def is_painted(picture: Locator) -> None:
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("(it) => it.naturalWidth") == 60


def test_files_are_attached_sent_alone_and_seen_live_and_after_a_reload(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    expect(send_button(page)).to_be_disabled()
    choose(page, PICTURE, PAPER)
    expect(chips(page)).to_have_text([re.compile(r"valley\.png5 kB"), re.compile(r"report\.pdf578 bytes")])
    is_painted(chips(page).first.locator("img"))
    expect(composer(page)).to_be_focused()
    send_button(page).click()
    expect(chips(page)).to_have_count(0)
    wait_ended(page)
    session_of(page)
    expect(last_turn(page)).to_contain_text("I cannot look at the 2 files you attached")
    for _ in range(2):
        expect(attached(page)).to_have_count(2)
        is_painted(attached(page).get_by_role("img", name="valley.png"))
        expect(last_turn(page).locator(".ta-bubble")).to_have_count(0)
        page.reload()
        wait_ended(page)
    expect(page.locator(".ta-title")).to_have_text("valley.png")


def test_a_picture_opens_large_and_a_pdf_is_downloaded(server: Server, open_tab: OpenTab, tmp_path: Path) -> None:
    page = open_tab(server.url)
    choose(page, PICTURE, PAPER)
    ask(page, server.write("seen", words("say", "Nice.")))
    wait_ended(page)
    with page.context.expect_page() as opened:
        attached(page).first.click()
    is_painted(opened.value.locator("img"))
    opened.value.close()
    with page.expect_download() as download:
        attached(page).last.click()
    assert download.value.suggested_filename == "report.pdf"
    assert download.value.path().read_bytes() == pdf()


def test_a_message_waits_for_its_uploads_and_then_goes_by_itself(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    held = Held(page, "**/files")
    choose(page, PICTURE)
    expect(page.get_by_role("progressbar", name="Upload of valley.png")).to_be_visible()
    composer(page).fill(server.write("later", words("say", "There it is.")))
    page.keyboard.press("Enter")
    expect(page.get_by_text("It is sent once the files are uploaded.")).to_be_visible()
    expect(page.locator("[data-turn]")).to_have_count(0)
    held.release()
    wait_ended(page)
    expect(attached(page)).to_have_count(1)
    expect(composer(page)).to_have_value("")


def test_an_upload_that_breaks_off_says_so_and_can_be_tried_again(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    held = Held(page, "**/files")
    choose(page, PICTURE)
    composer(page).fill(server.write("again", words("say", "There it is.")))
    page.keyboard.press("Enter")
    expect(page.get_by_text("It is sent once")).to_be_visible()
    held.break_off()
    expect(chips(page)).to_contain_text("Not uploaded")
    expect(page.get_by_role("alert")).to_contain_text("“valley.png” is not uploaded: try again, or remove it.")
    expect(page.locator("[data-turn]")).to_have_count(0)
    page.get_by_role("button", name="Try again: valley.png").click()
    wait_uploaded(page)
    composer(page).press("Enter")
    wait_ended(page)
    expect(attached(page)).to_have_count(1)


def test_what_is_not_accepted_is_told_and_nothing_is_sent_without_it(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    held = Held(page, "**/files")
    choose(page, {"name": "phone.heic", "mimeType": "image/heic", "buffer": b"\0\0\0\x18ftypheic" + bytes(300)})
    composer(page).fill("Look at this")
    page.keyboard.press("Enter")
    held.release()
    expect(page.get_by_role("alert")).to_contain_text("“phone.heic” cannot be attached. You can attach images (PNG")
    ink = page.locator(".q-notification__message").evaluate("(it) => getComputedStyle(it).color")
    assert ink == "rgb(27, 29, 38)", "it can be read on its ground"
    expect(chips(page)).to_have_count(0)
    expect(composer(page)).to_have_value("Look at this")
    expect(page.locator("[data-turn]")).to_have_count(0)


def test_a_photo_that_is_too_large_is_made_smaller_before_it_goes(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    choose(page, {**PICTURE, "name": "peak.png", "buffer": png(3000, 60, least=4_000_000)})
    wait_uploaded(page)
    expect(chips(page)).to_contain_text("peak.jpg")
    expect(chips(page).locator("img")).to_have_js_property("naturalWidth", 2048)
    expect(chips(page)).to_contain_text(re.compile(r"\d+ kB"))


def test_a_ninth_file_is_refused(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url, width=380, height=740)
    choose(page, *[{**LONG, "name": f"{n} {LONG['name']}"} for n in range(9)])
    expect(page.get_by_role("alert")).to_contain_text("8 files at the most")
    wait_uploaded(page, 8)
    assert_fits(page)


def test_a_pasted_picture_is_attached_and_pasted_text_stays_text(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    composer(page).focus()
    assert hand(page, "paste")
    wait_uploaded(page)
    assert not page.evaluate(
        """() => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", "1 2");
          clipboardData.items.add(new File(["x"], "sheet.png", { type: "image/png" }));
          const event = new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData });
          return !document.activeElement.dispatchEvent(event);
        }"""
    )
    expect(chips(page)).to_have_count(1)


def test_files_may_be_dropped_anywhere_and_the_box_shows_it(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    page.evaluate("document.activeElement.blur()")
    assert hand(page, "dragover")
    expect(page.get_by_text("Drop files to attach them")).to_be_visible()
    page.evaluate("dispatchEvent(new DragEvent('dragleave'))")
    expect(page.get_by_text("Drop files to attach them")).to_have_count(0)
    assert hand(page, "dragover")
    assert hand(page, "drop")
    expect(page.get_by_text("Drop files to attach them")).to_have_count(0)
    wait_uploaded(page)


def test_a_text_file_is_written_into_the_message(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    composer(page).fill("Sum this up:")
    choose(page, {"name": "data.csv", "mimeType": "text/csv", "buffer": "a,ü\r\n```,2\r\n".encode()})
    expect(composer(page)).to_have_value("Sum this up:\n\ndata.csv:\n\n````csv\na,ü\n```,2\n````\n")
    expect(chips(page)).to_have_count(0)
    choose(page, {"name": "long.txt", "mimeType": "text/plain", "buffer": b"x" * 150_000})
    expect(page.get_by_role("alert")).to_contain_text("“long.txt” is too long")
    expect(composer(page)).to_have_value(re.compile("^Sum this up:.{0,60}$", re.DOTALL))


def test_a_draft_keeps_its_files_over_a_reload_and_a_removed_one_is_gone(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    choose(page, PICTURE, PAPER)
    wait_uploaded(page, 2)
    composer(page).fill(server.write("draft", words("say", "Nice.")))
    page.reload()
    expect(chips(page)).to_have_count(2)
    is_painted(chips(page).first.locator("img"))
    page.get_by_role("button", name="Remove valley.png").click()
    expect(composer(page)).to_be_focused()
    page.reload()
    expect(chips(page)).to_have_count(1)
    composer(page).press("Enter")
    wait_ended(page)
    expect(attached(page)).to_have_count(1)
    session_of(page)
    page.reload()
    wait_ended(page)
    expect(chips(page)).to_have_count(0)


def test_a_draft_with_a_file_outlives_the_server(tmp_path: Path, open_tab: OpenTab) -> None:
    server = Server(tmp_path)
    server.start()
    try:
        page = open_tab(server.url)
        choose(page, PICTURE)
        wait_uploaded(page)
        server.kill()
        composer(page).fill(server.write("killed", words("say", "Still there.")))
        page.keyboard.press("Enter")
        expect(page.get_by_text("Not sent yet")).to_be_visible()
        server.start()
        wait_ended(page, seconds=25)
        expect(attached(page)).to_have_count(1)
        is_painted(attached(page).get_by_role("img"))
        expect(chips(page)).to_have_count(0)
        assert len(server.log(session_of(page))) == 1
    finally:
        server.stop()


def test_a_waiting_message_tells_how_many_files_it_has_and_gives_them_back(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    ask(page, server.write("long", words("say", "busy " * 200), pace=0.03))
    page.locator("[data-kind=answer]").wait_for()
    choose(page, PICTURE, PAPER)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    wait_uploaded(page, 2)
    send_button(page).click()
    waiting = page.get_by_label("Messages that wait")
    expect(waiting).to_contain_text("2 files")
    expect(chips(page)).to_have_count(0)
    waiting.get_by_role("button", name="Take back: 2 files").click()
    expect(chips(page)).to_have_text([re.compile("valley"), re.compile("report")])
    page.keyboard.press("Escape")
    wait_ended(page, "interrupted")


@pytest.mark.parametrize("again", ["Regenerate", "Edit message"])
def test_what_is_asked_again_keeps_its_files(server: Server, open_tab: OpenTab, again: str) -> None:
    page = open_tab(server.url)
    choose(page, PICTURE)
    ask(page, server.write("first", words("say", "First.")))
    wait_ended(page)
    session = session_of(page)
    last_turn(page).locator(".ta-message").hover()
    last_turn(page).get_by_role("button", name=again).click()
    if again == "Edit message":
        expect(attached(page)).to_have_count(1)
        page.get_by_label("Edit message").fill(server.write("second", words("say", "Second.")))
        page.get_by_role("button", name="Send again").click()
    page.wait_for_url(lambda url: "/s/" in url and not url.endswith(session))
    wait_ended(page)
    is_painted(attached(page).get_by_role("img", name="valley.png"))


def test_files_have_no_fault_in_either_theme_and_on_a_telephone(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    choose(page, PICTURE, LONG)
    ask(page, server.write("fault", words("say", "Nice.")))
    wait_ended(page)
    choose(page, PICTURE, LONG)
    wait_uploaded(page, 2)
    held = Held(page, "**/files")
    choose(page, PAPER)
    expect(page.get_by_role("progressbar")).to_have_count(1)
    held.break_off()
    expect(chips(page).last).to_contain_text("Not uploaded")
    held = Held(page, "**/files")
    choose(page, PAPER)
    for look in looks(page):
        assert complaints(page) == [], look
        assert_fits(page)
    held.release()
    wait_ended(page)
    expect(page.get_by_role("progressbar")).to_have_count(0)
