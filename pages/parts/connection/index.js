// Whether the page reaches its server, for what a person does that cannot wait in a queue.
export const OFFLINE = "There is no connection to the server at the moment. Try again when it is back.";
const PATIENCE = 5000; // ms: a page that was only just opened, or has lost it for a moment, has it within them
const EVERY = 50;
let asking = null; // one for all who wait, so that they go on in the order in which they came

/** True as soon as there is a connection; false if there is none for some seconds. */
export function connected() {
  asking ??= there().finally(() => (asking = null));
  return asking;
}

async function there() {
  const until = performance.now() + PATIENCE;
  while (!window.socket?.connected) {
    if (performance.now() > until) return false;
    await new Promise((go) => setTimeout(go, EVERY));
  }
  return true;
}
