// Which lines of markdown are text, and what is said for those that are not: code, tables, formulas in lines of their
// own. A line is held back from its first character until it is clear what it is; then its text flows on.
import { Fence, Indented, Until } from "./bodies.js";
import { language } from "./languages.js";
import { Held, Rows } from "./table.js";
import { sentence } from "./wording.js";

const LONGEST = 1_000; // characters of a line that is held back
const MARKERS = 200; // … of list markers
const DEEP = 20; // lists within lists
const NAMED = 150; // characters of a table's column names
const BLANK = /[ \t]/;
const DEFINITION = /^\[[^[\]]+\]:\s*\S+(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*$/;
export class Blocks {
  #open = false; // whether a paragraph is
  #quotes = 0; // how deep it is quoted
  #items = []; // columns where the text of the open list items begins
  #body = null; // what takes whole lines
  #start = 0; // offset of this line
  #stage = "indent"; // of this line, until it is known what it is
  #head = []; // [char, end] that wait for that
  #column = 0;
  #depth = 0;
  #fresh = false; // a list item has just begun
  #fenced = 0; // marks that its code is fenced with
  #text = ""; // of this line, as it flows
  #unheld = false; // a | in this line makes no table

  /** `line(text)` is what is said of a line of markdown. */
  constructor(inline, sentences, words, line) {
    Object.assign(this, { inline, sentences, words, line });
  }

  feed(char, end) {
    if (!this.#body) return this.#line(char, end);
    const body = this.#body;
    const rest = body.feed(char, end);
    if (!rest) return;
    if (this.#body === body) this.#body = null;
    if (body instanceof Fence || body instanceof Indented || body instanceof Rows) this.#next(end);
    if (rest.length) this.#start = Math.min(this.#start, rest[0][1] - rest[0][0].length);
    if (body instanceof Held && rest.length) this.#unheld = true;
    for (const [each, its] of rest) this.feed(each, its);
  }

  /** The source is over, `end` long. */
  end(end) {
    for (let i = 0; i < 3; i += 1) this.feed("\n", end); // this line, one below that may be held back, a blank one
    this.#body?.finish?.(end);
    this.#body = null;
    this.#close(end);
  }

  #line(char, end) {
    switch (this.#stage) {
      case "text": return this.#flow(char, end);
      case "indent": return this.#indent(char, end);
      case "hash": return this.#hash(char, end);
      case "heading": return this.#heading(char, end);
      case "fence": return this.#fence(char, end);
      case "info": return this.#info(char, end);
      case "rule": return this.#rule(char, end);
      case "number": return this.#number(char, end);
      case "bracket": return this.#bracket(char, end);
      case "angle": return this.#angle(char, end);
      default: return char === "$" ? this.#maths() : this.#asText(char, end);
    }
  }

  // ── what a line is ───────────────────────────────────────────────────────────────────────────────────────

  #indent(char, end) {
    if (char === " ") this.#column += 1;
    else if (char === "\t") this.#column += 4 - (Math.max(0, this.#column) % 4);
    else if (char === ">" && this.#column - this.#base() < 4) this.#quote();
    else if (char === "\n") this.#blank(end);
    else this.#begin(char, end);
  }

  #quote() {
    this.#depth += 1;
    this.#column = -1; // the space behind it is its own
  }

  #blank(end) {
    this.#close(this.#fresh ? end : this.#start);
    this.#next(end);
  }

  #begin(char, end) {
    this.#column = Math.max(0, this.#column);
    if (this.#open && this.#depth > this.#quotes) this.#close(this.#start);
    if (!this.#open) {
      if (this.#depth !== this.#quotes && !this.#fresh) this.#items = [];
      this.#quotes = this.#depth;
      if (this.#fresh) this.#items.push(this.#column);
      else this.#items = this.#items.filter((column) => column <= this.#column);
    }
    if (this.#column - this.#base() >= 4) {
      if (this.#open) return this.#asText(char, end);
      this.#tell(sentence(this.words.code), end);
      this.#body = new Indented(this.#base() + 4);
      return;
    }
    this.#stage = this.#stageOf(char);
    if (this.#stage === "text") this.#asText(char, end);
    else this.#head.push([char, end]);
  }

  #stageOf(char) {
    if (/[0-9]/.test(char)) return "number";
    if (char === "[") return this.#open ? "text" : "bracket";
    return { "#": "hash", "`": "fence", "~": "fence", "<": "angle", $: "dollar" }[char] ??
      (/[-*_+=]/.test(char) ? "rule" : "text");
  }

  #base() {
    return this.#items.findLast((column) => column <= this.#column) ?? 0;
  }

  #hash(char, end) {
    if (char === "#" && this.#head.length < 6) return void this.#head.push([char, end]);
    if (!BLANK.test(char) && char !== "\n") return this.#asText(char, end);
    this.#leave();
    this.#stage = "heading";
    this.#head = [];
    return this.#heading(char, end);
  }

  #heading(char, end) {
    if (char !== "\n" && this.#head.length < LONGEST) return void this.#head.push([char, end]);
    if (char !== "\n") return this.#asText(char, end);
    const whole = this.#head.map(([each]) => each);
    let length = whole.length;
    while (length && BLANK.test(whole[length - 1])) length -= 1;
    let bare = length;
    while (bare && whole[bare - 1] === "#") bare -= 1;
    if (!bare || BLANK.test(whole[bare - 1])) length = bare;
    for (const [each, its] of this.#head.slice(0, length)) this.inline.feed(each, its);
    this.#close(end);
    this.#next(end);
  }

  #fence(char, end) {
    const mark = this.#head[0][0];
    if (char === mark) return void this.#head.push([char, end]);
    if (this.#head.length < 3) return this.#asText(char, end);
    this.#stage = "info";
    this.#fenced = this.#head.length;
    return this.#info(char, end);
  }

  #info(char, end) {
    const mark = this.#head[0][0];
    if ((mark === "`" && char === "`") || this.#head.length > this.#fenced + LONGEST) return this.#asText(char, end);
    if (char !== "\n") return void this.#head.push([char, end]);
    this.#leave();
    const name = /^\s*\{?\.?([^\s{},]*)/.exec(this.#head.slice(this.#fenced).map(([each]) => each).join(""))[1];
    const called = language(name);
    this.#tell(called ? sentence(this.words.codeIn, called) : sentence(this.words.code), end);
    this.#body = new Fence(mark, this.#fenced, this.#depth);
    this.#next(end);
  }

  /** A line of - * _ + = and space so far: a rule, an underline, a list item, or text. */
  #rule(char, end) {
    const mark = this.#head[0][0];
    if (char === mark || BLANK.test(char)) return void this.#head.push([char, end]);
    const listed = /[-*+]/.test(mark) && (this.#head.length === 1 ? char === "\n" : BLANK.test(this.#head[1][0]));
    if (char === "\n") {
      const marks = this.#head.filter(([each]) => each === mark).length;
      const tail = this.#head.slice(marks).every(([each]) => BLANK.test(each));
      const solid = tail && this.#head.slice(0, marks).every(([each]) => each === mark);
      const under = this.#open && /[-=]/.test(mark) && solid && this.#depth === this.#quotes;
      if (under || (/[-*_]/.test(mark) && marks > 2)) return this.#blank(end);
    }
    if (!listed || this.#head.length > MARKERS || this.#items.length > DEEP) return this.#asText(char, end);
    const rest = [...this.#head.slice(1), [char, end]];
    return this.#item(1, rest);
  }

  #number(char, end) {
    const digits = this.#head.length;
    const closed = /[.)]/.test(this.#head.at(-1)[0]);
    if (!closed && digits < 10 && (/[0-9]/.test(char) || (/[.)]/.test(char) && digits))) {
      return void this.#head.push([char, end]);
    }
    const value = this.#head.slice(0, -1).map(([each]) => each).join("");
    const counts = closed && (BLANK.test(char) || char === "\n") && this.#items.length <= DEEP;
    if (!counts || (this.#open && !this.#items.length && value !== "1")) return this.#asText(char, end);
    const at = this.#head.at(-1)[1];
    this.#leave();
    this.sentences.item(`${value}:`, at);
    this.sentences.put(" ", at);
    this.#fresh = true; // or the number would be said alone
    return this.#item(digits, [[char, end]]);
  }

  #item(width, rest) {
    this.#leave();
    this.#items = this.#items.filter((column) => column <= this.#column);
    this.#column += width;
    this.#stage = "indent";
    this.#fresh = true;
    this.#head = [];
    for (const [each, its] of rest) this.feed(each, its);
  }

  /** A task's box, a link's definition, a footnote, or text. */
  #bracket(char, end) {
    const whole = this.#head.map(([each]) => each).join("") + char;
    if (this.#fresh && /^\[[ xX]\][ \t\n]$/.test(whole)) return this.#again(char, end);
    if (this.#fresh && /^\[[ xX]\]?$/.test(whole)) return void this.#head.push([char, end]);
    if (/^\[\^[^\s[\]]+\]:$/.test(whole)) return this.#again();
    if (char === "\n" && DEFINITION.test(whole)) return this.#blank(end);
    const may = /^\[[^[\]]*(?:\](?::.*)?)?$/.test(whole);
    if (!may || char === "\n" || whole.length > LONGEST) return this.#asText(char, end);
    return void this.#head.push([char, end]);
  }

  /** The line goes on as if it began here. */
  #again(char, end) {
    this.#stage = "indent";
    this.#head = [];
    if (char) this.feed(char, end);
  }

  #angle(char, end) {
    const whole = (this.#head.map(([each]) => each).join("") + char).toLowerCase();
    for (const [opening, ending] of [["<!--", "-->"], ["<script", "</script>"], ["<style", "</style>"]]) {
      if (whole === opening) {
        this.#leave();
        this.#again();
        this.#body = new Until(ending);
        return;
      }
      if (opening.startsWith(whole)) return void this.#head.push([char, end]);
    }
    this.#asText(char, end);
  }

  #maths() {
    this.#leave();
    this.#again();
    this.#body = new Until("$$", (end, bare) => bare || this.#tell(sentence(this.words.formula), end));
  }

  // ── its text ─────────────────────────────────────────────────────────────────────────────────────────────

  #asText(char, end) {
    this.#stage = "text";
    this.#open = true;
    this.#fresh = false;
    const head = this.#head;
    this.#head = [];
    for (const [each, its] of [...head, [char, end]]) this.feed(each, its);
  }

  #flow(char, end) {
    if (char === "|" && !this.#unheld && !this.#text.endsWith("\\")) {
      const start = this.#start;
      this.#body = new Held(this.#text, (head, piped) => this.#table(head, piped, start));
      return this.feed(char, end);
    }
    if (this.#text.length < LONGEST) this.#text += char;
    else this.#unheld = true;
    this.inline.feed(char, end);
    if (char !== "\n") return;
    if (this.inline.idle) {
      if (/(?: {2}|\\)\n$/.test(this.#text)) this.sentences.close(end);
      else this.sentences.line(end);
    }
    this.#next(end);
  }

  #table(head, piped, start) {
    this.inline.retract(start);
    this.sentences.retract(start);
    this.#close(start);
    this.#body = new Rows(piped, (rows, to) => this.#tell(this.#tabled(head, rows), to));
  }

  #tabled(head, rows) {
    let names = "";
    for (const cell of head.map((text) => this.line(text)).filter(Boolean)) {
      if (names.length + cell.length > NAMED) break;
      names += `${names && ", "}${cell}`;
    }
    const [one, several] = this.words.table;
    return sentence(rows === 1 ? one : several, rows).replace(/\.$/, names ? `: ${names}.` : ".");
  }

  /** Words that stand for what is not read out. */
  #tell(words, to) {
    this.sentences.item(words, to);
    this.sentences.close(to);
  }

  /** Another block begins in this line. The number of an item that has just begun belongs to what follows. */
  #leave() {
    if (!this.#fresh) this.#close(this.#start);
    this.#open = false;
  }

  #close(to) {
    this.inline.flush();
    this.sentences.close(to);
    this.#open = false;
  }

  #next(end) {
    this.#start = end;
    this.#stage = "indent";
    this.#head = [];
    this.#column = this.#depth = 0;
    this.#fresh = this.#unheld = false;
    this.#text = "";
  }
}
