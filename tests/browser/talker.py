"""People whose browser hears and speaks, and what they do on the page. Recogniser and synthesiser are played by
fake_voice.js."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from .screen import composer
from .tab import new_person

FAKE = (Path(__file__).parent / "fake_voice.js").read_text(encoding="utf-8")
OpenTalker = Callable[..., Page]


class People:
    """Each has a browser of their own, which is used again for later tests: it has most of the page already."""

    def __init__(self, chromium: Browser) -> None:
        self.faults: list[str] = []
        self._chromium = chromium
        self._free: dict[bool, list[BrowserContext]] = {True: [], False: []}
        self._used: list[tuple[bool, BrowserContext]] = []

    def one(self, *, fake: bool) -> BrowserContext:
        if self._free[fake]:
            person = self._free[fake].pop()
        else:
            person = new_person(self._chromium, self.faults, viewport={"width": 1200, "height": 800})
            if fake:
                person.add_init_script(FAKE)
        self._used.append((fake, person))
        return person

    def open(self, url: str, *, fake: bool = True, also: str = "", **settings: Any) -> Page:
        """The page, for another one with these settings of the dialog "Voice"; `also` runs before its own scripts."""
        page = self.one(fake=fake).new_page()
        page.add_init_script(f"localStorage['ta-voice'] ??= {json.dumps(json.dumps(settings))}; {also}")
        page.goto(url, wait_until="commit")
        composer(page).wait_for()
        return page

    def leave(self) -> list[str]:
        for fake, person in self._used:
            for page in person.pages:
                page.wait_for_load_state()  # else the server notes requests that were broken off
                page.evaluate("localStorage.clear()")
                page.close()
            person.clear_cookies()
            self._free[fake].append(person)
        self._used.clear()
        faults, self.faults[:] = list(self.faults), []
        return faults


def microphone(page: Page) -> Any:
    return page.get_by_role("button", name="Talk", exact=True)


def mode(page: Page, name: str, seconds: float = 8) -> None:
    """Waits until the voice is in that mode: the strip says so; there is none while it is idle."""
    strip = page.locator(".ta-voice-strip")
    if name == "idle":
        expect(strip).to_have_count(0, timeout=seconds * 1000)
    else:
        expect(strip).to_have_attribute("data-mode", name, timeout=seconds * 1000)


def listen(page: Page) -> None:
    microphone(page).click()
    listens(page)


def listens(page: Page) -> None:
    page.wait_for_function("fake.listens()")
    mode(page, "listening")


def say(page: Page, text: str) -> None:
    page.evaluate("(text) => fake.say(text)", text)


def spoken(page: Page) -> list[str]:
    return page.evaluate("fake.spoken.map(({ text }) => text)")
