// What a person wrote, with copy and edit; an edited one is sent again in a fork of the session.
import { button, copy, el, icon } from "./dom.js";

export class Message {
  constructor(message, resend) {
    this.text = message.text;
    this.resend = resend;
    this.bubble = el("div", "ta-bubble", {}, message.text);
    const copyButton = button("ta-act", "Copy message", "content_copy", () => copy(this.text, copyButton), { bare: true });
    this.bar = el("div", "ta-bar", {}, copyButton, button("ta-act", "Edit message", "edit", () => this.edit(), { bare: true }));
    const dot = el("span", "ta-dot", {}, icon("person"));
    const who = message.author === "owner" ? "You" : message.author;
    this.body = el("div", "ta-said", {}, el("span", "ta-offscreen", {}, `${who}: `), this.bubble, this.bar);
    this.element = el("div", "ta-item ta-message", { "data-message": message.id }, dot, this.body);
  }

  edit() {
    const area = el("textarea", "ta-edit", { "aria-label": "Edit message", rows: "3" });
    area.value = this.text;
    const done = () => this.body.replaceChildren(this.bubble, this.bar);
    const send = () => area.value.trim() && this.resend(area.value);
    const buttons = el("div", "ta-bar ta-shown", {});
    buttons.append(button("ta-primary", "Send again", null, send), button("ta-plain", "Cancel", null, done));
    area.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation(); // here it means "never mind", not "stop the agent"
        done();
      } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        send();
      }
    });
    this.body.replaceChildren(area, buttons);
    area.focus();
  }
}
