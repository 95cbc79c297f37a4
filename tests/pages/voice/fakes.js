// A clock that a test moves, dice that fall alike, and an ear and a mouth of which a test decides what they do.

export class Clock {
  constructor() {
    this.time = 0;
    this.timers = new Map();
    this.ids = 0;
    this.set = (fn, ms = 0) => {
      this.timers.set(++this.ids, { at: this.time + ms, fn });
      return this.ids;
    };
    this.clear = (id) => void this.timers.delete(id);
    this.now = () => this.time;
  }

  /** Moves on, timer by timer; promises are kept in between. */
  async run(ms) {
    const until = this.time + ms;
    for (;;) {
      await new Promise(setImmediate);
      const [id, next] = [...this.timers].reduce((a, b) => (a && a[1].at <= b[1].at ? a : b), null) ?? [];
      if (!next || next.at > until) break;
      this.timers.delete(id);
      this.time = Math.max(this.time, next.at);
      next.fn();
    }
    this.time = until;
  }

  /** Moves on until something is so; throws where it never is. */
  async until(is, what, most = 60_000) {
    for (let ms = 0; !is(); ms += 10) {
      if (ms > most) throw new Error(`It never came that ${what}.`);
      await this.run(10);
    }
  }
}

/** 0 … 1, the same ones for the same seed. */
export function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** An ear of which a test is the voice: `calls` tells what was wanted of it. */
export class FakeEar {
  constructor(on) {
    Object.assign(this, { on, is: false, calls: [] });
  }

  start(how) {
    this.is = true;
    this.calls.push("start");
    this.how = how;
  }

  finish() {
    this.calls.push("finish");
  }

  abort() {
    this.is = false;
    this.calls.push("abort");
  }

  hear(final, interim = "") {
    if (this.is) this.on.heard({ final, interim });
  }

  /** The recording is over: by itself, after finish(), or because of something. */
  end(why = null) {
    if (!this.is) return;
    this.is = false;
    this.on.ended(why);
  }
}

/** A mouth that speaks as long as a test wants: `said` are all texts, `now` is the one being spoken. */
export class FakeMouth {
  constructor() {
    this.said = [];
    this.now = null;
    this.cancels = 0;
  }

  say(request) {
    this.now = request;
    this.said.push(request.text);
    this.on.began(request.id);
  }

  done() {
    const { id } = this.now;
    this.now = null;
    this.on.ended(id);
  }

  cancel() {
    this.cancels += 1;
    this.now = null;
  }
}
