// A recording on its way to the server's ear (pages/voice.py), and the words on their way back. What was sent is kept
// until its text is there: a line that is cut is laid once more, and all is sent again.
import { reason } from "./reasons.js";

const AGAIN = 1000; // ms after a cut
const OPENING = 10_000; // ms until it should be open
const WRITING = 30_000; // ms without a word for a short recording; one that is longer may take longer
const BUFFER = 262_144; // bytes that may wait in the browser
const DRAIN = 100; // ms until they are looked at again

export class Line {
  /** `on`: words(so far), text(final), failed(reason). It is laid at once, and nothing is sent on it before go(). */
  constructor({ url, lang, scope, clock, on }) {
    Object.assign(this, { url, lang, scope, clock, on, chunks: [], sent: 0, cuts: 0 });
    this.going = this.whole = this.told = this.closed = false;
    this.connect();
  }

  /** A part of the recording, a Blob. */
  add(chunk) {
    this.chunks.push(chunk);
    this.pump();
  }

  /** From now on it is sent. */
  go() {
    if (this.going) return;
    this.going = true;
    if (this.socket) this.pump();
    else this.connect();
  }

  /** The recording, of so many ms, is whole: its text is wanted. */
  done(ms) {
    this.whole = true;
    this.patience = WRITING + ms;
    this.wait();
    this.go();
    this.pump();
  }

  close() {
    this.closed = true;
    this.chunks = [];
    this.clock.clear(this.waiting);
    this.clock.clear(this.again);
    this.leave();
  }

  connect() {
    let socket;
    try {
      socket = new this.scope.WebSocket(this.url);
    } catch {
      return this.cut(); // a policy forbids it
    }
    this.socket = socket;
    this.sent = 0;
    this.told = false;
    this.opening = this.clock.set(() => this.cut(), OPENING);
    socket.onopen = () => {
      this.clock.clear(this.opening);
      this.pump();
    };
    socket.onmessage = ({ data }) => this.got(data);
    socket.onclose = () => this.cut();
  }

  pump() {
    const { socket } = this;
    if (!this.going || socket?.readyState !== 1) return;
    this.clock.clear(this.draining);
    while (this.sent < this.chunks.length && socket.bufferedAmount < BUFFER) socket.send(this.chunks[this.sent++]);
    if (this.sent < this.chunks.length) {
      this.draining = this.clock.set(() => this.pump(), DRAIN);
    } else if (this.whole && !this.told) {
      this.told = true;
      socket.send(JSON.stringify({ done: true }));
    }
  }

  got(data) {
    let said;
    try {
      said = JSON.parse(data) ?? {};
    } catch {
      said = {};
    }
    if (said.error) {
      const { kind, message } = said.error;
      this.fail(message ? { kind: kind ?? "service", sentence: message } : reason("service", { lang: this.lang }));
    } else if (typeof said.text === "string") {
      this.close();
      this.on.text(said.text);
    } else if (typeof said.words === "string") {
      if (this.whole) this.wait();
      this.on.words(said.words);
    }
  }

  cut() {
    this.leave();
    if (!this.going) return; // nothing was on it: it is laid anew when there is something
    if (this.cuts++) this.fail(this.trouble());
    else this.again = this.clock.set(() => this.connect(), AGAIN);
  }

  wait() {
    this.clock.clear(this.waiting);
    this.waiting = this.clock.set(() => this.fail(reason("service", { lang: this.lang })), this.patience);
  }

  fail(why) {
    this.close();
    this.on.failed(why);
  }

  trouble() {
    return reason(this.scope.navigator.onLine === false ? "offline" : "unreachable", { lang: this.lang });
  }

  leave() {
    const { socket } = this;
    this.socket = null;
    this.clock.clear(this.opening);
    this.clock.clear(this.draining);
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
