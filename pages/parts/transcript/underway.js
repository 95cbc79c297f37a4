// What a running turn says of itself below what it has shown: that it lives, how far it is, what it waits for.
import { el, icon } from "./dom.js";

export class UnderWay {
  constructor(footer) {
    this.footer = footer;
    this.pulse = el("span", "ta-pulse", { "aria-hidden": "true" });
    footer.replaceChildren(this.pulse);
  }

  /** The provider is tried again in `ms`; until then, or until something comes, a countdown says so. */
  wait({ text, ms }) {
    this.until = performance.now() + ms;
    this.left = el("span", "ta-left");
    this.goesOn();
    this.waiting = el("span", "ta-wait", {}, icon("schedule"), el("span", "", {}, text, " ", this.left));
    this.pulse.replaceWith(this.waiting);
    this.tick();
  }

  tick() {
    if (!this.waiting) return;
    const left = Math.ceil((this.until - performance.now()) / 1000);
    const text = left > 0 ? `Trying again in ${left} s.` : "Trying again now.";
    if (text !== this.left.textContent) this.left.textContent = text;
  }

  /** Something came: there is nothing to wait for any more. */
  goesOn() {
    this.waiting?.replaceWith(this.pulse);
    this.waiting = null;
  }

  progress(percent, text) {
    this.goesOn();
    if (!this.bar) {
      this.fill = el("i");
      this.bar = el("span", "ta-bar-track", { role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100 }, this.fill);
      this.far = el("span", "ta-far");
      this.footer.append(el("span", "ta-progress", {}, this.bar, this.far));
    }
    this.fill.style.width = `${percent}%`;
    this.bar.setAttribute("aria-valuenow", percent);
    this.bar.setAttribute("aria-label", text || "Progress");
    this.far.textContent = text ? `${percent} % · ${text}` : `${percent} %`;
  }
}
