// An ear of the browser's own recognition. An ear, whichever it is (another one: service_ear.js):
//   on = { heard({ final, interim }), sound(), pause(), ended(why) }
//     heard: all final words of this recording so far, and what may still change; pause: nothing new for a while after
//     words; ended: null by itself or after finish(), else a reason of reasons.js. sound: somebody begins to speak
//     of ears that know no words before the end: begun(): somebody speaks; writing(): it records no more, and the words
//     are on their way
//   start({ lang, local, echo })   local: understood on this device; echo: while something is spoken here, too
//   finish()                       the last words, then ended(null)
//   abort()                        nothing of this recording is told any more, not even its end
import { Recognition } from "./recognition.js";

const CLOCK = { set: (fn, ms) => setTimeout(fn, ms), clear: (id) => clearTimeout(id) };
const LEAVES = 800; // ms that a recognition may take to end; until then another one cannot begin

export class BrowserEar {
  constructor({ on, scope = globalThis, clock = CLOCK }) {
    Object.assign(this, { on, scope, clock });
    this.recognition = null;
    this.leaving = 0; // recognitions that have not ended yet
    this.allowed = false; // it has begun once: nobody will be asked
  }

  /** Whether a language can be understood on this device: "available", "downloadable", "unavailable" …, "unknown". */
  static async offered(lang, scope = globalThis) {
    const Native = native(scope);
    if (!Native) return "unavailable";
    if (!Native.available) return "unknown";
    try {
      return await Native.available({ langs: [lang], processLocally: true });
    } catch {
      return "unknown";
    }
  }

  /** Fetches what is needed for that; whether it could. */
  static async install(lang, scope = globalThis) {
    try {
      return Boolean(await native(scope).install({ langs: [lang], processLocally: true }));
    } catch {
      return false;
    }
  }

  start({ lang, local = false, echo = false }) {
    this.abort();
    this.recognition = new Recognition(this, { lang, local, echo, Native: native(this.scope) });
    if (!this.leaving) this.recognition.begin();
  }

  finish() {
    this.recognition?.finish();
  }

  abort() {
    this.recognition?.drop();
    this.recognition = null;
  }

  /** One of them is about to end: the next one waits for that. Returns what tells that it has. */
  leave() {
    this.leaving += 1;
    let gone = false;
    const left = () => {
      if (gone) return;
      gone = true;
      this.clock.clear(timer);
      this.leaving -= 1;
      if (!this.leaving) this.recognition?.begin();
    };
    const timer = this.clock.set(left, LEAVES);
    return left;
  }
}

function native(scope) {
  return scope.SpeechRecognition ?? scope.webkitSpeechRecognition;
}
