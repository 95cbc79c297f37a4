// A mouth (speaker.js) of the browser's own voices. speechSynthesis is one queue with many faults, and each browser has
// others: here it is given one piece at a time, every event of a piece that is not the present one is ignored, and
// whatever has to happen is waited for with a limit.
import { breaths, lasts } from "./breath.js";
import { chosen, fit, onVoices, OTHER } from "./voices.js";

const SETTLES = 100; // ms after a cancel in which speak() may be swallowed: Chromium 50, speech-dispatcher a bit more
const VOICES = 250; // … that a chosen voice is waited for: Chromium lists none until some time after loading
const FIRST = 6000; // … until the very first `start`: Android loads its engine, Linux starts speech-dispatcher
const HASTY = 1500; // … where none is listed, and somebody else could speak; not on Android, which lists them late
const START = 2500; // … until a later one: a voice in the network takes a second, a loudspeaker by radio two
const SLACK = 3000; // … that a piece may last longer than twice what is expected, until its `end` counts as lost
const BREATH = 11_000; // … of one piece: Chromium cuts voices of the network off after 15 s, without an event

export class BrowserMouth {
  constructor({ on = {}, scope = globalThis, clock = CLOCK } = {}) {
    this.on = on;
    this.scope = scope;
    this.clock = clock;
    this.synth = scope.speechSynthesis;
    this.current = null; // { request, phase: "voices" | "settling" | "asked" | "speaking", pieces, utterance, … }
    this.started = false; // ever: this browser has a voice
    this.mute = false; // … or it was asked in vain
    this.voiceless = false; // … and lists none
    this.instead = () => false; // somebody else could speak
    this.turned = () => {}; // told of `voiceless`, whenever it changes
    this.doubtful = true; // the queue may be stuck with what an earlier page left there
    this.dumb = new Set(); // voices of the network that never began
    this.localities = new Map(); // of languages, as allLocal has them
    this.synth?.getVoices(); // has Chromium load them, and start what it speaks with
    this.deafen = onVoices(scope, () => {
      this.localities.clear();
      if (this.voiceless && this.synth.getVoices().length) this.turn(false); // it only took its time
      if (this.current?.phase === "voices") this.settle();
    });
    // Speech goes on in some browsers when its page is left. If the page comes back, it goes on when `limit` is over.
    this.left = () => this.current?.utterance && this.silence(this.current);
    scope.addEventListener?.("pagehide", this.left);
  }

  say(request) {
    this.cancel();
    this.current = { request, pieces: null, at: 0, retried: false, began: false, plain: false };
    if (!this.synth || !this.scope.SpeechSynthesisUtterance) return this.fail(NONE);
    const late = request.voice && !this.waited && !this.synth.getVoices().length;
    if (!late) return this.settle();
    this.waited = true; // once: where there are none, none will come
    this.current.phase = "voices";
    this.limit(VOICES, () => this.settle());
  }

  cancel() {
    const { current } = this;
    this.current = null;
    this.clock.clear(this.timer);
    if (current?.utterance) this.silence(current);
  }

  /** Inside a gesture. Only on iOS has a page to speak in one, if only nothing; Chromium on Linux is mute after that. */
  unlock() {
    const apple = this.scope.navigator?.vendor?.startsWith("Apple");
    if (!apple || this.unlocked || this.current || !this.synth || !this.scope.SpeechSynthesisUtterance) return;
    this.unlocked = new this.scope.SpeechSynthesisUtterance("");
    this.doubtful = true; // and if that one gets stuck
    this.synth.speak(this.unlocked);
  }

  close() {
    this.cancel();
    this.deafen();
    this.scope.removeEventListener?.("pagehide", this.left);
  }

  // ── below: the way of one request ──

  /** Goes on at once, or once the last cancel is over. */
  settle() {
    const { synth } = this;
    if (synth.paused) synth.resume(); // a pause outlives the page that asked for it
    if (this.doubtful) {
      this.doubtful = false;
      if (synth.speaking || synth.pending) this.silence();
    }
    this.clock.clear(this.timer);
    this.current.phase = "settling";
    if (!this.settling) this.speak();
  }

  speak() {
    const { current, synth, scope } = this;
    const { lang, rate, pitch } = current.request;
    const text = current.request.text.toWellFormed?.() ?? current.request.text; // half a letter makes Linux mute for good
    const voice = this.voice(current);
    const speed = clamp(rate, 0.5, 2);
    const local = voice ? voice.localService : this.allLocal(lang);
    current.pieces ??= local ? [text] : breaths(text, BREATH, speed);
    const piece = current.pieces[current.at];
    const utterance = new scope.SpeechSynthesisUtterance(piece);
    if (voice) utterance.voice = voice;
    const spoken = voice?.lang.replaceAll("_", "-") || lang; // Android minds the voice only if this is its own
    if (spoken) utterance.lang = spoken;
    utterance.rate = speed;
    utterance.pitch = clamp(pitch, 0, 2);
    const now = (happened) => (event) => this.current === current && current.utterance === utterance && happened(event);
    utterance.onstart = now(() => this.begun(piece));
    utterance.onboundary = now(({ charIndex }) => this.begun(piece.slice(charIndex ?? 0)));
    utterance.onend = now(() => this.pieceOver());
    utterance.onerror = now(({ error }) => this.troubled(error));
    current.utterance = utterance; // kept, too, because Chromium loses the events of one that was garbage collected
    current.voice = voice;
    current.phase = "asked";
    // before speak(), which tells some errors from within
    this.limit(this.patience, () => this.unheard());
    synth.speak(utterance);
  }

  get patience() {
    if (this.started || this.mute) return START;
    const android = this.scope.navigator?.userAgent?.includes("Android");
    return !android && this.instead() && !this.synth.getVoices().length ? HASTY : FIRST;
  }

  voice({ request, plain }) {
    if (!request.voice || plain || this.dumb.has(request.voice)) return null; // the browser's own for the language
    return chosen(this.scope, request.voice, request.lang);
  }

  /** Whether no voice of the network can be what the browser takes for a language. */
  allLocal(lang) {
    if (!this.localities.has(lang)) {
      const voices = this.synth.getVoices(); // on Linux more than ten thousand: not for each sentence
      const local = voices.length > 0 && voices.every((one) => one.localService || fit(one.lang, lang) === OTHER);
      this.localities.set(lang, local);
    }
    return this.localities.get(lang);
  }

  /** `rest`: what is still to be spoken of this piece. */
  begun(rest) {
    const { current } = this;
    this.started = true;
    this.mute = false;
    this.turn(false);
    current.phase = "speaking";
    // 2: there are slow voices, and some that do not care for the rate
    this.limit(2 * lasts(rest, clamp(current.request.rate, 0.5, 2)) + SLACK, () => this.overdue(rest));
    if (current.began) return;
    current.began = true;
    this.on.began?.(current.request.id);
  }

  pieceOver() {
    const { current } = this;
    current.at += 1;
    current.utterance = null;
    if (current.at < current.pieces.length) return this.settle();
    this.current = null;
    this.clock.clear(this.timer);
    const { id } = current.request;
    if (!current.began) this.on.began?.(id); // some voices of the network tell of their end only
    this.on.ended?.(id);
  }

  /** `end` did not come: Chromium's cut-off, Android in the background, or the events are lost. */
  overdue(rest) {
    if (this.synth.paused) {
      this.synth.resume();
      return this.limit(2 * lasts(rest) + SLACK, () => this.overdue(rest));
    }
    this.silence(this.current);
    this.pieceOver();
  }

  /** `start` did not come: swallowed, or there is no voice, or one in the network that does not answer. */
  unheard() {
    const { voice } = this.current;
    if (voice && !voice.localService) this.dumb.add(voice.voiceURI);
    if (!this.synth.getVoices().length) return this.fail(NONE);
    this.again(SILENT);
  }

  troubled(error) {
    const { current } = this;
    // Not by this page, which ignores what it cancelled itself. Once it sounds: somebody stopped it. Before: speech-
    // dispatcher tells of an earlier cancel only when the next one is on its way.
    const cut = error === "interrupted" || error === "canceled";
    if (cut) return current.phase === "speaking" ? this.pieceOver() : this.again(SILENT);
    current.utterance = null; // it is over, there is nothing to cancel
    if (error === "not-allowed") return this.fail(CLICK);
    if (error === "language-unavailable") return this.fail(noVoiceFor(current.request.lang));
    const sentence = this.synth.getVoices().length ? SENTENCES[error] ?? SILENT : NONE;
    if (sentence === NONE || current.began) return this.fail(sentence);
    current.plain = true; // it may be the voice that was chosen
    this.again(sentence);
  }

  /** Once more; not even that where nothing was ever heard of a voice. */
  again(sentence) {
    const { current } = this;
    if (current.retried || this.mute) return this.fail(sentence);
    current.retried = true;
    if (current.utterance) this.silence(current);
    this.settle();
  }

  fail(sentence) {
    const { current } = this;
    this.current = null;
    this.clock.clear(this.timer);
    if (current.utterance) this.silence(current); // it may begin yet
    this.doubtful = true;
    this.mute = !this.started && sentence !== CLICK;
    this.turn(sentence === NONE);
    this.unlocked = null; // iOS tells nothing of a gesture that is missing: it may have been that
    this.on.failed?.(current.request.id, sentence);
  }

  turn(voiceless) {
    if (voiceless === this.voiceless) return;
    this.voiceless = voiceless;
    if (!voiceless) this.mute = false;
    this.turned(voiceless);
  }

  silence(current = null) {
    // speech-dispatcher may forget a cancel that comes before `start`; what is spoken next ends that, and be it nothing
    const { platform = "", userAgent = "" } = this.scope.navigator ?? {};
    const forgotten = current?.phase === "asked" && platform.startsWith("Linux") && !userAgent.includes("Android");
    if (current) current.utterance = null; // Safari tells of the cancel from within
    this.synth.cancel();
    this.clock.clear(this.settling);
    this.settling = this.clock.set(() => {
      this.settling = null;
      if (this.current?.phase === "settling") this.speak();
      else if (forgotten && !this.current) this.synth.speak(new this.scope.SpeechSynthesisUtterance(" "));
    }, SETTLES);
  }

  /** Each phase has one, and only the present one counts. */
  limit(ms, over) {
    const { current } = this;
    this.clock.clear(this.timer);
    this.timer = this.clock.set(() => this.current === current && over(), ms);
  }
}

const CLOCK = { set: (fn, ms) => setTimeout(fn, ms), clear: (id) => clearTimeout(id) };
const NONE =
  "This browser has no voice here: use another browser, or ask whoever runs this server to set up its speech service.";
const CLICK = "Click anywhere on this page: before that, the browser lets it make no sound.";
const SILENT = "The browser’s voice does not answer. Click anywhere on this page, or choose another voice.";
const SENTENCES = {
  "network": "This voice comes over the network, which does not answer. Choose a voice of this device.",
  "audio-busy": "Another program keeps the loudspeaker for itself. Close it, then try again.",
  "audio-hardware": "There is no loudspeaker. Connect one, then try again.",
};

function noVoiceFor(lang) {
  let name = lang;
  try {
    name = new Intl.DisplayNames(["en"], { type: "language" }).of(lang) ?? lang;
  } catch {} // not a language
  return `This browser has no voice for ${name}. Choose another language in the voice settings.`;
}

function clamp(value, least, most) {
  return Number.isFinite(value) ? Math.min(Math.max(value, least), most) : 1;
}
