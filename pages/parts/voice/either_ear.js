// An ear (ear.js) of whoever is to understand, asked anew for each recording: this browser, or the server's speech
// service.

export class EitherEar {
  /** `browser(on)` and `service(on)` make an ear of each, once it is wanted; `now()`: "browser", "service" or ""
   *  (neither can: the browser's tells so). */
  constructor({ on, browser, service, now }) {
    Object.assign(this, { on, make: { browser, service }, now });
    this.made = {};
    this.ear = null; // whose recording goes on
    this.isHeld = false;
  }

  set held(held) {
    this.isHeld = held;
    if (this.ear) this.ear.held = held;
  }

  start(how) {
    this.abort();
    this.how = how;
    this.finishing = false;
    this.before = this.words = "";
    this.begin();
  }

  finish() {
    this.finishing = true;
    this.ear?.finish();
  }

  abort() {
    this.ear?.abort();
    this.ear = null;
  }

  /** Somebody else is to understand: what is being said goes to them from here on, and the words so far stay. */
  changed() {
    if (!this.ear || this.finishing || this.ear === this.of(this.now())) return;
    this.abort();
    this.before = this.words;
    this.begin();
  }

  // ── below ──

  begin() {
    this.ear = this.of(this.now());
    this.ear.held = this.isHeld;
    this.ear.start(this.how);
  }

  of(hear) {
    const name = hear || "browser";
    this.made[name] ??= this.make[name]({
      heard: (words) => this.heard(words),
      begun: () => this.on.begun(),
      sound: () => this.on.sound(),
      pause: () => this.on.pause(),
      writing: () => {
        this.finishing = true;
        this.on.writing();
      },
      ended: (why) => {
        this.ear = null;
        this.on.ended(why);
      },
    });
    return this.made[name];
  }

  heard({ final, interim }) {
    const all = joined(this.before, final);
    this.words = joined(all, interim);
    this.on.heard({ final: all, interim });
  }
}

function joined(...texts) {
  return texts.filter(Boolean).join(" ");
}
