"""Tabs in browsers of different people, whose faults are written down."""

from __future__ import annotations

from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Page

from .screen import composer

ELSEWHERE = "a page asked another host"


class Tabs:
    """Each tab that is open at the same time is another person's, with cookies and storage of their own.

    A person's browser is used again for later tests, emptied but for its cache, which saves half a second a tab.
    """

    def __init__(self, chromium: Browser) -> None:
        self.faults: list[str] = []
        """Scripts that failed, and all that was asked of other hosts."""
        self._chromium = chromium
        self._people: list[BrowserContext] = []
        self._open: list[Page] = []

    def open(
        self,
        url: str,
        *,
        width: int = 1200,
        height: int = 800,
        color_scheme: Literal["light", "dark"] = "light",
        reduced_motion: Literal["reduce", "no-preference"] = "no-preference",
        permissions: tuple[str, ...] = (),
    ) -> Page:
        if len(self._open) == len(self._people):
            self._people.append(new_person(self._chromium, self.faults))
        person = self._people[len(self._open)]
        person.grant_permissions(permissions)
        page = person.new_page()
        self._open.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=color_scheme, reduced_motion=reduced_motion)
        page.goto(url, wait_until="commit")
        composer(page).wait_for()
        return page

    def close(self) -> list[str]:
        """All that are open; returns the faults since the last time."""
        for page in self._open:
            page.evaluate("localStorage.clear()")
            page.close()
            page.context.clear_cookies()
            page.context.clear_permissions()
        self._open.clear()
        faults = list(self.faults)
        self.faults.clear()
        return faults


def new_person(chromium: Browser, faults: list[str], **options: Any) -> BrowserContext:
    """A browser of one's own, as Playwright's `new_context`; its faults are added to `faults`."""
    context = chromium.new_context(**options)
    context.set_default_timeout(15_000)
    context.on("weberror", lambda error: faults.append(f"a script failed: {error.error}"))
    context.on("request", lambda request: is_ours(request.url) or faults.append(f"{ELSEWHERE}: {request.url}"))
    return context


def is_ours(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:"))
