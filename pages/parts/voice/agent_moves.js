// What follows from the session's runs and from what is spoken. See machine.js.
import { clear, deafen, expectNothing, hush, LATE, leaveWords, QUIET, rest, send, stop, taken, wait } from "./floor.js";

/** It is spoken if it was asked for by voice, or the person wants that; but nobody talks over who talks. */
export function ran(s, { id, mine }, tell) {
  if (s.run?.id === id) return;
  const { aloud, conversation, quiet } = s.settings;
  const asked = s.due && mine;
  s.run = { id, mine, spoken: asked || aloud || s.engaged || (mine && conversation), asks: false };
  s.stopping = false; // that was another one
  const doomed = mine && s.doomed;
  if (mine) expectNothing(s);
  if (doomed) {
    s.run = { ...s.run, spoken: false };
    stop(s, tell);
  }
  if (s.mode !== "listening") return rest(s, tell);
  if (taken(s) || !s.engaged) s.run = { ...s.run, spoken: false };
  else if (s.run.spoken && !quiet) rest(s, tell);
}

/** Somebody else's run, perhaps, has read what this person had sent. */
export function answers(s, { id }, tell) {
  if (!s.due || s.run?.id !== id) return;
  const { doomed } = s;
  expectNothing(s);
  if (!doomed) s.run = { ...s.run, spoken: true };
  if (s.mode !== "listening") rest(s, tell);
}

export function over(s, { id, stopped }, tell) {
  if (!s.run || s.run.id !== id) return;
  if (stopped && s.run.spoken && s.voice) {
    hush(s, tell); // wherever somebody pressed Stop
    wait(s, tell, "quiet", QUIET);
  }
  s.run = null;
  s.stopping = false;
  if (s.pending) send(s, tell, s.pending);
  else if (stopped) expectNothing(s); // what waits rests in the queue
  if (s.mode !== "listening") rest(s, tell);
}

/** The agent waits for a person's word: they have the floor once the question is spoken. */
export function asked(s, { id }, tell) {
  if (s.run?.id !== id || s.stopping) return;
  s.run = { ...s.run, asks: true };
  if (s.mode !== "listening") rest(s, tell);
}

/** Somebody has answered it. */
export function resumed(s, { id }, tell) {
  if (s.run?.id !== id || !s.run.asks) return;
  s.run = { ...s.run, asks: false };
  if (s.mode !== "listening" || !taken(s)) rest(s, tell);
}

export function speak(s, { utterances, read }, tell) {
  if (s.settings.quiet) return read && tell("tell", { about: "quiet" });
  if (read) hush(s, tell);
  else if (!s.run?.spoken) return;
  s.voice = true;
  clear(s, "quiet");
  rest(s, tell);
  tell("speak", { utterances });
}

/** Something wants to be spoken while the person has the floor: only if they have not begun, or wish it. */
export function speakUp(s, event, tell) {
  if (event.read) {
    if (s.settings.quiet) return tell("tell", { about: "quiet" });
    leaveWords(s, tell);
    deafen(s, tell);
  } else if (taken(s) || !s.engaged) return hush(s, tell);
  speak(s, event, tell);
}

export function spoken(s, event, tell) {
  if (!s.voice) return;
  s.voice = false;
  wait(s, tell, "quiet", QUIET);
  rest(s, tell);
}

/** What cannot be spoken now is not tried again with each sentence of the same turn. */
export function failed(s) {
  if (s.run) s.run = { ...s.run, spoken: false };
}

export function quiet(s, event, tell) {
  if (s.mode !== "listening") rest(s, tell);
}

export function overdue(s, event, tell) {
  if (!s.pending) return;
  s.stopping = s.doomed = false;
  send(s, tell, s.pending);
  rest(s, tell);
}

/** A queue may be long; but where nothing runs, the message has not arrived. */
export function late(s, event, tell) {
  if (!s.due) return;
  if (s.run) return wait(s, tell, "late", LATE);
  s.engaged = false;
  expectNothing(s);
  tell("tell", { about: "late" });
  if (s.mode !== "listening") rest(s, tell);
}
