// Reads a WAV file while it comes, in pieces of whatever size, into what WebAudio plays.
const INTEGER = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe; // the kind stands further on
const ENDLESS = 0x7ffff000; // who streams does not know the size yet and writes one of this order, or 0
const MOST = 4096; // bytes of a `fmt ` that is one
const NOTHING = new Uint8Array(0);

export class Wav {
  /** null: too early to say; false, at the latest where samples would begin: none can be taken of this one by one. */
  readable = null;
  format = null; // { rate, channels, kind, width }
  #rest = NOTHING;
  #skip = 0; // bytes of what is of no interest
  #left = null; // bytes of samples to come; null before they begin

  /** One Float32Array for each channel, all of one length, of what came with these bytes; null for none yet. */
  push(bytes) {
    if (this.readable === false) return null;
    this.#rest = joined(this.#rest, bytes);
    while (this.#left === null && this.readable !== false) if (!this.#chunk()) return null;
    return this.readable ? this.#samples() : null;
  }

  #chunk() {
    const skipped = Math.min(this.#skip, this.#rest.length);
    this.#skip -= skipped;
    this.#rest = this.#rest.subarray(skipped);
    const head = this.readable === null ? 12 : 8;
    if (this.#rest.length < head) {
      if (this.readable === null) this.readable = "RIFF".startsWith(text(this.#rest, 0, 4)) ? null : false;
      return false;
    }
    const view = viewOf(this.#rest);
    if (this.readable === null) {
      this.readable = text(this.#rest, 0, 4) === "RIFF" && text(this.#rest, 8, 4) === "WAVE";
      this.#skip = head;
      return this.readable;
    }
    const [name, size] = [text(this.#rest, 0, 4), view.getUint32(4, true)];
    if (name === "data") {
      this.readable = this.format !== null;
      this.#left = size === 0 || size >= ENDLESS ? Infinity : size;
      this.#rest = this.#rest.subarray(head);
      return this.readable;
    }
    if (name === "fmt ") {
      if (size > MOST || size < 16) return (this.readable = false);
      if (this.#rest.length < head + size) return false;
      this.format = formatOf(new DataView(view.buffer, view.byteOffset + head, size));
      if (!this.format) return (this.readable = false);
    }
    this.#skip = head + size + (size % 2); // chunks begin at even places
    return true;
  }

  #samples() {
    const { channels, width } = this.format;
    const frames = Math.floor(Math.min(this.#rest.length, this.#left) / (channels * width));
    const sound = Array.from({ length: channels }, () => new Float32Array(frames));
    const view = viewOf(this.#rest);
    const read = READ[this.format.kind][width];
    for (let i = 0, at = 0; i < frames; i++) {
      for (let channel = 0; channel < channels; channel++, at += width) sound[channel][i] = read(view, at);
    }
    const used = frames * channels * width;
    this.#left -= used;
    this.#rest = this.#left < channels * width ? NOTHING : this.#rest.slice(used); // what follows is not sound
    return frames ? sound : null;
  }
}

const READ = {
  [INTEGER]: {
    1: (view, at) => (view.getUint8(at) - 128) / 128,
    2: (view, at) => view.getInt16(at, true) / 0x8000,
    3: (view, at) => ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 0x800000,
    4: (view, at) => view.getInt32(at, true) / 0x80000000,
  },
  [FLOAT]: {
    4: (view, at) => view.getFloat32(at, true),
    8: (view, at) => view.getFloat64(at, true),
  },
};

function formatOf(view) {
  const tag = view.getUint16(0, true);
  const kind = tag === EXTENSIBLE && view.byteLength >= 26 ? view.getUint16(24, true) : tag;
  const [channels, rate, frame] = [view.getUint16(2, true), view.getUint32(4, true), view.getUint16(12, true)];
  const width = frame / channels;
  return READ[kind]?.[width] && rate >= 3000 && rate <= 384_000 ? { rate, channels, kind, width } : null;
}

function joined(a, b) {
  if (!a.length) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function text(bytes, at, length) {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
