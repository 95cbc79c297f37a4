// What stands in angle brackets, behind a link's text or for a character.
const TAGS = new Set(
  ("a abbr address article aside audio b blockquote body br button caption center cite code col colgroup dd del " +
    "details dfn div dl dt em figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img " +
    "input ins kbd label legend li link main mark meta nav object ol option p picture pre q s samp script section select " +
    "small source span strike strong style sub summary sup svg table tbody td textarea tfoot th thead time title tr u ul " +
    "var video wbr").split(" "),
);
const BREAKS = /^(?:br|p|div|li|td|th|tr|hr|h[1-6]|dd|dt|summary)$/;
const ATTRIBUTES = /^(?:\s+[A-Za-z_:@][\w:.-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*\s*\/?>/;
const NAMED = {
  amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ", ensp: " ", emsp: " ", thinsp: " ", copy: "©", reg: "®",
  trade: "™", hellip: "…", mdash: "—", ndash: "–", lsquo: "‘", rsquo: "’", ldquo: "“", rdquo: "”", bdquo: "„",
  laquo: "«", raquo: "»", euro: "€", pound: "£", cent: "¢", yen: "¥", sect: "§", deg: "°", plusmn: "±", times: "×",
  divide: "÷", frac12: "½", frac14: "¼", middot: "·", bull: "•", rarr: "→", larr: "←", le: "≤", ge: "≥", ne: "≠",
  auml: "ä", ouml: "ö", uuml: "ü", Auml: "Ä", Ouml: "Ö", Uuml: "Ü", szlig: "ß", eacute: "é", egrave: "è", agrave: "à",
  ccedil: "ç", ntilde: "ñ", shy: "", zwj: "", zwnj: "",
};
const PICTURE = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\u{E0020}-\u{E007F}]/u;

/** Emoji, and what only changes one; © ® ™ are words. */
export function isPicture(char) {
  return char > "\u00AE" && char !== "™" && PICTURE.test(char);
}

/** The character that `&name;` stands for, or null. */
export function entity(name) {
  if (name[0] !== "#") return Object.hasOwn(NAMED, name) ? NAMED[name] : null;
  const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1));
  const real = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000);
  return real ? String.fromCodePoint(code) : "\uFFFD";
}

/**
 * What begins with `<`: `{ length }` of a tag or comment, with `host` or `text` of an address in brackets, `breaks`
 * where a word ends with it; "more" while it may still become one; null for less than.
 */
export function tagOf(text, over) {
  if (text.startsWith("<!--")) {
    const end = text.indexOf("-->", 4);
    return end >= 0 ? { length: end + 3 } : over ? null : "more";
  }
  const url = /^<[A-Za-z][\w+.-]{1,31}:(?:\/\/)?([^\s<>/?#]*)[^\s<>]*>/.exec(text);
  if (url) return { length: url[0].length, [/^<mailto:/i.test(text) ? "text" : "host"]: url[1] };
  const mail = /^<([\w.+-]+@[\w.-]+)>/.exec(text);
  if (mail) return { length: mail[0].length, text: mail[1] };
  const name = /^<\/?([A-Za-z][A-Za-z0-9]*)(?=[\s/>])/.exec(text);
  if (name) {
    if (!TAGS.has(name[1].toLowerCase())) return null;
    const rest = ATTRIBUTES.exec(text.slice(name[0].length));
    if (rest) return { length: name[0].length + rest[0].length, breaks: BREAKS.test(name[1].toLowerCase()) };
    return over || text.indexOf("<", 1) > 0 ? null : "more";
  }
  return !over && /^<(?:!?-{0,2}|\/|\/?[A-Za-z][\w+.@:/?#%&=~,;-]*)$/.test(text) ? "more" : null;
}

/** Behind `](`: how long the text is up to and with the link's `)`; null for none, "more" while that cannot be told. */
export function address(text, from) {
  let at = spaces(text, from);
  if (text[at] === "<") {
    const found = /^<[^<>\n]*(>?)/.exec(text.slice(at));
    if (!found[1]) return at + found[0].length === text.length ? "more" : null;
    at += found[0].length;
  } else {
    let depth = 0;
    for (; at < text.length && !/\s/.test(text[at]); at += 1) {
      if (text[at] === "\\") at += 1;
      else if (text[at] === "(" && (depth += 1) > 32) return null;
      else if (text[at] === ")" && (depth -= 1) < 0) return at + 1;
    }
    if (depth) return at >= text.length ? "more" : null;
  }
  const behind = spaces(text, at);
  if (behind >= text.length) return "more";
  if (text[behind] === ")") return behind + 1;
  const close = { '"': '"', "'": "'", "(": ")" }[text[behind]];
  if (!close || behind === at) return null;
  let end = behind + 1;
  while (end < text.length && text[end] !== close) end += text[end] === "\\" ? 2 : 1;
  end = spaces(text, end + 1);
  return end >= text.length ? "more" : text[end] === ")" ? end + 1 : null;
}

function spaces(text, from) {
  let at = from;
  while (/\s/.test(text[at] ?? "")) at += 1;
  return at;
}
