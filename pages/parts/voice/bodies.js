// What takes whole lines of markdown of which nothing is said. `feed` gives null while it lasts; once it is over, the
// characters that are not its own: [char, end] each.

/** A block of code between two fences. One that is quoted ends with its quotation. */
export class Fence {
  #mark;
  #length;
  #depth;
  #line = [];
  #quotes = 0;
  #run = 0;
  #stage = "indent"; // of a line: indent, run, trail, rest

  constructor(mark, length, depth) {
    this.#mark = mark;
    this.#length = length;
    this.#depth = depth;
  }

  feed(char, end) {
    if (char === "\n") return this.#newline();
    if (this.#stage === "rest") return null;
    if (this.#stage === "indent") {
      if (this.#line.length < 300) this.#line.push([char, end]);
      if (char === ">" && this.#quotes < this.#depth) this.#quotes += 1;
      else if (char !== " " && char !== "\t") {
        if (this.#quotes < this.#depth) return this.#line;
        this.#stage = char === this.#mark ? "run" : "rest";
        this.#run = 1;
      }
    } else if (this.#stage === "run" && char === this.#mark) this.#run += 1;
    else this.#stage = char === " " || char === "\t" ? "trail" : "rest";
    return null;
  }

  #newline() {
    const closes = (this.#stage === "run" || this.#stage === "trail") && this.#run >= this.#length;
    const left = this.#depth && this.#stage === "indent" && this.#quotes < this.#depth;
    const line = this.#line;
    this.#line = [];
    this.#quotes = this.#run = 0;
    this.#stage = "indent";
    return closes ? [] : left ? line : null;
  }
}

/** Everything up to some characters: a comment, a script. */
export class Until {
  #last = "";
  #bare = true; // nothing but space and the ending so far
  #ending;
  #over;

  /** `over(end, bare)` is called there; `bare`: nothing came before it. */
  constructor(ending, over = () => {}) {
    this.#ending = ending;
    this.#over = over;
  }

  feed(char, end) {
    this.#last = (this.#last + char.toLowerCase()).slice(-this.#ending.length);
    if (this.#last === this.#ending) {
      this.#over(end, this.#bare);
      return [];
    }
    if (!/\s/.test(char) && !this.#ending.includes(char)) this.#bare = false;
    return null;
  }

  finish(end) {
    this.#over(end, this.#bare);
  }
}

/** Lines that are indented as far as code is. */
export class Indented {
  #column;
  #at;
  #line = [];
  #inside = true;

  /** Its first line has been found to be; text in `column` or behind it is code. */
  constructor(column) {
    this.#column = column;
  }

  feed(char, end) {
    if (char === "\n") {
      this.#inside = false;
      this.#at = 0;
      this.#line = [];
    } else if (!this.#inside) {
      if (this.#line.length <= this.#column) this.#line.push([char, end]);
      if (char === " ") this.#at += 1;
      else if (char === "\t") this.#at += 4 - (this.#at % 4);
      else if (this.#at < this.#column) return this.#line;
      if (this.#at >= this.#column && char !== " " && char !== "\t") this.#inside = true;
    }
    return null;
  }
}
