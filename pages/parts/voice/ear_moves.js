// What follows from what the ear hears. See machine.js.
import { AGAIN, STOPS, TRIES } from "./floor.js";
import { beside, clear, cutIn, hush, leaveWords, listen, rest, send, stop, wait, wants, words } from "./floor.js";
import { isStop } from "./stop_words.js";

export function heard(s, { final, interim }, tell) {
  if (!s.ear) return;
  Object.assign(s, { final, interim });
  const text = words(s);
  if (text) s.empties = 0;
  tell("words", { text });
}

/** Somebody speaks, although no words are known yet. */
export function begun(s) {
  if (s.ear) s.sounds = true;
}

/** Somebody speaks while others have the floor: it is theirs from now on, and the recording goes on. */
export function overheard(s, { kind, final = "", interim = "" }, tell) {
  if (!s.ear || (kind === "heard" && !(final + interim).trim())) return;
  cutIn(s, tell);
  clear(s, "quiet");
  s.mode = "listening";
  if (kind === "heard") heard(s, { final, interim }, tell);
}

export function paused(s, event, tell) {
  if (!s.ear || s.held || s.ending || !words(s)) return;
  s.ending = "pause";
  tell("finish");
}

/** It has finished by itself, and understands now what was said. */
export function writing(s) {
  if (s.ear && !s.held) s.ending ||= "pause";
}

export function ended(s, { why }, tell) {
  if (!s.ear) return;
  s.ear = s.sounds = false;
  if (why) {
    fail(s, why, tell);
    leaveWords(s, tell);
    s.ending = "";
    rest(s, tell);
  } else if (s.held) goOn(s, tell);
  else take(s, tell);
}

export function endedBeside(s, { why }, tell) {
  if (!s.ear) return;
  s.ear = false;
  if (why) {
    fail(s, why, tell);
    rest(s, tell);
  } else wait(s, tell, "again", AGAIN);
}

export function again(s, event, tell) {
  if (s.mode !== "listening" && beside(s)) listen(s, tell);
}

/** Recognition has ended by itself while the button is held. */
function goOn(s, tell) {
  s.empties = s.final || s.interim ? 0 : s.empties + 1;
  s.kept = words(s);
  if (s.empties < TRIES) return listen(s, tell);
  s.held = false;
  take(s, tell);
}

/** The recording is over: its words go where they belong. */
function take(s, tell) {
  const text = words(s);
  const { barged, ending } = s;
  s.kept = s.final = s.interim = s.ending = "";
  s.barged = false;
  if (!text) return nothing(s, tell, ending);
  if ((s.run || barged) && isStop(text, s.settings.lang, { asked: s.run?.asks })) {
    tell("words", { text: "" });
    if (s.run) s.run = { ...s.run, asks: false };
    hush(s, tell);
    if (s.run) stop(s, tell);
  } else if (!s.settings.sends || ending === "hidden") {
    tell("words", { text });
    if (ending === "press") s.engaged = false;
  } else if (s.stopping || s.doomed) {
    tell("words", { text: "" });
    s.pending = text;
    wait(s, tell, "over", STOPS);
  } else send(s, tell, text);
  rest(s, tell);
  if (!s.settings.sends && s.mode === "listening") s.kept = text; // dictation goes on where it was
}

function nothing(s, tell, ending) {
  const again = wants(s) && !s.settings.quiet && s.empties < TRIES;
  if (ending === "press" || (ending !== "release" && !again)) {
    if (ending !== "press") tell("tell", { about: s.engaged ? "silence" : "nothing" });
    s.engaged = s.asked = false;
  } else if (ending === "release") tell("tell", { about: "nothing" });
  s.empties += 1;
  rest(s, tell);
}

function fail(s, { sentence }, tell) {
  s.engaged = s.asked = false;
  tell("tell", { sentence });
}
