// How this person talks with agents; kept in this browser, for all sessions.
const KEY = "ta-voice";

export const DEFAULTS = {
  lang: "", // as the browser's
  hear: "browser", // or "service": who makes text of speech
  local: false, // … on this device, where the browser offers it
  sends: true, // at the pause; else the words wait in the message box
  conversation: false, // listen again after each answer
  headphones: false, // one may be interrupted by speaking: no sound gets from the speaker to the microphone
  say: "browser", // or "service": who makes speech of text
  voice: { browser: "", service: "" },
  rate: 1,
  pitch: 1,
  aloud: false, // every answer, not only to what was asked by voice
  signs: false, // what the agent does on the way
  captions: false,
  quiet: false, // a screen reader reads: nothing is spoken here
};

export function load() {
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {} // damaged, or nothing may be kept here
  const known = Object.entries(DEFAULTS).map(([name, value]) => [name, fits(kept[name], value) ? kept[name] : value]);
  const settings = Object.fromEntries(known);
  return { ...settings, voice: { ...DEFAULTS.voice, ...settings.voice } };
}

export function save(settings) {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {}
}

/** BCP 47: the one that was chosen, else the browser's. */
export function language({ lang }) {
  try {
    return Intl.getCanonicalLocales(lang)[0] ?? navigator.language;
  } catch {
    return navigator.language || "en-US"; // "", or what is no language
  }
}

const LANGUAGES =
  "en-US en-GB de-DE fr-FR es-ES it-IT pt-BR pt-PT nl-NL pl-PL sv-SE da-DK nb-NO fi-FI cs-CZ hu-HU ro-RO el-GR tr-TR " +
  "uk-UA ru-RU ar-EG he-IL hi-IN id-ID vi-VN th-TH ja-JP ko-KR zh-CN zh-TW";

/** Those that can be chosen, by name: {id, name}. The browser's own come first. */
export function languages() {
  const names = new Intl.DisplayNames(undefined, { type: "language" });
  const own = navigator.languages ?? [];
  const others = LANGUAGES.split(" ").map((id) => ({ id, name: names.of(id) }));
  others.sort((a, b) => a.name.localeCompare(b.name));
  return [...own.map((id) => ({ id, name: names.of(id) })), ...others.filter(({ id }) => !own.includes(id))];
}

function fits(value, usual) {
  return typeof value === typeof usual && value !== null;
}
