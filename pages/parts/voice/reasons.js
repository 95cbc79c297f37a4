// Why one cannot be heard, or hears nothing: one sentence each, that says what to do.
const SENTENCES = {
  "refused":
    "The browser may not use the microphone here: allow it in the address bar or in the browser’s settings " +
    "for this site, then press again.",
  "dismissed":
    "The browser asked whether this page may use the microphone, and got no answer: press again and choose " +
    "Allow.",
  "policy": "This page may not use the microphone where it is embedded: open it in a tab of its own.",
  "system":
    "The system keeps the microphone from this browser: allow it in the system’s privacy settings, then start " +
    "the browser again.",
  "no-device": "There is no microphone: connect one, then press again.",
  "busy":
    "The browser gets nothing from the microphone: close other programs or tabs that record, or choose another " +
    "microphone, then press again.",
  "unplugged": "The microphone is gone: connect it again or choose another, then press again.",
  "muted": "The microphone gives no sound at all: switch it on, or choose another one in the browser’s settings.",
  "dead":
    "The microphone does not answer: press again, and if that does not help, reload the page or connect the " +
    "microphone anew.",
  "insecure":
    "Browsers let pages listen only where the address begins with https, or is this machine’s own: open this " +
    "page under such an address.",
  "offline": "There is no connection, and what you say is understood elsewhere: press again once you are online.",
  "no-recognition":
    "This browser cannot understand speech: use Chrome, Edge or Safari, or ask whoever runs this server to " +
    "set up its speech service.",
  "no-recording": "This browser cannot record: use a newer version of Chrome, Edge, Firefox or Safari.",
  "service":
    "What you say is understood by a service that refuses or does not answer: press again, or choose another " +
    "one in the settings of the voice.",
  "recogniser":
    "This browser has no service to understand speech, or it does not answer: choose the server’s speech " +
    "service in the settings of the voice, or use Chrome, Edge or Safari.",
  "unreachable": "The server does not answer: press again in a moment.",
  "recorder": "The browser has stopped the recording: press again.",
  "limit": "This is as long as a recording may be: send what there is, then press again for the rest.",
  "nothing": "Nothing was heard: press and speak; if you did, see whether the right microphone is chosen.",
  "silence": "Nobody has spoken for a while, so it no longer listens: press to go on.",
  "late": "Your message has not arrived yet, so it no longer listens: press again once there is an answer.",
  "quiet": "Nothing is spoken here while a screen reader reads: that is chosen in the settings of the voice.",
};

// By their names in the browser: errors of recognition, and exceptions around the microphone.
const NAMES = {
  "not-allowed": "refused",
  "audio-capture": "no-device",
  "network": "recogniser",
  "service-not-allowed": "recogniser",
  "language-not-supported": "language",
  "no-speech": "nothing",
  "NotAllowedError": "refused",
  "PermissionDeniedError": "refused",
  "SecurityError": "policy",
  "NotFoundError": "no-device",
  "DevicesNotFoundError": "no-device",
  "OverconstrainedError": "no-device",
  "NotReadableError": "busy",
  "TrackStartError": "busy",
  "AbortError": "busy",
};

/** Of a kind, the name of an error or an error itself: { kind, sentence }. */
export function reason(what, { lang = "" } = {}) {
  const name = typeof what === "string" ? what : (what?.name ?? "");
  const kind = NAMES[name] ?? name;
  if (kind === "language") return { kind, sentence: languageless(lang) };
  if (Object.hasOwn(SENTENCES, kind)) return { kind, sentence: SENTENCES[kind] };
  return { kind: "recorder", sentence: SENTENCES.recorder };
}

/**
 * Why one cannot talk at all, told before the microphone is asked for; empty where one can. `hear`: who would
 * understand, "browser", "service" or "" (neither can).
 */
export function hindrance({ hear = "", secure = true, online = true, local = false, recording = true } = {}) {
  if (!secure) return SENTENCES.insecure;
  if (!hear) return SENTENCES["no-recognition"];
  if (hear === "service" && !recording) return SENTENCES["no-recording"];
  if (!online && !(hear === "browser" && local)) return SENTENCES.offline;
  return "";
}

function languageless(lang) {
  let name = "this language";
  try {
    if (lang) name = new Intl.DisplayNames(["en"], { type: "language" }).of(lang) ?? name;
  } catch {} // not a language
  const rest = "choose another language, or the server’s speech service, in the settings of the voice.";
  return `This browser does not understand ${name}: ${rest}`;
}
