// Whether somebody speaks, told from how loud it is. Pure: its time is the length of what it is fed with.
// All levels are dB below full scale. Speech rises and falls many times a second and sinks to the room's noise between
// words; what stays at its level is noise, however loud. So the floor is the quietest of the last moments.

const ON = 9; // dB above the floor at which speech begins
const OFF = 5; // dB above it below which it is over
const QUIETEST = -52; // what is softer is no speech, whatever the floor
const LEAST = 120; // ms: a click or a keystroke is shorter
const MORE = 80; // ms of speech after which it is not a pause any more
const HANGOVER = 300; // ms without it that still are speech
const PAUSE = 1200; // ms of silence after speech
const NOTHING = 10_000; // ms in which nobody begins to speak
const STEP = 100; // ms over which the floor is measured: shorter dips are not the room
const IDLE_STEPS = 15; // of them, before what is steady is noise
const SPEAKING_STEPS = 30; // a long "ummm" is not noise yet
const NONE = -100; // digital silence
const GATE = 2000; // ms for which it may be open for a word: else it was the room's noise, and is muted now
const GATED = -65; // the floor where a headset sends nothing between words
const LOUD = -40; // in case of doubt, this is worth writing down

export class Loudness {
  speaking = false;
  heard = false; // somebody has spoken
  perhaps = false; // if not, nothing was there that could be words
  dead = true; // not the faintest noise so far: a muted microphone

  constructor({ pause = PAUSE, nothing = NOTHING } = {}) {
    Object.assign(this, { pause, nothing, time: 0, run: 0, faint: 0, silence: 0, paused: false });
    this.steps = [];
    this.step = { power: 0, ms: 0 };
    this.gate = { ms: 0, run: 0, word: false };
  }

  /**
   * How loud the next `ms` are (root mean square, 0 … 1). Returns {speaking, started, paused, nothing}: somebody
   * speaks; begins to with this; has paused with this; has said nothing for so long, with this.
   */
  hear(rms, ms) {
    const level = rms > 0 ? Math.max(NONE, 20 * Math.log10(rms)) : NONE;
    const before = this.time;
    this.time += ms;
    if (level > NONE) this.dead = false;
    if (!this.dead) this.measure(level, ms);
    const floor = this.floor();
    const edge = Math.max(QUIETEST, floor + (this.speaking ? OFF : ON));
    this.run = counted(this.run, level > edge, ms);
    this.faint = counted(this.faint, level > LOUD || level > floor + OFF, ms);
    this.perhaps ||= this.faint >= MORE;
    this.silence = this.speaking && this.run >= MORE ? 0 : this.silence + ms;
    const shut = this.shut(level, ms);
    const started = !this.speaking && (this.run >= LEAST || shut);
    if (started) {
      Object.assign(this, { speaking: true, heard: true, perhaps: true, paused: false, silence: 0 });
    } else if (this.silence >= HANGOVER) {
      this.speaking = false;
    }
    const paused = this.heard && !this.paused && this.silence >= this.pause && !this.run; // a word may just begin
    this.paused ||= paused;
    const nothing = !this.heard && before < this.nothing && this.time >= this.nothing;
    return { speaking: this.speaking, started, paused, nothing };
  }

  /** A headset that sends words alone, and nothing between them, has sent one. */
  shut(level, ms) {
    const { word, run, ms: before } = this.gate;
    const loud = counted(run, level > QUIETEST, ms);
    const open = { ms: before + ms, run: loud, word: before < GATE && (word || loud >= LEAST) };
    this.gate = level > NONE ? open : { ms: 0, run: 0, word: false };
    return level === NONE && word;
  }

  measure(level, ms) {
    this.step.power += 10 ** (level / 10) * ms;
    this.step.ms += ms;
    if (this.step.ms < STEP) return;
    this.steps.push(10 * Math.log10(this.step.power / this.step.ms));
    this.steps = this.steps.slice(-SPEAKING_STEPS);
    this.step = { power: 0, ms: 0 };
  }

  /** The room's noise; until it is known nothing is louder. */
  floor() {
    if (!this.steps.length) return 0;
    return Math.max(GATED, Math.min(...this.steps.slice(this.speaking ? -SPEAKING_STEPS : -IDLE_STEPS)));
  }
}

/** The root mean square of samples. */
export function rms(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length ? Math.sqrt(sum / samples.length) : 0;
}

/** A run gets shorter twice as fast in between: the stops within a word do not end it, and typing never adds up. */
function counted(run, is, ms) {
  return is ? Math.min(run + ms, LEAST) : Math.max(0, run - 2 * ms);
}
