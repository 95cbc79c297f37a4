// What somebody else's page is speaking now, in words: it tells where in which thought, and the words are found in our
// own transcript. So whoever tells can show nobody a word that the agent has not written.
import { Reader } from "./reading.js";
import { sourceOf } from "./told.js";

/** Empty where there is no such thought here, or not yet so much of it. */
export function spoken({ thought, from, to, lang }) {
  const source = sourceOf(thought);
  if (source.length < to) return "";
  const reader = new Reader({ lang: lang || "en" });
  const all = [...reader.write(source.slice(0, to)), ...reader.end()];
  const found = all.filter((utterance) => utterance.from >= from && utterance.to <= to);
  return found
    .map(({ say }) => say)
    .join(" ")
    .trim();
}
