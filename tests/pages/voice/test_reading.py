"""A streamed answer of markdown, as a voice reads it: nothing lost, nothing said wrongly, however it was cut."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from .hard import HARD
from .script import script

READING = """
const { Reader } = await import(`${VOICE}/reading.js`);
let seed = 5;
const chance = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
const any = (list) => list[Math.floor(chance() * list.length)];
const read = (lang, source, cuts = []) => {
  const reader = new Reader({ lang });
  const found = [];
  let from = 0;
  for (const to of [...cuts, source.length]) {
    found.push(...reader.write(source.slice(from, to)));
    from = to;
  }
  return [...found, ...reader.end()];
};
const cutsOf = (source, odds) => [...Array(source.length).keys()].filter(() => chance() < odds);
const adjoin = (source, found) => {
  const whole = found.map(({ from, to }) => source.slice(from, to)).join("") === source;
  return whole && found.every(({ from, to }, i) => from === (i ? found[i - 1].to : 0) && to > from);
};
/** How a source can be cut so that it is read otherwise than whole. */
const otherwise = (lang, source) => {
  const whole = JSON.stringify(read(lang, source));
  const cuts = [...Array(source.length).keys()].map((at) => [at]);
  for (let i = 0; i < 20; i += 1) cuts.push(cutsOf(source, (i + 1) / 21));
  return cuts.filter((each) => JSON.stringify(read(lang, source, each)) !== whole);
};
"""
WORDY = """
const words = (text) => text.match(/[\\p{L}\\p{N}]+/gu) ?? [];
"""


@pytest.fixture(scope="module")
def outcomes() -> list[dict[str, Any]]:
    cases = json.dumps([case[:2] for case in HARD])
    return asyncio.run(
        script(f"""{READING}
        print({cases}.map(([lang, source]) => {{
          const found = read(lang, source);
          return {{ said: found.map(({{ say }}) => say).filter(Boolean), adjoin: adjoin(source, found),
            otherwise: otherwise(lang, source) }};
        }}));""")
    )


@pytest.mark.parametrize("number", range(len(HARD)), ids=[f"{case[0]}: {case[1][:40]!a}" for case in HARD])
def test_a_hard_text_is_read_right_however_it_is_cut(number: int, outcomes: list[dict[str, Any]]) -> None:
    found = outcomes[number]
    assert "\n".join(found["said"]) == HARD[number][2]
    assert found["otherwise"] == []
    assert found["adjoin"]


async def test_a_browser_without_a_segmenter_reads_them_alike() -> None:
    found = await script(f"""{READING}
    delete Intl.Segmenter;
    const all = {json.dumps([case[:2] for case in HARD])};
    print(all.map(([lang, source]) => read(lang, source).map(({{ say }}) => say).filter(Boolean).join("\\n")));""")
    assert found == [case[2] for case in HARD]


def test_there_are_sixty_hard_texts_in_many_languages() -> None:
    assert len(HARD) >= 60
    assert {"en", "de", "fr", "es", "it", "pt", "nl", "zh", "ja", "ar", "hi"} <= {case[0] for case in HARD}


async def test_any_markdown_is_read_alike_however_it_is_cut_and_nothing_of_it_is_lost() -> None:
    wrong = await script(f"""{READING}
    const pieces = ["# ", "## T ##\\n", "Hello world. ", "Dr. Smith", "\\n", "\\n\\n", "- ", "1. ", "* ", "`code`",
      "``", "```", "```py\\n", "~~~\\n", "**", "*", "_", "__", "[", "](", "](u)", "](http://x.y/z)", ")", "![a](b)",
      "<br>", "<b", "<!-- c", "-->", "&amp;", "&", "$x$", "$", "$$", "| a | b |\\n|---|---|\\n| 1 | 2 |\\n", "|",
      "> ", ">> ", " ",
      "    ", "\\t", "\\\\", "https://example.org/x. ", "www.a.de ", "3.", "14 ", "3. Oktober ", "🎉", "👨‍👩‍👧 ",
      "。", "你好！", "؟ ", "e.g. ", "U.S. ", '"Go!" ', "he said", "A", "a", "?!", "...", "…", "[^1]", "[^1]: note\\n",
      "[ref]: http://x\\n", "---\\n", "===\\n", "- [x] ", "\\r\\n", "\\u00a0", "é", "e\\u0301", "x_y_z", "2*3",
      "« oui ! »", "word ".repeat(60), "comma, ".repeat(40), "<script>", "</script>", "+ ",
      "10) ", "\\ud83d", "\\ude00", "„so!“ "];
    const wrong = [];
    for (let i = 0; i < 400; i += 1) {{
      const source = Array.from({{ length: 1 + chance() * 25 }}, () => any(pieces)).join("");
      const lang = any(["en", "de", "fr", "xx"]);
      const whole = read(lang, source);
      const alike = Array.from({{ length: 6 }}, (_, n) => read(lang, source, cutsOf(source, n / 5)))
        .every((each) => JSON.stringify(each) === JSON.stringify(whole));
      if (!alike || !adjoin(source, whole)) wrong.push(source);
    }}
    print(wrong);""")
    assert wrong == []


async def test_of_prose_every_word_is_said_and_no_other_also_when_the_stream_pauses() -> None:
    wrong = await script(f"""{READING}{WORDY}
    const pieces = ["the", "Dr.", "e.g.", "3.14", "1,000", "No. 5", "Yahoo!", "“Stop!”", "(see", "this)", "wait...",
      "ends.", "Ends?!", "A", "I", "naïve", "state-of-the-art", "it's", "U.S.", "10:30", "§3", "z. B.", "Ende.", "あ。",
      "你好！", "mañana", "¿qué?", "50%", "€5", "a/b", "snake_case", "2*3*4", "file.py", "…", "–", "x;", "and,",
      "Done.", "\\u00e9t\\u00e9", "हिंदी।", "مرحبا؟", "#1", "C++", "R&D", "a < b", "AT&T;",
      "longish ".repeat(40).trim()];
    const wrong = [];
    for (let i = 0; i < 400; i += 1) {{
      const source = "So " + Array.from({{ length: 1 + chance() * 60 }}, () => any(pieces))
        .map((word) => word + (chance() < 0.05 ? "\\n" : " ")).join("")
        .replaceAll("\\n#", "\\n").replace(/\\n(?=3|1)/g, " ");
      const lang = any(["en", "de", "ja", "fr"]);
      const reader = new Reader({{ lang }});
      const found = [];
      for (const at of Array(source.length).keys()) {{
        found.push(...reader.write(source[at]));
        if (chance() < 0.1) found.push(...reader.pause());
      }}
      found.push(...reader.end());
      for (const all of [found, read(lang, source)]) {{
        const said = words(all.map(({{ say }}) => say).join(" ")).join("");
        if (said !== words(source).join("") || !adjoin(source, all)) wrong.push([source, all]);
      }}
    }}
    print(wrong.slice(0, 2));""")
    assert wrong == []


async def test_a_pause_gives_a_sentence_that_surely_ended_and_no_other() -> None:
    given = await script(f"""{READING}
    const paused = (source, lang = "en") => {{
      const reader = new Reader({{ lang }});
      return [...reader.write(source), ...reader.pause()].map(({{ say }}) => say).join("|");
    }};
    print(["Hello there.", "**Done.**", "Go!", "“Go!”", "你好。", "- item.", "Really?!", "Done.🎉", "Use `x`. Yes.",
      "I am Dr.", "It is 3.", "J.", "Wait...", "etc.", "the U.S.", "no stop", "See [it.", "See https://a.b/c.", "Am 3."]
      .map((source) => paused(source, source === "Am 3." ? "de" : "en")));""")
    surely = ["Hello there.", "Done.", "Go!", "“Go!”", "你好。", "item.", "Really?!", "Done.", "Use x.|Yes."]
    assert given == [*surely, *[""] * 10]


async def test_what_a_pause_gave_is_not_said_again() -> None:
    said = await script(f"""{READING}
    const reader = new Reader({{ lang: "en" }});
    const said = [reader.write("One. Two."), reader.pause(), reader.pause(), reader.write(" Three."), reader.end()];
    print(said.map((all) => all.map(({{ from, to, say }}) => [from, to, say])));""")
    assert said == [[[0, 5, "One."]], [[5, 9, "Two."]], [], [], [[9, 16, "Three."]]]


async def test_a_line_that_ends_with_its_sentence_is_said_at_once() -> None:
    said = await script(f"""{READING}
    const reader = new Reader({{ lang: "en" }});
    const deltas = ["- One.\\n", "- Two\\n", "- Three\\n\\n", "```py\\n"];
    print(deltas.map((d) => reader.write(d).map(({{ say }}) => say)));""")
    assert said == [["One."], [], ["Two", "Three"], ["Code in Python."]]


async def test_long_sentences_are_cut_where_one_would_breathe_before_chromium_falls_silent() -> None:
    found = await script(f"""{READING}
    const letters = "a".repeat(500);
    const texts = {{
      commas: "First of all, " + "many quick brown foxes, ".repeat(30),
      spaces: "alpha beta gamma ".repeat(40),
      letters,
      han: "字".repeat(200),
      pairs: "𝒳".repeat(500),
      marks: "e\\u0301\\u0323".repeat(300),
    }};
    const said = (text) => read("en", text).map(({{ say }}) => say);
    print(Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, said(text)])));""")
    assert all(len(say) <= 220 for name in found for say in found[name])
    assert all(say.endswith(",") for say in found["commas"])
    assert all(say.split()[0] in ("alpha", "beta", "gamma") for say in found["spaces"])
    assert len(found["han"]) == 3  # a character of Chinese is a syllable
    assert "".join(found["pairs"]) == "𝒳" * 500
    assert all(say.startswith("e\u0301\u0323") and say.endswith("\u0323") for say in found["marks"])


async def test_the_first_words_of_a_long_sentence_do_not_wait_for_its_end() -> None:
    at = await script(f"""{READING}
    const source = "To understand how this works one has to know that a log only ever grows, which is why every " +
      "reader, however late it comes, sees the very same thing that all the others have seen before, and ".repeat(3);
    const reader = new Reader({{ lang: "en" }});
    print([...source].findIndex((char) => reader.write(char).length));""")
    assert at < 130


async def test_a_long_answer_costs_little_and_no_text_makes_it_cost_much() -> None:
    costs = await script(
        f"""{READING}
    const cost = (source) => {{
      const before = process.cpuUsage();
      const reader = new Reader({{ lang: "en" }});
      for (let at = 0; at < source.length; at += 4) reader.write(source.slice(at, at + 4));
      reader.end();
      const {{ user, system }} = process.cpuUsage(before);
      return (user + system) / 1e6;
    }};
    const best = (source) => Math.min(cost(source), cost(source)); // the machine has other things to do
    const filled = (piece, length = 100_000) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
    const prose = "The **quick** fox, e.g. `lazy`, costs $5 and [this](https://a.org/b) is 3.14.\\n\\n- An item.\\n";
    const bad = ["*", "[", "`", "|", "1", " ", "(", "<", "$", "_", "~", "#", ">", "- ", "-", "=", "\\\\", "&", "](",
      "[a](", "](<a ", "![", "$1", "$a ", "` `` ", "<a ", "<!--", "a. ", ". ", "。", "\\n", "1. ", "a|b\\n", "|\\n",
      "\\u0301", "🎉", "https://", "www.", '"', "[^", "&a", "<b a=", "> ", "[a][", "- - ", "|a|\\n|-|\\n", "x",
      "[a]: b\\n"];
    cost(filled(prose, 10_000));
    const others = bad.map((piece) => [piece, cost(filled(piece))]);
    print({{ prose: best(filled(prose)), ...Object.fromEntries(others) }});""",
        seconds=50,
    )
    assert costs.pop("prose") < 0.5
    assert {piece: cost for piece, cost in costs.items() if cost > 1.5} == {}
