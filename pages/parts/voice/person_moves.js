// What follows when a person presses, holds, lets go, leaves, stops. See machine.js.
import {
  clear, cutIn, deafen, expect, expectNothing, give, hush, leaveWords, listen, QUIET, rest, wait, words,
} from "./floor.js";

const HEARING = ["lang", "local"]; // settings of a recording

export function begin(s, event, tell) {
  s.engaged = s.settings.conversation;
  s.kept = "";
  s.barged = false;
  give(s, tell);
}

export function interrupt(s, event, tell) {
  s.engaged ||= s.settings.conversation;
  cutIn(s, tell);
  give(s, tell);
}

export function finish(s, event, tell) {
  if (s.held) return release(s, event, tell); // whoever held it is gone
  if (!s.ending) end(s, tell, "press");
}

export function hold(s, event, tell) {
  if (s.mode === "idle") begin(s, event, tell);
  else {
    cutIn(s, tell);
    give(s, tell);
  }
  s.held = true;
}

/** Also while it is about to end: then ear_moves.js begins another recording of the same message. */
export function holdOn(s) {
  s.held = true;
  s.ending = "";
}

export function release(s, event, tell) {
  if (!s.held) return;
  s.held = false;
  end(s, tell, "release");
}

/** The run goes on, without a voice. */
export function leave(s, event, tell) {
  leaveWords(s, tell);
  deafen(s, tell);
  hush(s, tell);
  s.engaged = s.asked = s.due = s.doomed = false;
  if (s.run) s.run = { ...s.run, spoken: false };
  s.waits = {};
  s.mode = "idle";
}

/** The page stops the run itself. */
export function stopped(s, event, tell) {
  const gap = s.voice || s.waits.quiet !== undefined;
  hush(s, tell);
  if (s.run) s.run = { ...s.run, spoken: false, asks: false };
  if (s.run) s.stopping = true;
  else if (s.due) s.doomed = true;
  if (s.mode === "listening") return;
  leaveWords(s, tell); // those that waited for the run to end
  clear(s, "over");
  if (gap) wait(s, tell, "quiet", QUIET);
  rest(s, tell);
}

/** A page that nobody sees does not listen; it speaks on. */
export function hidden(s, { hidden: is }, tell) {
  s.hidden = is;
  if (is && s.mode === "listening" && s.sounds && !words(s)) {
    s.held = false;
    if (!s.ending) tell("finish");
    s.ending = "hidden"; // what was said is not lost: it will stand in the message box
  } else if (is && s.mode === "listening") {
    leaveWords(s, tell);
    deafen(s, tell);
    rest(s, tell);
  } else if (s.mode !== "listening") rest(s, tell);
}

export function set(s, { settings }, tell) {
  const before = s.settings;
  s.settings = Object.freeze({ ...before, ...settings });
  const { conversation, quiet } = s.settings;
  if (!conversation) s.engaged = false;
  else if (!before.conversation && (s.mode === "listening" || s.asked)) s.engaged = true;
  if (quiet && s.voice) hush(s, tell);
  if (s.ear && !s.ending && HEARING.some((name) => s.settings[name] !== before[name])) again(s, tell);
  if (s.mode !== "listening") rest(s, tell);
}

/** As if they had pressed the microphone: it was said, and its answer is spoken. */
export function sent(s, event, tell) {
  if (!words(s)) return;
  deafen(s, tell);
  s.kept = "";
  s.held = s.barged = false;
  expect(s, tell);
  rest(s, tell);
}

export function unsent(s, event, tell) {
  if (!s.due) return;
  s.engaged = false;
  expectNothing(s);
  if (s.mode !== "listening") rest(s, tell);
}

/** Another recording of the same message, since this one is in another language, or elsewhere. */
function again(s, tell) {
  if (s.mode === "listening") s.kept = words(s);
  deafen(s, tell);
  if (s.mode === "listening") listen(s, tell);
}

function end(s, tell, why) {
  s.ending = why;
  tell("finish");
}
