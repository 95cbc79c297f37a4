// Who looks at the page: what they wrote is “You”, and what they may not do is not offered. All others have a name.

/** `mine`: the names under which they write; `may`: take part; `keys`: see the settings; `session`: the one shown. */
export const viewer = { mine: ["owner"], may: true, keys: true, session: "" };

export function isMine(user) {
  return !user || viewer.mine.includes(user);
}

/** Two letters that stand for a name; a question mark for somebody who has none. */
export function initials(name) {
  const words = name.replace(/[^\p{L}\p{N}]+/gu, " ").trim().split(" ");
  const letters = words.length > 1 ? [words[0], words.at(-1)].map((word) => [...word][0]) : [...words[0]].slice(0, 2);
  return letters.join("").toUpperCase() || "?";
}

/** The colour of a name, the same everywhere: a variable for people.css. */
export function hued(name) {
  let sum = 7;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return { "--person": String(sum) };
}
