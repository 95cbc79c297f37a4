// The voices of a browser, which come late, change, and are named by each browser in its own way.

/** `[{ id, name, lang, local }]`: those of the language first, of these the ones that speak on this device. */
export function listed(scope, lang) {
  const seen = new Map();
  for (const voice of scope.speechSynthesis?.getVoices() ?? []) {
    const { voiceURI: id, name, localService: local } = voice;
    const rank = 4 * fit(voice.lang, lang) + (local ? 0 : 2) + (voice.default ? 0 : 1);
    seen.set(`${id} ${voice.lang}`, { rank, voice: { id, name, lang: tag(voice.lang), local } }); // Safari has some twice
  }
  const { compare } = new Intl.Collator(); // on Linux there are more than ten thousand to be sorted
  const order = (a, b) => a.rank - b.rank || compare(a.voice.lang, b.voice.lang) || compare(a.voice.name, b.voice.name);
  return [...seen.values()].sort(order).map(({ voice }) => voice);
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
