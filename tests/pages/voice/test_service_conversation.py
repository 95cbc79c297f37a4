"""A conversation by way of the server's speech service, which knows no word before a recording is over."""

from __future__ import annotations

from typing import Any

from .script import script

START = """
const { ServiceEar } = await import(`${VOICE}/service_ear.js`);
const { Conversation } = await import(`${VOICE}/conversation.js`);
const { DONE, Studio, talk } = await import(`${VOICE}/../../../tests/pages/voice/studio.js`);
const studio = new Studio();
const clock = { ...studio.clock, now: () => studio.now };
const words = [], sent = [], tells = [];
class Mouth {
  on = {};
  say({ id }) {
    this.timer = clock.set(() => {
      this.on.began(id);
      this.timer = clock.set(() => this.on.ended(id), 4000);
    }, 50);
  }
  cancel() { clock.clear(this.timer); }
  unlock() {}
}
const talking = (settings) => new Conversation({
  ear: (on) => new ServiceEar({ on, session: "s", scope: studio.scope, clock }),
  mouth: () => new Mouth(),
  clock,
  settings: { lang: "en-US", voice: "", rate: 1, pitch: 1, conversation: true, sends: true, ...settings },
  on: { words: (text) => words.push(text), send: (text) => sent.push(text), tell: (sentence) => tells.push(sentence) },
});
const slowly = () => {
  studio.server = () => ({ open: 5, drain: 1000, got: (socket, frame) => frame === DONE && studio.after(5000, () => {
    socket.says({ text: "words" });
    socket.cut(1000);
  }) });
};
// ms in which it says that it listens, and no recorder is on
const deaf = async (conversation, ms, from, to) => {
  let found = 0;
  for (let i = 0; i < ms / 100; i++) {
    await studio.pass(100);
    const { mode, ending } = conversation.state;
    const records = studio.recorders.some(({ state }) => state === "recording");
    if (mode === "listening" && !ending && !records && studio.now >= from && studio.now <= to) found += 100;
  }
  return found;
};
"""


async def talk(source: str) -> Any:
    return await script(START + source)


async def test_who_is_speaking_is_heard_out_although_somebody_elses_turn_begins() -> None:
    found = await talk(
        """
        studio.loud = talk(500, 4000);
        const conversation = talking();
        conversation.press();
        await studio.pass(2500);
        conversation.turn({ id: "t1", mine: false });
        await studio.pass(9000);
        print({ sent, tells });
        """
    )
    assert found == {"sent": ["what was said"], "tells": []}


async def test_what_was_said_until_the_page_was_hidden_stands_in_the_message_box() -> None:
    found = await talk(
        """
        studio.loud = talk(500, 4000);
        const conversation = talking();
        conversation.press();
        await studio.pass(3500);
        conversation.hidden(true);
        await studio.pass(100);
        const records = studio.recorders.some(({ state }) => state === "recording");
        await studio.pass(3000);
        print({ records, sent, tells, words: words.at(-1), mode: conversation.state.mode });
        """
    )
    assert found == {"records": False, "sent": [], "tells": [], "words": "what was said", "mode": "idle"}


async def test_while_words_are_being_written_down_it_does_not_claim_to_listen() -> None:
    found = await talk(
        """
        slowly();
        studio.loud = talk(500, 2000);
        const conversation = talking();
        conversation.press();
        print({ deaf: await deaf(conversation, 9000, 1000, 9000), sent });
        """
    )
    assert found["deaf"] <= 200  # ms until the recorder has given its last chunk
    assert found["sent"] == ["words"]


async def test_a_noise_during_the_answer_takes_nothing_from_what_is_said_after_it() -> None:
    """With headphones, a recording beside the answer is being written down when that ends."""
    found = await talk(
        """
        slowly();
        studio.loud = (ms) => (ms >= 5000 && ms < 5200 ? 0.003 : 0.001) + talk(12600, 14400)(ms);
        const conversation = talking({ headphones: true });
        conversation.press();
        await studio.pass(300);
        conversation.happen("heard", { final: "hello", interim: "" });
        conversation.sent();
        conversation.turn({ id: "t1", mine: true });
        conversation.thought({ id: "a", turn: "t1", kind: "answer", source: "" });
        const text = "One sentence is said here and it is long enough to be one. And another one here. And a third. ";
        conversation.grew("a", text);
        conversation.ended("a", { text, ok: true });
        conversation.over("t1");
        print({ deaf: await deaf(conversation, 22000, 12600, 14400), sent });
        """
    )
    assert found == {"deaf": 0, "sent": ["words"]}
