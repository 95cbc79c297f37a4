"""The voice’s settings change while somebody talks: who understands or speaks is exchanged, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from .mouths import SYNTH
from .script import script

# A browser that hears and speaks, and a service; its voice is `make(settings)`. `person(text)` says something.
START = """
const { Clock, synth, HERE } = await import("SYNTH");
const clock = new Clock();
const scope = synth({ clock, voices: [HERE], faults: %FAULTS% });
const { speechSynthesis, SpeechSynthesisUtterance } = scope;
const ears = [], contexts = [], fetched = [], listeners = new Set();
class SpeechRecognition {
  constructor() { ears.push(this); }
  start() { setTimeout(() => { this.onstart?.({}); this.onaudiostart?.({}); }, 5); }
  stop() { setTimeout(() => this.onend?.({}), 5); }
  abort() { this.gone = true; setTimeout(() => this.onend?.({}), 5); }
}
class AudioContext {
  state = "running"; currentTime = 0; sampleRate = 48000; destination = {};
  constructor() { contexts.push(this); }
  resume() { return Promise.resolve(); }
  suspend() { return Promise.resolve(); }
  createGain() { return { connect() {}, disconnect() {} }; }
  createBuffer() { return { copyToChannel() {} }; }
  createBufferSource() { return { connect() {}, start() {}, stop() {} }; }
}
Object.assign(globalThis, { speechSynthesis, SpeechSynthesisUtterance, SpeechRecognition, AudioContext });
Object.assign(globalThis, { window: globalThis, isSecureContext: true });
Object.assign(globalThis, { location: { protocol: "https:", host: "there" } });
globalThis.addEventListener = (name, fn) => listeners.add(fn);
globalThis.removeEventListener = (name, fn) => listeners.delete(fn);
globalThis.setTimeout = (fn, ms) => clock.set(fn, ms);
globalThis.clearTimeout = (id) => clock.clear(id);
globalThis.fetch = (url, { body }) => (fetched.push(JSON.parse(body)), new Promise(() => {}));
performance.now = () => clock.now;
const navigator = { language: "en-US", userAgent: "Chrome", vendor: "Google", onLine: true };
Object.defineProperty(globalThis, "navigator", { value: navigator });
const { Voice } = await import(`${VOICE}/index.js`);
const { tell, setStage } = await import(`${VOICE}/told.js`);
const { DEFAULTS } = await import(`${VOICE}/settings.js`);
let stage = [];
setStage({ now: () => stage, source: () => "" });
const usual = { ...DEFAULTS, lang: "en-US", voice: { browser: HERE.voiceURI, service: "alto" } };
const service = { listens: true, speaks: true };
const modes = [], sent = [], turned = [], tells = [];
let box = "";
const on = {
  state: ({ mode }) => mode !== modes.at(-1) && modes.push(mode),
  words: (text) => (box = text),
  send: (text) => sent.push(text),
  tell: (sentence) => tells.push(sentence),
  voiceless: (is) => turned.push(is),
};
let voice;
const make = (more, rest) => {
  voice = new Voice({ session: "s", service, settings: { ...usual, ...more }, on, ...rest });
};
const person = (text) => {
  ears.at(-1).onresult({ results: [Object.assign([{ transcript: text }], { isFinal: true })] });
};
const answer = (text) => {
  tell("thought", { id: "a", turn: "t", kind: "answer", source: "" });
  tell("grew", "a", text);
};
const sounds = () => scope.sounds.map(({ text }) => text);
function asks(text) {
  voice.conversation.press();
  clock.move(100);
  person(text);
  clock.move(3000);
  tell("turn", { id: "t", mine: true });
  stage = [["turn", { id: "t", mine: true }]];
}
""".replace("SYNTH", SYNTH)


async def page(source: str, faults: str = "{}") -> Any:
    return await script(START.replace("%FAULTS%", faults) + source)


@pytest.mark.parametrize("change", ["hear: 'service'", "say: 'browser', hear: 'service'"])
async def test_who_chooses_another_ear_while_it_thinks_is_still_answered_aloud(change: str) -> None:
    seen = await page(f"""
      make();
      asks("what is the time");
      voice.set({{ ...usual, {change} }});
      const {{ mode }} = voice.conversation.state;
      answer("It is late. ");
      tell("ended", "a", {{ ok: true, text: "It is late. " }});
      clock.move(5000);
      print({{ sent, mode, sounds: sounds() }});
    """)
    assert seen == {"sent": ["what is the time"], "mode": "thinking", "sounds": ["It is late."]}


async def test_who_has_ended_talking_is_not_talked_to_again_after_a_change() -> None:
    seen = await page("""
      make({ conversation: true });
      asks("what is the time");
      answer("It is late. ");
      clock.move(300);
      voice.conversation.leave();
      const before = sounds();
      stage.push(["thought", { id: "a", turn: "t", kind: "answer", source: "It is late. " }]);
      voice.set({ ...usual, conversation: true, hear: "service", say: "service" });
      tell("grew", "a", "And it gets later. ");
      tell("ended", "a", { ok: true, text: "It is late. And it gets later. " });
      clock.move(5000);
      print({ before, after: sounds().slice(before.length), fetched, mode: modes.at(-1) });
    """)
    assert seen == {"before": ["It is late."], "after": [], "fetched": [], "mode": "idle"}


async def test_another_voice_goes_on_with_the_next_sentence() -> None:
    seen = await page("""
      make();
      asks("what is the time");
      answer("It is late. And it gets later. ");
      clock.move(300);
      voice.set({ ...usual, say: "service" });
      clock.move(2000);
      print({ sounds: scope.sounds.map(({ text, voice }) => [text, voice]), fetched, mode: modes.at(-1) });
    """)
    assert seen["sounds"] == [["It is late.", "Here"]]
    assert [(asked["text"], asked["voice"]) for asked in seen["fetched"]] == [("And it gets later.", "alto")]
    assert seen["mode"] == "speaking"


async def test_another_ear_takes_over_a_recording_and_keeps_its_words() -> None:
    seen = await page("""
      make({ hear: "service", sends: false });
      voice.conversation.press();
      const [first] = Object.values(voice.conversation.ear.made);
      first.on.heard({ final: "", interim: "what is" });
      voice.set({ ...usual, hear: "browser", sends: false });
      clock.move(100);
      const over = !first.recording;
      const kept = [box, modes.at(-1)];
      person("the time");
      clock.move(3000);
      print({ over, kept, box, tells, modes });
    """)
    assert seen["over"]
    assert seen["kept"] == ["what is", "listening"]
    assert seen["box"] == "what is the time"
    assert seen["tells"] == []


async def test_a_recording_that_is_about_to_end_gives_its_last_words_first() -> None:
    seen = await page("""
      make();
      voice.conversation.press();
      clock.move(100);
      const { onresult } = ears[0];
      voice.conversation.press();
      voice.set({ ...usual, hear: "service" });
      onresult({ results: [Object.assign([{ transcript: "what is the time" }], { isFinal: true })] });
      clock.move(3000);
      print({ sent, gone: Boolean(ears[0].gone) });
    """)
    assert seen["sent"] == ["what is the time"]


async def test_changes_leave_nothing_behind() -> None:
    seen = await page("""
      make({ hear: "service" });
      const before = listeners.size;
      for (let i = 0; i < 10; i++) {
        voice.conversation.press();
        clock.move(50);
        voice.conversation.leave();
        voice.set({ ...usual, hear: i % 3 ? "service" : "browser", say: i % 2 ? "browser" : "service" });
      }
      const after = listeners.size;
      voice.close();
      print({ contexts: contexts.length, before, after, closed: listeners.size });
    """)
    assert seen["contexts"] == 2, "one to hear, one to speak"
    assert (seen["before"], seen["after"], seen["closed"]) == (1, 1, 0)


async def test_the_browser_speaks_again_once_its_voices_are_there() -> None:
    seen = await page(
        """
        make();
        voice.conversation.read({ id: "a", text: "What is private." });
        clock.move(1900);
        const { say } = voice.means;
        clock.move(5000);
        voice.conversation.read({ id: "a", text: "This, too." });
        clock.move(10_000);
        const heard = scope.sounds.map(({ text, voice }) => [text, voice]);
        print({ fetched: fetched.map(({ text }) => text), heard, say: [say, voice.means.say], turned, tells });
        """,
        faults="{ late: 2000, latency: 2200 }",
    )
    assert seen["fetched"] == ["What is private."]
    assert seen["heard"] == [["This, too.", "Here"]]
    assert seen["say"] == ["service", "browser"]
    assert seen["turned"] == [True, False]


async def test_what_the_service_cannot_say_the_browser_says_if_it_has_its_voices_by_then() -> None:
    heard = await page(
        """
        make();
        voice.conversation.read({ id: "a", text: "What is private." });
        clock.move(60_000);
        print([fetched.length, ...sounds()]);
        """,
        faults="{ late: 2000, latency: 2200 }",
    )
    assert heard == [1, "What is private."]


async def test_what_was_chosen_counts_although_the_browser_has_its_voices_again() -> None:
    seen = await page(
        """
        make();
        voice.conversation.read({ id: "a", text: "One." });
        clock.move(1900);
        voice.set({ ...usual, say: "service" });
        clock.move(5000);
        voice.conversation.read({ id: "a", text: "Two." });
        clock.move(10_000);
        print({ fetched: fetched.map(({ text }) => text), sounds: sounds() });
        """,
        faults="{ late: 2000, latency: 2200 }",
    )
    assert seen == {"fetched": ["One.", "Two."], "sounds": []}


async def test_a_page_that_was_hidden_before_its_voice_was_there_does_not_listen_again_after_an_answer() -> None:
    seen = await page("""
      make({ conversation: true }, { hidden: true });
      asks("what is the time");
      answer("It is late. ");
      tell("ended", "a", { ok: true, text: "It is late. " });
      tell("over", "t", {});
      clock.move(5000);
      print({ sounds: sounds(), ears: ears.length, mode: modes.at(-1) });
    """)
    assert seen == {"sounds": ["It is late."], "ears": 1, "mode": "idle"}
