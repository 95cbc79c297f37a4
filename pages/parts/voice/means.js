// Who listens and who speaks for somebody: this browser, or the server's speech service.

/** {hear, say}, each "browser", "service" or "" (neither can): as the settings wish, else as it is possible. */
export function means({ hear, say }, { listens, speaks }) {
  return {
    hear: chosen({ browser: recognises(), service: listens }, hear),
    say: chosen({ browser: synthesises(), service: speaks }, say),
  };
}

export function recognises() {
  return "SpeechRecognition" in window || "webkitSpeechRecognition" in window;
}

export function synthesises() {
  return "speechSynthesis" in window && !voiceless;
}

/** It has turned out that this browser speaks as little as one without speechSynthesis. */
export function hasNoVoice() {
  voiceless = true;
}

let voiceless = false;

function chosen(all, wanted) {
  return all[wanted] ? wanted : (Object.keys(all).find((one) => all[one]) ?? "");
}
