// A whole conversation in a room (room.js): a browser's ear and mouth, an agent that answers, a message box, a person.
import { Conversation } from "../../../pages/parts/voice/conversation.js";
import { BrowserEar } from "../../../pages/parts/voice/ear.js";
import { BrowserMouth } from "../../../pages/parts/voice/browser_mouth.js";
import { Room } from "./room.js";

/** An agent and its session, as a page sees it: one run at a time, messages wait. `answer(question, n)` is its text. */
class Agent {
  constructor(talk, { answer, thinks = 400, delta = 40, stops = 120 }) {
    Object.assign(this, { talk, clock: talk.room.clock, answer, thinks, delta, stops, queue: [], turns: 0, run: null });
  }

  ask(text, mine = true) {
    this.queue.push({ text, mine });
    this.clock.set(() => this.next(), 60);
  }

  stop() {
    const { run } = this;
    if (!run || run.stopping) return;
    run.stopping = true;
    this.clock.set(() => this.over(run), this.stops);
  }

  next() {
    if (this.run || !this.queue.length) return;
    const { text, mine } = this.queue.shift();
    const run = (this.run = { id: `t${++this.turns}`, mine, thought: `a${this.turns}`, source: "" });
    this.talk.conversation.turn({ id: run.id, mine });
    const answer = this.answer(text, this.turns);
    this.clock.set(() => {
      if (run.stopping) return;
      run.open = true;
      this.talk.conversation.thought({ id: run.thought, turn: run.id, kind: "answer", source: "" });
      this.write(run, answer);
    }, this.thinks);
  }

  write(run, rest) {
    if (this.run !== run) return;
    if (!rest) return this.over(run);
    const part = rest.slice(0, 7);
    run.source += part;
    this.talk.conversation.grew(run.thought, part);
    this.clock.set(() => this.write(run, rest.slice(7)), this.delta);
  }

  over(run) {
    if (this.run !== run) return;
    if (run.open) this.talk.conversation.ended(run.thought, { text: run.source, ok: !run.stopping });
    this.run = null;
    this.talk.conversation.over(run.id);
    if (!run.stopping) this.next(); // what waits behind a run that was stopped waits for its person
  }
}

export class Talk {
  constructor({ settings, room = {}, answer, ...agent }) {
    this.room = new Room(room);
    this.clock = this.room.clock;
    this.agent = new Agent(this, { answer, ...agent });
    this.modes = ["idle"];
    this.sent = [];
    this.tells = [];
    this.captions = [];
    this.stops = 0;
    this.words = "";
    const { scope, clock } = this.room;
    this.conversation = new Conversation({
      ear: (on) => new BrowserEar({ on, scope, clock }),
      mouth: (on) => new BrowserMouth({ on, scope, clock }),
      settings: { lang: "en-US", voice: "", rate: 1, pitch: 1, conversation: true, sends: true, ...settings },
      clock,
      on: {
        state: ({ mode }) => mode !== this.modes.at(-1) && this.modes.push(mode),
        words: (text) => (this.words = text),
        send: (text) => {
          this.sent.push(text);
          this.agent.ask(text);
        },
        stop: () => {
          this.stops += 1;
          this.agent.stop();
        },
        tell: (sentence) => this.tells.push(sentence),
        caption: (it) => this.captions.push(it),
      },
    });
  }

  get mode() {
    return this.conversation.state.mode;
  }

  comes(mode) {
    return this.clock.until(() => this.mode === mode, mode);
  }

  /** It speaks, and can be heard. */
  speaks() {
    return this.clock.until(() => this.mode === "speaking" && this.room.synth.entry?.text, "it speaks");
  }

  /** It listens, and recognition has begun. */
  listens() {
    return this.clock.until(() => this.mode === "listening" && this.room.listening.size > 0, "it listens");
  }
}
