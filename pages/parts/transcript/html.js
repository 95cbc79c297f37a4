// HTML that the server has made of markdown, as it may be on a page: links lead away, what is wide scrolls, code copies.
import DOMPurify from "dompurify";
import { button, copy, el } from "./dom.js";

// The second wall (the first is pages/markdown.py): no style, no id, no picture, no form, nothing that fetches.
const STRICT = {
  USE_PROFILES: { html: true, mathMl: true },
  FORBID_TAGS: ["style", "form", "input", "button", "textarea", "select", "img", "picture", "video", "audio", "source", "iframe"],
  FORBID_ATTR: ["style", "id", "name", "srcset", "src"],
  ALLOW_ARIA_ATTR: false,
  ADD_ATTR: ["target", "data-lang", "encoding"],
  ALLOW_DATA_ATTR: false,
  // Every attribute value must pass this, not only addresses: http(s), mailto, or nothing that looks like a scheme.
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
  RETURN_DOM_FRAGMENT: true,
};

/** A fragment of what `html` says, without anything that pages/markdown.py does not make. */
export function safe(html) {
  const fragment = DOMPurify.sanitize(html, STRICT);
  for (const link of fragment.querySelectorAll("a")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
  for (const table of fragment.querySelectorAll("table")) {
    const frame = el("div", "ta-table", { tabindex: "0", role: "group", "aria-label": "Table" });
    table.replaceWith(frame);
    frame.append(table);
  }
  for (const maths of fragment.querySelectorAll("math[display=block]")) maths.setAttribute("tabindex", "0"); // it scrolls, too
  for (const pre of fragment.querySelectorAll("pre")) {
    const code = el("div", "ta-code", { "data-lang": pre.dataset.lang ?? "" });
    const copyButton = button("ta-copy", "Copy code", "content_copy", () => copy(pre.textContent, copyButton), { bare: true });
    pre.replaceWith(code);
    pre.tabIndex = 0; // it scrolls sideways, so the keyboard must reach it
    code.append(pre, copyButton);
  }
  return fragment;
}
