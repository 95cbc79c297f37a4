"""What a person sees on a page, and what they do there."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

SHOWN = """() => [...document.querySelectorAll("[data-turn]")].map((turn) => ({
  id: turn.dataset.turn,
  state: turn.dataset.state,
  items: [...turn.querySelectorAll("[data-message], [data-thought]")].map((item) => {
    const text = (selector) => item.querySelector(selector)?.textContent ?? "";
    if (item.dataset.message) return { kind: "message", id: item.dataset.message, text: text(".ta-bubble") };
    const { kind, thought: id } = item.dataset;
    if (kind === "action") return { kind, id, text: text(".ta-gist"), args: JSON.parse(text(".ta-args")) };
    return { kind, id, text: text(kind === "observation" ? ".ta-result" : ".ta-body") };
  }),
}))"""
TEXTS = """(htmls) => htmls.map((html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.textContent;
})"""
# Times (ms) at which thoughts came to be there, and how long the answer was at which times.
RECORD = """() => {
  const seen = (window.seen = { thoughts: {}, answer: [] });
  const log = document.querySelector("[role=log]");
  new MutationObserver(() => {
    const now = performance.now();
    let length = 0;
    for (const thought of log.querySelectorAll("[data-thought]")) {
      seen.thoughts[thought.dataset.thought] ??= now;
      if (thought.dataset.kind === "answer") length += thought.querySelector(".ta-body").textContent.length;
    }
    if (length !== (seen.answer.at(-1)?.[1] ?? 0)) seen.answer.push([now, length]);
  }).observe(log, { subtree: true, childList: true, characterData: true });
}"""


def composer(page: Page) -> Locator:
    return page.get_by_label("Message", exact=True)


def ask(page: Page, text: str) -> None:
    """Writes a message and presses Enter."""
    composer(page).fill(text)
    composer(page).press("Enter")
    expect(composer(page)).to_have_value("")


def session_of(page: Page) -> str:
    """The id of the session, once the page has its address."""
    return address_of(page).rsplit("/", 1)[1]


def address_of(page: Page) -> str:
    """The session's own, which takes the place of `/` a moment after the first message went."""
    page.wait_for_url(re.compile(r"/s/\w+"))
    return page.url


def last_turn(page: Page) -> Locator:
    return page.locator("[data-turn]").last


def wait_ended(page: Page, state: str = "done", *, turns: int = 1, seconds: float = 20) -> None:
    """Returns once there are so many turns and the last one has ended like this."""
    expect(page.locator("[data-turn]")).to_have_count(turns, timeout=seconds * 1000)
    expect(last_turn(page)).to_have_attribute("data-state", state, timeout=seconds * 1000)


def wait_words(page: Page, least: int, seconds: float = 15) -> str:
    """The answer so far, once it has at least so many characters."""
    page.wait_for_function(
        """(least) => {
          const body = document.querySelector("[data-turn]:last-child [data-kind=answer] .ta-body");
          return body?.textContent.length >= least;
        }""",
        arg=least,
        timeout=seconds * 1000,
    )
    return answer(page)


def answer(page: Page) -> str:
    """All of the last turn's answer, as its text."""
    return "".join(last_turn(page).locator("[data-kind=answer] .ta-body").all_text_contents())


def shown(page: Page) -> list[dict[str, Any]]:
    """The turns on the page; their texts without white space, which HTML and plain text spell differently."""
    turns: list[dict[str, Any]] = page.evaluate(SHOWN)
    for turn in turns:
        for item in turn["items"]:
            item["text"] = squeezed(item["text"])
    return turns


def expected(page: Page, log: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The turns of a log as `shown` gives them; it is the browser that makes text of HTML."""
    for turn in log:
        for item in turn["items"]:
            if "html" in item:
                (item["text"],) = page.evaluate(TEXTS, [item.pop("html")])
                item.pop("source")
            if item["kind"] != "action":
                item.pop("args", None)
            item["text"] = squeezed(item["text"])
    return log


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
