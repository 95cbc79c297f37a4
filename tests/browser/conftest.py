"""People at real browsers: Debian's chromium, driven by Playwright, on the app in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from .chromium import started
from .minute import Cut, cut_for_a_minute
from .server import Server
from .sound import Sound, sounding
from .tab import Tabs
from .talker import OpenTalker, People

OpenTab = Callable[..., Page]
expect.set_options(timeout=15_000)  # ms; the usual five are over now and then, where all tests run at once


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One app for all who do not kill it."""
    with Server(tmp_path_factory.mktemp("app")).running() as server:
        yield server


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app of shop.py: models to choose among, and a provider that fails, asks, counts and waits as it is told."""
    with Server(tmp_path_factory.mktemp("shop"), entry="tests.browser.shop").running() as server:
        yield server


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for this folder: with the session's scope, every later test that is async would fail."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**started())
        yield browser
        browser.close()


@pytest.fixture(scope="package", autouse=True)
def minute(request: pytest.FixtureRequest) -> Iterator[Cut | None]:
    """Begins before all other tests, so that nobody waits for it; only if somebody is going to look at it."""
    if any(item.name == "test_a_cut_of_a_minute_is_made_up_for" for item in request.session.items):
        with cut_for_a_minute(request.getfixturevalue("server"), request.getfixturevalue("chromium")) as cut:
            yield cut
    else:
        yield None


@pytest.fixture(scope="package")
def tabs(chromium: Browser) -> Tabs:
    return Tabs(chromium)


@pytest.fixture
def open_tab(tabs: Tabs) -> Iterator[OpenTab]:
    """Opens an address, each time as another person: `open_tab(url, width=380, color_scheme="dark")`.

    In the end it is an error if a script failed there, or if anything was fetched from another host.
    """
    yield tabs.open
    assert tabs.close() == []


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sound]:
    with sounding(tmp_path_factory.mktemp("sound")) as sound:
        yield sound


@pytest.fixture(scope="package")
def people(chromium: Browser) -> People:
    return People(chromium)


@pytest.fixture
def talker(people: People) -> Iterator[OpenTalker]:
    """Opens the page for somebody who talks with it: `talker(url, conversation=True)`; see People.open."""
    yield people.open
    assert people.leave() == []
