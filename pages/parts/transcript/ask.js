// What the agent asks a person: the question, and buttons or a field to answer; once that is done, who answered what.
import { button, el, icon } from "./dom.js";
import { isMine } from "./viewer.js";

export class Ask {
  /** `drafts`, as in drafts.js, keeps what was typed. `reply(content)` sends an answer. */
  constructor({ id, text, choices, closed, by, reply }, drafts, send) {
    Object.assign(this, { id, drafts, send, open: true });
    this.form = choices?.length ? this.made(choices) : this.field();
    const card = el("div", "ta-question", {}, el("p", "ta-asked", { id: `ta-ask-${id}` }, text), this.form);
    const named = { "data-ask": id, "data-open": "true", tabindex: "-1", role: "group", "aria-labelledby": `ta-ask-${id}` };
    this.element = el("div", "ta-item ta-ask", named, el("span", "ta-dot", {}, icon("contact_support")), card);
    if (closed) this.close({ by, reply });
  }

  made(choices) {
    const buttons = choices.map((choice) => button("ta-choice", choice, null, () => this.answer(choice)));
    return el("div", "ta-choices", {}, ...buttons);
  }

  field() {
    const area = el("textarea", "ta-edit", { rows: "1", "aria-label": "Your answer", placeholder: "Your answer…" });
    area.value = this.drafts.get(this.id);
    area.addEventListener("input", () => this.drafts.set(this.id, area.value));
    area.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.answer(area.value);
    });
    return el("div", "ta-answer", {}, area, button("ta-primary", "Answer", null, () => this.answer(area.value)));
  }

  /** Whoever is about to write has this in mind: the focus comes here from an empty message box, or the last question. */
  invite() {
    const from = document.activeElement;
    const idle = from?.matches(".ta-composer textarea") && (!from.value || from.closest("[aria-busy=true]")); // or just sent
    if (idle || from?.matches(".ta-ask")) this.form.querySelector("textarea")?.focus({ preventScroll: true });
  }

  answer(content) {
    if (!this.open || this.busy || !content.trim()) return;
    this.element.focus({ preventScroll: true }); // what has the focus is about to go
    this.mark(true);
    this.send(content);
  }

  /** It was not taken: it may be given again. */
  refused() {
    this.mark(false);
  }

  mark(busy) {
    this.busy = busy;
    for (const part of this.form.querySelectorAll("button, textarea")) part.disabled = busy;
  }

  /** Somebody answered, here or elsewhere; without a `reply` nobody did, and nobody can any more. */
  close({ by, reply } = {}) {
    if (!this.open) return;
    this.open = false;
    this.element.dataset.open = "false";
    this.drafts.delete(this.id);
    const who = isMine(by) ? "You answered" : `${by} answered`;
    const said = reply === undefined || reply === null ? [icon("block"), "Nobody answered."] : [icon("check"), `${who}: ${reply}`];
    this.form.replaceWith(el("p", "ta-replied", {}, said[0], el("span", "", {}, said[1])));
  }
}
