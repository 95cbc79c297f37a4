// A room: a person, and a browser whose microphone hears everything that its loudspeaker says, as with both on one table.
// Everything random comes from a seed.
import { Clock, dice } from "./fakes.js";

/**
 * A browser: `scope` has its SpeechRecognition and speechSynthesis. `late`: the most ms that recognition comes behind.
 * `wrong`: which part of the words it mishears. `deaf`: it does not hear its own loudspeaker.
 */
export class Room {
  constructor({ clock = new Clock(), seed = 1, late = 400, wrong = 0, deaf = false, speed = 280, own = {} } = {}) {
    Object.assign(this, { clock, dice: dice(seed), late, wrong, deaf, speed });
    this.listening = new Set(); // recognitions that run
    this.sounds = new Set(); // that are in the air, or not yet recognised
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
    const sound = new Sound(this, text);
    await this.clock.until(() => sound.over, `"${text}" was said`);
  }

  /** Recognition has got so many words of a sound. */
  hear(sound, count) {
    for (const one of this.listening) one.hears(sound, count);
  }

  /** A sound is over; where nothing else is to be heard, what was heard is final. */
  rests(sound) {
    this.sounds.delete(sound);
    if (!this.sounds.size) for (const one of this.listening) one.rests();
  }

  misheard(word) {
    return this.dice() < this.wrong ? "blah" : word;
  }
}

/** Words in the air, one after the other: to whatever listens when recognition has got them, which is a while later. */
class Sound {
  constructor(room, text) {
    const words = text.split(/\s+/).filter(Boolean);
    this.words = words.map((word) => room.misheard(word));
    Object.assign(this, { room, said: 0, last: 0, over: false });
    room.sounds.add(this);
    this.timers = words.map((word, i) => room.clock.set(() => this.tell(i + 1), (i + 1) * room.speed));
    this.timers.push(room.clock.set(() => this.ended(), words.length * room.speed + 1));
  }

  tell(count) {
    this.said = count;
    this.later(() => this.room.hear(this, count));
  }

  /** It stops here. */
  ended() {
    for (const id of this.timers) this.room.clock.clear(id);
    this.later(() => {
      this.over = true;
      this.room.rests(this);
    });
  }

  later(act) {
    const { clock, dice, late } = this.room;
    this.last = Math.max(this.last, clock.time + dice() * late);
    clock.set(act, this.last - clock.time);
  }
}

class FakeRecognition {
  constructor(room) {
    Object.assign(this, { room, results: [], open: [], known: new Map(), running: false });
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
      this.rests();
      this.end();
    }, 80);
  }

  abort() {
    if (!this.running) return;
    this.stopped = true;
    this.room.clock.set(() => this.end(), 30);
  }

  /** Also of what began before it did. */
  hears(sound, count) {
    if (!this.running || this.stopped) return;
    this.open.push(...sound.words.slice(this.known.get(sound) ?? 0, count));
    this.known.set(sound, count);
    this.onspeechstart?.({});
    this.tell(false);
  }

  rests() {
    if (this.open.length) this.tell(true);
    this.open = [];
  }

  tell(isFinal) {
    const transcript = (this.results.length ? " " : "") + this.open.join(" ");
    const results = [...this.results, Object.assign([{ transcript, confidence: 0.9 }], { isFinal })];
    if (isFinal) this.results = results;
    this.onresult?.({ resultIndex: results.length - 1, results });
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
  removeEventListener() {}

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
