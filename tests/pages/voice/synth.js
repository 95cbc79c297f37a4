// A speechSynthesis that has the faults of the real ones, each of which can be switched on, and a clock that is moved.
const SIGN = 60; // ms that a sign takes at rate 1

/** Time that passes when it is told to. */
export class Clock {
  now = 0;
  #timers = new Map();
  #ids = 0;

  set(fn, ms = 0) {
    this.#timers.set(++this.#ids, { at: this.now + Math.max(ms, 0), fn });
    return this.#ids;
  }

  clear(id) {
    this.#timers.delete(id);
  }

  move(ms) {
    const until = this.now + ms;
    for (;;) {
      let first = null;
      for (const [id, timer] of this.#timers) {
        if (timer.at <= until && (!first || timer.at < first.at)) first = { id, ...timer };
      }
      if (!first) break;
      this.#timers.delete(first.id);
      this.now = first.at;
      first.fn();
    }
    this.now = until;
  }

  /** Until nothing is left to happen, at most an hour. */
  end() {
    for (let i = 0; i < 3600 && this.#timers.size; i++) this.move(1000);
  }
}

export class SpeechSynthesisUtterance {
  lang = "";
  rate = 1;
  pitch = 1;
  voice = null;

  constructor(text) {
    this.text = text;
  }
}

/**
 * What a page has: `{ speechSynthesis, SpeechSynthesisUtterance, addEventListener, … }`, and `sounds`: what was heard,
 * as [{ text, voice, lang, rate, pitch, from, to }]; `to` is null while it sounds.
 *
 * Faults: drops (ms after a cancel in which speak() is swallowed and the queue is stuck), tardy (ms after a cancel that
 * its event hits whatever is spoken then), cutoff (voices of the network stop after 15 s, without an event), mute (never
 * begins), deaf (voices of the network are heard, but no event is), stuck (by an earlier page, until a cancel), paused,
 * late (ms until voices are listed), stale (ends of what was cancelled are told, later), sync (events of a cancel come
 * from within), blocked (no gesture yet), errors (one for each of the next utterances, null: none), endless (no `end`),
 * worded (no `boundary` if false), latency, jams (for ever, by a text of nothing), held (what is spoken is ignored until
 * something was in a `scope.gesture`).
 */
export function synth({ clock, voices = [HERE, GERMAN, THERE], faults = {} }) {
  const scope = { SpeechSynthesisUtterance, sounds: [], spoken: [], listeners: {} };
  scope.addEventListener = (name, fn) => (scope.listeners[name] = fn);
  scope.removeEventListener = (name, fn) => scope.listeners[name] === fn && delete scope.listeners[name];
  scope.speechSynthesis = new Synth(clock, voices, faults, scope);
  return scope;
}

export const HERE = voice("Here", "en-US", true);
export const GERMAN = voice("Hier", "de-DE", true);
export const THERE = voice("There", "en-GB", false);

export function voice(name, lang, localService, standard = false) {
  return { voiceURI: `urn:${name}`, name, lang, localService, default: standard };
}

class Synth extends EventTarget {
  constructor(clock, voices, faults, scope) {
    super();
    Object.assign(this, { clock, voices, faults, scope });
    this.queue = [];
    this.paused = Boolean(faults.paused);
    this.stuck = Boolean(faults.stuck);
    this.cancelled = -Infinity;
    if (faults.late) clock.set(() => this.dispatchEvent(new Event("voiceschanged")), faults.late);
  }

  get speaking() {
    return this.stuck || this.queue.length > 0;
  }

  get pending() {
    return this.stuck || this.queue.length > 1;
  }

  getVoices() {
    return this.clock.now < (this.faults.late ?? 0) ? [] : this.voices;
  }

  speak(utterance) {
    this.scope.spoken.push(utterance.text);
    if (this.faults.held && !this.scope.gesture && !this.freed) return;
    this.freed = true;
    if (this.faults.blocked) return tell(utterance, "error", { error: "not-allowed" });
    this.queue.push(utterance);
    if (this.queue.length === 1) this.next();
  }

  cancel() {
    const [current, ...others] = this.queue;
    if (!current && !this.stuck) return;
    this.queue = [];
    this.stuck = false;
    this.cancelled = this.clock.now;
    this.quiet();
    const { sync, stale, tardy } = this.faults;
    for (const one of current ? [current, ...others] : []) {
      const told = () => tell(one, "error", { error: one === current ? "interrupted" : "canceled" });
      if (sync) told();
      else this.clock.set(told, 5);
      if (stale) this.clock.set(() => tell(one, "end"), 300);
    }
    if (tardy) this.clock.set(() => this.queue[0] && this.over(this.queue[0], "error", { error: "canceled" }), tardy);
  }

  pause() {
    this.paused = true;
  }

  resume() {
    this.paused = false;
  }

  // ── below: one utterance ──

  next() {
    const [utterance] = this.queue;
    if (!utterance) return;
    if (utterance.text === "" && this.faults.jams) {
      this.faults.mute = true;
      return this.clock.set(() => this.over(utterance, "error", { error: "synthesis-failed" }), 50);
    }
    if (utterance.text === "") return this.over(utterance, "end");
    const { drops = 0, mute, errors = [], latency = 20 } = this.faults;
    if (this.stuck || this.paused || mute || this.clock.now - this.cancelled < drops) return;
    const error = errors.shift();
    if (error) return this.clock.set(() => this.over(utterance, "error", { error }), latency);
    this.clock.set(() => this.begin(utterance), latency);
  }

  begin(utterance) {
    if (this.queue[0] !== utterance) return;
    const { text, voice, lang, rate, pitch } = utterance;
    this.sound = { text, voice: voice?.name ?? null, lang, rate, pitch, from: this.clock.now, to: null };
    this.scope.sounds.push(this.sound);
    const { cutoff, endless, deaf, worded = true } = this.faults;
    const remote = voice?.localService === false;
    const ms = (SIGN * text.length) / rate;
    if (!(deaf && remote)) tell(utterance, "start");
    if (this.queue[0] !== utterance) return; // stopped by who was told
    if (worded && !remote) {
      for (const { index } of text.matchAll(/\S+/g)) {
        const said = () => this.queue[0] === utterance && tell(utterance, "boundary", { charIndex: index });
        this.clock.set(said, (SIGN * index) / rate);
      }
    }
    if (cutoff && remote && ms > 15_000) this.clock.set(() => this.queue[0] === utterance && this.quiet(), 15_000);
    else if (endless || (deaf && remote)) this.clock.set(() => this.queue[0] === utterance && this.quiet(), ms);
    else this.clock.set(() => this.over(utterance, "end"), ms);
  }

  over(utterance, type, told) {
    if (this.queue[0] !== utterance) return;
    this.queue.shift();
    this.quiet();
    const others = this.queue.length > 0; // before it is told: who is told may speak
    tell(utterance, type, told);
    if (others) this.next();
  }

  quiet() {
    if (this.sound) this.sound.to = this.clock.now;
    this.sound = null;
  }
}

function tell(utterance, type, told = {}) {
  utterance[`on${type}`]?.({ type, utterance, ...told });
}
