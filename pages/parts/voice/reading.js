// A text of markdown that is still being written, as what a voice says of it: utterances, sentence by sentence.
//
//   Reader  units → characters with their offsets
//   Blocks  (blocks.js) which lines are text, and what stands for a table or code
//   Inline  (markdown.js) text without its marks, links by their text
//   Sentences  (sentences.js) where a sentence ends, and where a long one is cut
//
// All of them take one character at a time and decide by what came before it, never by how much came at once: so every
// way to split a text into deltas gives the same utterances.
import { Blocks } from "./blocks.js";
import { Inline } from "./markdown.js";
import { Sentences } from "./sentences.js";
import { wording } from "./wording.js";

export class Reader {
  #from = 0;
  #at = 0;
  #high = "";
  #given = [];

  constructor({ lang = "en" } = {}) {
    const own = wording(lang);
    this.sentences = new Sentences(lang, (to, say) => this.#give(to, say));
    this.inline = new Inline(this.sentences, own);
    this.blocks = new Blocks(this.inline, this.sentences, own, (text) => line(text, lang));
  }

  /** What is surely complete now: `{ from, to, say }` each, which adjoin. */
  write(delta) {
    for (let i = 0; i < delta.length; i += 1) this.#unit(delta[i]);
    return this.#taken();
  }

  /** Nothing came for a moment: a sentence that surely ended is given although nothing follows it yet. */
  pause() {
    this.sentences.pause();
    return this.#taken();
  }

  /** The rest. */
  end() {
    if (this.#high) this.blocks.feed("\uFFFD", this.#at);
    this.#high = "";
    this.blocks.end(this.#at);
    if (this.#from < this.#at) this.#give(this.#at, "");
    return this.#taken();
  }

  #unit(unit) {
    this.#at += 1;
    const code = unit.charCodeAt(0);
    if (this.#high) {
      const pair = code >= 0xdc00 && code < 0xe000;
      this.blocks.feed(pair ? this.#high + unit : "\uFFFD", pair ? this.#at : this.#at - 1);
      this.#high = "";
      if (pair) return;
    }
    if (code >= 0xd800 && code < 0xdc00) this.#high = unit;
    else if (unit !== "\r") this.blocks.feed(unit, this.#at);
  }

  #give(to, say) {
    this.#given.push({ from: this.#from, to, say });
    this.#from = to;
  }

  #taken() {
    return this.#given.splice(0);
  }
}

/** A line of markdown as it is said, whatever it begins with. */
export function line(text, lang) {
  const said = [];
  const sentences = new Sentences(lang, (_, say) => said.push(say));
  const inline = new Inline(sentences, wording(lang));
  let end = 0;
  for (const char of text) inline.feed(char, (end += char.length));
  inline.flush();
  sentences.close(end);
  return said.join(" ");
}
