// Where a sentence of plain text ends, and where one that is too long is cut. The browser's own segmenter is asked,
// and overruled where it does not know: abbreviations, initials, ordinals, text without capitals.
import { Abbreviations } from "./abbreviations.js";

const MOST = 220; // letters of an utterance: Chromium falls silent 15 s into a longer one
const FIRST = 100; // … after which the very first one ends at a comma: speech is waited for
const WIDE = 3; // letters that one of these takes as long as
const LOOK = 80; // characters before a stop that are looked at
const AHEAD = 40; // … and after it, for a letter that decides

const STOP = /[\p{Sentence_Terminal}…]/u;
const FOREIGN = /[^\p{ASCII}…]/u; // a stop of such a script ends a sentence, whatever follows
const CLOSED = /^[\p{Sentence_Terminal}…]+[\p{Pe}\p{Pf}"']*(?:\[\d{0,3}\]?)*$/u;
const GAP = /^([\p{Sentence_Terminal}…]+)([^ ]*) /u;
const SPACE = /[\s\u2800]/u;
const SLOW = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const CLAUSE = /[,;:–—،؛] $|[，、；：]$/u;
const CLAUSES = /[,;:–—،؛] |[，、；：]| - (?=\S)/gu;
const SPEAKABLE = /[\p{L}\p{N}\p{Sc}]/u;
const UPPER = /\p{Lu}/u;
const LOWER = /\p{Ll}/u;
const LETTER = /\p{L}/u;
const MARK = /[\p{M}\u200D]/u;
const QUOTED = /["“”’»«']/u;

export class Sentences {
  #give;
  #said = "";
  #ends = []; // the source's offset after each unit of it; negative: no cut is made behind it
  #weight = 0;
  #stop = -1; // where the stops began that may end a sentence
  #coded = false; // whether code was just before it: that is no abbreviation
  #code = false; // whether the last character was of code, or of words of our own
  #upper = false; // whether there was a capital in this sentence: else a small letter may begin the next
  #first = true;
  #brackets = []; // where links may have begun

  constructor(lang, give) {
    this.#give = give;
    this.abbreviations = new Abbreviations(lang);
    this.sentence = segmenter(lang, "sentence");
    this.grapheme = segmenter(lang, "grapheme");
  }

  /** One character more. `literal`: out of code, where a full stop ends nothing. */
  put(char, end, literal = false) {
    if (SPACE.test(char)) return this.#space(end);
    if (this.#stop >= 0) this.#after(char, literal);
    this.#append(char, end);
    if (UPPER.test(char) && !literal) this.#upper = true;
    if (this.#stop < 0 && !literal && STOP.test(char)) {
      this.#stop = this.#said.length - char.length;
      this.#coded = this.#code;
    }
    this.#code = literal;
    if (this.#weight > MOST) this.#cut();
  }

  /** Words that stand for something, never cut. */
  item(words, end) {
    if (this.#stop >= 0) this.#after("X", true);
    for (const char of words) this.#append(char, -end);
    this.#ends[this.#ends.length - 1] = end;
    this.#code = true;
    if (this.#weight > MOST) this.#cut();
  }

  /** Whether what was said last matches; a look at so many units. */
  ends(pattern, units) {
    return pattern.test(this.#said.slice(-units));
  }

  /** Takes back so many units. */
  unput(units) {
    this.#truncate(Math.max(0, this.#said.length - units));
  }

  /** Takes back what is behind an offset of the source, as far as it was not given. */
  retract(offset) {
    let length = this.#ends.length;
    while (length && Math.abs(this.#ends[length - 1]) > offset) length -= 1;
    this.#truncate(length);
  }

  /** A bracket, which is not said if `link` finds that it was a link's. */
  bracket(end, about) {
    this.put("[", end);
    this.#brackets.push({ at: this.#said.length - 1, ...about });
    if (this.#brackets.length > 100) this.#brackets.shift();
  }

  /** The bracket that was opened last: `{ at, … }`, at < 0 if it was given already. */
  get opened() {
    return this.#brackets.at(-1);
  }

  closeBracket(link) {
    const { at } = this.#brackets.pop();
    if (!link || this.#said[at] !== "[") return;
    this.#said = this.#said.slice(0, at) + this.#said.slice(at + 1);
    this.#ends.splice(at, 1);
    if (this.#stop > at) this.#stop -= 1;
  }

  /** A line of the source ends here: so does a sentence if it surely did. */
  line(end) {
    if (this.#sure(true)) this.#flush(end);
  }

  /** What came so far is all of a paragraph, or the like. */
  close(to) {
    this.#flush(to);
    this.#brackets = [];
  }

  pause() {
    if (!this.#brackets.some(({ at }) => at >= 0) && this.#sure()) this.#flush(Math.abs(this.#ends.at(-1)));
  }

  #space(end) {
    if (!this.#said) return;
    if (this.#said.endsWith(" ")) {
      if (this.#ends.at(-1) > 0) this.#ends[this.#ends.length - 1] = end;
      return;
    }
    this.#append(" ", end);
    if (this.#first && this.#weight > FIRST && CLAUSE.test(this.#said.slice(-2))) this.#pass(this.#said.length, true);
  }

  #append(char, end) {
    this.#said += char;
    for (let i = 1; i < char.length; i += 1) this.#ends.push(-Math.abs(end));
    this.#ends.push(end);
    this.#weight += SLOW.test(char) ? WIDE : 1;
  }

  /** What follows a stop: whether the sentence ended there. */
  #after(char, literal) {
    const tail = this.#tail();
    const gap = tail.indexOf(" ");
    if (gap < 0) {
      if (CLOSED.test(this.#tail(char)) && tail.length < AHEAD) return;
      const ended = FOREIGN.test(/^[\p{Sentence_Terminal}…]+/u.exec(tail)[0]);
      this.#stop = -1;
      if (ended) this.#pass(this.#said.length);
    } else if (literal || LETTER.test(char) || STOP.test(char) || tail.length >= AHEAD) {
      const stop = this.#stop;
      this.#stop = -1;
      if (this.#ended(stop, tail, literal ? "X" : char)) this.#pass(stop + gap + 1);
    }
  }

  /** What was said from the stop on, and `more`; with „so!“ and « so ! » closed as “so!” is. */
  #tail(more = "") {
    const tail = this.#said.slice(this.#stop) + more;
    const german = /[„‚]/.test(this.#said) ? tail.replace(/[“‘]/g, "”") : tail;
    return this.#said.includes("«") ? german.replace(/^([^ »]*) »/, "$1»»") : german;
  }

  #ended(stop, tail, next) {
    const [whole, stops, closing] = GAP.exec(tail);
    if (FOREIGN.test(stops)) return true;
    const head = this.#said.slice(Math.max(0, stop - LOOK), stop);
    const between = tail.slice(whole.length);
    if (STOP.test(next) && !between) return false; // . . .
    const small = LOWER.test(next);
    if (stops === ".") {
      const word = lastWord(head);
      const quoted = QUOTED.test(closing) || this.#coded;
      const found = quoted ? null : this.abbreviations.kind(word, (between + next)[0], begins(head, word));
      if (found === "never") return false;
      if (!small) return this.#asked(head, tail, next, whole.length);
      return !found && !closing && !this.#upper && word.length > 1;
    }
    if (small && (this.#upper || QUOTED.test(closing) || stops.includes("…") || stops.startsWith(".."))) return false;
    return stops.includes("…") || small || this.#asked(head, tail, next, whole.length);
  }

  #asked(head, tail, next, gap) {
    if (!this.sentence) return !/^[,;:-]/.test(tail.slice(gap));
    const bare = tail.replace(/^([^ [\]]*)\[[\d[\]]*(?= )/, "$1"); // it rose.[1] Then
    const at = head.length + gap - (tail.length - bare.length);
    return this.sentence.segment(head + bare + next).containing(at)?.index === at;
  }

  /** Whether what was said last ends a sentence, whatever may follow. */
  #sure(quote = false) {
    if (this.#stop < 0) return false;
    const tail = this.#tail().trimEnd();
    if (!CLOSED.test(tail)) return false;
    const stops = /^[\p{Sentence_Terminal}…]+/u.exec(tail)[0];
    if (stops === ".") {
      const word = lastWord(this.#said.slice(Math.max(0, this.#stop - LOOK), this.#stop));
      return this.#coded || (word !== "" && !/\d$/.test(word) && !this.abbreviations.kind(word, "", false));
    }
    if (/^(?:\.\.|…)/.test(stops)) return false;
    return !(quote && QUOTED.test(tail));
  }

  /** Gives what is before an index of what was said. */
  #pass(index, cut = false) {
    const to = Math.abs(this.#ends[index - 1]);
    const said = this.#bare(index).trim();
    this.#said = this.#said.slice(index);
    this.#ends = this.#ends.slice(index);
    this.#brackets = this.#brackets.map((bracket) => ({ ...bracket, at: bracket.at - index }));
    this.#weigh();
    if (!cut) this.#upper = UPPER.test(this.#said);
    if (this.#stop >= 0) this.#stop -= index;
    if (this.#stop < 0) this.#stop = -1;
    this.#say(to, said);
  }

  /** What is before an index, without the brackets that may still be a link's. */
  #bare(index) {
    const open = new Set(this.#brackets.map(({ at }) => at));
    const said = this.#said.slice(0, index);
    return open.size ? said.replace(/\[/g, (bracket, at) => (open.has(at) ? "" : bracket)) : said;
  }

  #flush(to) {
    const said = this.#said.trim();
    this.#truncate(0);
    this.#upper = false;
    this.#say(to, said);
  }

  #say(to, said) {
    if (!SPEAKABLE.test(said)) return;
    this.#first = false;
    this.#give(to, said);
  }

  #truncate(length) {
    this.#said = this.#said.slice(0, length);
    this.#ends.length = length;
    for (let i = this.#brackets.length - 1; i >= 0 && this.#brackets[i].at >= length; i -= 1) this.#brackets[i].at = -1;
    if (this.#stop >= length) this.#stop = -1;
    this.#weigh();
  }

  #weigh() {
    this.#weight = 0;
    for (const char of this.#said) this.#weight += SLOW.test(char) ? WIDE : 1;
  }

  #cut() {
    const { length } = this.#said;
    const places = [...this.#said.matchAll(CLAUSES)].map((found) => found.index + found[0].length);
    const clauses = places.filter((at) => this.#whole(at));
    const best = clauses.findLast((at) => at > length * 0.4) ?? clauses.findLast((at) => at > length * 0.2);
    this.#pass(best ?? this.#spaceBefore(length) ?? this.#between(length), true);
  }

  #spaceBefore(length) {
    for (let at = length - 1; at > length * 0.3; at -= 1) {
      if (this.#said[at - 1] === " " && this.#whole(at)) return at;
    }
    return null;
  }

  /** Between two letters, as there is no better place. */
  #between(length) {
    let at = length - 1;
    const cluster = this.grapheme?.segment(this.#said).containing(at)?.index ?? at;
    at = cluster > length * 0.3 ? cluster : at;
    while (at > 1 && !this.#whole(at)) at -= 1;
    return at > 1 ? at : length;
  }

  #whole(at) {
    return at < this.#said.length && this.#ends[at - 1] > 0 && !MARK.test(this.#said[at]);
  }
}

/** Without quotes before it, or what is elided: l’avv. */
function lastWord(text) {
  return /[^\s(["“„«¿¡–—/]*$/u.exec(text)[0].replace(/^(?:['‘]|\p{L}{1,5}['’](?=\p{L}{2}))/u, "");
}

/** Whether nothing precedes a word, or what it numbers. */
function begins(head, word) {
  return /(?:^|[:;] )$/.test(head.slice(0, head.length - word.length));
}

function segmenter(lang, granularity) {
  if (!globalThis.Intl?.Segmenter) return null;
  try {
    return new Intl.Segmenter(lang, { granularity });
  } catch {
    return new Intl.Segmenter(undefined, { granularity }); // a name that is no language's
  }
}
