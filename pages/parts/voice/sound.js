// One utterance on its way from the server's speech service (pages/voice.py): fetched, and taken apart while it comes.
import { Wav } from "./wav.js";

const STALLS = 20_000; // ms without a byte, then it will not come any more

export class Sound {
  seconds = 0; // of sound that has come and was not taken
  over = false; // no more will come
  sentence = null; // why not
  changed = () => {}; // called for each of the above
  #wav = new Wav();
  #raw = []; // all bytes, until it is clear that they can be played while they come
  #pieces = []; // { channels: [Float32Array, …], rate }
  #abort = new AbortController();

  /** Asked for at once. `decode(ArrayBuffer)` gives a promise of an AudioBuffer, for all that is no plain WAV. */
  constructor({ url, body, scope, clock, decode }) {
    Object.assign(this, { url, body, scope, clock, decode });
    this.#fetch();
  }

  /** What has come since, as one piece { channels, rate }. */
  take() {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.seconds = 0;
    const [{ channels, rate }] = pieces;
    const length = pieces.reduce((sum, piece) => sum + piece.channels[0].length, 0);
    const all = channels.map(() => new Float32Array(length));
    let at = 0;
    for (const piece of pieces) {
      piece.channels.forEach((samples, channel) => all[channel].set(samples, at));
      at += piece.channels[0].length;
    }
    return { channels: all, rate };
  }

  stop() {
    this.over = true;
    this.clock.clear(this.timer);
    this.#abort.abort();
  }

  async #fetch() {
    this.#watch();
    const headers = { "content-type": "application/json" };
    const request = { method: "POST", headers, body: JSON.stringify(this.body), signal: this.#abort.signal };
    const response = await this.scope.fetch(this.url, request).catch(() => null); // or it was stopped: nobody asks
    if (!response) return this.#end(UNREACHABLE);
    if (!response.ok) return this.#end(await sentenceOf(response));
    const reader = response.body.getReader();
    const read = () => reader.read().catch(() => null);
    let piece;
    for (piece = await read(); piece && !piece.done; piece = await read()) this.#come(piece.value);
    if (!piece) return this.#end(UNREACHABLE);
    if (this.#wav.readable === false) return this.#whole();
    this.#end(this.#wav.format ? null : NOTHING);
  }

  #come(bytes) {
    this.#watch();
    this.#raw.push(bytes);
    const channels = this.#wav.push(bytes);
    if (!channels) return;
    this.#raw = [];
    this.#add(channels, this.#wav.format.rate);
  }

  async #whole() {
    this.clock.clear(this.timer);
    try {
      const sound = await this.decode(await new Blob(this.#raw).arrayBuffer());
      const channels = Array.from({ length: sound.numberOfChannels }, (_, i) => sound.getChannelData(i));
      if (sound.length) this.#add(channels, sound.sampleRate);
      this.#end();
    } catch {
      this.#end(UNPLAYABLE);
    }
  }

  #add(channels, rate) {
    if (this.over) return;
    this.#pieces.push({ channels, rate });
    this.seconds += channels[0].length / rate;
    this.changed();
  }

  #end(sentence = null) {
    if (this.over) return;
    this.clock.clear(this.timer);
    this.over = true;
    this.sentence = sentence;
    this.changed();
  }

  #watch() {
    this.clock.clear(this.timer);
    if (this.over) return;
    this.timer = this.clock.set(() => {
      this.#end(SLOW);
      this.#abort.abort();
    }, STALLS);
  }
}

const UNREACHABLE = "The server cannot be reached, so nothing is spoken. Check the connection, then try again.";
const SLOW = "The speech service takes too long. Try again, or choose the browser’s voice instead.";
const NOTHING = "The speech service sent no sound. Try again, or choose the browser’s voice instead.";
const UNPLAYABLE = "The speech service sent a sound that this browser cannot play. Choose the browser’s voice instead.";

async function sentenceOf(response) {
  const { error } = await response.json().catch(() => ({})); // a proxy may answer in its own way
  return error?.message || `The speech service failed (${response.status}). Try again, or choose the browser’s voice.`;
}
