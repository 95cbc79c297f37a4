"""A server at which people sign in, as they see it: who owns, takes part, watches, comes by a link."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from agent.access import Role

from .screen import address_of, ask, composer, last_turn, wait_ended
from .server import Server
from .tab import new_person
from .test_access import complaints, looks

SignIn = Callable[..., Page]


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(
        tmp_path_factory.mktemp("locked"), entry="main", options=["--signin", "--pace", "0"]
    ).running() as server:
        yield server


@pytest.fixture
def sign_in(locked: Server, chromium: Browser) -> Iterator[SignIn]:
    """Opens a browser of somebody's, who has followed their link if they have a role."""
    faults: list[str] = []
    people = []

    def person(user: str = "", role: Role = "member", *, width: int = 1200) -> Page:
        context = new_person(chromium, faults, viewport={"width": width, "height": 800})
        people.append(context)
        page = context.new_page()
        if user:
            page.goto(locked.invitation(user, role))
            page.wait_for_url(f"{locked.url}/")
        return page

    yield person
    for context in people:
        context.close()
    assert faults == []


@pytest.fixture
def adas(sign_in: SignIn) -> Page:
    """A session of ada's, with an answer."""
    page = sign_in("ada")
    ask(page, "What is 17% of 2,340?")
    wait_ended(page)
    address_of(page)
    return page


def link(page: Page, role: str) -> str:
    """A new one, from the dialog."""
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_label("Whoever has the link").select_option(role)
    page.get_by_role("button", name="Get a link").click()
    made = page.get_by_role("textbox", name="Link").input_value()
    page.keyboard.press("Escape")
    return made


def test_a_link_lets_take_part_until_that_is_withdrawn(sign_in: SignIn, adas: Page) -> None:
    bob = sign_in("bob")
    answer = bob.goto(adas.url)
    assert answer
    assert answer.status == 403
    expect(bob.get_by_role("heading", name="This session is not for you")).to_be_visible()
    for look in looks(bob):
        assert complaints(bob) == [], look
    bob.goto(link(adas, "member"))
    assert bob.url == adas.url
    ask(bob, "What is 1 + 1?")
    wait_ended(adas, turns=2)
    expect(last_turn(adas).locator(".ta-author")).to_have_text("bob")
    adas.get_by_role("button", name="Share", exact=True).click()
    expect(adas.get_by_label("What bob may do")).to_have_value("member")
    for look in looks(adas):
        assert complaints(adas) == [], look
    adas.set_viewport_size({"width": 1200, "height": 800})
    adas.get_by_label("What bob may do").select_option("viewer")
    expect(bob.get_by_text("You may watch this session")).to_be_visible()
    expect(composer(bob)).to_be_hidden()
    adas.get_by_role("button", name="Remove bob").click()
    expect(bob.get_by_role("heading", name="This session is not for you")).to_be_visible()
    expect(bob.get_by_text("2,340")).to_have_count(0)


def test_a_guest_watches_and_knows_that_they_are_one(sign_in: SignIn, adas: Page) -> None:
    guest = sign_in()
    guest.goto(link(adas, "viewer"))
    assert guest.url == adas.url
    expect(guest.get_by_text("You are a guest")).to_be_visible()
    expect(guest.get_by_text("You may watch this session")).to_be_visible()
    for name in ("Regenerate", "Edit message", "Share", "Settings", "Send"):
        expect(guest.get_by_role("button", name=name, exact=True)).to_have_count(0)
    guest.keyboard.press("Escape")
    for look in looks(guest):
        assert complaints(guest) == [], look
    guest.set_viewport_size({"width": 1200, "height": 800})
    guest.get_by_role("link", name="Tasks").click()
    expect(guest.get_by_text("None is shared with you yet.")).to_be_visible()
    expect(guest.get_by_role("button", name="Settings")).to_have_count(0)
    assert complaints(guest) == []
    guest.get_by_role("link", name="Leave").click()
    guest.wait_for_url("**/signin")


def test_a_viewer_begins_nothing_and_finds_what_is_shared(sign_in: SignIn, adas: Page) -> None:
    vera = sign_in("vera", "viewer", width=380)
    expect(vera.get_by_text("Nothing is shared with you yet.")).to_be_visible()
    vera.goto(link(adas, "viewer"))
    expect(vera.get_by_text("You may watch this session")).to_be_visible()
    vera.goto(adas.url.rsplit("/s/", 1)[0])
    for look in looks(vera):
        assert complaints(vera) == [], look
    vera.get_by_role("main").get_by_role("link", name="What is 17% of 2,340?").click()
    expect(vera.get_by_text("397.8").first).to_be_visible()


def test_who_signs_out_is_out(sign_in: SignIn, adas: Page) -> None:
    expect(adas.locator(".ta-me")).to_contain_text("ada")
    url = adas.url
    adas.get_by_role("link", name="Sign out").click()
    adas.wait_for_url("**/signin")
    adas.goto(url)
    adas.wait_for_url("**/signin?next=*")
    assert json.dumps(adas.context.cookies()).count('"thinkaloud"') == 0


def test_who_signs_out_is_out_in_their_other_windows_too(sign_in: SignIn, adas: Page) -> None:
    other = adas.context.new_page()
    other.goto(adas.url)
    expect(other.locator(".ta-me")).to_contain_text("ada")
    adas.get_by_role("link", name="Sign out").click()
    adas.wait_for_url("**/signin")
    other.wait_for_url("**/signin?next=*")
    other.close()


def test_a_page_leads_to_signing_in_when_its_time_is_up(sign_in: SignIn, adas: Page) -> None:
    adas.context.clear_cookies()
    adas.evaluate("window.socket.disconnect(); window.socket.connect()")
    adas.wait_for_url("**/signin?next=*")


def test_the_share_dialog_fits_a_telephone(sign_in: SignIn, adas: Page) -> None:
    adas.set_viewport_size({"width": 380, "height": 760})
    adas.get_by_role("button", name="Share").click()
    box = adas.locator(".ta-share").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 380
    adas.get_by_role("button", name="Get a link").click()
    expect(adas.get_by_role("textbox", name="Link")).to_be_visible()
    rows = adas.locator(".ta-share-link > *, .ta-share select")
    assert rows.evaluate_all("all => all.map((one) => one.offsetHeight)") == [40] * 4
    gaps = """([...all]) => all.slice(1).map((one, i) =>
      one.getBoundingClientRect().top - all[i].getBoundingClientRect().bottom)"""
    assert max(adas.locator(".ta-share .ta-sheet-body > *").evaluate_all(gaps)) <= 20
