// A speech service and the WebAudio of a browser, on a clock that is moved (synth.js).

/** Lets everything happen that waits for nothing. */
export async function calm() {
  for (let i = 0; i < 3; i++) await new Promise((done) => setImmediate(done));
}

/**
 * What a page has: `{ fetch, AudioContext, contexts, requests, sounds }`. `requests`: what was asked for, to be answered
 * with send(bytes), done(), refuse(status, body), cut(). `sounds`: what was or will be heard, as [{ from, to, samples }]
 * in ms. `gesture` false: a page may make no sound yet.
 */
export function room({ clock, gesture = true }) {
  const scope = { requests: [], contexts: [], sounds: [], gesture };
  scope.fetch = (url, options) => {
    const request = new Request(url, options);
    scope.requests.push(request);
    return request.response;
  };
  scope.AudioContext = class extends Context {
    constructor() {
      super(clock, scope);
      scope.contexts.push(this);
    }
  };
  return scope;
}

class Request {
  constructor(url, { body, signal }) {
    Object.assign(this, { url, body: JSON.parse(body), signal, bytes: [], ended: null });
    this.response = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    signal.addEventListener("abort", () => this.cut(new DOMException("Aborted", "AbortError")));
  }

  get aborted() {
    return this.signal.aborted;
  }

  send(bytes) {
    this.begin();
    this.bytes.push(bytes);
    this.wake?.();
  }

  done() {
    this.begin();
    this.ended ??= { done: true };
    this.wake?.();
  }

  cut(error = new TypeError("network error")) {
    this.reject(error);
    this.ended ??= { error };
    this.wake?.();
  }

  refuse(status, body) {
    this.resolve(new Response(typeof body === "string" ? body : JSON.stringify(body), { status }));
  }

  begin() {
    this.resolve({ ok: true, status: 200, body: { getReader: () => ({ read: () => this.read() }) } });
  }

  async read() {
    while (!this.bytes.length && !this.ended) await new Promise((wake) => (this.wake = wake));
    if (this.ended?.error) throw this.ended.error;
    if (this.bytes.length) return { done: false, value: this.bytes.shift() };
    return { done: true };
  }
}

class Context {
  sampleRate = 48_000;
  destination = { name: "loudspeaker" };
  state = "suspended";
  #base = 0;
  #since = 0;

  constructor(clock, scope) {
    Object.assign(this, { clock, scope });
    this.woken = new Promise((wake) => (this.wake = wake));
  }

  get currentTime() {
    return this.state === "running" ? this.#base + (this.clock.now - this.#since) / 1000 : this.#base;
  }

  /** As browsers do: pending until a gesture. */
  async resume() {
    if (!this.scope.gesture) await this.woken;
    if (this.state === "running") return;
    this.#since = this.clock.now;
    this.state = "running";
  }

  /** Somebody telephones. */
  interrupt() {
    this.#base = this.currentTime;
    this.state = "interrupted";
    this.resume = () => Promise.reject(new DOMException("No.", "InvalidStateError"));
  }

  createGain() {
    const gain = { gain: { value: 1 }, sounds: [], connect: () => (gain.to = this.destination) };
    gain.disconnect = () => gain.sounds.forEach((sound) => this.end(sound));
    return gain;
  }

  createBuffer(channels, length, rate) {
    const data = Array.from({ length: channels }, () => new Float32Array(length));
    const copyToChannel = (samples, channel) => data[channel].set(samples);
    return { numberOfChannels: channels, length, sampleRate: rate, copyToChannel, getChannelData: (i) => data[i] };
  }

  async decodeAudioData(bytes) {
    const [kind, length] = String.fromCharCode(...new Uint8Array(bytes)).split(" ");
    if (kind !== "mp3") throw new DOMException("Not a sound", "EncodingError");
    const buffer = this.createBuffer(1, +length, 48_000);
    buffer.getChannelData(0).fill(0.5);
    return buffer;
  }

  createBufferSource() {
    const node = { onended: null, connect: (to) => (node.to = to) };
    node.start = (at = 0) => {
      const from = this.clock.now + Math.max(at - this.currentTime, 0) * 1000;
      const ms = (node.buffer.length / node.buffer.sampleRate) * 1000;
      const { length } = node.buffer;
      node.sound = { from, to: from + ms, samples: length, first: node.buffer.getChannelData(0)[0], over: false };
      if (node.to === this.destination) return; // the silence of a gesture
      this.scope.sounds.push(node.sound);
      node.to.sounds.push(node.sound);
      this.clock.set(() => this.state === "running" && this.ended(node), from + ms - this.clock.now);
    };
    node.stop = () => this.ended(node);
    return node;
  }

  ended(node) {
    if (node.sound.over === "told") return;
    this.end(node.sound);
    node.sound.over = "told";
    node.onended?.();
  }

  end(sound) {
    if (sound.over) return;
    sound.over = true;
    sound.to = Math.min(sound.to, this.clock.now);
  }
}

/** The bytes of a WAV; `size`: what it says of its samples, `extra`: chunks before them, `after`: what follows them. */
export function wav(samples, form = {}) {
  const { rate = 24_000, channels = 1, bits = 16, float = false, extensible = false } = form;
  const { size, extra = [], after = [] } = form;
  const width = bits / 8;
  const data = samples.length * width;
  const format = extensible ? 40 : 16;
  const bytes = new Uint8Array(12 + 8 + format + extra.length + 8 + data + after.length);
  const view = new DataView(bytes.buffer);
  const put = (text, at) => [...text].forEach((sign, i) => view.setUint8(at + i, sign.charCodeAt(0)));
  put("RIFF", 0);
  view.setUint32(4, size ?? bytes.length - 8, true);
  put("WAVEfmt ", 8);
  view.setUint32(16, format, true);
  view.setUint16(20, extensible ? 0xfffe : float ? 3 : 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * channels * width, true);
  view.setUint16(32, channels * width, true);
  view.setUint16(34, bits, true);
  if (extensible) view.setUint16(44, float ? 3 : 1, true);
  bytes.set(extra, 20 + format);
  const at = 20 + format + extra.length;
  put("data", at);
  view.setUint32(at + 4, size ?? data, true);
  samples.forEach((sample, i) => {
    const to = at + 8 + i * width;
    if (float) return width === 8 ? view.setFloat64(to, sample, true) : view.setFloat32(to, sample, true);
    if (width === 1) return view.setUint8(to, sample * 128 + 128);
    const value = Math.round(sample * 2 ** (bits - 1));
    for (let i = 0; i < width; i++) view.setUint8(to + i, (value >> (8 * i)) & 0xff);
  });
  bytes.set(after, at + 8 + data);
  return bytes;
}
