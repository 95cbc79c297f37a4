"""Which voices there are to choose from, and how a text is divided into breaths."""

from __future__ import annotations

from typing import Any

from .mouths import SYNTH
from .script import script

START = """
const { chosen, fit, listed, onVoices } = await import(`${VOICE}/voices.js`);
const { breaths, lasts } = await import(`${VOICE}/breath.js`);
const { Clock, synth, voice } = await import("SYNTH");
""".replace("SYNTH", SYNTH)


async def run(source: str) -> Any:
    return await script(f"{START}\n{source}")


async def test_those_of_the_language_come_first_and_of_these_the_ones_of_this_device() -> None:
    seen = await run(
        """
        const voices = [
          voice("Anna", "de-DE", true), voice("Google US", "en-US", false), voice("Daniel", "en-GB", true),
          voice("Zoe", "en-US", true), voice("Alex", "en-US", true), voice("Sam", "en_US", true, true),
          voice("Sam", "en_US", true, true),
        ];
        print(listed(synth({ clock: new Clock(), voices }), "en-US"));
        """
    )
    assert [one["name"] for one in seen] == ["Sam", "Alex", "Zoe", "Google US", "Daniel", "Anna"]
    assert seen[0] == {"id": "urn:Sam", "name": "Sam", "lang": "en-US", "local": True}


async def test_a_browser_without_voices_lists_none() -> None:
    assert await run('print([listed({}, "en"), listed(synth({ clock: new Clock(), voices: [] }), "en")]);') == [[], []]


async def test_a_language_is_known_by_each_of_its_names() -> None:
    assert await run(
        """
        print([["en-US", "en"], ["en-GB", "en-US"], ["en", "en-US"], ["cmn-CN", "zh-CN"], ["zh_CN_#Hans", "zh-CN"],
               ["nb-NO", "no"], ["et", "en"], ["", "en"], [undefined, "en"], ["en", ""]].map(([a, b]) => fit(a, b)));
        """
    ) == [0, 1, 1, 0, 0, 0, 2, 2, 2, 2]


async def test_of_voices_with_one_name_that_of_the_language_is_meant() -> None:
    assert await run(
        """
        const voices = [voice("Multi", "fr-FR", true), voice("Multi", "en-GB", true), voice("Multi", "en-US", true)];
        const scope = synth({ clock: new Clock(), voices });
        const of = (id, lang) => chosen(scope, id, lang)?.lang ?? null;
        print([of("urn:Multi", "en-US"), of("urn:Multi", "en"), of("urn:Gone", "en")]);
        """
    ) == ["en-US", "en-GB", None]


async def test_voices_that_come_later_are_told_until_nobody_listens() -> None:
    assert await run(
        """
        const clock = new Clock(), scope = synth({ clock, faults: { late: 50 } });
        let told = 0;
        const off = onVoices(scope, () => (told += 1));
        clock.move(100); off();
        scope.speechSynthesis.dispatchEvent(new Event("voiceschanged"));
        const old = { speechSynthesis: {} };
        const end = onVoices(old, () => (told += 10));
        old.speechSynthesis.onvoiceschanged(); end(); onVoices({}, () => {})();
        print([told, old.speechSynthesis.onvoiceschanged]);
        """
    ) == [11, None]


async def test_breaths_are_short_enough_and_nothing_is_lost() -> None:
    seen = await run(
        """
        const texts = [
          "", "Short.", "word ".repeat(400), "one, two ".repeat(300), "x".repeat(900), "一二三四五，".repeat(80),
          "1234567890".repeat(30), "😀".repeat(500), "a ".repeat(10) + "b".repeat(600) + "  ",
        ];
        const each = texts.map((text) => ({ text, pieces: breaths(text, 11_000) }));
        print({
          whole: each.every(({ text, pieces }) => pieces.join("") === text),
          most: Math.max(...each.flatMap(({ pieces }) => pieces.map((piece) => lasts(piece.trim())))),
          blank: each.slice(1).flatMap(({ pieces }) => pieces).filter((piece) => !piece.trim()).length,
          torn: each.flatMap(({ pieces }) => pieces).filter((piece) => !piece.isWellFormed()).length,
          marks: each[3].pieces.slice(0, -1).every((piece) => piece.endsWith(", ")),
        });
        """
    )
    assert seen == {"whole": True, "most": seen["most"], "blank": 0, "torn": 0, "marks": True}
    assert seen["most"] <= 11_000


async def test_slow_speech_has_more_breaths() -> None:
    assert await run(
        'const text = "word ".repeat(200); print([1, 0.5].map((rate) => breaths(text, 9000, rate).length));'
    ) == [
        *(9, 17),
    ]


async def test_ten_thousand_voices_are_listed_in_a_moment() -> None:
    """So many has Chromium on Linux: each voice of espeak-ng in each language."""
    seen = await run(
        """
        const langs = ["en-US", "en-GB", "de", "fr-FR", "cmn", "pt-BR", "sw"];
        const one = (_, i) => voice(`Voice ${(i * 7919) % 13_000}`, langs[i % 7], true);
        const voices = Array.from({ length: 13_000 }, one);
        const scope = synth({ clock: new Clock(), voices });
        const began = performance.now();
        const all = listed(scope, "en-US");
        print({ ms: performance.now() - began, count: all.length, first: all[0].lang });
        """
    )
    assert (seen["count"], seen["first"]) == (13_000, "en-US")
    assert seen["ms"] < 500
