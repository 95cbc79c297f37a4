// How loud a stream is, read from an AnalyserNode. Its buffer is read by the context's clock and not by the timer's, so
// that a slow page and a hidden tab (one tick a second) miss little or nothing.
import { rms } from "./loudness.js";

const TICK = 50; // ms
const FRAME = 20; // ms
const STUCK = 6; // ticks in which the context's clock has not moved: a word may have been missed
const SIZE = 32_768; // samples, the most there can be: 0.7 s at 48 kHz

export class Level {
  /**
   * `each(rms, ms)` for every frame. `stuck()`: it cannot tell for now, as the context does not run: some take seconds
   * to begin. Throws where it cannot at all.
   */
  constructor({ context, stream, clock, each, stuck }) {
    Object.assign(this, { context, clock, each, stuck, still: 0, seen: context.currentTime });
    this.source = context.createMediaStreamSource(stream);
    this.analyser = context.createAnalyser();
    this.analyser.fftSize = SIZE;
    this.source.connect(this.analyser);
    this.samples = new Float32Array(SIZE);
    this.frame = Math.round((context.sampleRate * FRAME) / 1000);
    this.tick = () => this.read();
    this.timer = clock.set(this.tick, TICK);
  }

  get runs() {
    return this.still < STUCK;
  }

  close() {
    this.clock.clear(this.timer);
    this.timer = null;
    this.source.disconnect();
  }

  read() {
    this.timer = this.clock.set(this.tick, TICK);
    const { currentTime, sampleRate } = this.context;
    const fresh = Math.min(SIZE, Math.round((currentTime - this.seen) * sampleRate));
    if (fresh > 0) this.still = 0;
    else if (++this.still === STUCK) this.stuck();
    const frames = Math.floor(fresh / this.frame);
    if (!frames) return;
    this.seen = currentTime - (fresh - frames * this.frame) / sampleRate; // the rest comes with the next
    this.analyser.getFloatTimeDomainData(this.samples);
    for (let from = SIZE - fresh, n = frames; n > 0 && this.timer !== null; n--, from += this.frame) {
      this.each(rms(this.samples.subarray(from, from + this.frame)), FRAME);
    }
  }
}
