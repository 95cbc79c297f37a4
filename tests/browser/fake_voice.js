// A recogniser and a synthesiser that stand in for the browser's: what is spoken is heard by whatever listens, as with
// a loudspeaker beside the microphone. window.fake tells what was spoken, and speaks for the person. Where an earlier
// script has set window.realSound, only the recogniser is played, and hears what the browser's own synthesiser speaks.
(() => {
  const running = new Set();
  const fake = (window.fake = { spoken: [], voices: [], asked: 0, refused: "" });

  fake.say = (text, { final = true } = {}) => [...running].forEach((one) => one.hears(text, final));
  fake.listens = () => running.size > 0;

  class SpeechRecognition extends EventTarget {
    results = [];
    start() {
      fake.asked += 1;
      if (running.has(this)) throw new DOMException("already started", "InvalidStateError");
      this.results = [];
      running.add(this);
      setTimeout(() => {
        if (fake.refused) return this.fail(fake.refused);
        this.tell("start");
        this.tell("audiostart");
      }, 5);
    }
    stop() {
      setTimeout(() => this.over(), 5);
    }
    abort() {
      if (running.delete(this)) setTimeout(() => this.tell("end"), 5);
    }
    over() {
      if (running.delete(this)) this.tell("end");
    }
    fail(error) {
      running.delete(this);
      this.tell("error", { error });
      this.tell("end");
    }
    hears(text, final) {
      const last = this.results.at(-1);
      const result = Object.assign([{ transcript: (this.results.length && last.isFinal ? " " : "") + text, confidence: 1 }], { isFinal: final });
      if (last && !last.isFinal) this.results[this.results.length - 1] = result;
      else this.results.push(result);
      this.tell("speechstart");
      this.tell("result", { resultIndex: this.results.length - 1, results: this.results });
    }
    tell(type, more = {}) {
      const event = Object.assign(new Event(type), more);
      this.dispatchEvent(event);
      this["on" + type]?.(event);
    }
  }

  Object.defineProperties(window, {
    SpeechRecognition: { value: SpeechRecognition, configurable: true, writable: true },
    webkitSpeechRecognition: { value: undefined, configurable: true, writable: true },
  });
  if (window.realSound) {
    const speak = speechSynthesis.speak.bind(speechSynthesis);
    speechSynthesis.speak = (utterance) => {
      utterance.addEventListener("start", () => {
        if (!utterance.text.trim()) return;
        fake.spoken.push({ text: utterance.text, at: performance.now(), heard: fake.listens() });
        fake.say(utterance.text);
      });
      speak(utterance);
    };
    return;
  }

  let current = null;
  let queue = [];
  class SpeechSynthesisUtterance extends EventTarget {
    constructor(text) {
      super();
      Object.assign(this, { text, lang: "", voice: null, rate: 1, pitch: 1, volume: 1 });
    }
  }
  const tell = (utterance, type, more = {}) => {
    const event = Object.assign(new Event(type), { utterance, ...more });
    utterance.dispatchEvent(event);
    utterance["on" + type]?.(event);
  };
  const next = () => {
    const utterance = (current = queue.shift() ?? null);
    if (!utterance) return;
    const entry = { text: utterance.text, at: performance.now(), end: null, heard: fake.listens() };
    setTimeout(() => {
      if (utterance !== current) return;
      if (utterance.text.trim()) fake.spoken.push(entry); // without words, it only asks whether it may, or ends what was there
      tell(utterance, "start");
      if (utterance.text.trim()) fake.say(utterance.text.split(" ")[0], { final: false });
      setTimeout(() => {
        if (utterance !== current) return;
        if (utterance.text.trim()) fake.say(utterance.text);
        entry.end = performance.now();
        current = null;
        tell(utterance, "end");
        if (!current) next(); // who was told may have gone on already
      }, (fake.slow ?? 25) * utterance.text.split(" ").length);
    }, 20);
  };
  const synthesis = Object.assign(new EventTarget(), {
    paused: false,
    get speaking() {
      return current !== null;
    },
    get pending() {
      return queue.length > 0;
    },
    getVoices: () => [
      { voiceURI: "ada", name: "Ada", lang: "en-US", localService: true, default: true },
      { voiceURI: "karl", name: "Karl", lang: "de-DE", localService: true, default: false },
    ],
    speak(utterance) {
      queue.push(utterance);
      if (!current) next();
    },
    cancel() {
      const gone = [current, ...queue].filter(Boolean);
      if (current) fake.silent = performance.now();
      current = null;
      queue = [];
      for (const one of gone) setTimeout(() => tell(one, "error", { error: "interrupted" }), 2);
    },
    pause() {},
    resume() {},
  });
  Object.defineProperties(window, {
    speechSynthesis: { value: synthesis, configurable: true },
    SpeechSynthesisUtterance: { value: SpeechSynthesisUtterance, configurable: true, writable: true },
  });
})();
