// One thought: a head with its kind and duration, a body that grows. Closed markdown is HTML, the rest a plain tail.
import { beginning, el, icon, seconds } from "./dom.js";
import { safe } from "./html.js";
import { Tail } from "./tail.js";

const ICONS = { thinking: "psychology", action: "bolt", observation: "visibility", answer: "auto_awesome" };
const NAMES = { thinking: "Thinking…", action: "Action", observation: "Observation", answer: "Answer" };
const FOLD = 500; // ms that a finished thought stays open, so that its last words can be read
const BRIEF = 64; // characters of a result that need no box of their own

export class Thought {
  constructor({ id, kind, open, age, ms, ok, args, text, html, source }, turn) {
    Object.assign(this, { id, kind, turn, open: true, source: "", call: args !== undefined }); // no call: told in words
    this.began = Date.now() - (age ?? 0);
    this.time = el("span", "ta-time");
    this.title = el("span", "ta-kind", {}, NAMES[kind]);
    this.gist = el("code", "ta-gist");
    this.body = el("div", "ta-body", { id: `ta-${id}` });
    this.toggle = el("button", "ta-head", { type: "button", "aria-controls": `ta-${id}` });
    this.toggle.append(this.title, this.gist, this.time, icon("expand_more"));
    this.toggle.addEventListener("click", () => this.fold(this.element.dataset.folded !== "true", true));
    const head = kind === "answer" ? el("div", "ta-offscreen", {}, this.title) : this.toggle;
    const dot = el("span", "ta-dot", {}, icon(ICONS[kind]));
    const named = { "data-kind": kind, "data-thought": id, "data-open": "true" };
    this.element = el("article", "ta-item ta-thought", named, dot, el("div", "ta-main", {}, head, this.body));
    this.fold(kind === "action");
    if (this.call) this.body.append(el("pre", "ta-args", {}, el("code", "", {}, args)));
    if (kind === "thinking" || kind === "answer") {
      this.closed = el("div", "ta-md");
      this.tail = new Tail(el("div", "ta-tail"));
      this.body.append(this.closed, this.tail.element);
      if (html) this.append(html);
    }
    if (text) this.grow(text);
    if (source) this.source = source;
    if (kind === "thinking" && !this.source) this.bare(true);
    if (!open) this.settle({ ms, ok, quick: true });
    else this.tick();
  }

  grow(text) {
    if (this.empty) this.bare(false);
    this.source += text;
    if (this.tail) this.tail.write(text);
    else if (this.call) this.gist.textContent = this.source;
    else this.show(this.source);
  }

  /** The first `units` of the tail are closed: as `html`, or just as a paragraph of what they say. */
  close(html, units) {
    const text = this.tail.drop(units);
    if (html === null) this.closed.append(el("p", "", {}, text.trim()));
    else this.append(html);
  }

  end({ ms, ok, text, html }) {
    if (text !== undefined) {
      this.source = text;
      this.show(text);
    }
    if (html !== undefined) {
      this.closed.replaceChildren();
      this.append(html);
    }
    this.tail?.clear();
    this.settle({ ms, ok });
  }

  settle({ ms, ok, quick = false }) {
    this.open = false;
    this.element.dataset.open = "false";
    this.element.dataset.ok = String(ok);
    this.time.textContent = this.kind === "thinking" || ms < 10 ? "" : seconds(ms);
    if (this.kind === "observation") this.title.textContent = ok ? "Observation" : "Observation: failed";
    if (this.kind !== "thinking") return;
    this.title.textContent = `Thought for ${seconds(ms)}`;
    this.gist.textContent = beginning(this.body, 160);
    if (quick) this.fold(true);
    else setTimeout(() => this.fold(true), FOLD);
  }

  /** Some vendors keep what is thought to themselves, or tell it later: while `empty`, there is nothing to unfold. */
  bare(empty) {
    if (this.empty === empty) return;
    this.empty = empty;
    this.element.dataset.empty = String(empty);
    this.plain ??= el("div", "ta-head ta-plain-head");
    const [head, other] = empty ? [this.plain, this.toggle] : [this.toggle, this.plain];
    head.prepend(this.title, this.gist, this.time);
    other.replaceWith(head);
  }

  /** A person's own toggle wins from then on. */
  fold(folded, byPerson = false) {
    if (this.toggled && !byPerson) return;
    this.toggled ||= byPerson;
    this.element.dataset.folded = String(folded);
    this.toggle.setAttribute("aria-expanded", String(!folded));
  }

  tick() {
    if (this.open) this.time.textContent = seconds(Date.now() - this.began);
  }

  show(text) {
    const lines = text.trim().split("\n");
    const brief = lines.length === 1 && text.length <= (innerWidth < 560 ? BRIEF / 3 : BRIEF);
    this.body.replaceChildren(el("pre", "ta-result", { tabindex: lines.length > 8 ? "0" : null }, text.trim()));
    this.gist.textContent = lines.length > 1 ? `${lines.length} lines` : brief ? text.trim() : "";
    this.fold(brief);
  }

  append(html) {
    this.closed.append(safe(html));
  }
}
