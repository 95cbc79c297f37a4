// An ear for browsers without SpeechRecognition, or on choice: the recording goes to the server's speech service.
// It is uploaded from the first word on, and not at all if there is none.
import { Level } from "./level.js";
import { Line } from "./line.js";
import { Loudness } from "./loudness.js";
import { open } from "./microphone.js";
import { reason } from "./reasons.js";

const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const SLICE = 250; // ms of recording in a chunk
const BITS = 32_000; // a second: speech needs no more
const LONGEST = 600_000; // ms of one recording
const LARGEST = 24e6; // bytes of one: what services take
const STOPPING = 1000; // ms until a recorder must have stopped
const DEAF = { runs: false, close() {} };
const CLOCK = { set: (fn, ms) => setTimeout(fn, ms), clear: (id) => clearTimeout(id) };

export class ServiceEar {
  held = false; // while a button is: a pause does not end it

  /**
   * `on` is told heard({final, interim}), sound(), pause(), ended(reason | null) as by ear.js and, if it has that,
   * begun(): somebody speaks, whose words are not known before the end, and
   * writing(): the recording is whole and its words are on their way. `session`: the id of the one that it is for.
   */
  constructor({ on, session, scope = globalThis, clock = CLOCK }) {
    Object.assign(this, { on, session, scope, clock });
  }

  /** `echo`: it listens while something is spoken here; only then sound() tells that somebody begins to speak. */
  start({ lang, echo = false }) {
    this.abort();
    this.recording = new Recording(this, { lang, echo, context: this.awake() });
  }

  /** No more is recorded; the words come, then ended(null). */
  finish() {
    this.recording?.finish();
  }

  abort() {
    this.recording?.drop();
    this.recording = null;
  }

  /** Whether it notices pauses: where it cannot, a press has to tell it that one is done. */
  get pauses() {
    return this.recording?.level?.runs ?? Boolean(this.scope.AudioContext);
  }

  /** The AudioContext, which may only be started in a gesture; one for all recordings, as browsers allow but a few. */
  awake() {
    const { AudioContext } = this.scope;
    if (!AudioContext) return null;
    try {
      if (!this.context || this.context.state === "closed") this.context = new AudioContext();
      this.context.resume().catch(() => {}); // level.js notices
      return this.context;
    } catch {
      return null; // without an audio device
    }
  }
}

class Recording {
  constructor(ear, { lang, echo, context }) {
    const { on, session, scope, clock } = ear;
    Object.assign(this, { ear, on, scope, clock, lang, echo, context, why: null, size: 0, over: false });
    this.state = "opening"; // … "recording", "stopping", "writing"
    this.gone = new AbortController();
    this.type = TYPES.find((type) => scope.MediaRecorder?.isTypeSupported(type));
    if (this.type) this.line = this.laid(session);
    this.begin();
  }

  async begin() {
    const { scope, lang, echo } = this;
    const lost = (why) => this.stop(why);
    try {
      if (!this.type) await Promise.reject(this.reason("no-recording"));
      this.microphone = await open({ echo, lang, scope, lost, signal: this.gone.signal });
      if (this.over) return this.microphone.close();
      this.record();
    } catch (why) {
      if (!this.over) this.end(why.sentence ? why : this.reason(why));
    }
  }

  record() {
    const { stream } = this.microphone;
    const recorder = new this.scope.MediaRecorder(stream, { mimeType: this.type, audioBitsPerSecond: BITS });
    recorder.ondataavailable = ({ data }) => this.got(data);
    recorder.onstop = () => this.recorded();
    recorder.onerror = ({ error }) => this.stop(this.reason(error ?? "recorder"));
    recorder.start(SLICE);
    this.recorder = recorder;
    this.state = "recording";
    this.limit = this.clock.set(() => this.stop(this.reason("limit")), LONGEST);
    this.watch(stream);
  }

  /** How loud it is tells when somebody speaks; without that, all is sent, and only a press ends it. */
  watch(stream) {
    const { context, clock } = this;
    const each = (rms, ms) => this.listen(this.loudness.hear(rms, ms));
    this.loudness = new Loudness();
    try {
      this.level = new Level({ context, stream, clock, each, stuck: () => this.unsure() });
    } catch {
      this.level = DEAF; // no AudioContext, or one that does not take this microphone
      this.unsure();
    }
  }

  unsure() {
    this.loudness.perhaps = true;
    this.line.go();
  }

  listen({ started, paused, nothing }) {
    if (started) {
      this.line.go();
      this.on.begun?.();
      if (this.echo) this.on.sound();
    }
    if (!this.over && !this.ear.held && (paused || nothing)) this.finish();
  }

  got(chunk) {
    if (!chunk.size) return;
    this.size += chunk.size;
    this.line.add(chunk);
    if (this.size > LARGEST) this.stop(this.reason("limit"));
  }

  finish() {
    if (this.state === "opening") this.end(null);
    else this.stop(null);
  }

  /** `why`: what there is to say besides the text. */
  stop(why) {
    if (this.state !== "recording") return;
    this.state = "stopping";
    this.why = why;
    this.level?.close();
    this.guard = this.clock.set(() => this.recorded(), STOPPING);
    if (this.recorder.state !== "inactive") this.recorder.stop();
  }

  /** The recorder has given its last chunk; by itself when its tracks have ended. */
  recorded() {
    if (this.state === "recording") this.why = this.reason("unplugged");
    this.state = "writing";
    this.release();
    const { perhaps, dead } = this.loudness;
    if (!perhaps) return this.end(this.why ?? (dead ? this.reason("muted") : null));
    if (!this.size) return this.end(this.why);
    this.line.done((this.size / BITS) * 8000);
    this.on.writing?.();
  }

  wrote(text) {
    const final = text.trim();
    if (final || this.words) this.on.heard({ final, interim: "" });
    if (final && !this.why && !this.over) this.on.pause(); // what was cut off waits for its person instead
    if (!this.over) this.end(this.why);
  }

  laid(session) {
    const { lang, scope, clock } = this;
    const words = (interim) => {
      this.words = interim;
      this.on.heard({ final: "", interim });
    };
    const on = { words, text: (text) => this.wrote(text), failed: (why) => this.end(why) };
    return new Line({ url: address(scope.location, { session, lang, type: this.type }), lang, scope, clock, on });
  }

  end(why) {
    this.drop();
    this.on.ended(why);
  }

  /** Nothing is told any more. */
  drop() {
    this.over = true;
    this.state = "over";
    this.gone.abort();
    this.line?.close();
    this.release();
  }

  /** Gives the microphone back. */
  release() {
    this.clock.clear(this.limit);
    this.clock.clear(this.guard);
    this.level?.close();
    const { recorder } = this;
    if (recorder) {
      recorder.ondataavailable = recorder.onstop = recorder.onerror = null;
      if (recorder.state !== "inactive") recorder.stop();
    }
    this.microphone?.close();
    this.context?.suspend().catch(() => {}); // the device sleeps, too
  }

  reason(kind) {
    return reason(kind, { lang: this.lang });
  }
}

function address({ protocol, host }, query) {
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/voice/listen?${new URLSearchParams(query)}`;
}
