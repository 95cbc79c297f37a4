"""Requests of a page that wait until a test lets them go on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route


class Held:
    """All whose address fits `pattern`, from now on."""

    def __init__(self, page: Page, pattern: str) -> None:
        self.routes: list[Route] = []
        self._page, self._pattern = page, pattern
        page.route(pattern, lambda route: self.routes.append(route))

    def asked_for(self) -> None:
        """Returns once there is one."""
        for _ in range(100):
            if self.routes:
                return
            self._page.wait_for_timeout(20)
        pytest.fail(f"Nobody asked for {self._pattern}.")

    def release(self) -> None:
        for route in self.routes:
            route.continue_()
        self._page.unroute(self._pattern)

    def break_off(self) -> None:
        for route in self.routes:
            route.abort()
        self._page.unroute(self._pattern)
