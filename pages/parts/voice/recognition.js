// One recording of a BrowserEar (ear.js), which may take several recognitions of the browser. Each browser has its own
// faults: what the one before still tells is not heard, and whatever has to happen is waited for with a limit.
import { open } from "./microphone.js";
import { reason } from "./reasons.js";

const PAUSE = 1200; // ms after the last new words
const UNFINISHED = 2000; // … while the last of them may still change
const DEAD = 4000; // … until the microphone gives something: Chrome's may die while it says it listens
const SILENT = 20_000; // … without any event; recognition has ended then, and has not told
const LAST = 1500; // … that the last words may take
const AFTER = 500; // … from an error to the end
const BUSY = 250; // … until it is tried again where another recognition has not ended yet
const TRIES = 5;
const SPACELESS = /^(zh|ja|th|yue|lo|km|my)\b/i;

export class Recognition {
  constructor(ear, { lang, local, echo, Native }) {
    const { on, scope, clock } = ear;
    Object.assign(this, { ear, on, scope, clock, lang, local, echo, Native });
    this.android = /Android/i.test(scope.navigator?.userAgent ?? "");
    this.gone = new AbortController();
    this.before = ""; // final words of recognitions that had to begin anew
    this.final = this.interim = "";
    this.begun = this.over = this.finishing = this.sounds = this.paused = this.revived = false;
    this.tries = 0;
    this.timers = {};
  }

  begin() {
    if (this.begun || this.over) return;
    this.begun = true;
    if (!this.Native) this.end(reason("no-recognition"));
    else if (this.echo && this.Native.available) this.cancelled(); // those who have that take a track, too
    else this.listen();
  }

  finish() {
    if (this.finishing || this.over) return;
    this.finishing = true;
    this.clear("pause");
    const quiet = !this.final && !this.interim && !this.sounds;
    if (!this.native || (this.paused && !this.interim)) return this.end(null); // nothing more would come
    this.set("last", quiet ? AFTER : LAST, () => this.end(null));
    this.attempt(() => this.native.stop());
  }

  /** Nothing is told any more. */
  drop() {
    this.over = true;
    this.gone.abort();
    for (const name of Object.keys(this.timers)) this.clear(name);
    this.release();
    this.microphone?.close();
  }

  // ── below ──

  /** What this computer plays is taken out of it. */
  async cancelled() {
    const { lang, scope } = this;
    const lost = (why) => this.end(why);
    try {
      this.microphone = await open({ echo: true, lang, scope, lost, signal: this.gone.signal });
      if (!this.over) this.listen();
    } catch (why) {
      if (!this.over) this.end(why.sentence ? why : reason(why, { lang }));
    }
  }

  listen() {
    const native = (this.native = new this.Native());
    native.lang = this.lang;
    native.interimResults = true;
    native.continuous = !this.android; // there it repeats words
    if (this.local && "processLocally" in native) native.processLocally = true;
    const now = (happened) => (event) => this.native === native && !this.over && happened(event);
    native.onstart = now(() => this.started());
    native.onaudiostart = now(() => this.alive());
    native.onsoundstart = native.onspeechstart = now(() => this.sounded());
    native.onresult = now((event) => this.heard(event.results));
    native.onerror = now((event) => this.troubled(event.error));
    native.onend = now(() => this.ended());
    if (this.ear.allowed) this.set("alive", DEAD, () => this.revive());
    this.start(native);
  }

  start(native) {
    try {
      if (this.microphone) native.start(this.microphone.stream.getAudioTracks()[0]);
      else native.start();
    } catch (error) {
      if (error.name !== "InvalidStateError" || ++this.tries > TRIES) this.end(reason(error, { lang: this.lang }));
      else this.set("busy", BUSY, () => this.start(native));
    }
  }

  started() {
    this.ear.allowed = true;
    this.set("alive", DEAD, () => this.revive());
  }

  alive() {
    this.ear.allowed = true;
    this.set("alive", SILENT, () => this.end(null));
  }

  sounded() {
    this.alive();
    if (!this.sounds && !this.echo) this.on.sound?.(); // with an echo it may be our own
    this.sounds = true;
  }

  heard(results) {
    this.alive();
    const between = SPACELESS.test(this.lang) ? "" : " ";
    const [final, interim] = told([...results], this.android).map((all) => all.join(between));
    const before = [this.final, this.interim].join(" ");
    this.final = squeezed(`${this.before} ${final}`);
    this.interim = squeezed(interim);
    if ([this.final, this.interim].join(" ") === before) return;
    this.paused = false;
    this.on.heard({ final: this.final, interim: this.interim });
    if (this.finishing || this.over) return;
    this.set("pause", this.interim ? UNFINISHED : PAUSE, () => {
      this.paused = true;
      this.on.pause();
    });
  }

  troubled(error) {
    if (error === "no-speech" || error === "aborted") return; // its end says enough
    this.error = error;
    this.clear("alive");
    this.set("last", AFTER, () => this.ended()); // some do not tell of the end then
  }

  async ended() {
    const { error } = this;
    this.native = null;
    if (!error) return this.end(null);
    for (const name of Object.keys(this.timers)) this.clear(name);
    const kind = await this.kindOf(error);
    if (!this.over) this.end(reason(kind, { lang: this.lang }));
  }

  /** What is behind the few names that browsers have for it. */
  async kindOf(error) {
    const { navigator, document, isSecureContext } = this.scope;
    if (error === "network" && navigator?.onLine === false) return "offline";
    if (error !== "audio-capture" && error !== "not-allowed") return error;
    if (isSecureContext === false) return "insecure";
    const all = (await navigator?.mediaDevices?.enumerateDevices?.().catch(() => null)) ?? null;
    const none = all && !all.some(({ kind }) => kind === "audioinput");
    if (error === "audio-capture") return all && !none ? "busy" : error;
    if (none) return "audio-capture"; // Chromium says the same of both
    const policy = document?.permissionsPolicy ?? document?.featurePolicy;
    return policy?.allowsFeature?.("microphone") === false ? "policy" : error;
  }

  /** It says that it listens, and there is nothing: once more, from the beginning. */
  revive() {
    if (this.revived) return this.end(reason("dead"));
    this.revived = true;
    this.before = this.final;
    this.release();
    this.set("busy", BUSY, () => this.listen());
  }

  end(why) {
    if (this.over) return;
    this.drop();
    this.ear.recognition = null;
    this.on.ended(why);
  }

  release() {
    const { native } = this;
    this.native = null;
    if (!native) return;
    const left = this.ear.leave();
    native.onstart = native.onaudiostart = native.onsoundstart = native.onspeechstart = native.onresult = null;
    native.onerror = null;
    native.onend = left;
    this.attempt(() => native.abort());
  }

  attempt(act) {
    try {
      act();
    } catch {} // it was over already
  }

  set(name, ms, act) {
    this.clear(name);
    this.timers[name] = this.clock.set(act, ms);
  }

  clear(name) {
    this.clock.clear(this.timers[name]);
  }
}

/** The texts that are final, and those that may change. Android tells all words so far again, as a further result. */
function told(results, android) {
  const all = { true: [], false: [] };
  for (const result of results) {
    const text = squeezed(result[0]?.transcript ?? "");
    const same = all[result.isFinal];
    const last = same.at(-1) ?? "";
    const more = android && last && text.toLowerCase().startsWith(last.toLowerCase());
    if (more) same.pop();
    const again = !more && text === last && text.split(" ").length > 2; // nobody says a sentence twice without a breath
    if (text && !again) same.push(text);
  }
  return [all.true, all.false];
}

function squeezed(text) {
  return text.replace(/\s+/g, " ").trim();
}
