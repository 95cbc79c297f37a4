"""Short spoken signs of what an agent does, as the demo, a model with tools and an agent of one's own do it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from agent.providers.base import CallPiece
from agent.step import spelt

from .script import script


def called(tool: str, **args: Any) -> str:
    return spelt(CallPiece(call="1", tool=tool, args=args))


SECTIONS = (
    "[1] help.md › Stop\nPress Stop.\n\n[2] help.md › Go on\nSay on.\n\n[3] keys.md › Keys\nEsc stops.\n[9] is a key."
)
OBJECT = json.dumps({"query": "x", "results": [{"title": "a"}, {"title": "b"}]})
SIGNS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("one thinks", "Thinking.", {"kind": "thinking", "phase": "start"}),
    ("a thought's end is silent", "", {"kind": "thinking", "phase": "end", "text": "So it is."}),
    ("an answer is read, not told of", "", {"kind": "answer", "phase": "start"}),
    ("an own agent's action, in its words", "Searching", {"kind": "action", "phase": "end", "text": "Searching"}),
    ("… which are still to come", "", {"kind": "action", "phase": "start"}),
    ("… without its marks", "Reading the docs", {"kind": "action", "phase": "end", "text": "Reading **the docs** 🔎"}),
    (
        "… as much as is short",
        "Searching the web.",
        {"kind": "action", "phase": "end", "text": "Searching the web. " + "I compare all that I find. " * 3},
    ),
    (
        "a call that is only spelt",
        "Searching.",
        {"kind": "action", "phase": "end", "text": called("search", query="stop")},
    ),
    ("a call with its tool", "Searching.", {"kind": "action", "phase": "start", "tool": "search", "args": {}}),
    (
        "… is told of once",
        "",
        {"kind": "action", "phase": "end", "tool": "search", "text": called("search", query="stop")},
    ),
    ("sums", "Calculating.", {"kind": "action", "phase": "end", "text": called("calculate", expression="(1+2)*3")}),
    (
        "units",
        "Converting.",
        {"kind": "action", "phase": "end", "text": called("convert", value=5, unit="km", to="mi")},
    ),
    ("times", "Looking at the clock.", {"kind": "action", "phase": "end", "text": called("now", place="")}),
    (
        "dates",
        "Looking at the calendar.",
        {"kind": "action", "phase": "end", "text": called("days_between", start="a", end="b")},
    ),
    ("texts", "Counting.", {"kind": "action", "phase": "end", "text": called("text_statistics", text="a\nb")}),
    ("any tool", "Using deploy to staging.", {"kind": "action", "phase": "start", "tool": "deployToStaging"}),
    (
        "an own agent's result",
        "Found three results",
        {"kind": "observation", "phase": "end", "text": "Found three results"},
    ),
    ("the built-in search's", "Found three results.", {"kind": "observation", "phase": "end", "text": SECTIONS}),
    ("one of it", "Found one result.", {"kind": "observation", "phase": "end", "text": SECTIONS.split("\n\n")[0]}),
    ("JSON is counted", "Found two results.", {"kind": "observation", "phase": "end", "text": OBJECT}),
    ("… a list too", "Found nothing.", {"kind": "observation", "phase": "end", "text": "[]"}),
    ("… never read", "Done.", {"kind": "observation", "phase": "end", "text": '{"ok": true}'}),
    ("bullets", "Found 13 results.", {"kind": "observation", "phase": "end", "text": "\n".join(["- a"] * 13)}),
    (
        "a short result, as it is",
        "2,340 × 17 / 100 = 397.8",
        {"kind": "observation", "phase": "end", "text": "2,340 × 17 / 100 = 397.8"},
    ),
    ("a date, as it is", "12. May 2026", {"kind": "observation", "phase": "end", "text": "12. May 2026"}),
    ("a long one", "Done.", {"kind": "observation", "phase": "end", "text": "word " * 20}),
    ("several lines", "Done.", {"kind": "observation", "phase": "end", "text": "Words: 3\nSentences: 1"}),
    ("nothing to tell", "Done.", {"kind": "observation", "phase": "end", "text": ""}),
    ("not yet", "", {"kind": "observation", "phase": "start"}),
    (
        "what failed",
        "That failed.",
        {"kind": "observation", "phase": "end", "text": "Nothing about “x” in 14 documents.", "ok": False},
    ),
    (
        "in German",
        "Drei Ergebnisse gefunden.",
        {"kind": "observation", "phase": "end", "text": SECTIONS, "lang": "de-AT"},
    ),
    ("in French", "Je cherche.", {"kind": "action", "phase": "start", "tool": "search", "lang": "fr"}),
    ("in Spanish", "Eso ha fallado.", {"kind": "observation", "phase": "end", "ok": False, "lang": "es-MX"}),
    ("in Italian", "Uso deploy.", {"kind": "action", "phase": "start", "tool": "deploy", "lang": "it"}),
    ("in Portuguese", "Feito.", {"kind": "observation", "phase": "end", "lang": "pt-BR"}),
    ("in Dutch", "Ik denk na.", {"kind": "thinking", "phase": "start", "lang": "nl"}),
    ("in any other, English", "Thinking.", {"kind": "thinking", "phase": "start", "lang": "fi"}),
)


@pytest.fixture(scope="module")
def said() -> list[str]:
    wanted = json.dumps([about for _, _, about in SIGNS])
    return asyncio.run(
        script(f"const {{ sign }} = await import(`${{VOICE}}/signs.js`); print({wanted}.map((about) => sign(about)));")
    )


@pytest.mark.parametrize("number", range(len(SIGNS)), ids=[name for name, _, _ in SIGNS])
def test_a_sign_is_short_and_tells_what_happens(number: int, said: list[str]) -> None:
    assert said[number] == SIGNS[number][1]
    assert len(said[number]) <= 60


async def test_every_language_has_all_of_our_words() -> None:
    found = await script("""
    const { wording, number } = await import(`${VOICE}/wording.js`);
    const shape = (lang) => Object.entries(wording(lang)).map(([name, words]) =>
      [name, [words].flat().map((each) => each.split("%").length)]);
    const langs = ["en", "de", "fr", "es", "it", "pt", "nl"];
    print(langs.map((lang) => [lang, JSON.stringify(shape(lang)), number(12, lang), wording(lang).thinking]));""")
    assert len({shape for _, shape, _, _ in found}) == 1
    assert len({thinking for *_, thinking in found}) == len(found)
    assert not any(twelve.isdigit() for _, _, twelve, _ in found)
