// A spoken conversation with an agent: carries out what machine.js decides, with an ear, a mouth and a message box.
//
// on (all optional)
//   state(state)      as in machine.js, whenever it changes: mode, ear, held, engaged …
//   words(text)       what the message box shows of the voice; it stays when the mode changes. Told before the mode is
//   send(text)        … and now it goes, like something typed
//   stop()            the run is to be stopped
//   tell(sentence)    why something cannot be
//   caption(it)       { thought, from, to, text } that begins to be spoken; null when nothing is any more
import { Wall } from "./echo.js";
import { START, step } from "./machine.js";
import { Narrator } from "./narrator.js";
import { reason } from "./reasons.js";
import { Speaker } from "./speaker.js";

const CLOCK = { set: (fn, ms) => setTimeout(fn, ms), clear: (id) => clearTimeout(id), now: () => performance.now() };

export class Conversation {
  /** `ear(on)` and `mouth(on)` make one, see ear.js and speaker.js; `settings` as in settings.js, but one `voice`;
   *  `hidden`: nobody sees the page. */
  constructor({ ear, mouth, settings = {}, hidden = false, on = {}, clock = CLOCK }) {
    Object.assign(this, { on, clock, now: clock.now ?? CLOCK.now, events: [], timers: {} });
    this.state = Object.freeze({ ...START, hidden, settings: Object.freeze({ ...START.settings, ...settings }) });
    this.wall = new Wall(() => this.now());
    this.ear = ear({
      heard: (words) => this.heard(words),
      begun: () => this.happen("begun"),
      sound: () => this.happen("sound"),
      pause: () => this.happen("pause"),
      writing: () => this.happen("writing"),
      ended: (why) => this.happen("ended", { why }),
    });
    this.speaker = new Speaker({
      mouth: mouth({}),
      voice: () => this.voice,
      on: {
        began: (utterance) => this.began(utterance),
        ended: () => this.wall.ended(),
        empty: () => this.empty(),
        failed: (sentence) => {
          this.happen("failed");
          this.on.tell?.(sentence);
        },
      },
    });
    this.narrator = new Narrator({
      clock,
      settings: () => this.state.settings,
      busy: () => this.speaker.busy,
      say: (utterances) => this.happen("queued", { utterances }),
    });
  }

  // ── the person ──

  press() {
    this.speaker.unlock();
    this.happen("press");
  }

  hold() {
    this.speaker.unlock();
    this.happen("hold");
  }

  release() {
    this.happen("release");
  }

  leave() {
    this.happen("leave");
  }

  /** Stop was pressed on the page, which stops the run itself. */
  stopped() {
    this.happen("stopped");
  }

  /** Reads a finished answer aloud, in place of what is being spoken. */
  read({ id, text }) {
    this.speaker.unlock();
    this.happen("queued", { utterances: this.narrator.whole(id, text), read: true });
  }

  // ── the page ──

  set(settings) {
    this.happen("set", { settings });
  }

  hidden(hidden) {
    this.happen("hidden", { hidden });
  }

  /** It is over: nothing is told any more, by no timer either. */
  close() {
    this.happen("leave");
    for (const timer of Object.values(this.timers)) this.clock.clear(timer);
    this.speaker.close();
    this.on = {};
  }

  /** What the message box has was sent by hand. */
  sent() {
    this.happen("sent");
  }

  /** What was to be sent cannot be. */
  unsent() {
    this.happen("unsent");
  }

  // ── the transcript ──

  turn({ id, mine }) {
    this.narrator.reset();
    this.happen("ran", { id, mine });
  }

  answers(turn) {
    this.happen("answers", { id: turn });
  }

  thought(thought) {
    const { run } = this.state;
    if (run?.id === thought.turn && run.asks) this.happen("resumed", { id: thought.turn });
    if (this.speaks(thought.turn)) this.narrator.thought(thought);
  }

  grew(id, text) {
    this.narrator.grew(id, text);
  }

  ended(id, { text, ok } = {}) {
    this.narrator.ended(id, { text, ok });
  }

  /** Without a text it was spoken already, or nobody was there to hear it. */
  asked({ id, turn, text }) {
    if (text && this.speaks(turn)) this.narrator.question(id, text);
    this.happen("asked", { id: turn });
  }

  over(turn, { stopped = false } = {}) {
    if (this.state.run?.id === turn) this.narrator.reset();
    this.happen("over", { id: turn, stopped });
  }

  // ── below ──

  /** One after the other: what an event has for effect may be the next one. */
  happen(kind, more) {
    this.events.push({ kind, ...more });
    if (this.events.length > 1) return;
    while (this.events.length) {
      try {
        this.take(this.events[0]);
      } finally {
        this.events.shift();
      }
    }
  }

  take(event) {
    if (event.kind === "empty" && this.speaker.busy) return; // something new has come since
    const before = this.state;
    const { state, effects } = step(before, event);
    this.state = state;
    this.ear.held = state.held; // a pause does not end what is held
    for (const effect of effects) this.carryOut(effect);
    if (state !== before) this.on.state?.(state);
  }

  carryOut({ do: name, ...effect }) {
    const { lang, local, headphones } = this.state.settings;
    if (name === "listen") {
      this.wall.listens();
      this.ear.start({ lang, local, echo: headphones });
    } else if (name === "finish") this.ear.finish();
    else if (name === "abort") this.ear.abort();
    else if (name === "speak") effect.utterances.forEach((utterance) => this.speaker.add(utterance));
    else if (name === "hush") this.hush();
    else if (name === "words") this.on.words?.(effect.text);
    else if (name === "send") this.on.send?.(effect.text);
    else if (name === "stop") this.on.stop?.();
    else if (name === "tell") this.on.tell?.(effect.sentence ?? reason(effect.about, { lang }).sentence);
    else if (name === "wait") this.wait(effect);
    else throw new TypeError(`There is no effect ${name}.`);
  }

  hush() {
    this.narrator.reset();
    this.speaker.hush();
    this.wall.ended();
    this.caption(null);
  }

  wait({ what, ms, token }) {
    this.clock.clear(this.timers[what]);
    this.timers[what] = this.clock.set(() => this.happen("timer", { what, token }), ms);
  }

  heard(words) {
    const { final, interim } = this.wall.own(words, this.state.settings.lang);
    if (final !== this.state.final || interim !== this.state.interim) this.happen("heard", { final, interim });
  }

  began(utterance) {
    this.wall.began(utterance.text);
    this.caption(utterance);
  }

  empty() {
    this.caption(null);
    this.narrator.more();
    this.happen("empty");
  }

  caption(it) {
    if (it === this.captioned) return;
    this.captioned = it;
    this.on.caption?.(it && { thought: it.thought, from: it.from, to: it.to, text: it.text });
  }

  get voice() {
    const { lang, voice, rate, pitch } = this.state.settings;
    return { lang, voice, rate, pitch };
  }

  speaks(turn) {
    const { run, settings } = this.state;
    return run?.id === turn && run.spoken && !settings.quiet;
  }
}
