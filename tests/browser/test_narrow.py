"""On a telephone, nothing sticks out to the side, and the message box is there."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .conftest import OpenTab
from .player import words
from .screen import ask, composer, wait_ended, wait_words
from .server import Server

LONG = "x" * 300
WIDE = f"""A paragraph with a long word {LONG} and `{"code" * 60}`.

## A heading {"that is long " * 8}{LONG}

```python
{"print('a long line of code'); " * 12}
```

| {" | ".join(f"column {n}" for n in range(12))} |
|{"---|" * 12}
| {" | ".join(f"some words {n}" for n in range(12))} |

- a list with a long word {LONG}
  - nested
    - deeper
      - and deeper, with `{"code" * 40}`

> a quote with a [link](https://example.com/{LONG}) https://example.com/{LONG}

$$x = {" + ".join(f"a_{{{n}}} x^{{{n}}}" for n in range(40))}$$

The end.
"""


def assert_fits(page: Page) -> None:
    widths = page.evaluate(
        """() => ({
          wide: document.scrollingElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
            .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 &&
              !element.parentElement.closest(".ta-code, .ta-table, math, .ta-args, .ta-result, .ta-gist"))
            .map((element) => element.outerHTML.slice(0, 120)),
          page: document.scrollingElement.scrollWidth - innerWidth,
          out: [...document.querySelectorAll(".ta-item, .ta-main, .ta-head, .ta-bubble, .ta-outcome, .ta-box")]
            .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
            .map((element) => element.className),
        })"""
    )
    assert widths["page"] <= 0, f"the page scrolls sideways: {widths['wide'][-3:]}"
    assert widths["out"] == []
    expect(composer(page)).to_be_in_viewport()
    box = composer(page).bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]  # type: ignore[index]


def test_nothing_sticks_out_while_an_answer_comes_and_after(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url, width=380, height=740)
    assert_fits(page)
    call = ["call", "search", {"query": LONG, "more": WIDE}]
    steps = [*words("think", WIDE[:700]), call]
    ask(page, server.write("wide", steps, words("say", WIDE), pace=0.012))
    for length in (100, 600, 900, 1500, 2500):
        wait_words(page, length)
        assert_fits(page)
    wait_ended(page)
    assert_fits(page)
    while (folded := page.locator("[data-folded=true] .ta-head")).count():
        folded.first.click()
    assert_fits(page)
    page.set_viewport_size({"width": 320, "height": 640})
    assert_fits(page)
    page.reload()
    wait_ended(page)
    assert_fits(page)


def test_a_long_message_and_a_long_draft_fit(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url, width=380, height=740)
    ask(page, server.write("short", words("say", "Well.")) + f" {LONG} {LONG}\n\nsecond line\n" + "more lines\n" * 20)
    wait_ended(page)
    assert_fits(page)
    composer(page).fill("line\n" * 100 + LONG)
    assert_fits(page)
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_in_viewport()
