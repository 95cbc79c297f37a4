// The text of a paragraph without its marks: links by their text, addresses by their host, formulas and code by what
// they say. It holds back only what cannot be told yet: a mark until its other half, an address until its end.
import { address, entity, isPicture, tagOf } from "./spans.js";
import { readable } from "./formula.js";

const FAR = 400; // units in which the other half of a mark must come
const FURTHER = 2_000; // … of a link's address, a display formula, a comment
const SPECIAL = /[\\`*_~[\]<&$:.\n]/;
const WORDY = /[\p{L}\p{N}]/u;
const ENDS_URL = /[\s<>"`|\]\u3000-\u303F\uFF00-\uFFEF]/;
const MONEY = /^\$(?:\s|\d[\d.,]*(?:[.,;:!?)]?\s+[a-z(]{2}|[.!?]\s|\)))/i; // no formula
const TRAILING = /[.,;:!?'"*_~…。]+$/u;
const PUNCTUATION = /[.,;:!?。，！？]/;
const INVISIBLE = /[\u00AD\u200B\u2060\uFEFF\uFE0E\uFE0F\u20E3]/;

export class Inline {
  #out;
  #words;
  #pending = "";
  #ends = [];
  #taken = 0; // of the ends, those that are not pending any more
  #before = ""; // what came before the pending, as it is written
  #awaits = null; // whether a character may decide the pending
  #limit = 0;
  #skips = ""; // an address that is too long to be kept: up to this
  #picture = false;

  /** `out` takes what is said (see sentences.js), `words` are our own. */
  constructor(out, words) {
    this.#out = out;
    this.#words = words;
  }

  feed(char, end) {
    if (this.#skips) return this.#skip(char);
    if (!this.#pending && !SPECIAL.test(char)) return this.#plain(char, end);
    this.#pending += char;
    for (let i = 0; i < char.length; i += 1) this.#ends.push(end);
    if (this.#awaits && this.#pending.length < this.#limit && !this.#awaits(char)) return;
    this.#run(false);
  }

  /** Whether nothing is held back. */
  get idle() {
    return !this.#pending;
  }

  /** The text is over: what was held back means itself. */
  flush() {
    this.#run(true);
    this.#before = "";
    this.#skips = "";
    this.#picture = false;
  }

  /** Forgets what is held back and behind an offset. */
  retract(offset) {
    const kept = this.#ends.filter((end) => end <= offset).length;
    this.#pending = this.#pending.slice(0, kept);
    this.#ends.length = kept;
  }

  #skip(char) {
    if (char === this.#skips || /\s/.test(char)) this.#skips = "";
    this.#before = char;
  }

  #run(over) {
    while (this.#pending) {
      this.#awaits = null;
      const took = this.#take(over);
      if (!took) return this.#forget();
      this.#before = this.#pending[took - 1];
      this.#pending = this.#pending.slice(took);
      this.#taken += took;
    }
    this.#awaits = null;
    this.#ends = [];
    this.#taken = 0;
  }

  #forget() {
    this.#ends.splice(0, this.#taken);
    this.#taken = 0;
  }

  /** The source's offset behind a unit of the pending. */
  #end(index) {
    return this.#ends[this.#taken + index];
  }

  /** Nothing yet: again when `awaits(char)`, or after so many units. */
  #wait(awaits, limit = FAR) {
    this.#awaits = awaits;
    this.#limit = limit;
    return 0;
  }

  /** How many units of the pending it dealt with. */
  #take(over) {
    const char = String.fromCodePoint(this.#pending.codePointAt(0));
    switch (char) {
      case "\\": return this.#escape(over);
      case "`": return this.#code(over);
      case "*": case "_": case "~": return this.#emphasis(char, over);
      case "[": return this.#open(over);
      case "]": return this.#close(over);
      case "<": return this.#angle(over);
      case "&": return this.#entity(over);
      case "$": return this.#maths(over);
      case ":": case ".": return this.#url(char, over);
      case "\n": return this.#newline();
      default: this.#plain(char, this.#end(char.length - 1));
    }
    return char.length;
  }

  #plain(char, end) {
    if (isPicture(char) || (this.#picture && char === "\u200D")) {
      this.#picture = true;
    } else if (!INVISIBLE.test(char)) {
      if (this.#picture && PUNCTUATION.test(char) && this.#out.ends(/ $/, 1)) this.#out.unput(1);
      else if (this.#picture && WORDY.test(char) && !this.#out.ends(/ $/, 1)) this.#out.put(" ", end - char.length);
      if (!/\s/.test(char)) this.#picture = false;
      this.#out.put(char, end);
    }
    this.#before = char;
  }

  #newline() {
    this.#out.put("\n", this.#end(0));
    return 1;
  }

  #escape(over) {
    const next = this.#pending[1];
    if (next === undefined && !over) return this.#wait(() => true);
    if (next === "\n") return 1;
    if (next === undefined || !/[!-/:-@[-`{-~]/.test(next)) {
      this.#out.put("\\", this.#end(0));
      return 1;
    }
    this.#out.put(next, this.#end(1));
    return 2;
  }

  #code(over) {
    const fence = /^`+/.exec(this.#pending)[0];
    if (fence.length === this.#pending.length && !over) return this.#wait((char) => char !== "`", Infinity);
    const found = closing(this.#pending, fence.length);
    if (found < 0 || (found + fence.length === this.#pending.length && !over)) {
      if (over || this.#pending.length >= FAR + fence.length) return fence.length;
      return this.#wait((char) => char === "`" || this.#pending.at(-1 - char.length) === "`", FAR + fence.length);
    }
    const pads = this.#pending[fence.length] === " " && this.#pending[found - 1] === " " ? 1 : 0;
    for (const [at, char] of characters(this.#pending, fence.length + pads, found - pads)) {
      this.#out.put(char, this.#end(at), true);
    }
    return found + fence.length;
  }

  /** Marks are dropped; kept are 2*3, 2 * 3, snake_case, ~5. */
  #emphasis(mark, over) {
    let length = 1;
    while (this.#pending[length] === mark) length += 1;
    if (length === this.#pending.length && !over) return this.#wait((char) => char !== mark, Infinity);
    const before = this.#before || " ";
    const after = this.#pending[length] === undefined ? " " : String.fromCodePoint(this.#pending.codePointAt(length));
    const inside = WORDY.test(before) && WORDY.test(after);
    const alone = /\s/.test(before) && /\s/.test(after);
    const numeric = /\d/.test(before) && /\d/.test(after);
    const word = mark === "_" ? inside : inside && (length === 1 || numeric) && mark === "*";
    if (length < 4 && (word || (alone && mark === "*") || (mark === "~" && length === 1))) {
      for (let i = 0; i < length; i += 1) this.#out.put(mark, this.#end(i));
    }
    return length;
  }

  #open(over) {
    const next = this.#pending[1];
    if (next === undefined && !over) return this.#wait(() => true);
    const note = /^\[\^[^\s[\]]{1,60}\]/.exec(this.#pending);
    if (note) return note[0].length;
    if (next === "^" && !over && /^\[\^[^\s[\]]{0,60}$/.test(this.#pending)) return this.#wait(() => true);
    const image = this.#before === "!" && this.#out.ends(/!$/, 1);
    if (image) this.#out.unput(1);
    this.#out.bracket(this.#end(0), { image, tight: /\w/.test(this.#before) });
    return 1;
  }

  #close(over) {
    const next = this.#pending[1];
    const { opened } = this.#out;
    if (next === undefined && !over) return this.#wait(() => true);
    let length = 0;
    if (opened && next === "(") {
      const found = address(this.#pending, 2);
      if (found === "more" && !over) {
        if (this.#pending.length < FURTHER) return this.#wait((char) => /[)\s"'<>]/.test(char), FURTHER);
        if (/^\]\(\s*<?data:/.test(this.#pending)) {
          this.#out.closeBracket(true);
          this.#skips = ")";
          return this.#pending.length;
        }
      } else if (found !== "more" && found) length = found;
    } else if (opened && next === "[" && !opened.tight) {
      const found = /^\]\[[^[\]]{0,100}\]/.exec(this.#pending);
      if (!found && !over && /^\]\[[^[\]]{0,100}$/.test(this.#pending)) return this.#wait(() => true);
      if (found) length = found[0].length;
    }
    if (opened) this.#out.closeBracket(length > 0);
    if (!length) this.#out.put("]", this.#end(0));
    return length || 1;
  }

  #angle(over) {
    const found = tagOf(this.#pending, over || this.#pending.length >= FURTHER);
    if (found === "more") return this.#wait((char) => /[->\s<]/.test(char) || this.#pending.length < 12, FURTHER);
    if (!found) {
      this.#out.put("<", this.#end(0));
      return 1;
    }
    const end = this.#end(found.length - 1);
    if (found.host) this.#out.item(this.#words.link.replace("%", () => found.host), end);
    else if (found.text) this.#out.item(found.text, end);
    else if (found.breaks) this.#out.put(" ", end);
    return found.length;
  }

  #entity(over) {
    const found = /^&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});/.exec(this.#pending);
    if (!found && !over && /^&#?\w{0,32}$/.test(this.#pending)) return this.#wait(() => true);
    const text = found ? entity(found[1]) : null;
    if (text === null) {
      this.#out.put("&", this.#end(0));
      return 1;
    }
    for (const char of text) this.#out.put(char, this.#end(found[0].length - 1));
    return found[0].length;
  }

  #maths(over) {
    const text = this.#pending;
    if (text.length === 1 && !over) return this.#wait(() => true);
    if (text[1] === "$") {
      const found = text.indexOf("$$", 2);
      if (found > 2) return this.#formula("", found + 2);
      if (over || text.length >= FURTHER) return 2;
      return this.#wait((char) => char === "$", FURTHER);
    }
    const found = /^\$(?!\s)((?:[^$\\\n]|\\[^\n])*?)\$/.exec(text);
    const opens = !/[\d\\]/.test(this.#before) && !MONEY.test(text);
    if (found && opens && !/\s$/.test(found[1])) {
      if (found[0].length === text.length && !over) return this.#wait(() => true);
      if (!/\d/.test(text[found[0].length] ?? "")) return this.#formula(found[1], found[0].length);
    } else if (opens && !found && !over && text.length < FAR && !text.includes("\n")) {
      return this.#wait((char) => char === "$" || /\s/.test(char) || text.length < 12);
    }
    this.#out.put("$", this.#end(0));
    return 1;
  }

  #formula(tex, length) {
    this.#out.item(readable(tex) ?? this.#words.formula, this.#end(length - 1));
    return length;
  }

  /** https://… and www.… are noticed once their first letters were put. */
  #url(char, over) {
    const text = this.#pending;
    const scheme = char === ":" ? /(?:^|[^\p{L}\p{N}])(https?|ftp)$/iu : /(?:^|[^\p{L}\p{N}./@-])(www)$/iu;
    const start = char === ":" ? /^:(?:\/(?:\/(?:[^\s<>]|$)|$)|$)/ : /^\.(?:[\p{L}\p{N}]|$)/u;
    if (this.#out.ends(scheme, 6) && start.test(text)) {
      const last = text.search(ENDS_URL);
      if (last < 0 && !over) return this.#wait((each) => text.length < 4 || ENDS_URL.test(each), Infinity);
      const whole = trimmed(last < 0 ? text : text.slice(0, last));
      const host = /^(?::\/\/|\.)(?:[^\s/?#@]*@)?([^\s/?#:@]+)/.exec(whole)?.[1];
      if (host) {
        const www = char === ".";
        this.#out.unput(www ? 3 : this.#out.ends(/https$/i, 5) ? 5 : this.#out.ends(/http$/i, 4) ? 4 : 3);
        const named = this.#words.link.replace("%", () => host.replace(/^www\./i, ""));
        this.#out.item(named, this.#end(whole.length - 1));
        return whole.length;
      }
    }
    this.#plain(char, this.#end(0));
    return 1;
  }
}

/** Where a run of so many backticks is, and no more, behind the first one. */
function closing(text, length) {
  let at = text.indexOf("`", length);
  while (at >= 0) {
    let end = at;
    while (text[end] === "`") end += 1;
    if (end - at === length) return at;
    at = text.indexOf("`", end);
  }
  return -1;
}

function* characters(text, from, to) {
  for (let at = from; at < to; ) {
    const char = String.fromCodePoint(text.codePointAt(at));
    at += char.length;
    yield [at - 1, char];
  }
}

/** An address without what belongs to the sentence around it. */
function trimmed(url) {
  let whole = url.replace(TRAILING, "");
  while (whole.endsWith(")") && !whole.includes("(")) whole = whole.slice(0, -1).replace(TRAILING, "");
  return whole;
}
