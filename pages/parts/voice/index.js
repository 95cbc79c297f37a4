// The voice of one page: an ear, a mouth and a conversation, as this browser and the person's settings have them.
import { BrowserEar } from "./ear.js";
import { BrowserMouth } from "./browser_mouth.js";
import { Conversation } from "./conversation.js";
import { EitherEar } from "./either_ear.js";
import { FallbackMouth } from "./fallback_mouth.js";
import { means } from "./means.js";
import { hindrance } from "./reasons.js";
import { ServiceEar } from "./service_ear.js";
import { ServiceMouth } from "./service_mouth.js";
import { language } from "./settings.js";
import { listen, sourceOf } from "./told.js";
import { follower } from "./turns.js";

export class Voice {
  /** `on` as in conversation.js, and voiceless(is): it has turned out that this browser has no voice, or has one after
   *  all; `service` {listens, speaks}: what the server offers; `hidden`: nobody sees the page; `elsewhere()`: whether
   *  another window of this browser was used since, and so is the one that speaks of its own accord; `past`: what
   *  told.js has told until now, if that is to be spoken, too. */
  constructor({ session, service, settings, on, hidden = false, elsewhere, past }) {
    Object.assign(this, { session, service, settings, on });
    this.voiceless = false;
    const [ear, mouth] = [(on) => this.ear(on), () => this.mouth()];
    this.conversation = new Conversation({ ear, mouth, settings: resolved(settings), hidden, on });
    this.stopListening = listen(follower(this.conversation, { elsewhere, source: sourceOf }), past);
  }

  /** Who listens and who speaks at this moment. */
  get means() {
    return means(this.settings, this.service, this.voiceless);
  }

  ear(on) {
    return new EitherEar({
      on,
      browser: (on) => new BrowserEar({ on }),
      service: (on) => new ServiceEar({ on, session: this.session }),
      now: () => this.means.hear,
    });
  }

  mouth() {
    const browser = () => {
      const mouth = new BrowserMouth();
      mouth.instead = () => Boolean(this.service.speaks);
      mouth.turned = (voiceless) => {
        this.voiceless = voiceless;
        this.on.voiceless?.(voiceless);
      };
      return mouth;
    };
    const now = () => {
      const { say } = this.means;
      return { say, voice: this.settings.voice[say] ?? "" };
    };
    return new FallbackMouth({ browser, service: () => new ServiceMouth({ session: this.session }), now });
  }

  set(settings) {
    this.settings = settings;
    this.conversation.set(resolved(settings));
    this.conversation.ear.changed();
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

function resolved(settings) {
  return { ...settings, lang: language(settings), voice: "" }; // the mouth knows which
}
