// Ctrl+Shift+L (⌘ on a Mac) talks: a tap begins or ends it, holding it down talks as long as it is held. With these two
// beside it, a letter is safe wherever the focus is; no letter alone does anything, anywhere.
const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
export const HELD = 350; // ms after which a press is a hold, of the keys or of the button: see composer/dictating.js

export const TALK = MAC ? "⇧⌘L" : "Ctrl+Shift+L";

/** Handlers of a window's events, by name; `call` is told "press", "hold" and "release". */
export function talkKeys(call) {
  let down = false;
  let held = false;
  let timer;
  const up = () => {
    if (!down) return;
    clearTimeout(timer);
    call(held ? "release" : "press");
    down = held = false;
  };
  return {
    keydown(event) {
      const wanted = event.code === "KeyL" && event.shiftKey && !event.altKey && (MAC ? event.metaKey : event.ctrlKey);
      if (!wanted || event.isComposing || document.querySelector("dialog[open], .q-dialog")) return;
      event.preventDefault();
      if (down) return; // it repeats while it is held
      down = true;
      timer = setTimeout(() => {
        held = true;
        call("hold");
      }, HELD);
    },
    /** Any of the keys: a Mac does not tell of a letter that is let go while ⌘ is down. */
    keyup(event) {
      if (event.code === "KeyL" || ["Control", "Meta", "Shift"].includes(event.key)) up();
    },
    blur: up, // what happens to the keys then is not told
  };
}
