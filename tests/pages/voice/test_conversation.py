"""Talking with an agent in a room where the microphone hears everything that the loudspeaker says."""

from __future__ import annotations

from typing import Any

import pytest

from .script import script

TALK = "const { Talk } = await import(`${VOICE}/../../../tests/pages/voice/talk.js`);"
ANSWER = """
const answer = (question, n) => `You asked: ${question}. That is number ${n} today! Paris is a city on the Seine, ` +
  "and it has two million people. Yes, and not all of them stop there. Would you like the red one or the blue one?";
"""
TWENTY = """
const asked = [];
async function twenty(talk, wrong = 0) {
  talk.conversation.press();
  for (let n = 1; n <= 20; n += 1) {
    await talk.listens();
    await talk.clock.run(900);
    asked.push(`tell me about ${["apples", "pears", "trains", "ships"][n % 4]} number ${n}`);
    talk.room.wrong = 0;
    await talk.room.says(asked.at(-1));
    talk.room.wrong = wrong;
    await talk.speaks();
  }
  await talk.listens();
  const { spoken, overlaps, gaps } = talk.room;
  const cut = spoken.filter((one) => !one.whole).map((one) => one.text);
  print({ asked, cut, overlaps, sentences: spoken.length, gap: Math.min(...gaps),
    sent: talk.sent, turns: talk.agent.turns, tells: talk.tells, stops: talk.stops });
}
"""


async def talked(source: str) -> Any:
    return await script(f"{TALK}{ANSWER}{source}", seconds=40)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_in_twenty_turns_it_never_hears_itself(seed: int) -> None:
    found = await talked(f"{TWENTY} await twenty(new Talk({{ answer, room: {{ seed: {seed} }} }}));")
    assert found["sent"] == found["asked"]
    assert found["turns"] == 20
    assert (found["sentences"], found["cut"]) == (100, [])  # all of each answer was spoken
    assert found["overlaps"] == 0  # the ear was never on beside the voice
    assert found["gap"] >= 600  # … and not for a while after it
    assert (found["tells"], found["stops"]) == ([], 0)


@pytest.mark.parametrize("wrong", [0, 0.05])
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_with_headphones_that_leak_it_never_hears_itself(seed: int, wrong: float) -> None:
    room = f"{{ seed: {seed} }}"
    found = await talked(
        f"{TWENTY} await twenty(new Talk({{ settings: {{ headphones: true }}, answer, room: {room} }}), {wrong});"
    )
    assert found["sent"] == found["asked"]
    assert found["turns"] == 20
    assert (found["sentences"], found["cut"]) == (100, [])
    assert found["overlaps"] >= 95  # the ear was on all the time
    assert (found["tells"], found["stops"]) == ([], 0)


SPEAKING = """
  talk.conversation.press();
  await talk.listens();
  await talk.room.says("tell me about Paris");
  await talk.speaks();
  await talk.clock.run(1500);
  const spoken = talk.room.spoken.length;
  const from = talk.clock.time;
"""


async def test_a_sentence_is_spoken_while_the_next_ones_are_written() -> None:
    found = await talked("""
      const talk = new Talk({ answer, delta: 200 });
      talk.conversation.press();
      await talk.listens();
      await talk.room.says("tell me about Paris");
      await talk.clock.until(() => /Paris\\./.test(talk.agent.run?.source ?? ""), "its first sentence is written");
      const from = talk.clock.time;
      await talk.clock.until(() => talk.room.spoken.length, "it speaks");
      print({ ms: talk.clock.time - from, text: talk.room.spoken[0].text, writing: talk.agent.run !== null });
    """)
    assert found["text"] == "You asked: tell me about Paris."
    assert found["writing"]
    assert found["ms"] <= 300


@pytest.mark.parametrize("act", ["press", "hold", "stopped", "leave"])
async def test_silence_is_at_once_and_nothing_of_that_turn_is_spoken_afterwards(act: str) -> None:
    found = await talked(f"""
      const talk = new Talk({{ answer, delta: 80, stops: 4000 }}); // it writes on for a while
      {SPEAKING}
      talk.conversation.{act}();
      if ("{act}" === "stopped") talk.agent.stop();
      const silent = talk.room.spoken.at(-1).to - from;
      const source = talk.agent.run.source;
      await talk.clock.until(() => !talk.agent.run, "it is over", 30000);
      const more = talk.room.spoken.length - spoken;
      print({{ silent, more, cut: !talk.room.spoken.at(-1).whole, caption: talk.captions.at(-1) }});
    """)
    assert found == {"silent": 0, "more": 0, "cut": True, "caption": None}


async def test_who_cuts_in_stops_the_run_and_their_words_go_when_it_is_over() -> None:
    found = await talked(f"""
      const talk = new Talk({{ answer, delta: 300, stops: 4000 }});
      {SPEAKING}
      talk.conversation.press();
      await talk.listens();
      await talk.room.says("no the other one");
      await talk.clock.until(() => talk.conversation.state.pending, "it waits");
      const waits = [talk.sent.length, talk.agent.run !== null, talk.mode];
      await talk.speaks();
      print({{ waits, sent: talk.sent, stops: talk.stops, said: talk.room.spoken.at(-1).text }});
    """)
    assert found["waits"] == [1, True, "thinking"]
    assert found["sent"] == ["tell me about Paris", "no the other one"]
    assert found["stops"] == 1
    assert found["said"] == "You asked: no the other one."


async def test_the_end_of_its_own_sentence_is_not_taken_for_what_somebody_said_who_cut_in() -> None:
    found = await talked(f"""
      const talk = new Talk({{ answer, delta: 20 }});
      {SPEAKING}
      await talk.clock.until(() => talk.room.spoken.length === 3, "it says more");
      await talk.clock.run(1700);
      talk.conversation.press(); // what is in the air is heard after that
      await talk.clock.run(1000);
      const heard = talk.words;
      await talk.room.says("what about Rome");
      await talk.clock.run(4000);
      print({{ heard, sent: talk.sent, listened: talk.room.starts }});
    """)
    assert found["sent"] == ["tell me about Paris", "what about Rome"]


async def test_with_headphones_speaking_over_it_is_enough() -> None:
    found = await talked(f"""
      const room = {{ late: 200, deaf: true }};
      const talk = new Talk({{ settings: {{ headphones: true }}, answer, delta: 300, room }});
      {SPEAKING}
      const says = talk.room.says("wait what about Rome");
      await talk.clock.until(() => talk.stops, "it is stopped");
      const ms = talk.clock.time - from;
      const so = talk.room.spoken.length;
      await says;
      await talk.clock.until(() => talk.sent.length === 2, "it is sent");
      print({{ ms, more: talk.room.spoken.length - so, sent: talk.sent }});
    """)
    assert found["more"] == 0
    assert found["ms"] < 1000  # two words, and as late as recognition is
    assert found["sent"] == ["tell me about Paris", "wait what about Rome"]


async def test_with_headphones_a_single_stop_silences_it_and_is_not_sent() -> None:
    found = await talked(f"""
      const talk = new Talk({{ settings: {{ headphones: true }}, answer, delta: 300, room: {{ deaf: true }} }});
      {SPEAKING}
      talk.room.says("stop");
      await talk.clock.until(() => talk.stops, "it is stopped");
      const so = talk.room.spoken.length;
      await talk.clock.run(5000);
      const more = talk.room.spoken.length - so;
      print({{ sent: talk.sent, stops: talk.stops, run: talk.agent.run, more, mode: talk.mode }});
    """)
    assert found == {"sent": ["tell me about Paris"], "stops": 1, "run": None, "more": 0, "mode": "listening"}


@pytest.mark.parametrize("headphones", ["true", "false"])
@pytest.mark.parametrize("word", ["yes", "no", "the blue one", "stop"])
async def test_a_short_answer_in_words_that_were_just_spoken_counts(word: str, headphones: str) -> None:
    found = await talked(f"""
      const question = () => "Would you like the red one or the blue one, yes or no, or shall I stop?";
      const talk = new Talk({{ settings: {{ headphones: {headphones} }}, answer: question }});
      talk.conversation.press();
      await talk.listens();
      await talk.room.says("tell me about colours");
      await talk.speaks();
      await talk.listens();
      await talk.clock.run(700);
      await talk.room.says("{word}");
      await talk.comes("thinking");
      print(talk.sent);
    """)
    assert found == ["tell me about colours", word]


async def test_a_tap_and_a_word_that_is_held_are_one_message_each() -> None:
    found = await talked("""
      const talk = new Talk({ settings: { conversation: false }, answer });
      talk.conversation.hold();
      await talk.listens();
      await talk.room.says("tell me");
      await talk.clock.run(12000); // recognition ends meanwhile, as nobody speaks
      await talk.room.says("about Rome");
      talk.conversation.release();
      await talk.speaks();
      await talk.comes("idle");
      await talk.clock.run(5000);
      print({ sent: talk.sent, listening: talk.room.listening.size, starts: talk.room.starts });
    """)
    assert found == {"sent": ["tell me about Rome"], "listening": 0, "starts": 2}


async def test_a_conversation_ends_when_nobody_says_anything() -> None:
    found = await talked("""
      const talk = new Talk({ answer });
      talk.conversation.press();
      await talk.clock.until(() => talk.mode === "idle", "it ends", 120_000);
      const { starts, listening } = talk.room;
      print({ starts, tells: talk.tells, left: [listening.size, talk.clock.timers.size] });
    """)
    assert found["starts"] == 6
    assert found["tells"] == ["Nobody has spoken for a while, so it no longer listens: press to go on."]
    assert found["left"] == [0, 0]  # not even a timer


async def test_a_refused_microphone_is_told_once_and_ends_it() -> None:
    found = await talked("""
      const talk = new Talk({ answer });
      talk.conversation.press();
      await talk.listens();
      [...talk.room.listening][0].fail("not-allowed");
      await talk.clock.run(2000);
      print({ mode: talk.mode, tells: talk.tells, starts: talk.room.starts });
    """)
    assert (found["mode"], found["starts"]) == ("idle", 1)
    assert ["allow it" in sentence for sentence in found["tells"]] == [True]


@pytest.mark.parametrize(
    ("settings", "mine", "spoken"),
    [
        ("conversation: false", "true", False),
        ("conversation: false, aloud: true", "true", True),
        ("conversation: false, aloud: true", "false", True),
        ("conversation: false, aloud: true, quiet: true", "true", False),
        ("conversation: true", "true", True),
        ("conversation: true", "false", False),
    ],
)
async def test_an_answer_to_what_was_typed_is_spoken_to_who_wants_that(settings: str, mine: str, spoken: bool) -> None:
    found = await talked(f"""
      const talk = new Talk({{ settings: {{ {settings} }}, answer }});
      talk.agent.ask("typed", {mine});
      await talk.clock.run(60_000);
      const {{ spoken, starts }} = talk.room;
      print({{ spoken: spoken.length, mode: talk.mode, starts, timers: talk.clock.timers.size }});
    """)
    assert found["spoken"] == (5 if spoken else 0)
    assert found["mode"] == "idle"
    assert found["starts"] == 0  # nobody has pressed anything
    assert found["timers"] == 0


async def test_in_a_conversation_what_others_ask_is_spoken_too_but_not_over_who_talks() -> None:
    found = await talked("""
      const talk = new Talk({ answer });
      talk.conversation.press();
      await talk.listens();
      talk.agent.ask("by somebody else", false);
      await talk.speaks();
      const other = talk.room.spoken[0].text;
      await talk.listens();
      const spoken = talk.room.spoken.length;
      const says = talk.room.says("I have something long to say about all of this");
      await talk.clock.run(600);
      talk.agent.ask("again", false);
      await says;
      const during = talk.room.spoken.length - spoken;
      await talk.clock.until(() => talk.agent.turns === 3, "mine begins", 60_000);
      await talk.speaks();
      print({ other, during, sent: talk.sent, said: talk.room.spoken.at(-1).text, stops: talk.stops });
    """)
    assert found["other"] == "You asked: by somebody else."
    assert found["during"] == 0
    assert found["sent"] == ["I have something long to say about all of this"]
    assert found["said"] == "You asked: I have something long to say about all of this."
    assert found["stops"] == 0


async def test_one_that_was_closed_tells_nothing_any_more() -> None:
    """Its page is left."""
    found = await talked("""
      const talk = new Talk({ answer });
      talk.conversation.press();
      await talk.listens();
      await talk.room.says("tell me about Paris");
      await talk.speaks();
      const told = [];
      talk.conversation.on.state = ({ mode }) => told.push(mode);
      talk.conversation.close();
      const before = told.length;
      await talk.clock.run(60_000);
      print({ last: told[before - 1], later: told.slice(before), sounds: talk.room.synth.entry });
    """)
    assert found == {"last": "idle", "later": [], "sounds": None}
