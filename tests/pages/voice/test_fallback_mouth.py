"""A browser that turns out to have no voice, and a service that speaks in its place."""

from __future__ import annotations

from typing import Any

import pytest

from .mouths import browser

FALLBACK = """
const { FallbackMouth } = await import(`${VOICE}/fallback_mouth.js`);
const asked = [], changes = [];
let there = true, fails = "";
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
  cancel() { clock.clear(this.timer); },
  unlock() {},
});
function begin(faults, more) {
  build(faults, more);
  const changed = () => (changes.push(clock.now), settings.voice = "alto");
  speaker.use(new FallbackMouth({ own: mouth, offered: () => there, service, changed }));
}
"""


async def fallback(source: str) -> Any:
    return await browser(FALLBACK + source)


@pytest.mark.parametrize("fault", ["{ mute: true }", "{ errors: ['synthesis-failed', 'synthesis-failed'] }"])
async def test_without_a_voice_of_its_own_all_is_spoken_by_the_service(fault: str) -> None:
    seen = await fallback(
        f"begin({fault}, {{ voices: [] }}); settings.voice = 'mine'; add('A.', 'B.'); clock.end();"
        "add('C.'); clock.end(); print({ seen, asked, changes, spoken: scope.spoken });"
    )
    assert [(name, text) for name, text, _ in seen["seen"]] == [
        (name, text) for text in ("A.", "B.", "C.") for name in ("began", "ended")
    ]
    assert [(text, voice) for text, voice, _ in seen["asked"]] == [("A.", "alto"), ("B.", "alto"), ("C.", "alto")]
    assert len(seen["changes"]) == 1
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
