// A mouth (speaker.js) of the browser's own voices; once it turns out that there are none, of the server's speech
// service, if that is there. Chromium on Linux, for one, has speechSynthesis also where it has nothing to speak with.

export class FallbackMouth {
  /** `own`: a BrowserMouth; `offered()`: whether there is a service now, `service()`: a mouth of it; `changed()` is
   *  told when that is used from now on, and returns which of its voices is wanted. */
  constructor({ own, offered, service, changed }) {
    Object.assign(this, { own, offered, service, changed, mouth: own });
    own.instead = offered;
  }

  set on(on) {
    this.told = on;
    this.mouth.on = this.mouth === this.own ? { ...on, failed: (id, sentence) => this.failed(id, sentence) } : on;
  }

  say(request) {
    this.request = request;
    this.mouth.say(request);
  }

  prepare(request) {
    this.mouth.prepare?.(request);
  }

  cancel() {
    this.mouth.cancel();
  }

  unlock() {
    this.mouth.unlock();
  }

  failed(id, sentence) {
    if (!this.own.voiceless || !this.offered()) return this.told.failed?.(id, sentence);
    this.own.on = {};
    this.mouth = this.service();
    this.mouth.on = this.told;
    this.mouth.say({ ...this.request, voice: this.changed() });
  }
}
