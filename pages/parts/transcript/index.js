// A session as the page shows it: a snapshot, then frames, each event exactly once and in order.
import { tell as notify } from "thinkaloud-notify";
import { setStage, tell } from "thinkaloud-voice/told.js";
import { button, el, icon } from "./dom.js";
import { Drafts } from "./drafts.js";
import { sign } from "./message.js";
import { Stick } from "./stick.js";
import { Turn } from "./turn.js";
import { isMine, viewer } from "./viewer.js";

const IDLE = 600; // ms without a word after which something may move, to show that all is well

export class Transcript {
  constructor(root, emit) {
    this.emit = emit;
    this.cursor = 0; // events seen; the server is told on every (re)connection
    this.live = false; // whether frames follow on from the cursor
    this.asked = 0;
    this.turns = new Map();
    this.thoughts = new Map();
    this.drafts = new Drafts(); // of answers to what the agent asks
    this.current = null; // the thought that grew last: short frames are for it
    this.more = button("ta-earlier", "Show earlier", null, () => this.earlier());
    this.log = el("div", "ta-log", { role: "log", "aria-live": "off", "aria-label": "Transcript", tabindex: "0" });
    this.status = el("div", "ta-status", { role: "status", "aria-live": "polite" });
    this.jump = button("ta-jump", "Jump to the end", "arrow_downward", () => this.stick.toEnd());
    root.append(this.more, this.log, this.status, this.jump);
    this.onSent = () => this.stick.toEnd();
    addEventListener("ta-sent", this.onSent); // composer.js: somebody sends something from this very page
    this.onVoice = ({ detail }) => (this.hushed = detail.mode === "listening" || detail.mode === "speaking");
    addEventListener("ta-voice", this.onVoice); // voice.js: a screen reader should not speak into that
    setStage({ now: () => this.underWay(), source: (id) => this.thoughts.get(id)?.source ?? this.turns.get(id)?.answer ?? "" });
    this.stick = new Stick(root, (stuck) => this.jump.classList.toggle("ta-shown", !stuck && this.turns.size > 0));
    // Who unfolds something at the end wants to read it: what was clicked stays under the mouse.
    this.log.addEventListener("click", (event) => event.target.closest(".ta-head") && this.stick.letGo());
    this.root = root;
    this.heard = 0; // when the last frame came
    this.clock = setInterval(() => this.tick(), 200);
  }

  remove() {
    clearInterval(this.clock);
    clearTimeout(this.asking);
    removeEventListener("ta-sent", this.onSent);
    removeEventListener("ta-voice", this.onVoice);
    this.stick.remove();
  }

  // ── what the server sends ────────────────────────────────────────────────────────────────────────────

  reset(snapshot) {
    this.log.replaceChildren();
    this.turns.clear();
    this.thoughts.clear();
    this.current = null;
    this.cursor = snapshot.cursor;
    for (const turn of snapshot.turns) this.log.append(this.made(turn));
    this.more.hidden = !snapshot.more;
    this.settleLast();
    this.stick.toEnd();
    const now = this.underWay();
    tell("reset", now.map(([, { id }]) => id));
    for (const told of now) tell(...told);
  }

  prepend(window) {
    const first = this.log.querySelector("[data-turn]");
    if (!first || this.turns.get(first.dataset.turn).start !== window.before) return; // answered already, or reset since
    const height = document.documentElement.scrollHeight;
    this.log.prepend(...window.turns.map((turn) => this.made(turn)));
    this.more.hidden = !window.more;
    scrollBy(0, document.documentElement.scrollHeight - height); // what was being read stays where it was
    this.settleLast();
  }

  receive(frame) {
    if (Date.now() - this.heard > IDLE) this.root.classList.remove("ta-idle");
    this.heard = Date.now();
    if (frame.length !== 3) {
      if (!this.live || !this.current) return;
      const [events, text, html, units] = frame.length === 1 ? [1, frame[0]] : frame;
      this.cursor += events;
      this.current.grow(text);
      tell("grew", this.current.id, text);
      if (units) this.current.close(html, units);
      return;
    }
    const [from, to, ops] = frame;
    if (to <= this.cursor) return; // a repeat
    if (from !== this.cursor) return this.ask(); // a gap
    this.live = true;
    this.cursor = to;
    for (const op of ops) this.obey(op);
  }

  obey([name, id, a, b]) {
    const thought = this.thoughts.get(id);
    if (name === "text") {
      this.current = thought;
      thought?.grow(a);
      tell("grew", id, a);
    } else if (name === "block") thought?.close(a, b);
    else if (name === "end") {
      thought?.end(a);
      tell("ended", id, { ok: a.ok, text: thought?.source ?? "" });
    } else if (name === "turn") {
      this.log.append(this.made(id));
      for (const told of toldOf(this.turns.get(id.id))) tell(...told);
      this.settleLast();
      this.say("Thinking");
    } else if (name === "clear") this.log.append(cleared());
    else {
      const turn = this.turns.get(id);
      if (name === "message") {
        turn?.add(a);
        if (isMine(a.author)) tell("answers", id);
      } else if (name === "thought") {
        if (turn?.underWay?.waiting) this.say("Thinking"); // again
        this.current = turn?.add(a);
        tell("thought", thoughtOf(a, id));
      } else if (name === "ask") {
        turn?.add(a);
        turn?.asks.get(a.id)?.invite();
        this.announce(`The agent asks: ${a.text}`);
        tell("asked", { id: a.id, turn: id, text: a.text });
      } else if (name === "answered") {
        turn?.asks.get(a.id)?.close(a);
        this.say("Thinking");
      } else if (name === "wait") {
        turn?.underWay?.wait(a);
        this.say(`${a.text} Trying again in ${Math.ceil(a.ms / 1000)} seconds.`);
      } else if (name === "progress") turn?.underWay?.progress(a, b);
      else if (name === "trimmed") turn?.trimmed(a);
      else if (name === "over") {
        turn?.over(a);
        this.announce(a.state === "done" ? "Answer ready" : a.state === "failed" ? "The turn failed" : "Stopped");
        tell("over", id, { stopped: a.why === "user" });
      }
    }
  }

  /** A reply to what the agent asked was not taken. */
  refused(id) {
    for (const turn of this.turns.values()) turn.asks.get(id)?.refused();
  }

  // ── what the server is told ──────────────────────────────────────────────────────────────────────────

  /** "I have everything up to my cursor and listen": at most once a second, but never forgotten. */
  ask() {
    this.live = false;
    clearTimeout(this.asking);
    const wait = this.asked + 1000 - Date.now();
    if (wait > 0) {
      this.asking = setTimeout(() => this.ask(), wait);
      return;
    }
    this.asked = Date.now();
    this.emit("ready", { cursor: this.cursor });
  }

  /** The connection is gone: what still comes on it may not follow on. */
  deafen() {
    this.live = false;
    this.asked = 0;
  }

  earlier() {
    const first = this.log.querySelector("[data-turn]");
    if (first) this.emit("earlier", { before: this.turns.get(first.dataset.turn).start });
  }

  // ── below ────────────────────────────────────────────────────────────────────────────────────────────

  made(turn) {
    if (turn.cleared) return cleared();
    const made = new Turn(turn, this.thoughts, this.drafts, (name, args) => {
      this.stick.toEnd();
      this.emit("act", { name, args });
    });
    this.turns.set(turn.id, made);
    if (made.underWay) this.running = made;
    if (made.open) this.current = made.open;
    return made.element;
  }

  /** Only the last turn offers to go on; one that another model answers than the one before says so. */
  settleLast() {
    this.log.querySelector(".ta-turn.ta-last")?.classList.remove("ta-last");
    this.log.lastElementChild?.classList.add("ta-last");
    let before = null;
    for (const element of this.log.querySelectorAll(":scope > [data-turn]")) {
      const turn = this.turns.get(element.dataset.turn);
      turn.follows(before);
      before = turn;
    }
  }

  /** What is under way, as told.js has it. */
  underWay() {
    const turn = this.running;
    if (!turn?.underWay || !this.turns.has(turn.id)) return [];
    const open = [...this.thoughts.values()].filter((thought) => thought.turn === turn && thought.open);
    const asks = [...turn.asks.values()].filter((ask) => ask.open);
    return [
      ...toldOf(turn),
      ...open.map((thought) => ["thought", thoughtOf(thought, turn.id)]),
      ...asks.map(({ id }) => ["asked", { id, turn: turn.id, text: "" }]),
    ];
  }

  tick() {
    this.root.classList.toggle("ta-idle", Date.now() - this.heard > IDLE);
    if (window.socket?.connected === false) return; // nobody here knows whether it still goes on: clocks stand still
    this.running?.underWay?.tick();
    if (!this.current) return;
    for (const thought of this.thoughts.values()) thought.tick();
  }

  say(text) {
    this.status.textContent = this.hushed ? "" : text;
  }

  /** Also to whoever does not look at the page. */
  announce(text) {
    this.say(text);
    notify(document.title.replace(/ · [^·]*$/, ""), text, viewer.session);
  }

  /** Somebody else looks, or the same person under another name, or with other rights. */
  look(who) {
    Object.assign(viewer, who);
    this.root.classList.toggle("ta-only", !viewer.may);
    for (const message of this.log.querySelectorAll("[data-author]")) sign(message);
  }
}

function toldOf({ id, by, authors }) {
  const told = [["turn", { id, mine: isMine(by) }]];
  return [...authors].some(isMine) ? [...told, ["answers", id]] : told;
}

function thoughtOf({ id, kind, source, text }, turn) {
  return { id, turn, kind, source: source ?? text ?? "" };
}

function cleared() {
  return el("div", "ta-cleared", {}, icon("cleaning_services"), "The agent remembers nothing above this line.");
}
