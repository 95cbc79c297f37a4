// The voices of a browser, which come late, change, and are named by each browser in its own way.

/** `[{ id, name, lang, local }]`: those of the language first, of these the ones that speak on this device. */
export function listed(scope, lang) {
  const seen = new Map();
  for (const voice of scope.speechSynthesis?.getVoices() ?? []) {
    const { voiceURI: id, name, localService: local } = voice;
    // Safari lists some twice
    seen.set(`${id} ${voice.lang}`, { id, name, lang: tag(voice.lang), local, standard: voice.default });
  }
  const rank = (voice) => [fit(voice.lang, lang), voice.local ? 0 : 1, voice.standard ? 0 : 1];
  const order = (a, b) => byRank(rank(a), rank(b)) || a.lang.localeCompare(b.lang) || a.name.localeCompare(b.name);
  return [...seen.values()].sort(order).map(({ standard, ...voice }) => voice);
}

/** The SpeechSynthesisVoice with that id, rather of the language than of another one; null: it is gone. */
export function chosen(scope, id, lang) {
  const named = scope.speechSynthesis.getVoices().filter((voice) => voice.voiceURI === id);
  return named.sort((a, b) => fit(a.lang, lang) - fit(b.lang, lang))[0] ?? null;
}

/** Calls `fn` whenever the browser has other voices than before; returns how to end that. */
export function onVoices(scope, fn) {
  const synth = scope.speechSynthesis;
  if (!synth) return () => {};
  if (synth.addEventListener) {
    synth.addEventListener("voiceschanged", fn);
    return () => synth.removeEventListener("voiceschanged", fn);
  }
  synth.onvoiceschanged = fn; // Safari before 16 has no more than this
  return () => (synth.onvoiceschanged = null);
}

export const OTHER = 2;
const ALIKE = { cmn: "zh", iw: "he", nb: "no", nn: "no" }; // what speech-dispatcher and Android call them

/** 0: the language as spoken there, 1: the language, OTHER: another one. */
export function fit(lang, wanted) {
  const [a, b] = [tag(lang), tag(wanted)].map((it) => it.toLowerCase().split("-"));
  const [one, two] = [a, b].map(([language]) => ALIKE[language] ?? language);
  if (one !== two) return OTHER;
  return b.length === 1 || b.slice(1).every((part) => a.includes(part)) ? 0 : 1;
}

/** BCP 47, of what Android writes with underscores. */
function tag(lang) {
  return (lang ?? "").replaceAll("_", "-");
}

function byRank(a, b) {
  const differs = a.findIndex((value, i) => value !== b[i]);
  return differs < 0 ? 0 : a[differs] - b[differs];
}
