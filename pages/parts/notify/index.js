// Tells whoever wants it that something is done, by a notification of the browser, while the page is hidden.
// Wanted or not is kept for all pages of this server in this browser.
const KEY = "ta-notify";

/** Why it cannot be; empty where it can, or where the person has yet to be asked. */
export function hindrance() {
  if (!isSecureContext) return "Browsers notify only where the address begins with https, or is this machine’s own.";
  if (!("Notification" in window)) return "This browser cannot notify you.";
  if (Notification.permission === "denied") return "This browser was told not to notify: allow it for this address in its settings.";
  return "";
}

export function wanted() {
  try {
    return !hindrance() && Notification.permission === "granted" && localStorage.getItem(KEY) === "on";
  } catch {
    return false; // nothing may be kept here
  }
}

/** Asks for leave where that is needed; says whether it is wanted now. */
export async function want(on) {
  if (on && !hindrance() && Notification.permission === "default") await Notification.requestPermission();
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {}
  return wanted();
}

/** `tag`: what it is about; of the same thing only the last one is shown. */
export function tell(title, body, tag) {
  if (!document.hidden || !wanted()) return;
  try {
    const shown = new Notification(title, { body, tag: `ta-${tag}`, icon: "/static/icon.svg" });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
  } catch {} // a telephone's browser has it, and lets no page use it
}
