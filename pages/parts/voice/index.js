// The voice of one page: an ear, a mouth and a conversation, as this browser and the person's settings have them.
import { BrowserEar } from "./ear.js";
import { BrowserMouth } from "./browser_mouth.js";
import { Conversation } from "./conversation.js";
import { hindrance } from "./reasons.js";
import { ServiceEar } from "./service_ear.js";
import { ServiceMouth } from "./service_mouth.js";
import { language } from "./settings.js";
import { listen } from "./told.js";
import { follower } from "./turns.js";

/** What this browser, or else the server's speech service, can do: "browser", "service" or "" (neither). */
export function means({ hear, say }, service) {
  const ears = { browser: "SpeechRecognition" in window || "webkitSpeechRecognition" in window, service: service.listens };
  const mouths = { browser: "speechSynthesis" in window, service: service.speaks };
  return { hear: chosen(ears, hear), say: chosen(mouths, say) };
}

function chosen(all, wanted) {
  return all[wanted] ? wanted : (Object.keys(all).find((one) => all[one]) ?? "");
}

export class Voice {
  /** `on` as in conversation.js; `service` {listens, speaks}: what the server offers; `elsewhere()`: whether another
   *  window of this browser was used since, and so is the one that speaks of its own accord. */
  constructor({ session, service, settings, on, elsewhere }) {
    Object.assign(this, { session, service, on, elsewhere });
    this.build(settings);
  }

  build(settings) {
    const { hear, say } = (this.means = means(settings, this.service));
    const ear = hear === "service" ? (on) => new ServiceEar({ on, session: this.session }) : (on) => new BrowserEar({ on });
    const mouth = say === "service" ? (on) => new ServiceMouth({ on, session: this.session }) : (on) => new BrowserMouth({ on });
    this.stopListening?.();
    this.conversation?.leave();
    this.conversation = new Conversation({ ear, mouth, settings: resolved(settings, say), on: this.on });
    this.settings = settings;
    this.stopListening = listen(follower(this.conversation, this.elsewhere));
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
    this.conversation.leave();
  }
}

function resolved(settings, say) {
  return { ...settings, lang: language(settings), voice: settings.voice[say] ?? "" };
}
