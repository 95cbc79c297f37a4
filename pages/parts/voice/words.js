// Words for comparing what is heard with what was written: small letters, no marks; where a script has no spaces, a
// letter each.
const LETTER = "[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}]";
const WORD = new RegExp(`${LETTER}|(?:(?!${LETTER})[\\p{L}\\p{N}\\p{M}'’])+`, "gu");

/** All of a text: { word, end }, `end` where it ends there. */
export function worded(text) {
  const all = [...text.matchAll(WORD)].map((found) => ({ word: plain(found[0]), end: found.index + found[0].length }));
  return all.filter(({ word }) => word);
}

export function wordsOf(text) {
  return worded(text).map(({ word }) => word);
}

function plain(word) {
  return word.normalize("NFKC").toLowerCase().replaceAll(/['’]/g, "");
}
