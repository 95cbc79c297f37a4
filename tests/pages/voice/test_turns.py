"""Between the transcript and a conversation: what is told anew after a cut is neither said twice nor left open."""

from __future__ import annotations

from .script import script

FOLLOWED = """
const { follower } = await import(`${VOICE}/turns.js`);
const told = [];
const names = ["turn", "thought", "grew", "ended", "asked", "over"];
const conversation = Object.fromEntries(names.map((name) => [name, (...args) => told.push([name, ...args])]));
const sources = { a: "One. Two. Three." };
const follow = follower(conversation, { source: (id) => sources[id] ?? "" });
follow("turn", { id: "t", mine: true });
follow("thought", { id: "a", turn: "t", kind: "answer", source: "" });
follow("grew", "a", "One. Tw");
told.length = 0;
"""


async def test_after_a_cut_only_what_is_new_is_told() -> None:
    found = await script(f"""{FOLLOWED}
      follow("reset", ["t", "a"]);
      follow("turn", {{ id: "t", mine: true }});
      follow("thought", {{ id: "a", turn: "t", kind: "answer", source: "One. Two." }});
      print(told);
    """)
    assert found == [["grew", "a", "o."]]


async def test_a_turn_that_ended_during_a_cut_is_over_and_its_rest_is_told() -> None:
    found = await script(f"""{FOLLOWED}
      follow("reset", []);
      follow("turn", {{ id: "u", mine: true }});
      print(told);
    """)
    ended = ["ended", "a", {"text": "One. Two. Three.", "ok": True}]
    assert found == [ended, ["over", "t"], ["turn", {"id": "u", "mine": True}]]


async def test_that_somebody_stopped_a_turn_is_passed_on() -> None:
    found = await script(f"""{FOLLOWED}
      follow("over", "t", {{ stopped: true }});
      follow("over", "t", {{ stopped: true }});
      print(told);
    """)
    assert found == [["over", "t", {"stopped": True}]]


async def test_what_was_told_while_the_voice_was_fetched_is_not_missed() -> None:
    found = await script("""
      const { listen, tell } = await import(`${VOICE}/told.js`);
      const past = [];
      const stop = listen((...told) => past.push(told));
      tell("turn", { id: "t", mine: true });
      tell("grew", "a", "One. ");
      stop();
      const heard = [];
      listen((name) => heard.push(name), past);
      tell("over", "t", {});
      print({ heard, past: past.length });
    """)
    assert found == {"heard": ["turn", "grew", "over"], "past": 2}
