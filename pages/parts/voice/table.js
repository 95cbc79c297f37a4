// A line of text with a | in it, which the line below makes the head of a table, and the rows of that.
const LONGEST = 1_000;
const RULED = /^[\s>]*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

/** As in bodies.js; `became(head)` is called, and asked for the next body, if it is a table's head. */
export class Held {
  #line;
  #held = [];
  #below = null;
  #became;

  /** `line` is what came before the first | of this line. */
  constructor(line, became) {
    this.#line = line;
    this.#became = became;
  }

  feed(char, end) {
    this.#held.push([char, end]);
    if (this.#below === null) {
      this.#line += char;
      if (char === "\n") this.#below = "";
      return this.#held.length > LONGEST ? this.#held : null;
    }
    if (char !== "\n") {
      this.#below += char;
      return /[\s|:>-]/.test(char) && this.#below.length < LONGEST ? null : this.#held;
    }
    const head = cells(this.#line);
    const ruled = RULED.test(this.#below) && this.#below.includes("-");
    if (!ruled || cells(this.#below.replace(/^[\s>]+/, "")).length !== head.length) return this.#held;
    this.#became(head, this.#line.trimStart().startsWith("|"));
    return [];
  }
}

/** The rows below a head; `over(rows, to)` where they end. */
export class Rows {
  #count = 0;
  #line = [];
  #is = null; // whether this line is a row
  #piped;
  #over;

  constructor(piped, over) {
    this.#piped = piped;
    this.#over = over;
  }

  feed(char, end) {
    if (this.#is) {
      if (char === "\n") this.#next();
      return null;
    }
    this.#line.push([char, end]);
    if (char === "|") this.#row();
    else if (char === "\n" || this.#line.length > LONGEST || (this.#piped && !/[\s>]/.test(char))) {
      const [first, its] = this.#line[0];
      this.#over(this.#count, its - first.length);
      return this.#line;
    }
    return null;
  }

  finish(end) {
    this.#over(this.#count, end);
  }

  #row() {
    this.#count += 1;
    this.#is = true;
    this.#line = [];
  }

  #next() {
    this.#is = null;
    this.#line = [];
  }
}

/** What stands between the | of a line. */
function cells(line) {
  const inside = line.trim().replace(/^\|/, "").replace(/(^|[^\\])\|$/, "$1");
  return inside.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}
