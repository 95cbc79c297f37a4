"""axe finds nothing to say about any of the product's pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .conftest import OpenTab
from .player import words
from .screen import ask, last_turn, wait_ended, wait_words
from .server import Server

RICH = """## What it found

Some **bold** text with `code` and [a link](https://example.com/page).

- one
- two

| Item | Price |
|---|---:|
| Tea | 2.50 |

```python
def add(a: int, b: str) -> int:
    return a + 1  # a comment
```

> A quote.

$$x = \\frac{-b}{2a}$$
"""
CALL = ["call", "calculate", {"expression": "6 * 7"}]
WRONG = ["call", "convert", {"value": 3, "unit": "florps", "to": "m"}]


def complaints(page: Page) -> list[str]:
    """What axe finds, once nothing fades any more."""
    page.wait_for_function(
        "document.getAnimations().every((one) => one.effect.getTiming().iterations > 1 || one.playState !== 'running')"
    )
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


@pytest.fixture
def rich(server: Server) -> str:
    return server.write("rich", [*words("think", "Let me *see*."), CALL, WRONG], words("say", RICH), pace=0.002)


def test_an_empty_page_has_no_fault_in_either_theme_and_on_a_telephone(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    for look in looks(page):
        assert complaints(page) == [], look


def test_a_finished_turn_has_no_fault_in_either_theme_and_on_a_telephone(
    server: Server, open_tab: OpenTab, rich: str
) -> None:
    page = open_tab(server.url)
    ask(page, rich)
    wait_ended(page)
    expect(page.locator("[data-kind=thinking]")).to_have_attribute("data-folded", "true")
    while (folded := page.locator("[data-folded=true] .ta-head")).count():
        folded.first.click()
    for look in looks(page):
        last_turn(page).hover()
        assert complaints(page) == [], look


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_drawer_over_a_narrow_page_has_no_fault(server: Server, open_tab: OpenTab, rich: str, theme: str) -> None:
    page = open_tab(server.url, width=380, color_scheme=theme)
    ask(page, rich)
    wait_ended(page)
    assert complaints(page) == []
    page.get_by_role("button", name="Sessions menu").click()
    page.get_by_role("link", name="New session").wait_for()
    assert complaints(page) == []


def test_live_stopped_and_edited_turns_have_no_fault(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    ask(page, server.write("slow", [*words("think", "Let me see."), CALL], words("say", RICH * 20)))
    wait_words(page, 200)
    for look in looks(page, widths=(1200,)):
        assert complaints(page) == [], look
    page.keyboard.press("Escape")
    wait_ended(page, "interrupted")
    page.locator(".ta-bubble").hover()
    page.get_by_role("button", name="Edit message").click()
    for look in looks(page, widths=(1200,)):
        assert complaints(page) == [], look


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_whatever_has_the_focus_in_the_header_wears_the_same_ring(
    server: Server, open_tab: OpenTab, rich: str, theme: str
) -> None:
    page = open_tab(server.url, color_scheme=theme)
    ask(page, rich)
    wait_ended(page)
    expect(page.get_by_role("button", name="Share", exact=True)).to_be_visible()
    page.keyboard.press("Tab")  # from now on, it is the keyboard that brings the focus
    rings = page.locator(".ta-header :is(button, a, input, [tabindex]):visible").evaluate_all(
        """all => all.map((one) => {
          one.focus();
          const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(one);
          return [one.ariaLabel || one.textContent, `${outlineStyle} ${outlineWidth} ${outlineColor}`];
        })"""
    )
    assert {"Sessions menu", "Share", "Settings", "Theme: system"} <= {name for name, _ in rings}
    assert len({ring for _, ring in rings}) == 1, rings
    assert rings[0][1].startswith("solid 2px "), rings


def looks(page: Page, widths: tuple[int, ...] = (1200, 380)) -> Iterator[str]:
    """Shows the page in both themes and at all widths."""
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 800})
            expect(page.locator(f"body.body--{theme}")).to_be_visible()
            room = "272px" if width > 1000 else "0px"  # for the drawer, which takes a moment to come and go
            expect(page.locator(".q-page-container")).to_have_css("padding-left", room)
            yield f"{theme}, {width} px"
