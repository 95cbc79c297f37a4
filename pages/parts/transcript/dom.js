// Elements, made without HTML: whatever is said in them stays text.

export function el(tag, cls = "", attributes = {}, ...children) {
  const element = document.createElement(tag);
  if (cls) element.className = cls;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** A letter of the icon font that NiceGUI ships; drawn by CSS, so that it is never copied or read aloud. */
export function icon(name) {
  return el("i", "ta-icon", { "data-icon": name, "aria-hidden": "true" });
}

/** A button with an icon, a label, or both; without a visible label it keeps its accessible name. */
export function button(cls, label, iconName, act, { bare = false } = {}) {
  const element = el("button", `ta-button ${cls}`, { type: "button", "aria-label": label, title: bare ? label : null });
  if (iconName) element.append(icon(iconName));
  if (!bare) element.append(el("span", "", {}, label));
  element.addEventListener("click", act);
  return element;
}

const BLOCK = /^(BLOCKQUOTE|BR|DIV|H[1-6R]|LI|OL|P|PRE|TABLE|T[DHR]|UL)$/;

/** The first `most` characters of an element's text as one line; what stands in different blocks is set apart. */
export function beginning(element, most) {
  let text = "";
  for (const piece of pieces(element)) {
    text = (text + piece).replace(/\s+/g, " ").trimStart();
    if (text.length > most) break;
  }
  return text.slice(0, most).trimEnd();
}

function* pieces(node) {
  if (node.nodeType === Node.TEXT_NODE) return void (yield node.data);
  const apart = BLOCK.test(node.nodeName) || node.getAttribute?.("display") === "block" ? " " : ""; // maths has the latter
  yield apart;
  for (const child of node.childNodes) yield* pieces(child);
  yield apart;
}

/** Copies, and shows for a moment that it did. */
export async function copy(text, element) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", "ta-offscreen", {}, text); // plain HTTP has no clipboard
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const mark = element.querySelector(".ta-icon");
  const before = mark.dataset.icon;
  mark.dataset.icon = "check";
  setTimeout(() => (mark.dataset.icon = before), 1200);
}

/** Two digits that count, and never less than cents; `dollars` in pages/models.py says it alike. */
export function dollars(cost) {
  if (cost < 0.0001) return "< $0.0001";
  return "$" + cost.toFixed(Math.max(2, 1 - Math.floor(Math.log10(cost))));
}

export function count(tokens) {
  return tokens.toLocaleString("en-US");
}

export function seconds(ms) {
  if (ms < 50) return "< 0.1 s";
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
