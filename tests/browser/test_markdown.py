"""An answer looks alike whether somebody watched it being written or opened the page afterwards."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from .conftest import OpenTab
from .player import odd
from .screen import ask, expected, session_of, shown, wait_ended
from .server import Server

RICH = """# Trams — a *short* report 🚋

First paragraph with **bold**, _italic_, `code`, ~~gone~~ and a [late link][late]; a second [one][2],
on two lines, 👩‍👩‍👧‍👦 and 𝒳 astral letters.

- one
- two with `code`
  - nested **deep**
    1. deeper
    2. still 🙂
- three

  a paragraph in an item

7. seven
8. eight

> A quote
> > in a quote
>
> - with a list

| Line | Stops | Note |
|:-----|------:|:----:|
| 4 | 27 | **blue** |
| 11 | 32 | `a|b` 🟥 |
| 13 | 19 | $x^2$ |

```python
def stops(line: int) -> list[str]:
    # a comment with ``` inside? no: with `ticks`

    return [f"{line}-{n} 🙂" for n in range(3)]
```

Text right after code.
~~~
tilde <b>fence</b> & "quotes"
~~~

    indented code

Inline maths $e^{i\\pi} + 1 = 0$ and a price of $5 or $6.

$$
\\int_0^1 x^2 \\, dx = \\frac{1}{3}
$$

Setext heading
--------------

***

A line with a hard break\\
and the next. https://example.com/path?a=1&b=2 and <https://example.org>.

<b>not HTML</b> &amp; an entity &copy; ![a picture](https://example.com/p.png)

* loose

* list 🇨🇭

Last paragraph without an end of line, 100% _done_
"""
LATE = """
[late]: https://example.com/late "Title"
[2]: https://example.com/two
"""
BODIES = """() => [...document.querySelectorAll("[data-thought]")].map((thought) => {
  const body = thought.querySelector(".ta-body").cloneNode(true);
  body.normalize();
  return [thought.dataset.kind, body.innerHTML];
})"""


def bodies(page: Page) -> list[tuple[str, str]]:
    """The HTML of each thought's body; white space between two tags, which nobody sees, left out."""
    return [(kind, re.sub(r">\s+<", "><", re.sub(r"\s*\n", "\n", html))) for kind, html in page.evaluate(BODIES)]


@pytest.mark.parametrize(
    ("seed", "longest", "late"), [(1, 3, ""), (2, 23, ""), (3, 120, ""), (4, 23, LATE)], ids=[1, 2, 3, "late addresses"]
)
def test_a_watched_answer_and_a_reloaded_one_are_the_same(
    server: Server, open_tab: OpenTab, seed: int, longest: int, late: str
) -> None:
    page = open_tab(server.url)
    text = RICH + late
    thinking = odd("think", RICH[:600], seed, longest)
    ask(page, server.write("odd", thinking + odd("say", text, seed, longest), pace=0.0005 * longest**0.7))
    wait_ended(page, seconds=25)
    watched = bodies(page)
    assert shown(page) == expected(page, server.log(session_of(page)))
    page.reload()
    wait_ended(page)
    assert watched == bodies(page)
    assert page.locator(".ta-tail:not(:empty)").count() == 0
    link = page.locator("[data-kind=answer] a", has_text="late link")
    assert link.get_attribute("href") == "https://example.com/late" if late else link.count() == 0


def test_an_answer_that_is_stopped_amid_its_marks_looks_the_same_after_a_reload(
    server: Server, open_tab: OpenTab
) -> None:
    page = open_tab(server.url)
    steps = [*odd("say", RICH[:1050], 9, 40), ["wait", 30]]
    ask(page, server.write("amid", steps, pace=0.005))
    page.locator("[data-kind=answer] .ta-body", has_text="a comment with").wait_for()
    page.keyboard.press("Escape")
    wait_ended(page, "interrupted")
    watched = bodies(page)
    page.reload()
    wait_ended(page, "interrupted")
    assert watched == bodies(page)
