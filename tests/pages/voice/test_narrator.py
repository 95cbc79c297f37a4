"""What is spoken of a turn: its answers while they are written, signs of what else happens, and what it asks."""

from __future__ import annotations

from .script import script

STUDIO = """
const { Conversation } = await import(`${VOICE}/conversation.js`);
const { Clock, FakeEar, FakeMouth } = await import(`${VOICE}/../../../tests/pages/voice/fakes.js`);
const clock = new Clock();
const mouth = new FakeMouth();
const told = [];
let ear;
const conversation = new Conversation({
  ear: (on) => (ear = new FakeEar(on)), mouth: () => mouth, clock,
  settings: { lang: "en-US", aloud: true, signs: true, sends: true },
  on: Object.fromEntries(["send", "stop", "tell", "caption"].map((name) => [name, (it) => told.push([name, it])])),
});
const begin = (kind, more) => conversation.thought({ id: kind, turn: "t", kind, source: "", ...more });
"""


async def test_who_comes_late_hears_the_rest_from_the_sentence_that_is_being_written() -> None:
    found = await script(f"""{STUDIO}
      conversation.turn({{ id: "t", mine: true }});
      begin("answer", {{ source: "One is over. Two is be" }});
      conversation.grew("answer", "ing written. Three");
      mouth.done();
      const text = "One is over. Two is being written. Three comes."; // more than was told
      conversation.ended("answer", {{ text, ok: true }});
      mouth.done();
      print(mouth.said);
    """)
    assert found == ["Two is being written.", "Three comes."]


async def test_captions_say_what_is_spoken_and_where_it_stands() -> None:
    found = await script(f"""{STUDIO}
      const text = "One is *here*. Two is there.";
      conversation.turn({{ id: "t", mine: true }});
      begin("answer");
      conversation.grew("answer", text);
      conversation.ended("answer", {{ text, ok: true }});
      mouth.done();
      mouth.done();
      conversation.over("t");
      print(told.map(([, it]) => it && [it.thought, text.slice(it.from, it.to).trim(), it.text]));
    """)
    assert found == [["answer", "One is *here*.", "One is here."], ["answer", "Two is there.", "Two is there."], None]


async def test_signs_of_what_it_does_are_short_and_never_lag_behind() -> None:
    found = await script(f"""{STUDIO}
      conversation.turn({{ id: "t", mine: true }});
      begin("thinking");
      const first = [...mouth.said];
      for (const tool of ["search", "calculator", "clock"]) {{
        conversation.thought({{ id: tool, turn: "t", kind: "action", tool, source: "" }});
        conversation.ended(tool, {{ text: "", ok: true }});
      }}
      const meanwhile = mouth.said.length;
      mouth.done();
      const newest = mouth.said.slice(1);
      conversation.thought({{ id: "search2", turn: "t", kind: "action", tool: "search", source: "" }});
      begin("answer");
      conversation.grew("answer", "Here it is. And more");
      mouth.done();
      print({{ first: first.length, meanwhile, newest: newest.length, last: mouth.said.slice(2) }});
    """)
    assert found == {"first": 1, "meanwhile": 1, "newest": 1, "last": ["Here it is."]}


async def test_a_sentence_before_a_pause_of_the_stream_does_not_wait_for_the_next() -> None:
    found = await script(f"""{STUDIO}
      conversation.turn({{ id: "t", mine: true }});
      begin("answer");
      conversation.grew("answer", "Here it is.");
      const before = mouth.said.length;
      await clock.run(121);
      print([before, mouth.said]);
    """)
    assert found == [0, ["Here it is."]]


async def test_what_the_agent_asks_is_spoken_and_answered_by_voice() -> None:
    found = await script(f"""{STUDIO}
      conversation.set({{ conversation: true }});
      conversation.press();
      ear.hear("book a table");
      ear.on.pause();
      ear.end();
      conversation.turn({{ id: "t", mine: true }});
      conversation.asked({{ id: "q", turn: "t", text: "For how many?" }});
      const asks = [...mouth.said, ear.is];
      mouth.done();
      await clock.run(600);
      const listens = ear.is;
      ear.hear("four");
      ear.on.pause();
      ear.end();
      begin("answer");
      conversation.grew("answer", "It is booked. ");
      conversation.ended("answer", {{ text: "It is booked. ", ok: true }});
      const said = mouth.said.at(-1);
      const sent = told.filter(([name]) => name === "send" || name === "stop");
      print({{ asks, listens, said, sent }});
    """)
    assert found == {
        "asks": ["For how many?", False],
        "listens": True,
        "said": "It is booked.",
        "sent": [["send", "book a table"], ["send", "four"]],
    }


async def test_reading_aloud_is_one_answer_at_a_time_and_goes_silent_with_a_press() -> None:
    found = await script(f"""{STUDIO}
      conversation.read({{ id: "a", text: "One. Two. Three." }});
      conversation.read({{ id: "b", text: "Four. Five." }});
      mouth.done();
      conversation.stopped();
      conversation.grew("b", "Six. Seven.");
      print({{ said: mouth.said, now: mouth.now, caption: told.at(-1), mode: conversation.state.mode }});
    """)
    assert found == {"said": ["One.", "Four.", "Five."], "now": None, "caption": ["caption", None], "mode": "speaking"}
