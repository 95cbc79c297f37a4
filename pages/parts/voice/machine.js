// The conversation as a state machine: who has the floor, and when the ear is on. Pure: no page, no timers, no time;
// conversation.js makes it real. The ear is never on while something is spoken or waits to be spoken, nor for a quiet
// gap after it; unless the person wears headphones, or has just cut in.
import * as agent from "./agent_moves.js";
import * as ear from "./ear_moves.js";
import * as person from "./person_moves.js";

export const MODES = ["idle", "listening", "thinking", "speaking"];

export const START = Object.freeze({
  mode: "idle",
  ear: false, // it is on: a recording goes on
  held: false, // … for as long as the button is
  ending: "", // why it finishes: "press", "release", "pause", "hidden"
  engaged: false, // a conversation goes on: it listens again after each answer
  kept: "", // words of recordings before, that belong to the same message
  final: "",
  interim: "",
  sounds: false, // somebody speaks into this recording, although no words are known yet
  barged: false, // the person cut in with this message
  empties: 0, // recordings in a row without a word
  asked: false, // the answer that is awaited or spoken was asked for by voice
  due: false, // a message was sent, and no turn has begun with it yet
  doomed: false, // … which is to be stopped then
  run: null, // { id, mine, spoken, asks }: of the session, if one goes on; asks: the agent waits for a person's word
  stopping: false, // the run was asked to stop
  pending: "", // a message that waits until the run is over: it would lie in the queue
  voice: false, // something is spoken, or waits to be
  hidden: false,
  waits: Object.freeze({}), // the token of each timer that counts; all others are stale
  token: 0,
  settings: Object.freeze({
    lang: "en",
    conversation: false,
    headphones: false,
    aloud: false,
    sends: true,
    quiet: false,
  }),
});

// What happens, in each mode. A gap means: nothing.
//
// press, hold, release, leave, stopped         the person, at the button or a key; stopped: by Stop on the page
// hidden {hidden}, set {settings}, sent,       the page; sent: what the message box has, by hand; unsent: it cannot be
// unsent
// heard {final, interim}, begun, sound, pause, the ear, as in ear.js; sound counts only while others have the floor
// writing, ended {why}
// ran {id, mine}, answers {id},                the session; answers: that run has read a message of the person's; over:
// over {id, stopped},                            stopped by somebody, here or elsewhere; asked: the agent waits for
// asked {id}, resumed {id}                       somebody's word; resumed: it does not any more
// queued {utterances, read}, empty, failed     the voice: this wants to be spoken; nothing is left to be; it cannot
// timer {what, token}                          what a `wait` had asked for
const MOVES = {
  press: { idle: person.begin, listening: person.finish, thinking: person.interrupt, speaking: person.interrupt },
  hold: { idle: person.hold, listening: person.holdOn, thinking: person.hold, speaking: person.hold },
  release: { listening: person.release },
  leave: always(person.leave),
  stopped: always(person.stopped),
  hidden: always(person.hidden),
  set: always(person.set),
  sent: { listening: person.sent },
  unsent: always(person.unsent),

  heard: { listening: ear.heard, thinking: ear.overheard, speaking: ear.overheard },
  begun: { listening: ear.begun },
  sound: { thinking: ear.overheard, speaking: ear.overheard },
  pause: { listening: ear.paused },
  writing: always(ear.writing),
  ended: { listening: ear.ended, thinking: ear.endedBeside, speaking: ear.endedBeside },

  ran: always(agent.ran),
  answers: always(agent.answers),
  over: always(agent.over),
  asked: always(agent.asked),
  resumed: always(agent.resumed),
  queued: { idle: agent.speak, listening: agent.speakUp, thinking: agent.speak, speaking: agent.speak },
  empty: { speaking: agent.spoken },
  failed: always(agent.failed),

  timer: always((s, event, tell) => {
    if (s.waits[event.what] !== event.token) return; // stale
    s.waits = { ...s.waits, [event.what]: undefined };
    TIMERS[event.what](s, event, tell);
  }),
};

const TIMERS = {
  quiet: agent.quiet, // the gap after what was spoken is over
  over: agent.overdue, // the run that was stopped should be over
  late: agent.late, // what was sent should have begun a turn
  again: ear.again, // the ear that ended while it was on besides may begin again
};

/**
 * What follows from an event: the state after it, and effects, to be carried out in order. Each has a `do`:
 * listen, finish, abort (the ear) · speak {utterances}, hush · words {text} (what the message box shows of the voice),
 * send {text}, stop (the run) · wait {what, ms, token} · tell {about} (a kind of reasons.js) or tell {sentence}
 */
export function step(state, event) {
  const move = MOVES[event.kind][state.mode];
  if (!move) return { state, effects: [] };
  const s = { ...state };
  const effects = [];
  move(s, event, (name, more) => effects.push({ do: name, ...more }));
  return { state: Object.freeze(s), effects };
}

function always(move) {
  return { idle: move, listening: move, thinking: move, speaking: move };
}
