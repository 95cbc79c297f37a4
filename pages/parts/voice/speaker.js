// What speaks utterances one after the other: one in the mouth, the next one prepared, the others waiting. Once hushed,
// nothing of what it had been given is spoken or told of any more.
//
// A mouth is a BrowserMouth, a ServiceMouth or anything like them:
//   on = { began(id), ended(id), failed(id, sentence) }   set here
//   say({ id, text, lang, voice, rate, pitch })           one at a time
//   prepare({ …the same })                                if it can fetch the next one ahead
//   cancel()                                              silence now; nothing of what was said is told any more
//   unlock()                                              inside a gesture: browsers let no page speak before one
//   close()                                               if it has something to give back: it speaks no more
const IN_A_ROW = 2; // utterances that could not be spoken, then no more are tried: they are on the screen anyway

export class Speaker {
  /**
   * `voice()` gives { lang, voice, rate, pitch } as they are wanted at that moment. `on`, all optional:
   * began(utterance); ended(utterance), of each that began and of each without words; failed(sentence), once until
   * something is spoken again; empty(), when nothing is left to speak. After hush() none of them.
   */
  constructor({ mouth, on = {}, voice = () => ({}) }) {
    this.on = on;
    this.voice = voice;
    this.entries = 0;
    this.current = null; // what is in the mouth: { id, utterance, began }
    this.waiting = [];
    this.prepared = null;
    this.reset();
    this.use(mouth);
  }

  /** Something is or will be spoken. */
  get busy() {
    return this.current !== null || this.waiting.length > 0;
  }

  /** `utterance` = { id, text, … }; without words in its text it ends when its turn comes. */
  add(utterance) {
    this.waiting.push({ id: ++this.entries, utterance, began: false });
    this.advance();
  }

  hush() {
    this.waiting = [];
    this.current = null;
    this.reset();
    this.mouth.cancel();
  }

  /** Speaks through another mouth from here on; what the one before had to say is dropped. */
  use(mouth) {
    if (this.mouth) {
      this.hush();
      this.mouth.on = {};
    }
    this.mouth = mouth;
    mouth.on = {
      began: (id) => this.began(id),
      ended: (id) => this.ended(id),
      failed: (id, sentence) => this.failed(id, sentence),
    };
  }

  unlock() {
    this.mouth.unlock?.();
  }

  close() {
    this.mouth.close?.();
  }

  // ── below: one entry after the other ──

  advance() {
    if (this.advancing) return; // called from within: the loop below sees what is new
    this.advancing = true;
    try {
      while (!this.current && this.waiting.length) this.speak(this.waiting.shift());
    } finally {
      this.advancing = false;
    }
    if (!this.busy && this.owesEmpty) {
      this.owesEmpty = false;
      this.on.empty?.();
    }
    this.prepare();
  }

  speak(entry) {
    this.owesEmpty = true;
    if (!worded(entry)) return this.on.ended?.(entry.utterance);
    this.current = entry;
    this.mouth.say(this.request(entry));
  }

  request({ id, utterance }) {
    return { ...this.voice(), id, text: utterance.text };
  }

  /** Only once the one before sounds: the sentence that somebody waits for has the line to itself. */
  prepare() {
    const next = this.waiting.find(worded);
    if (!this.current?.began || !next || next === this.prepared) return;
    this.prepared = next;
    this.mouth.prepare?.(this.request(next));
  }

  began(id) {
    if (this.current?.id !== id || this.current.began) return;
    this.current.began = true;
    this.told = false;
    this.on.began?.(this.current.utterance);
    this.prepare();
  }

  ended(id) {
    this.began(id); // of a sound so short that only its end was noticed
    if (this.current?.id !== id) return;
    this.failures = 0;
    this.over();
  }

  failed(id, sentence) {
    if (this.current?.id !== id) return;
    this.failures += 1;
    if (this.failures >= IN_A_ROW) this.waiting = [];
    // also where there was just this one: a short answer that stays silent wants a reason, too
    this.over(this.waiting.length || this.told ? null : sentence);
  }

  over(sentence = null) {
    const { current, round } = this;
    this.current = null;
    try {
      if (current.began) this.on.ended?.(current.utterance);
      if (sentence !== null && round === this.round) {
        this.told = true;
        this.on.failed?.(sentence);
      }
    } finally {
      this.advance();
    }
  }

  reset() {
    this.round = (this.round ?? 0) + 1;
    this.failures = 0;
    this.told = false; // that it fails
    this.owesEmpty = false;
    this.prepared = null;
  }
}

/** Marks alone are nothing to say, and some voices never end saying it. */
function worded({ utterance }) {
  return /[\p{L}\p{N}\p{S}]/u.test(utterance.text);
}
