// A microphone, a recorder, an AudioContext and websockets without a browser, in a time that only passes by pass().
// What a recorder makes is numbered, so that the server knows whether it has all of it.

export class Studio {
  now = 0;
  timers = [];
  tracks = [];
  asked = []; // constraints
  recorders = [];
  sockets = [];
  sources = new Set();
  told = [];
  rate = 8000; // samples a second
  permission = 10; // ms until it is given, or the error that comes instead
  loud = () => 0.001; // amplitude at a time
  running = true; // the AudioContext does
  wakes = 0; // ms until it does
  types = ["audio/webm;codecs=opus"];
  size = 1000; // bytes of a chunk
  /** One socket's server: open(ms, or null: refused), drain (bytes a ms), got(socket, frame). */
  server = () => ({ open: 5, drain: 1000, got: (socket, frame) => frame === DONE && this.answer(socket) });
  words = "what was said";

  constructor() {
    const studio = this;
    this.scope = {
      isSecureContext: true,
      location: { protocol: "https:", host: "there" },
      navigator: { onLine: true, mediaDevices: { getUserMedia: (wanted) => studio.ask(wanted) } },
      MediaRecorder: class extends Recorder {
        static isTypeSupported = (type) => studio.types.includes(type);
        constructor(stream, options) {
          super(studio, stream, options);
        }
      },
      WebSocket: class extends Socket {
        constructor(url) {
          super(studio, url);
        }
      },
      AudioContext: class extends Context {
        constructor() {
          super(studio);
        }
      },
    };
    this.pending = new Set(); // timers of the ear
    this.clock = {
      set: (fn, ms) => {
        const timer = this.after(ms, () => this.pending.delete(timer) && fn());
        this.pending.add(timer);
        return timer;
      },
      clear: (timer) => {
        this.pending.delete(timer);
        this.clear(timer);
      },
    };
    const note = (name) => (said) => this.told.push(said === undefined ? [name] : [name, said]);
    this.on = Object.fromEntries(["heard", "sound", "pause", "writing", "ended"].map((name) => [name, note(name)]));
  }

  after(ms, fn) {
    const timer = { at: this.now + ms, fn };
    const later = this.timers.findIndex(({ at }) => at > timer.at);
    this.timers.splice(later < 0 ? this.timers.length : later, 0, timer);
    return timer;
  }

  clear(timer) {
    this.timers = this.timers.filter((one) => one !== timer);
  }

  async pass(ms) {
    const end = this.now + ms;
    await settled();
    while (this.timers.length && this.timers[0].at <= end) {
      const { at, fn } = this.timers.shift();
      this.now = at;
      fn();
      await settled();
    }
    this.now = end;
  }

  async ask(wanted) {
    this.asked.push(wanted.audio);
    const { permission } = this;
    await new Promise((done) => this.after(permission.after ?? (permission.name ? 10 : permission), done));
    if (permission.name) throw permission;
    const track = { readyState: "live", onended: null, stop: () => (track.readyState = "ended") };
    this.tracks.push(track);
    return { getTracks: () => [track] };
  }

  /** Somebody pulls the cable. */
  unplug() {
    for (const track of this.tracks.filter(({ readyState }) => readyState === "live")) {
      track.readyState = "ended";
      track.onended?.();
      for (const recorder of this.recorders) if (recorder.track === track) recorder.stops();
    }
  }

  answer(socket, text = this.words) {
    this.after(20, () => socket.says({ words: text.slice(0, 4) }));
    this.after(200, () => socket.says({ text }));
    this.after(201, () => socket.cut(1000));
  }

  /** What is still open and should not be. */
  leaks() {
    return [
      ...this.tracks.filter(({ readyState }) => readyState === "live").map(() => "a track is live"),
      ...this.recorders.filter(({ state }) => state !== "inactive").map(() => "a recorder records"),
      ...this.sockets.filter(({ readyState }) => readyState < 2).map(() => "a socket is open"),
      ...[...this.sources].map(() => "the microphone is connected"),
      ...[...this.pending].map(({ at }) => `a timer runs until ${at}`),
      ...(this.context?.state === "running" ? ["the AudioContext runs"] : []),
    ];
  }
}

export const DONE = JSON.stringify({ done: true });
const settled = () => new Promise(setImmediate);

class Recorder {
  constructor(studio, stream, options) {
    Object.assign(this, { studio, options, state: "inactive", made: 0, number: studio.recorders.length });
    [this.track] = stream.getTracks();
    studio.recorders.push(this);
  }

  start(slice) {
    if (this.track.readyState !== "live") throw new DOMException("no track", "InvalidStateError");
    this.state = "recording";
    const next = () => {
      this.chunk();
      this.timer = this.studio.after(slice, next);
    };
    this.timer = this.studio.after(slice, next);
  }

  stop() {
    if (this.state === "inactive") throw new DOMException("it has stopped", "InvalidStateError");
    this.stops();
  }

  stops() {
    if (this.state === "inactive") return;
    this.state = "inactive";
    this.studio.clear(this.timer);
    this.studio.after(3, () => {
      this.chunk();
      this.onstop?.();
    });
  }

  chunk() {
    this.ondataavailable?.({ data: { size: this.studio.size, name: `${this.number}.${this.made++}` } });
  }
}

class Socket {
  constructor(studio, url) {
    Object.assign(this, { studio, url, readyState: 0, bufferedAmount: 0, most: 0, frames: [] });
    studio.sockets.push(this);
    this.server = studio.server(studio.sockets.length);
    const { open } = this.server;
    if (open === null) studio.after(5, () => this.cut(1006));
    else studio.after(open, () => this.readyState === 0 && this.opens());
  }

  opens() {
    this.readyState = 1;
    this.onopen?.();
  }

  send(frame) {
    if (this.readyState === 0) throw new DOMException("it is connecting", "InvalidStateError");
    const size = frame.size ?? frame.length;
    this.bufferedAmount += size;
    this.most = Math.max(this.most, this.bufferedAmount);
    this.free = Math.max(this.free ?? 0, this.studio.now) + size / this.server.drain;
    this.studio.after(this.free - this.studio.now, () => {
      if (this.readyState !== 1) return;
      this.bufferedAmount -= size;
      this.frames.push(frame.name ?? frame);
      this.server.got(this, frame);
    });
  }

  /** The server does. */
  says(said) {
    if (this.readyState === 1) this.onmessage?.({ data: typeof said === "string" ? said : JSON.stringify(said) });
  }

  cut(code = 1006) {
    if (this.readyState === 3) return;
    const closed = this.readyState === 2;
    this.readyState = 3;
    if (!closed) this.onclose?.({ code });
  }

  close() {
    this.readyState = Math.max(2, this.readyState);
  }
}

class Context {
  constructor(studio) {
    Object.assign(this, { studio, state: "suspended", sampleRate: studio.rate, starts: Infinity });
    studio.context = this;
  }

  get currentTime() {
    return Math.max(0, this.studio.now - this.starts) / 1000;
  }

  async resume() {
    if (!this.studio.running) return;
    this.state = "running";
    this.starts = this.studio.now + this.studio.wakes;
  }

  async suspend() {
    this.state = "suspended";
  }

  createMediaStreamSource() {
    const source = { connect() {}, disconnect: () => this.studio.sources.delete(source) };
    this.studio.sources.add(source);
    return source;
  }

  createAnalyser() {
    let last = this.currentTime;
    return {
      getFloatTimeDomainData: (samples) => {
        const fresh = Math.min(samples.length, Math.ceil((this.currentTime - last) * this.sampleRate) + 200);
        for (let back = 1; back <= fresh; back++) {
          const loud = this.studio.loud(this.studio.now - (back * 1000) / this.sampleRate);
          samples[samples.length - back] = back % 2 ? loud : -loud;
        }
        last = this.currentTime;
      },
    };
  }
}

/** Somebody who speaks in such a room from one time to another, four syllables a second. */
export function talk(from, to, { room = 0.001, voice = 0.1 } = {}) {
  return (ms) => {
    const within = ms >= from && ms < to;
    return room + (within ? voice * Math.sin((Math.PI * (ms - from)) / 250) ** 2 : 0);
  };
}
