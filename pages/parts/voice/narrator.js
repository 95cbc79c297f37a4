// What is to be spoken of a turn, while it is being written: its answers, and short signs of what else happens. A sign
// that has not begun when something newer comes is dropped, so that signs never lag behind.
import { Reader } from "./reading.js";
import { sign } from "./signs.js";

const PAUSE = 120; // ms without a word of the stream; then a sentence that has surely ended need not wait for the next

export class Narrator {
  /** `say(utterances)` takes each to be spoken: { thought, from, to, text }. `busy()`: something is being spoken. */
  constructor({ clock, settings, busy, say }) {
    Object.assign(this, { clock, settings, busy, say, ids: 0 });
    this.answers = new Map(); // by thought: { reader, length }
    this.others = new Map();
    this.waiting = null; // the sign that waits until the voice is free
    this.thinks = false; // it was said that the agent thinks: once a turn is enough
  }

  /** Nothing that has begun is told any more. */
  reset() {
    this.answers.clear();
    this.others.clear();
    this.waiting = null;
    this.thinks = false;
    this.clock.clear(this.timer);
  }

  /** With a `source` that is there already, only what is not complete in it is still told. */
  thought({ id, kind, tool, args, source = "" }) {
    if (kind !== "answer") {
      this.others.set(id, { kind, tool, args });
      return this.sign({ kind, phase: "start", tool, args, text: source }, id);
    }
    const reader = new Reader({ lang: this.settings().lang });
    this.answers.set(id, { reader, length: source.length });
    if (source) reader.write(source);
  }

  grew(id, text) {
    const answer = this.answers.get(id);
    if (!answer) return;
    answer.length += text.length;
    this.tell(id, answer.reader.write(text));
    this.clock.clear(this.timer);
    this.timer = this.clock.set(() => this.tell(id, answer.reader.pause()), PAUSE);
  }

  ended(id, { text = "", ok }) {
    const answer = this.answers.get(id);
    const other = this.others.get(id);
    this.others.delete(id);
    if (other) return this.sign({ ...other, phase: "end", text, ok }, id);
    if (!answer) return;
    this.clock.clear(this.timer);
    this.answers.delete(id);
    const rest = text.slice(answer.length); // what was missed
    this.tell(id, [...(rest ? answer.reader.write(rest) : []), ...answer.reader.end()]);
  }

  question(id, text) {
    this.waiting = null;
    this.say(this.whole(id, text));
  }

  /** All of a text. */
  whole(id, text) {
    const reader = new Reader({ lang: this.settings().lang });
    return this.utterances(id, [...reader.write(text), ...reader.end()]);
  }

  /** The voice is free: for a sign that had to wait. */
  more() {
    const { waiting } = this;
    this.waiting = null;
    if (waiting) this.say([waiting]);
  }

  // ── below ──

  tell(id, found) {
    const utterances = this.utterances(id, found);
    if (!utterances.length) return;
    this.waiting = null;
    this.say(utterances);
  }

  sign(about, thought) {
    const text = this.settings().signs ? sign({ ...about, lang: this.settings().lang }) : "";
    if (!text || (about.kind === "thinking" && this.thinks)) return;
    this.thinks ||= about.kind === "thinking";
    const utterance = { id: ++this.ids, thought, from: 0, to: 0, text, sign: true };
    if (this.busy()) this.waiting = utterance;
    else this.say([utterance]);
  }

  utterances(thought, found) {
    const said = found.filter(({ say }) => say.trim());
    return said.map(({ from, to, say }) => ({ id: ++this.ids, thought, from, to, text: say }));
  }
}
