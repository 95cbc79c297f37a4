"""Who has the floor: each move of the machine, and what is so after any of them."""

from __future__ import annotations

from .script import script

START = """
const { MODES, START, step } = await import(`${VOICE}/machine.js`);
const { dice } = await import(`${VOICE}/../../../tests/pages/voice/fakes.js`);
const short = ({ do: name, ...of }) => `${name} ${of.text ?? of.what ?? of.about ?? of.sentence ?? ""}`.trim();
const SAID = [{ text: "One." }];
/** An event as in "heard hello", "interim hell", "ran t1", "their t1", "read", "timer quiet", "set quiet". */
const event = (state, told) => {
  const [name, more = ""] = [told.split(" ")[0], told.split(" ").slice(1).join(" ")];
  if (name === "heard") return { kind: "heard", final: more, interim: "" };
  if (name === "interim") return { kind: "heard", final: "", interim: more };
  if (name === "ended") return { kind: "ended", why: more ? { kind: more, sentence: more } : null };
  if (name === "ran" || name === "their") return { kind: "ran", id: more, mine: name === "ran" };
  if (name === "cut") return { kind: "over", id: more || "t1", stopped: true };
  if (name === "lang") return { kind: "set", settings: { lang: more } };
  if (["over", "answers", "asked", "resumed"].includes(name)) return { kind: name, id: more || "t1" };
  if (name === "queued" || name === "read") return { kind: "queued", utterances: SAID, read: name === "read" };
  if (name === "timer") return { kind: "timer", what: more, token: state.waits[more] ?? -1 };
  if (name === "stale") return { kind: "timer", what: more, token: (state.waits[more] ?? 0) - 1 };
  if (name === "set") return { kind: "set", settings: more[0] === "-" ? { [more.slice(1)]: false } : { [more]: true } };
  if (name === "hides" || name === "shows") return { kind: "hidden", hidden: name === "hides" };
  return { kind: name };
};
const play = (events) => events.split(", ").reduce(
  ({ state }, told) => step(state, event(state, told)), { state: START, effects: [] });
"""

ASKED = "press, heard hello, pause, ended"  # by voice, once
TALK = "set conversation, " + ASKED + ", ran t1"  # … in a conversation
SPEAKS = TALK + ", queued"
PHONES = "set headphones, " + SPEAKS
CUT = TALK + ", press"

# what happened, the mode that it ends in, and the effects of the last of it
TABLE: list[tuple[str, str, str]] = [
    # the microphone's button
    ("press", "listening", "listen"),
    ("press, press", "listening", "finish"),
    ("press, press, ended", "idle", ""),
    ("press, press, press", "listening", ""),
    ("press, heard hello, press, ended", "thinking", "wait late, send hello"),
    ("press, interim hello, press, heard hello you, ended", "thinking", "wait late, send hello you"),
    ("press, writing, press, heard hello, pause, ended", "thinking", "wait late, send hello"),
    ("hold, writing, heard hello, ended", "listening", "listen"),
    (ASKED, "thinking", "wait late, send hello"),
    (ASKED + ", ran t1", "thinking", ""),
    (ASKED + ", ran t1, queued", "speaking", "speak"),
    (ASKED + ", ran t1, queued, press", "listening", "hush, stop, listen"),
    (ASKED + ", ran t1, press", "listening", "hush, stop, listen"),
    (ASKED + ", ran t1, queued, over, press", "listening", "hush, listen"),
    (CUT + ", press, ended", "idle", ""),
    # held down
    ("hold", "listening", "listen"),
    ("hold, heard hello, pause", "listening", ""),
    ("hold, heard hello, ended", "listening", "listen"),
    ("hold, heard hello, ended, heard you, release, ended", "thinking", "wait late, send hello you"),
    ("hold, release, ended", "idle", "tell nothing"),
    ("release", "idle", ""),
    ("press, release", "listening", ""),
    (SPEAKS + ", hold", "listening", "hush, stop, listen"),
    ("press, heard hello, press, hold, ended, heard you, release, ended", "thinking", "wait late, send hello you"),
    ("hold, press", "listening", "finish"),  # whoever held it is gone
    # sent by hand
    ("press, heard hello, sent", "thinking", "abort, wait late"),
    ("press, interim hel, sent, heard hello, pause, ended", "thinking", ""),
    ("press, heard hello, pause, sent, ended", "thinking", ""),
    ("press, heard hello, sent, ran t1, queued", "speaking", "speak"),
    ("press, heard hello, sent, unsent", "idle", ""),
    ("press, sent", "listening", ""),
    ("hold, heard hello, sent, release", "thinking", ""),
    # behind somebody else's run
    ("their t9, " + ASKED + ", cut t9", "idle", ""),  # it rests in the queue
    ("set conversation, their t9, " + ASKED + ", cut t9", "listening", "listen"),
    ("their t9, " + ASKED + ", cut t9, stopped, ran t1", "idle", ""),
    ("their t9, " + ASKED + ", over t9, their t1, answers t1, queued", "speaking", "speak"),
    ("their t9, " + ASKED + ", over t9, their t1, queued", "thinking", ""),
    (ASKED + ", stopped, their t1, answers t1", "idle", ""),
    # an ear that knows no words before the end
    ("set conversation, set aloud, press, begun, their t1, queued", "listening", "hush"),
    ("set conversation, set aloud, press, their t1, queued", "speaking", "speak"),
    ("press, begun, hides", "listening", "finish"),
    ("press, begun, hides, heard hello, ended", "idle", "words hello"),
    ("press, hides", "idle", "abort"),
    # what is asked back
    (ASKED + ", ran t1, asked t1, press, heard quiet, pause, ended", "thinking", "send quiet"),
    (ASKED + ", ran t1, asked t1, press, heard stop, pause, ended", "idle", "words, hush, stop"),
    # one answer
    (ASKED + ", ran t1, queued, over, empty, timer quiet", "idle", ""),
    (ASKED + ", ran t1, queued, empty", "thinking", "wait quiet"),
    (ASKED + ", ran t1, queued, empty, queued", "speaking", "speak"),
    (ASKED + ", ran t1, queued, failed, empty, queued", "speaking", ""),  # the gap
    (ASKED + ", ran t1, queued, failed, empty, queued, timer quiet", "idle", ""),
    (ASKED + ", ran t1, failed, over, press, heard hi, pause, ended, ran t2, queued", "speaking", "speak"),
    (ASKED + ", ran t1, over", "idle", ""),
    (ASKED + ", unsent", "idle", ""),
    (ASKED + ", timer late", "idle", "tell late"),
    (ASKED + ", their t0, timer late", "thinking", "wait late"),
    # a conversation
    (SPEAKS + ", over", "speaking", ""),
    (SPEAKS + ", over, empty", "speaking", "wait quiet"),
    # stopped by somebody elsewhere
    (SPEAKS + ", cut", "speaking", "hush, wait quiet"),
    (SPEAKS + ", cut, timer quiet", "listening", "listen"),
    (SPEAKS + ", cut t0", "speaking", ""),
    (SPEAKS + ", read, cut", "speaking", ""),  # that is of another turn, perhaps
    (TALK + ", cut", "listening", "listen"),
    # another language counts at once
    ("press, heard hello, lang de", "listening", "abort, listen"),
    ("press, heard hello, lang de, heard welt, pause, ended", "thinking", "wait late, send hello welt"),
    ("press, heard hello, pause, lang de", "listening", ""),
    ("press, heard hello, lang en", "listening", ""),
    (PHONES + ", lang de", "speaking", "abort, listen"),
    (SPEAKS + ", over, empty, stale quiet", "speaking", ""),
    (SPEAKS + ", over, empty, timer quiet", "listening", "listen"),
    (SPEAKS + ", empty, timer quiet", "thinking", ""),
    (SPEAKS + ", empty, timer quiet, over", "listening", "listen"),
    (SPEAKS + ", empty, over", "speaking", ""),
    (TALK + ", over", "listening", "listen"),  # it failed before it said anything
    ("set conversation, press, ended", "listening", "listen"),
    ("set conversation, press" + ", ended" * 5, "listening", "listen"),
    ("set conversation, press" + ", ended" * 6, "idle", "tell silence"),
    ("press, ended", "idle", "tell nothing"),
    ("press, ended refused", "idle", "tell refused"),
    ("set conversation, press, heard hello, ended unplugged", "idle", "tell unplugged, words hello"),
    # cutting in
    (CUT + ", heard no, pause, ended", "thinking", "words, wait over"),
    (CUT + ", heard no, pause, ended, over", "thinking", "wait late, send no"),
    (CUT + ", heard no, pause, ended, timer over", "thinking", "wait late, send no"),
    (CUT + ", over, heard no, pause, ended", "thinking", "wait late, send no"),
    (CUT + ", heard no, pause, ended, press", "listening", "hush, words no, listen"),
    (CUT + ", heard no, pause, ended, press, heard yes, pause, ended, over", "thinking", "wait late, send no yes"),
    (CUT + ", queued", "listening", ""),
    ("set conversation, " + ASKED + ", press", "listening", "hush, listen"),
    ("set conversation, " + ASKED + ", press, ran t1", "listening", "stop"),
    ("set conversation, " + ASKED + ", press, heard no, pause, ended", "thinking", "words, wait over"),
    ("set conversation, " + ASKED + ", press, heard no, pause, ended, ran t1, over", "thinking", "wait late, send no"),
    # one word
    (CUT + ", heard Stop!, pause, ended", "listening", "words, hush, listen"),
    (
        "set conversation, press, their t1, queued, empty, press, heard stop, pause, ended",
        "listening",
        "words, hush, stop, listen",
    ),
    ("press, heard stop, pause, ended", "thinking", "wait late, send stop"),
    ("press, heard stop the war, pause, ended", "thinking", "wait late, send stop the war"),
    # Stop on the page
    (SPEAKS + ", stopped", "speaking", "hush, wait quiet"),
    (SPEAKS + ", stopped, queued", "speaking", ""),
    (SPEAKS + ", stopped, timer quiet", "listening", "listen"),
    (TALK + ", stopped", "listening", "hush, listen"),
    (ASKED + ", ran t1, queued, stopped, over, timer quiet", "idle", ""),
    (ASKED + ", stopped, ran t1", "idle", "stop"),
    (CUT + ", heard no, pause, ended, stopped, over", "listening", ""),
    # the X
    ("leave", "idle", "hush"),
    ("press, leave", "idle", "abort, hush"),
    ("press, interim hel, leave", "idle", "words hel, abort, hush"),
    (TALK + ", leave", "idle", "hush"),
    (SPEAKS + ", leave", "idle", "hush"),
    (SPEAKS + ", leave, queued", "idle", ""),
    (SPEAKS + ", leave, over", "idle", ""),
    (CUT + ", heard no, pause, ended, leave", "idle", "words no, hush"),
    # what comes late
    ("press, leave, heard hello", "idle", ""),
    ("press, leave, ended", "idle", ""),
    (SPEAKS + ", heard hello", "speaking", ""),
    (SPEAKS + ", pause", "speaking", ""),
    (SPEAKS + ", over, empty, empty", "speaking", ""),
    # headphones
    (PHONES, "speaking", "speak"),
    ("set headphones, " + TALK, "thinking", ""),
    (PHONES + ", heard no", "listening", "hush, stop, words no"),
    (PHONES + ", sound", "listening", "hush, stop"),
    (PHONES + ", heard ", "speaking", ""),
    (PHONES + ", heard no, pause, ended", "thinking", "words, wait over, listen"),
    (PHONES + ", heard no, pause, ended, over", "thinking", "wait late, send no"),
    (PHONES + ", heard stop, pause, ended", "listening", "words, hush, listen"),
    (PHONES + ", over, empty", "listening", "wait quiet"),
    (PHONES + ", ended", "speaking", "wait again"),
    (PHONES + ", ended, timer again", "speaking", "listen"),
    (PHONES + ", ended refused, over, empty, timer quiet", "idle", ""),
    (PHONES + ", set -headphones", "speaking", "abort"),
    ("set headphones, " + ASKED + ", ran t1, queued, over, empty", "idle", "wait quiet, abort"),
    # turns that were not asked by voice
    ("ran t1", "idle", ""),
    ("ran t1, queued", "idle", ""),
    ("set aloud, ran t1, queued", "speaking", "speak"),
    ("set aloud, their t1, queued", "speaking", "speak"),
    ("set conversation, ran t1, queued, over, empty, timer quiet", "idle", ""),
    ("set conversation, their t1, queued", "idle", ""),
    ("set conversation, press, ran t1", "thinking", "abort"),
    ("set conversation, press, their t1, queued", "speaking", "speak"),
    ("set conversation, press, their t1, queued, press", "listening", "hush, listen"),
    ("set conversation, press, interim we, their t1, queued", "listening", "hush"),
    ("set aloud, press, their t1", "listening", ""),
    ("ran t1, press", "listening", "listen"),
    # the agent asks
    (TALK + ", queued, asked, empty, timer quiet", "listening", "listen"),
    (TALK + ", queued, asked, press", "listening", "hush, listen"),
    (TALK + ", asked, heard blue, pause, ended", "thinking", "send blue"),
    (TALK + ", asked, heard blue, pause, ended, queued", "speaking", "speak"),
    (TALK + ", asked, resumed", "thinking", "abort"),
    (ASKED + ", ran t1, queued, asked, empty, timer quiet", "listening", "listen"),
    # words that are not sent
    ("set sends, set -sends, press, heard hello, pause, ended", "idle", "words hello"),
    ("set -sends, set conversation, press, heard hello, pause, ended", "listening", "words hello, listen"),
    ("set -sends, set conversation, press, heard hello, pause, ended, heard you", "listening", "words hello you"),
    ("set -sends, set conversation, press, heard hello, pause, ended, sent", "thinking", "abort, wait late"),
    ("set -sends, set conversation, press, heard hello, pause, ended, sent, ran t1, queued", "speaking", "speak"),
    # a screen reader reads
    ("set quiet, read", "idle", "tell quiet"),
    ("set quiet, " + TALK + ", queued", "thinking", ""),
    ("set quiet, " + TALK + ", over", "idle", ""),
    (SPEAKS + ", set quiet", "idle", "hush"),
    # Read aloud
    ("read", "speaking", "hush, speak"),
    ("read, empty, timer quiet", "idle", ""),
    ("read, press", "listening", "hush, listen"),
    ("read, read", "speaking", "hush, speak"),
    ("set conversation, press, interim we, read", "speaking", "words we, abort, hush, speak"),
    ("set conversation, press, read, empty, timer quiet", "listening", "listen"),
    (SPEAKS + ", read, queued", "speaking", ""),
    # a page that nobody sees
    ("set conversation, press, interim we, hides", "idle", "words we, abort"),
    ("set conversation, press, hides, shows", "listening", "listen"),
    (SPEAKS + ", hides, over, empty, timer quiet", "idle", ""),
    (SPEAKS + ", hides, over, empty, timer quiet, shows", "listening", "listen"),
]


async def test_each_move_has_its_mode_and_its_effects() -> None:
    rows = [events for events, _, _ in TABLE]
    found = await script(f"""{START}
      print({rows!r}.map(play).map(({{ state, effects }}) => [state.mode, effects.map(short).join(", ")]));
    """)
    wrong = [
        f"{events}\n  → {mode}: {effects}\n  is {now}: {did}"
        for (events, mode, effects), (now, did) in zip(TABLE, found, strict=True)
        if [mode, effects] != [now, did]
    ]
    assert not wrong, "\n".join(wrong)


async def test_every_mode_has_a_way_out_by_the_x() -> None:
    found = await script(f"""{START}
      const ways = {[f"{way}, leave" for way in ("leave", "hold", "press", ASKED, SPEAKS, PHONES, CUT)]!r};
      print(ways.map(play).map(({{ state }}) => [state.mode, state.ear, state.voice, state.engaged, state.held]));
    """)
    assert found == [["idle", False, False, False, False]] * 7


INVARIANTS = """
const seen = new Set();
const broken = [];
const TIMERS = ["quiet", "over", "late", "again"];
// what happens in a usual conversation; the rest of the time anything may
const LIKELY = {
  idle: () => ["press", "press", "hold"],
  listening: ({ ending, held }, run, n) => (ending ? ["ended"] : [`heard w${n + 1} `, held ? "release" : "pause"]),
  thinking: (state, run, n) => (run ? ["queued", "queued", `over ${run}`] : [`ran u${n}`]),
  speaking: ({ voice }, run) => [...(voice ? ["queued", "empty"] : ["timer quiet"]), `over ${run ?? "none"}`],
};
function wander(seed, steps) {
  const roll = dice(seed);
  const pick = (all) => all[Math.floor(roll() * all.length)];
  let state = START;
  let [ear, speaking, muted, gap, said, run, stopped] = [false, false, true, false, 0, null, false];
  const sent = new Map();
  const must = (is, what, about) => is || broken.push(`${what} (seed ${seed}): ${JSON.stringify(about)}`);
  const KINDS = ["press", "hold", "release", "leave", "stopped", "unsent", "hides", "shows", "sound", "pause", "pause"];
  for (let n = 0; n < steps && !broken.length; n += 1) {
    const what = roll();
    let told;
    said += 1;
    if (roll() < 0.5) told = pick(LIKELY[state.mode](state, run, said));
    else if (what < 0.2) told = roll() < 0.4 ? pick(KINDS) : pick(["press", "hold", "release"]);
    else if (what < 0.45) told = pick([`heard w${said} `, `interim w${said}`, "heard stop", "pause", "writing"]);
    else if (what < 0.55) told = roll() < 0.1 ? "ended busy" : "ended";
    else if (what < 0.65 && run) told = `${pick(["over", "cut", "asked", "resumed"])} ${pick([run, run, run, "none"])}`;
    else if (what < 0.65) told = `${pick(["ran", "their"])} t${said}`;
    else if (what < 0.8) told = roll() < 0.1 ? "read" : "queued";
    else if (what < 0.88) told = speaking || roll() < 0.2 ? "empty" : "queued";
    else if (what < 0.97) told = `${pick(["timer", "timer", "timer", "stale"])} ${pick(TIMERS)}`;
    else told = `set ${pick(["", "-"])}${pick(["conversation", "headphones", "aloud", "sends", "quiet"])}`;
    const before = state;
    const happened = event(state, told);
    const { state: now, effects } = step(before, happened);
    state = now;
    if (happened.kind === "ended" && before.ear && before.mode !== "idle") ear = false;
    if (happened.kind === "empty") speaking = false;
    if (happened.kind === "empty" && before.voice) gap = true;
    if (told === "timer over" && before.pending && before.waits.over !== undefined) stopped = false; // it may be stuck
    if (told.startsWith("timer quiet") && before.waits.quiet !== undefined) gap = false;
    if (happened.kind === "ran") { run = happened.id; muted = false; stopped = false; }
    if (happened.kind === "over" && happened.id === run) { run = null; stopped = false; }
    if (happened.kind === "stopped" && run) stopped = true;
    for (const effect of effects) {
      if (effect.do === "listen") {
        must(!ear, "The ear is begun twice", told);
        must(!gap || state.settings.headphones || /^(press|hold)/.test(told), "The ear is on in the gap", told);
        ear = true;
        if (/^(press|hold)/.test(told)) gap = false;
      } else if (effect.do === "abort") {
        must(ear, "An ear that is off is stopped", told);
        ear = false;
      } else if (effect.do === "finish") must(ear, "An ear that is off is finished", told);
      else if (effect.do === "hush") {
        speaking = false;
        if (!state.run?.asks) muted = true;
      } else if (effect.do === "speak") {
        must(happened.read || !muted, "It speaks after it was hushed", told);
        must(!state.settings.quiet, "It speaks while a screen reader reads", told);
        must(!ear || state.settings.headphones, "It speaks while it listens", told);
        speaking = true;
        gap = false;
      } else if (effect.do === "send") {
        must(effect.text.trim() !== "", "Nothing is sent", told);
        must(state.settings.sends || before.pending, "It sends what it should not", told);
        must(!stopped || told === "timer over" || told.startsWith("over"), "It sends into a run that still ends", told);
        for (const word of effect.text.split(" ").filter((one) => one.startsWith("w"))) {
          must(!sent.has(word), "It sends twice", [word, sent.get(word), told]);
          sent.set(word, told);
        }
        muted = false;
      } else if (effect.do === "stop") {
        must(!stopped, "It stops twice", told);
        stopped = true;
      }
    }
    must(ear === state.ear, "The ear is not as the state has it", told);
    must(speaking === state.voice, "The voice is not as the state has it", told);
    must(!(state.ear && state.voice) || state.settings.headphones, "It hears itself", told);
    must(!state.held || state.mode === "listening", "It is held and does not listen", told);
    must((state.mode === "listening") <= state.ear, "It says it listens and does not", told);
    must((state.mode === "idle") <= !state.ear, "It is idle and listens", told);
    must(!state.voice || state.mode === "speaking", "It speaks and says something else", [told, state.mode]);
    must(Object.isFrozen(state) && Object.isFrozen(state.settings), "The state can be changed", told);
    seen.add(`${before.mode} ${happened.kind}`);
  }
  return sent.size;
}
"""


async def test_whatever_happens_it_never_hears_itself_and_sends_nothing_twice() -> None:
    found = await script(f"""{START}{INVARIANTS}
      let sent = 0;
      for (let seed = 1; seed <= 60; seed += 1) sent += wander(seed, 1000);
      print({{ broken: broken.slice(0, 3), sent, seen: seen.size }});
    """)
    assert found["broken"] == []
    assert found["sent"] > 500  # words: it did wander far
    assert found["seen"] > 50  # of what can happen in which mode
