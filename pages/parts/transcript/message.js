// What a person wrote, with copy and edit; an edited one is sent again in a fork of the session.
import { button, copy, el, icon } from "./dom.js";
import { hued, initials, isMine } from "./viewer.js";

const LONG = { characters: 4000, lines: 40 }; // of a message that is shown in part, until somebody wants all of it

export class Message {
  constructor(message, resend) {
    this.text = message.text;
    this.resend = resend;
    this.files = message.files ?? []; // {id, name, type, size}; an edited message keeps them
    this.shown = this.files.length ? [list(this.files)] : [];
    if (message.text) this.shown.push(...bubble(message.text));
    const copyButton = button("ta-act", "Copy message", "content_copy", () => copy(this.text, copyButton), { bare: true });
    this.editButton = button("ta-act ta-again", "Edit message", "edit", () => this.edit(), { bare: true });
    this.bar = el("div", "ta-bar", {}, copyButton, this.editButton);
    this.body = el("div", "ta-said", {}, el("span"), ...this.shown, this.bar);
    const named = { "data-message": message.id, "data-author": message.author };
    this.element = el("div", "ta-item ta-message", named, el("span", "ta-dot"), this.body);
    sign(this.element);
  }

  edit() {
    const area = el("textarea", "ta-edit", { "aria-label": "Edit message", rows: "3" });
    area.value = this.text;
    const who = this.body.firstChild;
    const never = () => {
      this.body.replaceChildren(who, ...this.shown, this.bar);
      this.editButton.focus(); // where the keyboard was before
    };
    const send = () => (area.value.trim() || this.files.length) && this.resend(area.value);
    const buttons = el("div", "ta-bar ta-shown", {});
    buttons.append(button("ta-primary", "Send again", null, send), button("ta-plain", "Cancel", null, never));
    area.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation(); // here it means "never mind", not "stop the agent"
        never();
      } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        send();
      }
    });
    this.body.replaceChildren(who, ...this.shown.filter((part) => part.matches(".ta-attached")), area, buttons);
    area.focus();
  }
}

/** Says who wrote the message of this element, to whoever looks now. */
export function sign(element) {
  const { author } = element.dataset;
  const mine = isMine(author);
  const dot = element.querySelector(".ta-dot");
  dot.className = mine ? "ta-dot" : "ta-dot ta-person";
  dot.style.setProperty("--person", mine ? "" : hued(author)["--person"]);
  dot.setAttribute("aria-hidden", "true");
  dot.replaceChildren(mine ? icon("person") : initials(author));
  const who = element.querySelector(".ta-said").firstChild;
  who.className = mine ? "ta-offscreen" : "ta-author";
  who.textContent = mine ? "You: " : author;
}

function bubble(text) {
  const element = el("div", "ta-bubble", {}, text);
  if (text.length <= LONG.characters && text.split("\n").length <= LONG.lines) return [element];
  element.classList.add("ta-long");
  const more = el("button", "ta-button ta-plain", { type: "button", "aria-expanded": "false" }, "Show more");
  more.addEventListener("click", () => {
    const cut = element.classList.toggle("ta-long");
    more.setAttribute("aria-expanded", String(!cut));
    more.textContent = cut ? "Show more" : "Show less";
    if (cut) element.scrollIntoView({ block: "nearest" });
  });
  return [element, more];
}

function list(files) {
  const items = files.map((file) => el("li", "", {}, attached(file)));
  return el("ul", "ta-attached", { "aria-label": "Attached files" }, ...items);
}

/** A picture, small, that opens in full; anything else as a chip that downloads it. */
function attached({ id, name, type, size }) {
  const href = `/files/${id}`;
  const chip = (iconName, said, attributes) =>
    el("a", "ta-file", attributes, icon(iconName), el("span", "ta-file-name", {}, name), el("small", "", {}, said));
  if (!type.startsWith("image/")) return chip("description", size, { href, download: name });
  const picture = el("img", "", { src: href, alt: name, loading: "lazy", decoding: "async" });
  const link = el("a", "ta-picture", { href, target: "_blank", rel: "noopener", title: `${name}, ${size}` }, picture);
  picture.addEventListener("error", () => link.replaceWith(chip("broken_image", "not here any more", {})));
  return link;
}
