// A room: a clock that a test moves, a person, and a browser whose microphone hears everything that its loudspeaker says,
// as with both on one table. Everything random comes from a seed.

export class Clock {
  constructor() {
    this.time = 0;
    this.timers = new Map();
    this.ids = 0;
    this.set = (fn, ms = 0) => {
      this.timers.set(++this.ids, { at: this.time + ms, fn });
      return this.ids;
    };
    this.clear = (id) => void this.timers.delete(id);
    this.now = () => this.time;
  }

  /** Moves on, timer by timer; promises are kept in between. */
  async run(ms) {
    const until = this.time + ms;
    for (;;) {
      await new Promise(setImmediate);
      const [id, next] = [...this.timers].reduce((a, b) => (a && a[1].at <= b[1].at ? a : b), null) ?? [];
      if (!next || next.at > until) break;
      this.timers.delete(id);
      this.time = Math.max(this.time, next.at);
      next.fn();
    }
    this.time = until;
  }

  /** Moves on until something is so; throws where it never is. */
  async until(is, what, most = 60_000) {
    for (let ms = 0; !is(); ms += 10) {
      if (ms > most) throw new Error(`It never came that ${what}.`);
      await this.run(10);
    }
  }
}

/** 0 … 1, the same ones for the same seed. */
export function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * A browser: `scope` has its SpeechRecognition and speechSynthesis. `late`: the most ms that recognition comes behind.
 * `wrong`: which part of the words it mishears. `deaf`: it does not hear its own loudspeaker.
 */
export class Room {
  constructor({ clock = new Clock(), seed = 1, late = 400, wrong = 0, deaf = false, speed = 280, own = {} } = {}) {
    Object.assign(this, { clock, dice: dice(seed), late, wrong, deaf, speed });
    this.listening = new Set(); // recognitions that run
    this.spoken = []; // { text, from, to, whole }
    this.starts = 0;
    this.overlaps = 0; // of recognition and speech
    this.gaps = []; // ms from the end of what was spoken to the next recognition
    const room = this;
    class SpeechRecognition extends FakeRecognition {
      constructor() {
        super(room);
      }
    }
    this.synth = new FakeSynthesis(this);
    this.scope = {
      SpeechRecognition,
      speechSynthesis: this.synth,
      SpeechSynthesisUtterance: function (text) {
        this.text = text;
      },
      navigator: { userAgent: "Fake", onLine: true },
      isSecureContext: true,
      ...own,
    };
  }

  /** A person speaks; done once all of it was heard. */
  async says(text) {
    const sound = new Sound(this, text, 0);
    await this.clock.until(() => sound.over, `"${text}" was said`);
  }

  hear(sound, words, final) {
    for (const one of this.listening) one.hears(sound, words.join(" "), final);
  }

  misheard(word) {
    return this.dice() < this.wrong ? "blah" : word;
  }
}

/** Words in the air, one after the other: to whatever listens when recognition has got them. */
class Sound {
  constructor(room, text, wrong = room.wrong) {
    const words = text.split(/\s+/).filter(Boolean);
    this.heard = words.map((word) => (wrong ? room.misheard(word) : word));
    Object.assign(this, { room, told: 0, over: false, timers: [] });
    words.forEach((word, i) => this.later((i + 1) * room.speed, () => this.tell(i + 1)));
    this.length = words.length * room.speed;
    this.end = this.later(this.length, () => this.ended());
  }

  later(ms, act) {
    const id = this.room.clock.set(act, ms);
    this.timers.push(id);
    return id;
  }

  tell(count) {
    this.said = count;
    const late = this.room.dice() * this.room.late;
    this.room.clock.set(() => {
      if (this.final || count <= this.told) return;
      this.told = count;
      this.room.hear(this, this.heard.slice(0, count), false);
    }, late);
  }

  /** It stops here; what there was is heard as final a moment later. */
  ended() {
    for (const id of this.timers) this.room.clock.clear(id);
    this.room.clock.set(() => {
      this.final = true;
      if (this.said) this.room.hear(this, this.heard.slice(0, this.said), true);
      this.over = true;
    }, this.room.dice() * this.room.late);
  }
}

export class FakeRecognition {
  constructor(room) {
    Object.assign(this, { room, results: [], slots: new Map(), running: false });
  }

  start() {
    if (this.running || this.room.listening.size) throw new DOMException("started already", "InvalidStateError");
    this.running = true;
    this.room.starts += 1;
    const last = this.room.spoken.at(-1);
    if (last) this.room.gaps.push(this.room.clock.time - (last.to ?? Infinity));
    if (this.room.synth.entry) this.room.overlaps += 1;
    this.room.listening.add(this);
    this.room.clock.set(() => this.running && (this.onstart?.({}), this.onaudiostart?.({})), 10);
    this.silence();
  }

  stop() {
    if (!this.running) return;
    this.room.clock.set(() => {
      for (const [sound, at] of this.slots) if (!this.results[at].isFinal) this.hears(sound, this.results[at][0].transcript, true);
      this.end();
    }, 80);
  }

  abort() {
    if (!this.running) return;
    this.stopped = true;
    this.room.clock.set(() => this.end(), 30);
  }

  hears(sound, transcript, isFinal) {
    if (!this.running || this.stopped) return;
    if (!this.slots.has(sound)) this.slots.set(sound, this.results.push(null) - 1);
    const at = this.slots.get(sound);
    if (this.results[at]?.isFinal) return;
    this.results[at] = Object.assign([{ transcript: (at ? " " : "") + transcript, confidence: 0.9 }], { isFinal });
    this.onspeechstart?.({});
    this.onresult?.({ resultIndex: at, results: [...this.results].filter(Boolean) });
    this.silence();
  }

  /** As Chrome does after a while in which nobody speaks. */
  silence() {
    this.room.clock.clear(this.timer);
    this.timer = this.room.clock.set(() => {
      this.onerror?.({ error: "no-speech" });
      this.end();
    }, 8000);
  }

  fail(error) {
    this.onerror?.({ error });
    this.end();
  }

  end() {
    if (!this.running) return;
    this.room.clock.clear(this.timer);
    this.running = false;
    this.room.listening.delete(this);
    this.onend?.({});
  }
}

class FakeSynthesis {
  constructor(room) {
    this.room = room;
    this.queue = [];
    this.current = null;
    this.paused = false;
  }

  get speaking() {
    return this.current !== null;
  }

  get pending() {
    return this.queue.length > 0;
  }

  getVoices() {
    return [{ name: "Fake", voiceURI: "fake", lang: "en-US", localService: true, default: true }];
  }

  addEventListener() {}

  resume() {}

  speak(utterance) {
    this.queue.push(utterance);
    if (!this.current) this.next();
  }

  next() {
    const utterance = (this.current = this.queue.shift() ?? null);
    if (!utterance) return;
    const { room } = this;
    room.clock.set(() => {
      if (this.current !== utterance) return;
      const entry = { text: utterance.text, from: room.clock.time, to: null, whole: false };
      if (utterance.text) room.spoken.push(entry);
      this.entry = entry;
      if (utterance.text) room.overlaps += [...room.listening].filter((one) => !one.stopped).length;
      this.sound = room.deaf ? null : new Sound(room, utterance.text);
      utterance.onstart?.({});
      const length = utterance.text.split(/\s+/).filter(Boolean).length * room.speed;
      room.clock.set(() => {
        if (this.current !== utterance) return;
        Object.assign(entry, { to: room.clock.time, whole: true });
        this.entry = this.sound = null;
        this.current = null;
        utterance.onend?.({});
        if (!this.current) this.next();
      }, length);
    }, 20);
  }

  cancel() {
    const { current, entry, sound } = this;
    this.queue = [];
    this.current = this.entry = this.sound = null;
    if (entry) entry.to = this.room.clock.time;
    sound?.ended();
    if (current) this.room.clock.set(() => current.onerror?.({ error: "canceled" }), 5);
  }
}

/** An ear of which a test is the voice: `calls` tells what was wanted of it. */
export class FakeEar {
  constructor(on) {
    Object.assign(this, { on, is: false, calls: [] });
  }

  start(how) {
    this.is = true;
    this.calls.push("start");
    this.how = how;
  }

  finish() {
    this.calls.push("finish");
  }

  abort() {
    this.is = false;
    this.calls.push("abort");
  }

  hear(final, interim = "") {
    if (this.is) this.on.heard({ final, interim });
  }

  /** The recording is over: by itself, after finish(), or because of something. */
  end(why = null) {
    if (!this.is) return;
    this.is = false;
    this.on.ended(why);
  }
}

/** A mouth that speaks as long as a test wants: `said` are all texts, `now` is the one being spoken. */
export class FakeMouth {
  constructor() {
    this.said = [];
    this.now = null;
    this.cancels = 0;
  }

  say(request) {
    this.now = request;
    this.said.push(request.text);
    this.on.began(request.id);
  }

  done() {
    const { id } = this.now;
    this.now = null;
    this.on.ended(id);
  }

  cancel() {
    this.cancels += 1;
    this.now = null;
  }
}
