// Who listens and who speaks for somebody: this browser, or the server's speech service.

/** {hear, say}, each "browser", "service" or "" (neither can): as the settings wish, else as it is possible.
 *  `voiceless`: it has turned out that this browser speaks as little as one without speechSynthesis. */
export function means({ hear, say }, { listens, speaks }, voiceless = false) {
  return {
    hear: chosen({ browser: recognises(), service: listens }, hear),
    say: chosen({ browser: synthesises() && !voiceless, service: speaks }, say),
  };
}

export function recognises() {
  return "SpeechRecognition" in window || "webkitSpeechRecognition" in window;
}

export function synthesises() {
  return "speechSynthesis" in window;
}

function chosen(all, wanted) {
  return all[wanted] ? wanted : (Object.keys(all).find((one) => all[one]) ?? "");
}
