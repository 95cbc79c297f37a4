"""The ear of the server's speech service: what it records, sends and gives back, in a browser that is made up."""

from __future__ import annotations

from typing import Any

import pytest

from .script import script

START = """
const { ServiceEar } = await import(`${VOICE}/service_ear.js`);
const { DONE, Studio, talk } = await import(`${VOICE}/../../../tests/pages/voice/studio.js`);
const studio = new Studio();
const { told, sockets, tracks, recorders } = studio;
const ear = new ServiceEar({ ...studio, session: "s 1" });
const kinds = () => told.map(([name, said]) => name === "ended" ? [name, said && said.kind] : [name, said].flat());
const chunks = (socket) => socket.frames.filter((frame) => frame !== DONE);
const whole = (socket) => chunks(socket).every((name, at) => name === `${recorders.length - 1}.${at}`);
"""
TEXT = [
    ["heard", {"final": "", "interim": "what"}],
    ["heard", {"final": "what was said", "interim": ""}],
]


async def ear(source: str, seconds: float = 20) -> Any:
    return await script(START + source, seconds)


async def test_what_is_said_comes_as_words_and_is_sent_at_the_pause():
    seen = await ear(
        """
studio.loud = talk(500, 3000);
ear.start({ lang: "de-DE" });
await studio.pass(8000);
const [socket] = sockets;
const [first] = studio.asked;
const { url, frames } = socket;
print({ told: kinds(), leaks: studio.leaks(), whole: whole(socket), last: frames.at(-1), url, first });
"""
    )
    assert seen["told"] == [["writing", None], *TEXT, ["pause", None], ["ended", None]]
    assert seen["leaks"] == []
    assert seen["whole"]
    assert seen["last"] == '{"done":true}'
    assert seen["url"] == ("wss://there/voice/listen?session=s+1&lang=de-DE&type=audio%2Fwebm%3Bcodecs%3Dopus")
    assert seen["first"]["echoCancellation"] is False


async def test_a_pause_is_noticed_soon_after_the_last_word_and_not_between_words():
    seen = await ear(
        """
studio.loud = (ms) => talk(500, 2000)(ms) + talk(3000, 4000)(ms);
ear.start({ lang: "en-US" });
let at = 0;
while (!told.length) await studio.pass(10), (at += 10);
print({ at, made: recorders[0].made });
"""
    )
    assert 5000 <= seen["at"] <= 5400


async def test_nothing_is_uploaded_before_somebody_speaks_and_then_from_the_very_beginning():
    seen = await ear(
        """
studio.loud = talk(4000, 6000);
ear.start({ lang: "en-US" });
await studio.pass(3900);
const before = sockets[0].frames.length;
await studio.pass(1000);
const speaking = chunks(sockets[0]).length;
await studio.pass(5000);
print({ before, speaking, whole: whole(sockets[0]), all: recorders[0].made === chunks(sockets[0]).length });
"""
    )
    assert seen["before"] == 0
    assert seen["speaking"] >= 17
    assert seen["whole"]
    assert seen["all"]


@pytest.mark.parametrize("press", [True, False])
async def test_where_nobody_speaks_nothing_is_uploaded_at_all(press: bool):
    seen = await ear(
        f"""
ear.start({{ lang: "en-US" }});
await studio.pass(3000);
if ({str(press).lower()}) ear.finish();
const early = told.length;
await studio.pass(9000);
print({{ early, told: kinds(), frames: sockets.flatMap(({{ frames }}) => frames), leaks: studio.leaks() }});
"""
    )
    assert seen == {"early": 0, "told": [["ended", None]], "frames": [], "leaks": []}


async def test_a_microphone_that_is_muted_is_said_to_be():
    seen = await ear(
        """
studio.loud = () => 0;
ear.start({ lang: "en-US" });
await studio.pass(11_000);
print({ told, frames: sockets[0].frames, leaks: studio.leaks() });
"""
    )
    [[name, why]] = seen["told"]
    assert name == "ended"
    assert why["kind"] == "muted"
    assert seen["frames"] == seen["leaks"] == []


@pytest.mark.parametrize("loud", ["0.02", "0.001"], ids=["loudly", "softly"])
async def test_a_short_word_while_the_key_is_held_is_written_down(loud: str):
    seen = await ear(
        f"""
studio.loud = talk(200, 550, {{ room: 0.0005, voice: {loud} * 3 }});
ear.start({{ lang: "en-US" }});
await studio.pass(800);
ear.finish();
await studio.pass(1000);
print(kinds());
"""
    )
    assert seen == [["writing", None], *TEXT, ["pause", None], ["ended", None]] if loud == "0.02" else [["ended", None]]


async def test_a_press_ends_it_and_the_recording_mark_goes_out_before_the_words_come():
    seen = await ear(
        """
studio.loud = talk(300, 9000);
ear.start({ lang: "en-US" });
await studio.pass(2000);
ear.finish();
ear.finish();
await studio.pass(10);
const mark = tracks[0].readyState;
await studio.pass(1000);
print({ mark, told: kinds(), whole: whole(sockets[0]), leaks: studio.leaks() });
"""
    )
    assert seen["mark"] == "ended"
    assert seen["told"] == [["writing", None], *TEXT, ["pause", None], ["ended", None]]
    assert seen["whole"]
    assert seen["leaks"] == []


async def test_while_the_button_is_held_one_may_think_as_long_as_one_likes():
    seen = await ear(
        """
studio.loud = (ms) => talk(500, 2000)(ms) + talk(20_000, 21_000)(ms);
ear.start({ lang: "en-US" });
ear.held = true;
await studio.pass(25_000);
const before = told.length;
ear.held = false;
ear.finish();
await studio.pass(1000);
print({ before, told: kinds().length, whole: whole(sockets[0]), n: chunks(sockets[0]).length });
"""
    )
    assert (seen["before"], seen["told"], seen["whole"]) == (0, 5, True)
    assert seen["n"] >= 100


async def test_a_socket_that_opens_late_gets_the_recording_from_its_first_chunk():
    seen = await ear(
        """
studio.server = () => ({ open: 4000, drain: 1000, got: (socket, frame) => frame === DONE && studio.answer(socket) });
studio.loud = talk(100, 2000);
ear.start({ lang: "en-US" });
await studio.pass(9000);
print({ whole: whole(sockets[0]), n: chunks(sockets[0]).length, made: recorders[0].made, told: kinds() });
"""
    )
    assert seen["whole"]
    assert seen["n"] == seen["made"]
    assert seen["told"] == [["writing", None], *TEXT, ["pause", None], ["ended", None]]


async def test_a_slow_line_is_not_stuffed():
    seen = await ear(
        """
studio.size = 100_000;
studio.server = () => ({ open: 5, drain: 150, got: (socket, frame) => frame === DONE && studio.answer(socket) });
studio.loud = talk(100, 5000);
ear.start({ lang: "en-US" });
await studio.pass(40_000);
const [socket] = sockets;
const { made } = recorders[0];
print({ most: socket.most, whole: whole(socket), n: chunks(socket).length, made, told: kinds() });
"""
    )
    assert seen["most"] <= 262_144 + 100_000
    assert seen["whole"]
    assert seen["n"] == seen["made"]
    assert seen["told"][-1] == ["ended", None]


@pytest.mark.parametrize("when", ["recording", "writing"])
async def test_a_cut_is_made_up_for_once_with_all_that_was_recorded(when: str):
    seen = await ear(
        f"""
studio.server = (nth) => ({{ open: 5, drain: 1000, got: (socket, frame) => {{
  if (nth === 1 && ({str(when == "writing").lower()} ? frame === DONE : frame.name === "0.6")) socket.cut();
  else if (frame === DONE) studio.answer(socket);
}} }});
studio.loud = talk(300, 5000);
ear.start({{ lang: "en-US" }});
await studio.pass(12_000);
const all = chunks(sockets[1]).length === recorders[0].made;
print({{ told: kinds(), n: sockets.length, whole: whole(sockets[1]), all, leaks: studio.leaks() }});
"""
    )
    assert seen["told"] == [["writing", None], *TEXT, ["pause", None], ["ended", None]]
    assert (seen["n"], seen["whole"], seen["all"], seen["leaks"]) == (2, True, True, [])


@pytest.mark.parametrize("online", [True, False])
async def test_a_server_that_is_gone_is_told_in_one_sentence(online: bool):
    seen = await ear(
        f"""
studio.server = () => ({{ open: null }});
studio.scope.navigator.onLine = {str(online).lower()};
studio.loud = talk(300, 5000);
ear.start({{ lang: "en-US" }});
await studio.pass(12_000);
print({{ told, leaks: studio.leaks() }});
"""
    )
    [[name, why]] = seen["told"]
    assert name == "ended"
    assert why["sentence"].endswith(".")
    assert why["kind"] == ("unreachable" if online else "offline")
    assert seen["leaks"] == []


@pytest.mark.parametrize("when", ["0.4", "done"])
async def test_what_the_service_says_is_wrong_is_told_as_it_says_it(when: str):
    seen = await ear(
        f"""
const error = {{ kind: "no_key", message: "There is no key for the speech service." }};
studio.server = () => ({{ open: 5, drain: 1000, got: (socket, frame) => {{
  if (frame.name === "{when}" || (frame === DONE && "{when}" === "done")) socket.says({{ error }}), socket.cut(1000);
}} }});
studio.loud = talk(300, 5000);
ear.start({{ lang: "en-US" }});
await studio.pass(12_000);
print({{ told: told.filter(([name]) => name !== "writing"), n: sockets.length, leaks: studio.leaks() }});
"""
    )
    assert seen["told"] == [["ended", {"kind": "no_key", "sentence": "There is no key for the speech service."}]]
    assert (seen["n"], seen["leaks"]) == (1, [])


@pytest.mark.parametrize("frame", ["not json", "null", "[]", '{"text": 3}', '{"error": {}}', '{"error": true}'])
async def test_a_server_that_talks_nonsense_does_not_leave_the_ear_open(frame: str):
    seen = await ear(
        f"""
studio.server = () => ({{ open: 5, drain: 1000, got: (socket, sent) => sent === DONE && socket.says({frame!r}) }});
studio.loud = talk(300, 2000);
ear.start({{ lang: "en-US" }});
await studio.pass(60_000);
print({{ told: told.slice(1), leaks: studio.leaks() }});
"""
    )
    [[name, why]] = seen["told"]
    assert (name, seen["leaks"]) == ("ended", [])
    assert why["sentence"]


async def test_a_service_that_never_answers_is_given_up():
    seen = await ear(
        """
studio.server = () => ({ open: 5, drain: 1000, got() {} });
studio.loud = talk(300, 2000);
ear.start({ lang: "en-US" });
await studio.pass(60_000);
print({ told: kinds(), n: sockets.length, leaks: studio.leaks() });
"""
    )
    assert [name for name, _ in seen["told"]] == ["writing", "ended"]
    assert seen["told"][1][1]
    assert (seen["n"], seen["leaks"]) == (1, [])


async def test_a_text_without_words_is_not_sent():
    seen = await ear(
        """
studio.words = "  ";
studio.loud = talk(300, 2000);
ear.start({ lang: "en-US" });
await studio.pass(6000);
print(kinds().filter(([name]) => name !== "writing" && name !== "heard"));
"""
    )
    assert seen == [["ended", None]]


async def test_with_headphones_the_first_sound_is_told_at_once_and_without_them_never():
    seen = await ear(
        """
const at = [];
for (const echo of [true, false]) {
  const begun = studio.now;
  studio.loud = (ms) => talk(2000, 4000)(ms - begun);
  ear.start({ lang: "en-US", echo });
  while (studio.now - begun < 3000 && told.at(-1)?.[0] !== "sound") await studio.pass(10);
  at.push(studio.now - begun);
  ear.abort();
  told.length = 0;
}
print({ at, echo: studio.asked.map(({ echoCancellation }) => echoCancellation) });
"""
    )
    assert 2120 <= seen["at"][0] <= 2300
    assert seen["at"][1] == 3000
    assert seen["echo"] == [True, False]


async def test_where_loudness_cannot_be_told_a_press_is_waited_for():
    seen = await ear(
        """
const all = [];
const no = () => { throw new DOMException("no", "NotSupportedError"); };
for (const how of ["none", "throws", "suspended", "rates"]) {
  const context = studio.scope.AudioContext;
  const begun = studio.now;
  if (how === "none") studio.scope.AudioContext = undefined;
  if (how === "throws") studio.scope.AudioContext = class { constructor() { no(); } };
  if (how === "suspended") studio.running = false;
  if (how === "rates") studio.scope.AudioContext = class extends context {
    createMediaStreamSource = no;
  };
  const here = new ServiceEar({ ...studio, session: "s" });
  here.start({ lang: "en-US" });
  await studio.pass(30_000);
  const before = told.length;
  const pauses = here.pauses;
  const sent = sockets.at(-1).frames.length > 100;
  here.finish();
  await studio.pass(1000);
  all.push([how, before, pauses, sent, whole(sockets.at(-1)), kinds().map(([name]) => name).join(" "), studio.leaks()]);
  studio.scope.AudioContext = context;
  studio.running = true;
  told.length = 0;
}
print(all);
"""
    )
    for how, before, pauses, sent, whole, told, leaks in seen:
        assert (before, pauses, sent, whole, leaks) == (0, False, True, True, []), how
        assert told == "writing heard heard pause ended", how


async def test_a_computer_whose_sound_takes_seconds_to_begin_loses_no_word_and_notices_the_pause():
    seen = await ear(
        """
const all = [];
studio.wakes = 2500;
for (const [from, to, press] of [[100, 5000, 0], [100, 600, 800], [20_000, 21_000, 0]]) {
  const begun = studio.now;
  studio.loud = (ms) => talk(from, to)(ms - begun);
  ear.start({ lang: "en-US" });
  if (press) await studio.pass(press), ear.finish();
  await studio.pass(15_000 - press);
  all.push([kinds().map(([name]) => name).join(" "), whole(sockets.at(-1)), studio.leaks()]);
  told.length = 0;
}
print(all);
"""
    )
    assert seen == [["writing heard heard pause ended", True, []]] * 3


async def test_what_was_said_until_the_microphone_was_unplugged_comes_and_is_not_sent():
    seen = await ear(
        """
studio.loud = talk(300, 9000);
ear.start({ lang: "en-US" });
await studio.pass(3000);
studio.unplug();
await studio.pass(1000);
print({ told: told.filter(([name]) => name !== "writing"), whole: whole(sockets[0]), leaks: studio.leaks() });
"""
    )
    assert seen["told"][:-1] == TEXT
    assert seen["told"][-1][0] == "ended"
    assert seen["told"][-1][1]["kind"] == "unplugged"
    assert (seen["whole"], seen["leaks"]) == (True, [])


async def test_a_recorder_that_stops_by_itself_says_so_and_keeps_what_it_has():
    seen = await ear(
        """
studio.loud = talk(300, 9000);
ear.start({ lang: "en-US" });
await studio.pass(3000);
recorders[0].stops();
await studio.pass(1000);
print({ told: kinds().slice(1), leaks: studio.leaks() });
"""
    )
    assert seen == {"told": [*TEXT, ["ended", "unplugged"]], "leaks": []}


async def test_after_ten_minutes_it_is_enough_and_nothing_of_it_is_lost():
    seen = await ear(
        """
studio.rate = 1000;
studio.loud = talk(300, 700_000);
ear.start({ lang: "en-US" });
await studio.pass(599_000);
const before = told.length;
await studio.pass(3000);
print({ before, told: told.slice(1), whole: whole(sockets[0]), n: chunks(sockets[0]).length, leaks: studio.leaks() });
""",
        50,
    )
    assert seen["before"] == 0
    assert seen["told"][:-1] == TEXT
    assert seen["told"][-1][1]["kind"] == "limit"
    assert (seen["whole"], seen["leaks"]) == (True, [])
    assert seen["n"] >= 2400


async def test_a_hidden_tab_with_one_tick_a_second_still_notices_the_pause():
    seen = await ear(
        """
const { set } = studio.clock;
studio.clock.set = (fn, ms) => set(fn, Math.ceil((studio.now + ms) / 1000) * 1000 - studio.now);
studio.rate = 32_000;
studio.loud = talk(500, 5000);
const hidden = new ServiceEar({ ...studio, session: "s" });
hidden.start({ lang: "en-US" });
let at = 0;
while (!told.length && at < 20_000) await studio.pass(100), (at += 100);
await studio.pass(9000);
print({ at, told: kinds().map(([name]) => name).join(" ") });
"""
    )
    assert 6000 <= seen["at"] <= 9000
    assert seen["told"] == "writing heard heard pause ended"


async def test_a_browser_that_records_other_types_says_which():
    seen = await ear(
        """
const types = [];
for (const supported of [["audio/mp4"], ["audio/ogg;codecs=opus"], ["audio/ogg;codecs=opus", "audio/mp4"], []]) {
  studio.types = supported;
  ear.start({ lang: "en-US" });
  await studio.pass(100);
  types.push([new URL(sockets.at(-1).url).searchParams.get("type"), recorders.at(-1).options.mimeType]);
}
print({ types, told, asked: studio.asked.length });
"""
    )
    assert seen["types"][:3] == [[one, one] for one in ("audio/mp4", "audio/ogg;codecs=opus", "audio/mp4")]
    [[name, why]] = seen["told"]
    assert (name, seen["asked"]) == ("ended", 3)  # where nothing can be recorded, the microphone is not asked for
    assert why["sentence"]


PHASES = {
    "permission": "await studio.pass(5);",
    "silence": "await studio.pass(400);",
    "speech": "await studio.pass(1500);",
    "stopping": "await studio.pass(1500); ear.finish();",
    "writing": "await studio.pass(1500); ear.finish(); await studio.pass(10);",
    "words": "await studio.pass(1500); ear.finish(); await studio.pass(100);",
    "cut": "await studio.pass(1500); sockets[0].cut(); await studio.pass(100);",
    "unplugged": "await studio.pass(1500); studio.unplug();",
    "over": "await studio.pass(1500); ear.finish(); await studio.pass(1000);",
}


@pytest.mark.parametrize("phase", PHASES)
async def test_after_abort_nothing_is_told_and_nothing_is_left_on(phase: str):
    seen = await ear(
        f"""
studio.loud = talk(500, 9000);
ear.start({{ lang: "en-US" }});
{PHASES[phase]}
const before = told.length;
ear.abort();
const live = tracks.filter(({{ readyState }}) => readyState === "live").length;
ear.finish();
ear.abort();
await studio.pass(60_000);
print({{ live, told: told.length - before, leaks: studio.leaks() }});
"""
    )
    assert seen == {"live": 0, "told": 0, "leaks": []}


async def test_a_key_that_is_let_go_before_the_microphone_is_allowed_records_nothing():
    seen = await ear(
        """
studio.permission = 5000;
ear.start({ lang: "en-US" });
await studio.pass(300);
ear.finish();
const at_once = kinds();
await studio.pass(10_000);
print({ at_once, told: told.length, tracks: tracks.map(({ readyState }) => readyState), recorders: recorders.length,
  leaks: studio.leaks() });
"""
    )
    assert seen["at_once"] == [["ended", None]]
    assert (seen["told"], seen["tracks"], seen["recorders"], seen["leaks"]) == (1, ["ended"], 0, [])


async def test_a_listener_may_abort_and_begin_anew_whenever_it_is_told_something():
    seen = await ear(
        """
const all = [];
for (const name of ["writing", "heard", "pause", "ended"]) {
  const begun = studio.now;
  studio.loud = (ms) => talk(300, 2000)(ms - begun);
  let after = null;
  const on = { ...studio.on };
  let ear;
  on[name] = () => {
    if (after !== null) return;
    ear.abort();
    after = told.length;
    ear.start({ lang: "en-US" });
  };
  ear = new ServiceEar({ ...studio, on, session: "s" });
  ear.start({ lang: "en-US" });
  while (after === null) await studio.pass(10);
  const again = studio.now;
  studio.loud = (ms) => talk(300, 2000)(ms - again);
  await studio.pass(8000);
  all.push([name, kinds().slice(after).map(([name]) => name).join(" "), studio.leaks()]);
}
print(all);
"""
    )
    whole = "writing heard heard pause ended"
    for name, told, leaks in seen:
        assert told == " ".join(" ".join(word for word in whole.split() if word != name).split()), name
        assert leaks == [], name


async def test_whatever_happens_there_is_text_or_a_sentence_or_nothing_and_nothing_is_left_on():
    seen = await ear(
        """
let seed = 5;
const dice = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
const pick = (...all) => all[Math.floor(dice() * all.length)];
const counts = {};
const wrong = [];
for (let run = 0; run < 500; run++) {
  const studio = new Studio();
  const { told } = studio;
  studio.rate = 1000;
  const from = dice() * 3000;
  studio.loud = pick(talk(from, from + dice() * 4000), talk(from, from + 2000), () => 0.001, () => 0);
  studio.permission = pick(1, 10, 2000, { name: "NotAllowedError", message: "" }, 10, 10);
  studio.running = dice() > 0.1;
  studio.words = pick("words", "words", "");
  studio.server = (nth) => ({
    open: pick(1, 100, 3000, nth % 2 ? null : 5, 5, 5),
    drain: pick(1, 100, 1000),
    got: (socket, frame) => {
      if (dice() < 0.02) socket.cut();
      else if (dice() < 0.01) socket.says({ error: { kind: "service", message: "It failed." } });
      else if (frame === DONE && dice() < 0.9) studio.answer(socket);
    },
  });
  const ear = new ServiceEar({ ...studio, session: "s" });
  ear.start({ lang: "en-US", echo: dice() < 0.5 });
  let aborted = null;
  for (let n = 0; n < 6; n++) {
    await studio.pass(dice() * 3000);
    const act = dice();
    if (act < 0.2) ear.finish();
    else if (act < 0.25) studio.unplug();
    else if (act < 0.3 && aborted === null) ear.abort(), (aborted = told.length);
  }
  const before = told.length;
  if (!studio.running || dice() < 0.3) ear.finish();
  await studio.pass(100_000);
  const ends = told.filter(([name]) => name === "ended");
  const texts = told.filter(([name, said]) => name === "heard" && said.final).length;
  const pauses = told.filter(([name]) => name === "pause").length;
  const said = [texts && "text", ends[0]?.[1] && "sentence"].filter(Boolean).join(" and ");
  const outcome = ends.length ? said || "nothing" : "aborted";
  counts[outcome] = (counts[outcome] ?? 0) + 1;
  const once = ends.length === 1 && told.at(-1)[0] === "ended";
  const fine =
    (aborted === null ? once : told.length === aborted && ends.length <= 1) &&
    texts <= 1 && pauses === (ends.length && texts && !ends[0][1] ? 1 : 0) && !studio.leaks().length;
  const known = outcome !== "text and sentence" || ends[0][1].kind === "unplugged";
  if (!fine || !known) wrong.push({ run, told, aborted, leaks: studio.leaks() });
}
print({ counts, wrong: wrong.slice(0, 3) });
""",
        55,
    )
    assert seen["wrong"] == []
    assert set(seen["counts"]) == {"text", "sentence", "nothing", "aborted", "text and sentence"}
    assert min(seen["counts"].values()) >= 5
