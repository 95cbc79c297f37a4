"""A browser that turns out to have no voice, and a service that speaks in its place."""

from __future__ import annotations

from typing import Any

import pytest

from .mouths import browser

FALLBACK = """
const { FallbackMouth } = await import(`${VOICE}/fallback_mouth.js`);
const ANDROID = { userAgent: "Mozilla/5.0 (Linux; Android 14) Chrome/140.0", platform: "Linux armv81" };
const asked = [], turns = [], prepared = [];
let there = true, fails = "", wish = "browser";
const service = () => ({
  on: {},
  say({ id, text, voice }) {
    asked.push([text, voice, clock.now]);
    this.timer = clock.set(() => {
      if (fails) return this.on.failed(id, fails);
      this.on.began(id);
      this.timer = clock.set(() => this.on.ended(id), 500);
    }, 100);
  },
  prepare({ text, voice }) { prepared.push([text, voice]); },
  cancel() { clock.clear(this.timer); },
  unlock() {},
});
function begin(faults, more, navigator) {
  build(faults, more);
  Object.assign(scope, { navigator });
  Object.assign(mouth, { instead: () => there, turned: (voiceless) => turns.push(voiceless) });
  const served = () => there && (mouth.voiceless || wish === "service");
  const now = () => served() ? { say: "service", voice: "alto" } : { say: "browser", voice: HERE.voiceURI };
  speaker.use(new FallbackMouth({ browser: () => mouth, service, now }));
}
"""


async def fallback(source: str) -> Any:
    return await browser(FALLBACK + source)


@pytest.mark.parametrize("fault", ["{ mute: true }", "{ errors: ['synthesis-failed', 'synthesis-failed'] }"])
async def test_without_a_voice_of_its_own_all_is_spoken_by_the_service(fault: str) -> None:
    seen = await fallback(
        f"begin({fault}, {{ voices: [] }}); add('A.', 'B.'); clock.end();"
        "add('C.'); clock.end(); print({ seen, asked, turns, spoken: scope.spoken });"
    )
    assert [(name, text) for name, text, _ in seen["seen"]] == [
        (name, text) for text in ("A.", "B.", "C.") for name in ("began", "ended")
    ]
    assert [(text, voice) for text, voice, _ in seen["asked"]] == [("A.", "alto"), ("B.", "alto"), ("C.", "alto")]
    assert seen["turns"] == [True]
    assert seen["asked"][0][2] <= 2000, "nobody waits longer for a voice that is not there"
    assert "B." not in seen["spoken"]


async def test_a_browser_whose_voices_are_slow_is_waited_for() -> None:
    seen = await fallback(
        "begin({ latency: 5000 }); add('A.'); clock.end(); print({ seen, asked, heard: heard() });",
    )
    assert [name for name, *_ in seen["seen"]] == ["began", "ended"]
    assert seen["asked"] == []
    assert seen["heard"] == ["A."]


async def test_without_a_service_it_says_what_to_do() -> None:
    seen = await fallback(
        "there = false; begin({ mute: true }, { voices: [] }); add('A.', 'B.'); clock.end(); print({ seen, asked });"
    )
    assert [name for name, *_ in seen["seen"]] == ["failed"]
    assert seen["seen"][0][1].endswith("ask whoever runs this server to set up its speech service.")
    assert seen["asked"] == []


async def test_a_service_that_fails_is_told_of_and_its_hush_is_heard() -> None:
    seen = await fallback(
        "begin({ mute: true }, { voices: [] }); fails = 'It is in trouble.'; add('A.'); clock.end();"
        "fails = ''; add('B.'); clock.move(50); speaker.hush(); clock.end(); print({ seen, asked });"
    )
    assert [(name, text) for name, text, _ in seen["seen"]] == [("failed", "It is in trouble.")]
    assert [text for text, *_ in seen["asked"]] == ["A.", "B."]


async def test_android_whose_voices_take_two_seconds_keeps_its_own() -> None:
    seen = await fallback(
        "begin({ late: 2000, latency: 2200 }, {}, ANDROID); add('A.', 'B.'); clock.end(); add('C.'); clock.end();"
        "print({ asked, turns, heard: heard() });"
    )
    assert seen == {"asked": [], "turns": [], "heard": ["A.", "B.", "C."]}


async def test_android_without_any_voice_is_waited_for_and_then_the_service_speaks() -> None:
    seen = await fallback(
        "begin({ mute: true }, { voices: [] }, ANDROID); add('A.', 'B.'); clock.end(); print({ asked, turns });"
    )
    assert [text for text, *_ in seen["asked"]] == ["A.", "B."]
    assert seen["asked"][0][2] == 6250
    assert seen["turns"] == [True]


async def test_voices_that_come_late_speak_from_the_next_sentence_on() -> None:
    seen = await fallback(
        "begin({ late: 2000, latency: 2200 }); add('A.', 'B.', 'C.'); clock.end();"
        "print({ seen, asked, turns, sounds: scope.sounds });"
    )
    assert [(name, text) for name, text, _ in seen["seen"]] == [
        (name, text) for text in ("A.", "B.", "C.") for name in ("began", "ended")
    ]
    assert [(text, voice) for text, voice, _ in seen["asked"]] == [("A.", "alto")]
    assert seen["turns"] == [True, False]
    assert [(sound["text"], sound["voice"]) for sound in seen["sounds"]] == [("B.", "Here"), ("C.", "Here")]


async def test_without_a_service_the_voices_that_come_late_are_used_all_the_same() -> None:
    seen = await fallback(
        "there = false; begin({ late: 20_000, mute: true }); add('A.'); clock.move(20_000); faults.mute = false;"
        "add('B.'); clock.end(); print({ turns, heard: heard() });"
    )
    assert seen == {"turns": [True, False], "heard": ["B."]}


async def test_who_is_chosen_meanwhile_speaks_the_next_sentence() -> None:
    seen = await fallback(
        "begin({}); add('A.', 'B.', 'C.'); clock.move(50); wish = 'service'; clock.move(400); wish = 'browser';"
        "clock.end(); print({ asked, prepared, seen, sounds: scope.sounds });"
    )
    assert [(text, voice) for text, voice, _ in seen["asked"]] == [("B.", "alto")]
    assert [sound["text"] for sound in seen["sounds"]] == ["A.", "C."]
    assert [name for name, *_ in seen["seen"]] == ["began", "ended"] * 3
    assert seen["prepared"] == [["C.", "alto"]], "it had fetched what the browser says then"


async def test_who_was_chosen_meanwhile_speaks_what_the_other_could_not() -> None:
    seen = await fallback(
        "begin({ mute: true }); add('A.'); clock.move(50); wish = 'service'; clock.end(); print({ asked, seen });"
    )
    assert [text for text, *_ in seen["asked"]] == ["A."]
    assert [(name, text) for name, text, _ in seen["seen"]] == [("began", "A."), ("ended", "A.")]


async def test_one_that_is_closed_leaves_no_listeners_behind() -> None:
    left = await fallback(
        "begin({}); add('A.'); clock.move(50); speaker.close(); let calls = 0;"
        "mouth.localities.clear = () => (calls += 1); scope.speechSynthesis.dispatchEvent(new Event('voiceschanged'));"
        "print({ listeners: Object.keys(scope.listeners), calls, silent: scope.sounds[0].to === clock.now });"
    )
    assert left == {"listeners": [], "calls": 0, "silent": True}
