"""The browser's ear: what it tells of a recording, and the faults of browsers that nobody shall notice."""

from __future__ import annotations

from typing import Any

import pytest

from .script import script

EAR = """
const { BrowserEar } = await import(`${VOICE}/ear.js`);
const { Clock } = await import(`${VOICE}/../../../tests/pages/voice/fakes.js`);
const clock = new Clock();
const told = [];
const made = [];
const on = {
  heard: ({ final, interim }) => told.push(interim ? `${final}|${interim}` : final),
  sound: () => told.push("(sound)"),
  pause: () => told.push("(pause)"),
  ended: (why) => told.push(why ? `(${why.kind})` : "(ended)"),
};
let late = 20; // ms until a recognition has ended
class SpeechRecognition {
  constructor() {
    made.push(this);
  }
  start(track) {
    if (busy()) throw new DOMException("still there", "InvalidStateError");
    Object.assign(this, { runs: true, track });
  }
  stop() {
    this.stops = true;
  }
  abort() {
    this.aborted = true;
    clock.set(() => this.end(), late);
  }
  end() {
    this.runs = false;
    this.onend?.({});
  }
  begin() {
    this.onstart?.({});
    this.onaudiostart?.({});
  }
  hear(...results) { // "final." or "interim"
    const all = results.map((text) => result(text.replace(".", ""), text.endsWith(".")));
    this.onresult?.({ resultIndex: 0, results: all });
  }
}
const result = (transcript, isFinal) => Object.assign([{ transcript, confidence: 0.9 }], { isFinal });
const busy = () => made.some((one) => one.runs);
const scope = { SpeechRecognition, isSecureContext: true, navigator: { onLine: true, userAgent: "Chrome" } };
const ear = new BrowserEar({ on, scope, clock });
const last = () => made.at(-1);
const start = (how = {}) => { ear.start({ lang: "en-US", ...how }); last()?.begin(); };
"""


ONE = '{ enumerateDevices: async () => [{ kind: "audioinput" }] }'


async def told(source: str) -> Any:
    return await script(f"{EAR}\n{source}\nprint(told);")


async def test_words_are_told_as_they_are_recognised_and_a_pause_after_the_last_of_them() -> None:
    assert await told("""
      start();
      last().onspeechstart({});
      last().hear("tell");
      last().hear("tell me");
      last().hear("tell me.");
      last().hear("tell me.", " about");
      await clock.run(1999);
      told.push("…");
      await clock.run(2);
      last().hear("tell me.", " about Rome.");
      await clock.run(1199);
      told.push("…");
      await clock.run(2);
    """) == [
        *("(sound)", "|tell", "|tell me", "tell me", "tell me|about", "…", "(pause)"),
        *("tell me about Rome", "…", "(pause)"),
    ]


async def test_it_asks_for_interim_results_in_the_language_and_on_the_device() -> None:
    found = await script(f"""{EAR}
      SpeechRecognition.prototype.processLocally = false;
      start({{ lang: "de-DE", local: true }});
      const {{ lang, interimResults, continuous, processLocally }} = last();
      print({{ lang, interimResults, continuous, processLocally }});
    """)
    assert found == {"lang": "de-DE", "interimResults": True, "continuous": True, "processLocally": True}


async def test_finishing_gives_the_last_words_and_then_its_end() -> None:
    assert await told("""
      start();
      last().hear("tell me");
      ear.finish();
      last().hear("tell me more.");
      last().end();
      await clock.run(5000);
    """) == ["|tell me", "tell me more", "(ended)"]


async def test_finishing_after_a_pause_does_not_wait() -> None:
    assert await told("""
      start();
      last().hear("tell me.");
      await clock.run(1300);
      ear.finish();
    """) == ["tell me", "(pause)", "(ended)"]


async def test_a_browser_that_never_tells_the_end_is_not_waited_for() -> None:
    assert await told("""
      start();
      last().hear("tell me");
      ear.finish();
      await clock.run(1499);
      told.push("…");
      await clock.run(2);
    """) == ["|tell me", "…", "(ended)"]


async def test_after_an_abort_nothing_is_told() -> None:
    assert await told("""
      start();
      last().hear("tell");
      const { onresult, onend, onerror } = last();
      ear.abort();
      for (const late of [onresult, onend, onerror]) late({ results: [result("me", true)], error: "network" });
      await clock.run(30_000);
    """) == ["|tell"]


async def test_the_next_recording_waits_until_the_last_one_has_ended_and_hears_nothing_of_it() -> None:
    assert await told("""
      late = 300;
      start();
      const old = last().onresult;
      ear.start({ lang: "en-US" });
      told.push(made.length);
      old({ results: [result("old", true)] });
      await clock.run(301);
      told.push(made.length);
      last().begin();
      last().hear("new.");
    """) == [1, 2, "new"]


async def test_one_that_never_ends_is_waited_for_no_longer_than_that() -> None:
    assert await told("""
      late = 1e9;
      start();
      ear.abort();
      made[0].runs = false;
      ear.start({ lang: "en-US" });
      await clock.run(801);
      told.push(made.length);
    """) == [2]


async def test_a_start_that_is_refused_because_another_page_still_ends_is_tried_again() -> None:
    assert await told("""
      made.push({ runs: true });
      ear.start({ lang: "en-US" });
      await clock.run(600);
      made[0].runs = false;
      await clock.run(300);
      last().begin();
      last().hear("hello.");
    """) == ["hello"]


async def test_silence_is_no_error() -> None:
    assert await told("""
      start();
      last().onerror({ error: "no-speech" });
      last().end();
    """) == ["(ended)"]


@pytest.mark.parametrize(
    ("error", "around", "kind"),
    [
        ("not-allowed", "", "refused"),
        ("not-allowed", "scope.isSecureContext = false;", "insecure"),
        ("not-allowed", "scope.document = { featurePolicy: { allowsFeature: () => false } };", "policy"),
        ("not-allowed", f"scope.navigator.mediaDevices = {ONE};", "refused"),
        ("not-allowed", "scope.navigator.mediaDevices = { enumerateDevices: async () => [] };", "no-device"),
        ("audio-capture", "", "no-device"),
        ("audio-capture", f"scope.navigator.mediaDevices = {ONE};", "busy"),
        ("network", "", "recogniser"),
        ("network", "scope.navigator.onLine = false;", "offline"),
        ("service-not-allowed", "", "recogniser"),
        ("language-not-supported", "", "language"),
    ],
)
async def test_what_goes_wrong_is_told_by_its_cause(error: str, around: str, kind: str) -> None:
    assert await told(f"""
      {around}
      start();
      last().onerror({{ error: "{error}" }});
      last().end();
      await clock.run(1000);
    """) == [f"({kind})"]


async def test_an_error_without_an_end_ends_it_too() -> None:
    assert await told("""
      start();
      last().onerror({ error: "network" });
      await clock.run(600);
    """) == ["(recogniser)"]


async def test_a_browser_without_recognition_says_so() -> None:
    assert await told("delete scope.SpeechRecognition; ear.start({ lang: 'en-US' });") == ["(no-recognition)"]


async def test_a_microphone_that_gives_nothing_is_tried_once_more_and_then_told() -> None:
    assert await told("""
      ear.start({ lang: "en-US" });
      last().onstart({});
      await clock.run(4300);
      told.push(made.length, made[0].aborted);
      last().onstart({});
      await clock.run(4100);
      told.push(busy());
    """) == [2, True, "(dead)", False]


async def test_what_was_said_before_the_microphone_was_revived_is_kept() -> None:
    assert await told("""
      start();
      last().hear("one.");
      ear.recognition.revive();
      await clock.run(300);
      last().begin();
      last().hear("two.");
    """) == ["one", "one two"]


async def test_while_somebody_is_asked_for_the_microphone_it_waits() -> None:
    assert await told("""
      ear.start({ lang: "en-US" });
      await clock.run(60_000); // they think about it
      told.push(made.length);
      last().begin();
      last().hear("hello.");
    """) == [1, "hello"]


async def test_a_recognition_that_falls_silent_for_good_has_ended() -> None:
    assert await told("start(); await clock.run(20_001);") == ["(ended)"]


async def test_android_which_repeats_all_words_so_far_tells_them_once() -> None:
    assert await told("""
      scope.navigator.userAgent = "Android";
      const phone = new BrowserEar({ on, scope, clock });
      phone.start({ lang: "en-US" });
      told.push(last().continuous);
      last().begin();
      last().hear("tell.", "tell me.", "tell me more.");
      last().hear("tell.", "tell me.", "tell me more.", "tell me more.");
    """) == [False, "tell me more"]


async def test_a_sentence_that_is_final_twice_is_told_once_and_a_word_that_is_said_twice_twice() -> None:
    assert await told("""
      start();
      last().hear("tell me more.", "tell me more.");
      last().hear("tell me more.", "tell me more.", "no.", "no.");
    """) == ["tell me more", "tell me more no no"]


async def test_where_a_script_has_no_spaces_none_are_made() -> None:
    assert await told("""
      start({ lang: "zh-CN" });
      last().hear("你好.", "世界.");
    """) == ["你好世界"]


async def test_with_headphones_it_is_given_a_track_without_the_loudspeaker_and_gives_it_back() -> None:
    assert await told("""
      const track = { stop: () => told.push("(stopped)") };
      SpeechRecognition.available = async () => "available";
      scope.navigator.mediaDevices = { getUserMedia: async ({ audio }) => {
        told.push(audio.echoCancellation);
        return { getTracks: () => [track], getAudioTracks: () => [track] };
      } };
      ear.start({ lang: "en-US", echo: true });
      await clock.run(1);
      told.push(last().track === track);
      last().begin();
      last().onspeechstart({});
      ear.abort();
    """) == [True, True, "(stopped)"]


async def test_a_microphone_that_is_refused_for_headphones_is_told_by_its_cause() -> None:
    assert await told("""
      SpeechRecognition.available = async () => "available";
      scope.navigator.mediaDevices = { getUserMedia: async () => { throw new DOMException("no", "NotAllowedError"); } };
      ear.start({ lang: "en-US", echo: true });
      await clock.run(1);
    """) == ["(refused)"]


async def test_whether_a_language_is_offered_on_the_device() -> None:
    found = await script(f"""{EAR}
      const answers = [await BrowserEar.offered("en-US", {{}}), await BrowserEar.offered("en-US", scope)];
      const ours = ({{ langs, processLocally }}) => langs[0] === "en-US" && processLocally;
      SpeechRecognition.available = async (asked) => (ours(asked) ? "downloadable" : "unavailable");
      SpeechRecognition.install = async (asked) => ours(asked);
      answers.push(await BrowserEar.offered("en-US", scope), await BrowserEar.offered("xx", scope));
      answers.push(await BrowserEar.install("en-US", scope), await BrowserEar.install("xx", scope));
      answers.push(await BrowserEar.install("en-US", {{}}));
      SpeechRecognition.available = async () => {{ throw new Error("no"); }};
      answers.push(await BrowserEar.offered("en-US", scope));
      print(answers);
    """)
    assert found == ["unavailable", "unknown", "downloadable", "unavailable", True, False, False, "unknown"]
