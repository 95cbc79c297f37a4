// A mouth (speaker.js) of the server's speech service: what it sends sounds while it comes.
import { Sound } from "./sound.js";

const URL = "/voice/speech";
const ENOUGH = 0.08; // seconds of sound, then it begins
const CUSHION = 0.25; // … then it goes on where it had run dry: rather one gap than many
const LEAD = 0.02; // … until a sound that is asked for now
const WAKES = 1000; // ms that the loudspeaker may take to be there
const GRACE = 3000; // … longer than it should: then it was taken away, as by a telephone call

export class ServiceMouth {
  constructor({ session, on = {}, scope = globalThis, clock = CLOCK }) {
    Object.assign(this, { session, on, scope, clock });
    this.current = null; // { id, sound, gain, nodes, until, began }
    this.ahead = null; // the Sound of what will be said next
  }

  say(request) {
    this.drop();
    const { ahead } = this;
    this.ahead = null;
    const fits = ahead?.key === keyOf(request);
    if (!fits) ahead?.stop();
    const { id } = request;
    if (!this.context) return this.on.failed?.(id, NO_SOUND);
    const sound = fits ? ahead : this.open(request);
    const gain = this.context.createGain();
    gain.connect(this.context.destination);
    this.current = { id, sound, gain, nodes: new Set(), until: 0, began: false, waits: false };
    sound.changed = () => this.play();
    this.wake(); // while the words are on their way
    this.play();
  }

  prepare(request) {
    if (!this.context || this.ahead?.key === keyOf(request)) return;
    this.ahead?.stop();
    this.ahead = this.open(request);
  }

  cancel() {
    this.drop();
    this.ahead?.stop();
    this.ahead = null;
  }

  unlock() {
    const { context } = this;
    if (!context) return;
    this.wake();
    if (this.unlocked) return;
    this.unlocked = context.createBufferSource(); // iOS wants to hear something within the gesture, if only silence
    this.unlocked.buffer = context.createBuffer(1, 1, context.sampleRate);
    this.unlocked.connect(context.destination);
    this.unlocked.start();
  }

  // ── below: from bytes to sound ──

  get context() {
    return contextOf(this.scope);
  }

  open(request) {
    const { text, voice = "", rate = 1, lang = "" } = request;
    const body = { session: this.session, text, voice, speed: Math.min(Math.max(rate, 0.5), 2), lang };
    const decode = (bytes) => this.context.decodeAudioData(bytes);
    const sound = new Sound({ url: URL, body, scope: this.scope, clock: this.clock, decode });
    sound.key = keyOf(request);
    return sound;
  }

  wake() {
    const { context } = this;
    if (context.state === "running") return;
    const woken = () => this.current && this.play();
    context.resume().then(woken, () => {}); // without a gesture it is refused, or waits for one
  }

  /** Whatever can be done now: whenever sound has come, has sounded, or can sound. */
  play() {
    const { current, context } = this;
    const { sound, nodes } = current;
    const dry = current.began && current.until <= context.currentTime;
    if (sound.seconds && (sound.over || sound.seconds >= (dry ? CUSHION : ENOUGH))) {
      if (context.state !== "running") return this.waitForSound();
      this.schedule(sound.take());
      if (this.current !== current) return; // who was told that it began wants it to end
    }
    if (sound.over && !sound.seconds && !nodes.size) this.finish(sound.sentence);
  }

  waitForSound() {
    if (!this.current.waits) this.limit(WAKES, CLICK);
    this.current.waits = true;
  }

  schedule({ channels, rate }) {
    const { current, context } = this;
    const { gain, nodes } = current;
    const buffer = context.createBuffer(channels.length, channels[0].length, rate);
    channels.forEach((samples, channel) => buffer.copyToChannel(samples, channel));
    const node = context.createBufferSource();
    node.buffer = buffer;
    node.connect(gain);
    node.onended = () => this.current === current && this.sounded(node);
    nodes.add(node);
    const from = current.until > context.currentTime ? current.until : context.currentTime + LEAD;
    node.start(from);
    current.until = from + channels[0].length / rate;
    this.limit((current.until - context.currentTime) * 1000 + GRACE, TAKEN);
    if (current.began) return;
    current.began = true;
    this.on.began?.(current.id);
  }

  sounded(node) {
    const { nodes } = this.current;
    nodes.delete(node);
    if (!nodes.size) this.clock.clear(this.timer); // from here on it is the service that is waited for
    this.play();
  }

  /** Only the last one counts. */
  limit(ms, sentence) {
    const { current } = this;
    this.clock.clear(this.timer);
    this.timer = this.clock.set(() => this.current === current && this.finish(sentence), ms);
  }

  finish(sentence) {
    const { id } = this.current;
    this.drop();
    if (sentence) this.on.failed?.(id, sentence);
    else this.on.ended?.(id);
  }

  drop() {
    const { current } = this;
    this.current = null;
    this.clock.clear(this.timer);
    if (!current) return;
    current.sound.stop();
    current.gain.disconnect(); // silent with this; the rest is for the browser to forget
    for (const node of current.nodes) node.stop();
  }
}

// One for the page: Chrome on Android has ten streams of sound for all of them, and is silent where they are used up.
const contexts = new WeakMap();

function contextOf(scope) {
  const Context = scope.AudioContext ?? scope.webkitAudioContext;
  if (!contexts.has(scope)) contexts.set(scope, Context ? new Context() : null);
  return contexts.get(scope);
}

const CLOCK = { set: (fn, ms) => setTimeout(fn, ms), clear: (id) => clearTimeout(id) };
const NO_SOUND = "This browser cannot play sound from the server. Choose the browser’s voice in the voice settings.";
const CLICK = "Click anywhere on this page: before that, the browser lets it make no sound.";
const TAKEN = "The sound was interrupted. Click anywhere on this page, then try again.";

function keyOf({ text, lang, voice, rate }) {
  return JSON.stringify([text, lang, voice, rate]);
}
