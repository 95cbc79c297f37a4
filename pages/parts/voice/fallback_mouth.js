// A mouth (speaker.js) of whoever is to speak, asked anew for each sentence: the browser's own voices, or the server's
// speech service. Who fails and is not to speak any more, as it has turned out that the browser has no voice, is stood
// in for at once. Chromium on Linux, for one, has speechSynthesis also where it has nothing to speak with.

export class FallbackMouth {
  /** `browser()` and `service()` make a mouth of each, once it is wanted; `now()` is who is to speak, and with which of
   *  its voices: { say: "browser" | "service" | "" (neither can: the browser tells why), voice }. */
  constructor({ browser, service, now }) {
    Object.assign(this, { make: { browser, service }, now, on: {} });
    this.made = {};
    this.mouth = null; // who spoke last
    this.of(now().say); // already, as a browser takes its time to load its voices
  }

  say(request) {
    const { say, voice } = this.now();
    this.take(this.of(say));
    this.request = request;
    this.mouth.say({ ...request, voice });
  }

  prepare(request) {
    const { say, voice } = this.now();
    if (this.mouth === this.of(say)) this.mouth.prepare?.({ ...request, voice });
  }

  cancel() {
    this.mouth?.cancel();
  }

  unlock() {
    this.of(this.now().say).unlock();
  }

  close() {
    this.cancel();
    for (const mouth of Object.values(this.made)) mouth.close?.();
  }

  // ── below ──

  of(say) {
    const name = say || "browser";
    return (this.made[name] ??= this.make[name]());
  }

  take(mouth) {
    if (mouth === this.mouth) return;
    if (this.mouth) {
      this.mouth.on = {};
      this.mouth.cancel(); // what it has fetched ahead
    }
    this.mouth = mouth;
    mouth.on = {
      began: (id) => this.on.began?.(id),
      ended: (id) => this.on.ended?.(id),
      failed: (id, sentence) => this.failed(id, sentence),
    };
  }

  failed(id, sentence) {
    if (this.mouth === this.of(this.now().say)) this.on.failed?.(id, sentence);
    else this.say(this.request);
  }
}
