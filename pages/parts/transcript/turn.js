// A turn: what was asked, the thoughts that followed, how it ended and what one can do about it.
import { Ask } from "./ask.js";
import { button, copy, el, icon } from "./dom.js";
import { Message } from "./message.js";
import { bill, reason, remedies } from "./outcome.js";
import { Thought } from "./thought.js";
import { UnderWay } from "./underway.js";

export class Turn {
  constructor(turn, thoughts, drafts, act) {
    this.id = turn.id;
    this.start = turn.start; // the number of its first event
    this.model = turn.model;
    this.by = turn.by;
    this.name = turn.name; // what people call the model
    this.act = act;
    this.thoughts = thoughts;
    this.drafts = drafts; // of answers to what it asks
    this.asks = new Map();
    this.authors = new Set(); // of the messages that it answers
    this.items = el("div", "ta-items");
    this.outcome = el("footer", "ta-outcome");
    const named = { "data-turn": turn.id, "data-state": "running" };
    this.element = el("section", "ta-turn", named, this.items, this.outcome);
    if (turn.trimmed) this.trimmed(turn.trimmed);
    for (const item of turn.items) this.add(item);
    if (turn.state !== "running") return void this.over(turn);
    this.underWay = new UnderWay(this.outcome);
    if (turn.progress) this.underWay.progress(...turn.progress);
    if (turn.wait) this.underWay.wait(turn.wait);
  }

  /** The thought that is still growing, if one is. */
  get open() {
    return [...this.thoughts.values()].findLast((thought) => thought.turn === this && thought.open);
  }

  add(item) {
    if (item.type === "message") {
      this.authors.add(item.author);
      this.items.append(new Message(item, (content) => this.act("edit", { turn: this.id, message: item.id, content })).element);
      return null;
    }
    if (item.type === "ask") {
      const ask = new Ask(item, this.drafts, (content) => this.act("reply", { ask: item.id, content }));
      this.asks.set(item.id, ask);
      this.items.append(ask.element);
      return null;
    }
    this.underWay?.goesOn();
    const thought = new Thought(item, this);
    this.thoughts.set(item.id, thought);
    this.items.append(thought.element);
    return thought;
  }

  /** A line above it where another model answers than in the turn `before`, if there is one. */
  follows(before) {
    const name = before && before.model !== this.model ? this.name : "";
    if (name === (this.newName ?? "")) return;
    this.newName = name;
    this.switched?.remove();
    if (name) this.element.prepend((this.switched = line("ta-switched", "swap_horiz", `From here on: ${name}`)));
  }

  trimmed(text) {
    this.cut?.remove();
    this.items.before((this.cut = line("ta-trimmed", "content_cut", text)));
  }

  over(outcome) {
    this.underWay = null;
    this.element.dataset.state = outcome.state;
    for (const ask of this.asks.values()) ask.close();
    const bar = el("div", "ta-bar", {});
    const [vendor] = this.model.split(":");
    if (outcome.state !== "done") {
      const shown = this.items.querySelector(".ta-thought") !== null;
      bar.append(...remedies(outcome, { shown, vendor, resume: () => this.act("resume", {}) }));
    }
    const copyButton = button("ta-act", "Copy answer", "content_copy", () => copy(this.answer, copyButton), { bare: true });
    const again = () => this.act("regenerate", { turn: this.id });
    if (this.answer || outcome.state === "done") bar.append(copyButton);
    if (this.answer) bar.append(button("ta-act ta-read", "Read aloud", "volume_up", () => this.read(), { bare: true }));
    bar.append(button("ta-act ta-again", "Regenerate", "refresh", again, { bare: true }));
    const [took, ...more] = bill(outcome, this.name);
    bar.append(took);
    this.outcome.replaceChildren(...(outcome.state === "done" ? [] : [reason(outcome, vendor)]), bar, ...more);
  }

  read() {
    window.dispatchEvent(new CustomEvent("ta-read", { detail: { id: this.id, text: this.answer } })); // voice.js does
  }

  get answer() {
    const answers = [...this.thoughts.values()].filter((thought) => thought.turn === this && thought.kind === "answer");
    return answers.map((thought) => thought.source).join("");
  }
}

function line(cls, name, text) {
  return el("p", `ta-aside ${cls}`, {}, icon(name), el("span", "", {}, text));
}
