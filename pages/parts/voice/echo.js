// The second wall against hearing itself, for when the ear is on while something is spoken or was a moment ago: what
// is heard is held against what was spoken, and what is nothing but that is left out. Recognition mishears, and it
// comes late.
import { isStop } from "./stop_words.js";
import { worded, wordsOf } from "./words.js";

const LAG = 600; // ms that what is heard may come after what was spoken
const WRONG = 0.4; // of the words heard may be others than were spoken
const OTHERS = 3; // words in a row that were not spoken are a person's
const SURE = 2; // … where no echo was ever heard; one that may still change is not enough to silence somebody
// Few words soon after are an echo, and a moment later a person's, who takes up what was said.
const ECHOES = [{ least: 6, ms: Infinity }, { least: 3, ms: 2 * LAG }, { least: 1, ms: LAG }];
const KEPT = 60_000; // ms: recognition may take so long until words are final

export class Wall {
  constructor(now) {
    this.now = now;
    this.leaks = false; // an echo was heard: no headphones, or loud ones
    this.spoken = []; // { words, until }: the last ones; until Infinity while they are being spoken
    this.listens();
  }

  /** This begins to be spoken; what was before it is over. */
  began(text) {
    this.ended();
    this.spoken = this.spoken.filter(({ until }) => until > this.now() - KEPT);
    this.spoken.push({ words: wordsOf(text), until: Infinity });
  }

  ended() {
    const last = this.spoken.at(-1);
    if (last?.until === Infinity) last.until = this.now();
  }

  /** A new recording. */
  listens() {
    this.since = this.now();
    this.past = ""; // what of `final` was an echo; what follows is not known yet,
    this.known = false; // … or is a person's
    this.renew();
  }

  /** What a person said of what was heard in this recording, { final, interim }. */
  own({ final, interim }, lang) {
    if (!final.startsWith(this.past)) this.past = ""; // recognition has changed its mind
    const said = final.slice(this.past.length);
    if (this.known) return { final: said.trimStart(), interim };
    if (said.trim()) {
      this.first ??= this.now();
      const own = this.without(said, lang, true);
      this.past = final.slice(0, final.length - own.length);
      this.known = own !== "";
      if (this.known) return { final: own.trimStart(), interim };
      this.renew();
    }
    if (!interim.trim()) return { final: "", interim: "" };
    this.first ??= this.now();
    return { final: "", interim: this.without(interim, lang, false) };
  }

  // ── below ──

  /** What follows was not heard before. */
  renew() {
    this.first = null; // when the first of it was
    this.lead = []; // words of an echo that it begins with
  }

  /** A text without the echo that it begins with. */
  without(text, lang, final) {
    const found = worded(text);
    const words = found.map(({ word }) => word);
    const spoken = this.within(Infinity);
    if (!words.length || !spoken.length) return text;
    const known = this.lead.every((word, i) => word === words[i]) ? this.lead.length : 0;
    const echo = Math.max(this.echoIn(words, lang), known);
    const others = words.slice(echo);
    this.leaks ||= echo >= OTHERS;
    if (!others.length) return "";
    // what may still change needs more of it, while there is something to be heard
    const sure = Math.min(others.length, differences(words, spoken).at(-1)) >= (echo || this.leaks ? OTHERS : SURE);
    if (!final && !sure && this.within(LAG).length && !isStop(others.join(" "), lang)) return "";
    this.lead = words.slice(0, echo);
    return echo ? text.slice(found[echo - 1].end).replace(/^[^\p{L}\p{N}]+/u, "") : text;
  }

  /** How many words are an echo, from the first one on. */
  echoIn(words, lang) {
    for (const { least, ms } of ECHOES) {
      const length = words.length < least ? 0 : echoed(words, this.within(ms), lang);
      if (length >= least) return length;
    }
    return 0;
  }

  /** What can be heard: words being spoken, or no longer ago than this, since this began to be heard. */
  within(ms) {
    const from = Math.max(this.now() - ms, this.since - LAG, this.first - LAG);
    return this.spoken.filter(({ until }) => until >= from).flatMap(({ words }) => words);
  }
}

/** How many of these words, from the first one on, were spoken one after the other. */
function echoed(words, spoken, lang) {
  const wrong = differences(words, spoken);
  let length = words.length;
  while (length && wrong[length] > wrong[length - 1]) length -= 1; // up to the last one that was spoken
  const others = words.slice(length);
  const misheard = length > 0 && others.length < OTHERS && !isStop(others.join(" "), lang);
  if (misheard && wrong[words.length] <= WRONG * words.length) return words.length;
  while (length && (wrong[length] > WRONG * length || wrong[length] > wrong[length - 1])) length -= 1;
  return length;
}

/** Of the first 0, 1, 2, … words: how many are wrong, missing or too many, at the best place in what was spoken. */
function differences(words, spoken) {
  let row = new Array(spoken.length + 1).fill(0);
  const least = [0];
  words.forEach((word, i) => {
    const part = i === words.length - 1; // the last one may not be whole yet
    const next = [i + 1];
    spoken.forEach((other, j) => {
      const same = other === word || (part && other.startsWith(word));
      next.push(Math.min(row[j] + (same ? 0 : 1), row[j + 1] + 1, next[j] + 1));
    });
    row = next;
    least.push(Math.min(...row));
  });
  return least;
}
