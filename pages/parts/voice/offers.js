// What the dialog "Voice" has to offer: the voices of who speaks, and whether the device itself can recognise speech.
import { BrowserEar } from "./ear.js";
import { language } from "./settings.js";
import { fit, listed, onVoices, OTHER } from "./voices.js";

const PATIENCE = 120_000; // ms that a browser may take to fetch a language; without a network it takes for ever

/** What the server's speech service does now: `{listens, speaks, kept, voices}`; null where nobody could be asked. */
export async function served() {
  try {
    const answer = await fetch("/voice/voices");
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** The browser's voices for the language, all of them where there is none; `show` is called with them anew where more
 *  turn up. Returns how to end that. */
export function ownVoices(settings, show) {
  const lang = language(settings);
  const list = () => {
    const all = listed(window, lang); // thousands, on some systems
    const own = all.filter((voice) => fit(voice.lang, lang) < OTHER);
    show(own.length ? own : all.slice(0, 200));
  };
  list();
  return onVoices(window, list);
}

/** Whether the device recognises the language without anybody else, as BrowserEar.offered has it. */
export function local(settings) {
  return BrowserEar.offered(language(settings));
}

/** … once it has been fetched; "unfetched": it could not be. */
export async function install(settings) {
  const lang = language(settings);
  const late = new Promise((done) => setTimeout(() => done(false), PATIENCE));
  const fetched = await Promise.race([BrowserEar.install(lang), late]);
  return fetched ? BrowserEar.offered(lang) : "unfetched";
}
