// The voice of one page: an ear, a mouth and a conversation, as this browser and the person's settings have them.
import { BrowserEar } from "./ear.js";
import { BrowserMouth } from "./browser_mouth.js";
import { Conversation } from "./conversation.js";
import { FallbackMouth } from "./fallback_mouth.js";
import { hasNoVoice, means } from "./means.js";
import { hindrance } from "./reasons.js";
import { ServiceEar } from "./service_ear.js";
import { ServiceMouth } from "./service_mouth.js";
import { language } from "./settings.js";
import { listen, sourceOf } from "./told.js";
import { follower } from "./turns.js";

export class Voice {
  /** `on` as in conversation.js; `service` {listens, speaks}: what the server offers; `elsewhere()`: whether another
   *  window of this browser was used since, and so is the one that speaks of its own accord; `past`: what told.js has
   *  told until now, if that is to be spoken, too. */
  constructor({ session, service, settings, on, elsewhere, past }) {
    Object.assign(this, { session, service, on, elsewhere });
    this.build(settings, past);
  }

  build(settings, past) {
    const { hear, say } = (this.means = means(settings, this.service));
    const ear = hear === "service" ? (on) => new ServiceEar({ on, session: this.session }) : (on) => new BrowserEar({ on });
    const service = () => new ServiceMouth({ session: this.session });
    const mouth = say === "service" ? service : () => this.own(service);
    this.stopListening?.();
    this.conversation?.close();
    this.conversation = new Conversation({ ear, mouth, settings: resolved(settings, say), on: this.on });
    this.settings = settings;
    this.stopListening = listen(follower(this.conversation, { elsewhere: this.elsewhere, source: sourceOf }), past);
  }

  /** The browser's voices, as long as it has any. */
  own(service) {
    const offered = () => Boolean(this.service.speaks);
    const changed = () => {
      hasNoVoice();
      this.means = means(this.settings, this.service);
      const { voice } = resolved(this.settings, this.means.say);
      this.conversation.set({ voice });
      return voice;
    };
    return new FallbackMouth({ own: new BrowserMouth(), offered, service, changed });
  }

  set(settings) {
    const { hear, say } = means(settings, this.service);
    if (hear !== this.means.hear || say !== this.means.say) this.build(settings);
    else this.conversation.set(resolved(settings, say));
    this.settings = settings;
  }

  /** What the server offers has changed. */
  serve(service) {
    this.service = service;
    this.set(this.settings);
  }

  get able() {
    return { recording: "MediaRecorder" in window, local: this.settings.local };
  }

  /** Why one cannot talk here, as a sentence; empty where one can. */
  get hindrance() {
    return hindrance({ hear: this.means.hear, secure: isSecureContext, online: navigator.onLine, ...this.able });
  }

  close() {
    this.stopListening();
    this.conversation.close();
  }
}

function resolved(settings, say) {
  return { ...settings, lang: language(settings), voice: settings.voice[say] ?? "" };
}
