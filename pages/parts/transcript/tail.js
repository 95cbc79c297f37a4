// The open end of a markdown text: plain, but `code`, **bold** and *it* look like it, and so do fences, lists, tables.
// Only what may still change is drawn again: a line once it has ended, a word once its marks are closed, never.
import { el } from "./dom.js";

const SPAN = /`([^`\n]+)`|\*\*([^*\n]+)\*\*|__([^_\n]+)__|(?<![\w*])\*([^*\s][^*\n]*)\*(?!\*)|(?<!\w)_([^_\s][^_\n]*)_(?!\w)/g;
const OPENER = /`|\*|(?<!\w)_/;
const LONGEST = 400; // characters after a mark that nobody closes, until it counts as a letter
const LINE = /^(\s*)(#{1,6}\s|[-*+]\s|\d{1,9}[.)]\s|>\s?)?/;

export class Tail {
  constructor(element) {
    this.element = element;
    this.clear();
  }

  clear() {
    this.text = "";
    this.mode = this.code = this.body = null;
    this.drawn = this.rows = 0; // characters, or rows of a table, that are on the page
    this.element.replaceChildren();
    this.startLine();
  }

  write(text) {
    this.text += text;
    if (this.mode === null) this.mode = modeOf(this.text);
    if (this.mode === null) return;
    if (this.mode === "code") return this.drawCode();
    if (this.mode === "table") return this.drawTable();
    let at = 0;
    for (let end = this.text.indexOf("\n", this.drawn + this.line.length); end >= 0; end = this.text.indexOf("\n", at)) {
      at = end + 1;
      this.drawLine(this.text.slice(this.drawn, end));
      this.drawn = at;
      this.startLine();
    }
    this.drawLine(this.text.slice(this.drawn));
  }

  /** Takes the first `units` away and returns them; the rest is drawn anew. */
  drop(units) {
    const closed = this.text.slice(0, units);
    const rest = this.text.slice(units);
    this.clear();
    if (rest) this.write(rest);
    return closed;
  }

  startLine() {
    this.line = ""; // what is drawn of the open line
    this.box = null;
    this.sure = 0; // characters of it that will stay as they are drawn
    this.open = null;
  }

  drawLine(line) {
    if (line === this.line || !line.trim()) return;
    if (!this.box) {
      const [all, indent, mark] = LINE.exec(line);
      const kind = !mark ? "p" : mark[0] === "#" ? "h" : mark[0] === ">" ? "q" : "li";
      this.box = el("div", `ta-line ta-line-${kind}`);
      if (kind === "li") {
        this.box.style.setProperty("--indent", indent.length);
        this.box.append(el("span", "ta-mark", {}, /\d/.test(mark) ? mark.trim() : "•"));
      }
      this.box.append((this.open = document.createTextNode("")));
      this.element.append(this.box);
      this.sure = mark ? all.length : 0;
    }
    this.line = line;
    this.drawSpans(line);
  }

  drawSpans(line) {
    let rest = line.slice(this.sure);
    this.open.remove();
    SPAN.lastIndex = 0;
    let end = 0;
    for (const span of rest.matchAll(SPAN)) {
      this.letters(rest.slice(end, span.index));
      const [, code, bold, bold2, it, it2] = span;
      const tag = code ? "code" : bold || bold2 ? "strong" : "em";
      this.box.append(el(tag, "", {}, code ?? bold ?? bold2 ?? it ?? it2));
      end = span.index + span[0].length;
    }
    rest = rest.slice(end);
    const opener = OPENER.exec(rest);
    const plain = opener && rest.length - opener.index < LONGEST ? opener.index : rest.length;
    this.letters(rest.slice(0, plain));
    this.sure = line.length - rest.length + plain;
    this.open = shown(rest.slice(plain));
    this.box.append(this.open);
  }

  letters(text) {
    if (!text) return;
    const last = this.box.lastChild;
    if (last?.nodeType === Node.TEXT_NODE) last.appendData(text);
    else this.box.append(text);
  }

  drawCode() {
    if (!this.code) {
      if (!this.text.includes("\n")) return;
      this.code = el("code");
      this.element.replaceChildren(el("div", "ta-code", {}, el("pre", "", {}, this.code)));
      this.drawn = this.text.indexOf("\n") + 1;
      this.code.append(document.createTextNode(""));
    }
    this.code.firstChild.appendData(this.text.slice(this.drawn));
    this.drawn = this.text.length;
  }

  drawTable() {
    const rows = this.text.split("\n").filter((row) => row.trim().startsWith("|") && !/^\s*\|[\s:|-]*$/.test(row));
    this.body ??= this.element.appendChild(el("div", "ta-table", {}, el("table"))).firstChild;
    while (this.body.children.length > Math.max(0, this.rows - 1)) this.body.lastChild.remove();
    for (let i = this.body.children.length; i < rows.length; i++) {
      const cells = rows[i].trim().replace(/^\||\|$/g, "").split("|");
      this.body.append(el("tr", "", {}, ...cells.map((cell) => el(i ? "td" : "th", "", {}, cell.trim()))));
    }
    this.rows = rows.length;
  }
}

/** What kind of block a text begins, or null while that cannot be told. */
function modeOf(text) {
  const start = text.trimStart();
  if (!start) return null;
  if (start.startsWith("|")) return "table";
  if (/^(```|~~~)/.test(start)) return "code";
  return /^(`{1,2}|~{1,2})$/.test(start) ? null : "lines";
}

/** What follows a mark that is not closed yet, drawn as if it were. */
function shown(rest) {
  const [, mark, inner] = /^(`|\*\*|\*|_)?(.*)$/s.exec(rest);
  if (!mark || !inner) return document.createTextNode(mark ? "" : rest);
  return el(mark === "`" ? "code" : mark === "**" ? "strong" : "em", "", {}, inner);
}
