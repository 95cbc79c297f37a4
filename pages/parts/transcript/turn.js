// A turn: what was asked, the thoughts that followed, how it ended and what one can do about it.
import { button, copy, el, icon, seconds } from "./dom.js";
import { Message } from "./message.js";
import { Thought } from "./thought.js";

export class Turn {
  constructor(turn, thoughts, act) {
    this.id = turn.id;
    this.start = turn.start; // the number of its first event
    this.act = act;
    this.thoughts = thoughts;
    this.items = el("div", "ta-items");
    this.outcome = el("footer", "ta-outcome");
    const named = { "data-turn": turn.id, "data-state": "running" };
    this.element = el("section", "ta-turn", named, this.items, this.outcome);
    for (const item of turn.items) this.add(item);
    if (turn.state === "running") this.note("");
    else this.over(turn);
  }

  /** The thought that is still growing, if one is. */
  get open() {
    return [...this.thoughts.values()].findLast((thought) => thought.turn === this && thought.open);
  }

  add(item) {
    if (item.type === "message") {
      this.items.append(new Message(item, (content) => this.act("edit", { turn: this.id, message: item.id, content })).element);
      return null;
    }
    if (item.type !== "thought") return null;
    const thought = new Thought(item, this);
    this.thoughts.set(item.id, thought);
    this.items.append(thought.element);
    return thought;
  }

  note(text) {
    this.outcome.replaceChildren(el("span", "ta-pulse", { "aria-hidden": "true" }), text);
  }

  over({ state, ms, why, error, ended_by, upstream_closed_ms }) {
    this.element.dataset.state = state;
    const parts = [];
    if (state === "failed") parts.push(el("div", "ta-failure", {}, icon("error_outline"), error ?? "It failed."));
    if (state === "interrupted") parts.push(el("div", "ta-cut", {}, icon("front_hand"), cut(why, ended_by, upstream_closed_ms)));
    const bar = el("div", "ta-bar", {});
    if (state !== "done") {
      bar.append(button("ta-resume", "Continue", "play_arrow", () => this.act("resume", {})));
    }
    const copyButton = button("ta-act", "Copy answer", "content_copy", () => copy(this.answer, copyButton), { bare: true });
    const again = () => this.act("regenerate", { turn: this.id });
    bar.append(copyButton, button("ta-act", "Regenerate", "refresh", again, { bare: true }));
    bar.append(el("span", "ta-took", { title: "How long the turn took" }, seconds(ms)));
    this.outcome.replaceChildren(...parts, bar);
  }

  get answer() {
    const answers = [...this.thoughts.values()].filter((thought) => thought.turn === this && thought.kind === "answer");
    return answers.map((thought) => thought.source).join("");
  }
}

function cut(why, by, upstream) {
  const who = by === "owner" || !by ? "Stopped" : `Stopped by ${by}`;
  const proof = upstream === undefined ? "" : `; the provider’s connection closed after ${upstream < 1 ? "less than 1" : Math.round(upstream)} ms`;
  const said = {
    crash: "The server stopped unexpectedly here. Everything up to this point was kept.",
    shutdown: "The server was shut down here.",
    limit: "The agent took as many steps as it may.",
    unwatched: "Stopped: nobody was watching any more.",
  };
  return said[why] ?? `${who}${proof}.`;
}
