// Who has the floor: what the moves of machine.js have in common. `s` is the state that is being made, `tell` adds an
// effect.
export const QUIET = 600; // ms between what is spoken and the ear: rooms and loudspeakers by radio go on for a while
export const STOPS = 3000; // … that a message waits for a run that was stopped
export const LATE = 30_000; // … until a message that began no turn is given up
export const AGAIN = 300; // ms until an ear that is on besides begins anew: it may end at once, again and again
export const TRIES = 5; // recordings without a word, then the conversation is over

/** Where it goes when nobody has pressed anything. */
export function rest(s, tell) {
  const before = s.mode;
  const gap = s.waits.quiet !== undefined && !s.settings.headphones;
  if (s.voice || (gap && !busy(s))) s.mode = "speaking";
  else if (busy(s)) s.mode = "thinking";
  else s.mode = wants(s) && !s.settings.quiet && !s.hidden ? "listening" : "idle";
  if (s.mode === "idle") s.asked = false;
  // what was recorded beside is over, and nobody had spoken into it
  if (s.mode === "listening" && before !== "listening" && s.ending) deafen(s, tell);
  if (s.mode === "listening" || beside(s)) listen(s, tell);
  else deafen(s, tell);
}

/** The person gets it: a new recording. */
export function give(s, tell) {
  deafen(s, tell);
  clear(s, "quiet");
  s.mode = "listening";
  s.empties = 0;
  listen(s, tell);
}

/** The person takes it: silence, and their own run is stopped, unless it waits for their word. */
export function cutIn(s, tell) {
  hush(s, tell);
  if (s.run?.mine && !s.run.asks) stop(s, tell);
  if (s.due && !s.run) s.doomed = true;
  if (s.pending) tell("words", { text: s.pending });
  s.kept = s.pending;
  s.pending = "";
  clear(s, "over");
  s.barged = true;
}

/** Silence at once; what is still written in this turn is not spoken either, unless it has only asked something. */
export function hush(s, tell) {
  s.voice = false;
  if (s.run && !s.run.asks) s.run = { ...s.run, spoken: false };
  tell("hush");
}

export function stop(s, tell) {
  if (!s.stopping) tell("stop");
  s.stopping = true;
}

export function send(s, tell, text) {
  expect(s, tell);
  tell("send", { text });
}

/** A message of the person's is on its way: what answers it is spoken. */
export function expect(s, tell) {
  s.pending = "";
  s.doomed = false;
  s.asked = true;
  clear(s, "over");
  if (s.run?.asks) s.run = { ...s.run, asks: false, spoken: true };
  else {
    s.due = true;
    wait(s, tell, "late", LATE);
  }
}

/** No answer is awaited any more. */
export function expectNothing(s) {
  s.due = s.doomed = false;
  clear(s, "late");
}

export function listen(s, tell) {
  if (s.ear) return;
  s.ear = true;
  s.sounds = false;
  s.ending = s.final = s.interim = "";
  tell("listen");
}

export function deafen(s, tell) {
  if (s.ear) tell("abort");
  s.ear = s.sounds = false;
  s.ending = s.final = s.interim = "";
}

/** The person has said something, or is about to: nobody talks now. */
export function taken(s) {
  return s.held || s.sounds || s.ending !== "" || words(s) !== "";
}

/** The message so far. */
export function words(s) {
  return [s.kept, s.final, s.interim].join(" ").replace(/\s+/g, " ").trim();
}

/** The words stay in the message box; no more is done with them. */
export function leaveWords(s, tell) {
  const text = words(s) || s.pending;
  if (text) tell("words", { text });
  s.pending = s.kept = s.final = s.interim = "";
  s.barged = s.held = false;
}

export function wait(s, tell, what, ms) {
  s.token += 1;
  s.waits = { ...s.waits, [what]: s.token };
  tell("wait", { what, ms, token: s.token });
}

export function clear(s, what) {
  if (s.waits[what] !== undefined) s.waits = { ...s.waits, [what]: undefined };
}

/** It listens again by itself. */
export function wants(s) {
  return s.engaged || Boolean(s.run?.asks && s.asked);
}

/** The ear is on while others have the floor, so that one can speak over them. */
export function beside(s) {
  const { headphones, quiet } = s.settings;
  return headphones && !quiet && !s.hidden && (s.engaged || s.asked) && s.mode !== "idle";
}

function busy(s) {
  return Boolean(s.run?.spoken && !s.run.asks) || s.due || s.pending !== "";
}
