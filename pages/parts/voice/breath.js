// How long a text takes to be spoken, and where a voice may breathe in it. Rough, and rather too long than too short.

/** Milliseconds at `rate` (1: as people talk). */
export function lasts(text, rate = 1) {
  let ms = 0;
  for (const sign of text) ms += DIGIT.test(sign) ? 350 : WIDE.test(sign) ? 250 : 75;
  return ms / rate;
}

/** The text in pieces of at most about `ms`, cut after a mark, else at a space; joined they are the text. */
export function breaths(text, ms, rate = 1) {
  const pieces = [];
  let rest = text;
  while (lasts(rest, rate) > ms) {
    const end = fitting(rest, ms, rate);
    const cut = lastCut(rest.slice(0, end)) || end;
    pieces.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  return rest.trim() || !pieces.length ? [...pieces, rest] : [...pieces.slice(0, -1), pieces.at(-1) + rest];
}

const DIGIT = /\d/; // "1,234" has many more words than signs
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u; // a sign is a syllable or more
const MARKS = /[,;:.!?…–—)]["'”’]*\s|[、。，；：！？]/gu;

function fitting(text, ms, rate) {
  let end = 0;
  for (const sign of text) {
    ms -= lasts(sign, rate);
    if (ms < 0 && end) break;
    end += sign.length;
  }
  return end;
}

/** After the last mark of the last two thirds, else after the last space; 0: nowhere. */
function lastCut(text) {
  const marks = [...text.matchAll(MARKS)].map((mark) => mark.index + mark[0].length);
  const mark = marks.at(-1) ?? 0;
  return mark > text.length / 3 ? mark : text.lastIndexOf(" ") + 1 || mark;
}
