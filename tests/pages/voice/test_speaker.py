"""What is spoken one after the other, and what is not spoken any more."""

from __future__ import annotations

from typing import Any

from .script import script

START = """
const { Speaker } = await import(`${VOICE}/speaker.js`);
const seen = [];
const mouth = {
  on: {},
  say: ({ id, text, ...voice }) => { mouth.id = id; mouth.voice = voice; seen.push(`say ${text}`); },
  prepare: ({ text }) => seen.push(`prepare ${text}`),
  cancel: () => seen.push("cancel"),
  unlock: () => seen.push("unlock"),
};
const on = {
  began: ({ text }) => seen.push(`began ${text}`),
  ended: ({ text }) => seen.push(`ended ${text || "nothing"}`),
  failed: (sentence) => seen.push(`failed ${sentence}`),
  empty: () => seen.push("empty"),
};
const begin = () => mouth.on.began(mouth.id);
const end = () => mouth.on.ended(mouth.id);
const fail = (sentence) => mouth.on.failed(mouth.id, sentence);
const spoken = () => { begin(); end(); };
let settings = { lang: "en", rate: 1 };
const speaker = new Speaker({ mouth, on, voice: () => settings });
const add = (...texts) => texts.forEach((text, i) => speaker.add({ id: `u${i}`, text }));
"""


async def told(source: str) -> Any:
    return await script(f"{START}\n{source}\nprint(seen);")


async def test_one_sentence_is_spoken_after_the_other_and_the_next_is_prepared() -> None:
    assert await told('add("A", "B", "C"); spoken(); spoken(); spoken();') == [
        *("say A", "began A", "prepare B", "ended A"),
        *("say B", "began B", "prepare C", "ended B"),
        *("say C", "began C", "ended C", "empty"),
    ]


async def test_what_comes_while_something_sounds_is_prepared_once() -> None:
    assert await told('add("A"); begin(); add("", "B", "C"); end(); spoken(); spoken();') == [
        *("say A", "began A", "prepare B", "ended A", "ended nothing"),
        *("say B", "began B", "prepare C", "ended B", "say C", "began C", "ended C", "empty"),
    ]


async def test_a_stretch_without_words_ends_when_its_turn_comes_and_no_voice_is_asked() -> None:
    assert await told('add(" \\n"); add("A", "", "— …", "$", "😀"); spoken(); spoken();') == [
        *("ended  \n", "empty", "say A", "began A", "prepare $", "ended A", "ended nothing", "ended — …"),
        *("say $", "began $", "prepare 😀", "ended $", "say 😀"),
    ]


async def test_after_a_hush_nothing_is_spoken_or_told() -> None:
    assert await told(
        """
        add("A", "B"); begin();
        const late = mouth.id;
        speaker.hush();
        seen.push(speaker.busy);
        mouth.on.ended(late); mouth.on.began(late); mouth.on.failed(late, "No.");
        """
    ) == ["say A", "began A", "prepare B", "cancel", False]


async def test_a_hush_from_within_what_is_told_is_total_too() -> None:
    assert await told(
        """
        on.began = () => speaker.hush();
        add("A", "B"); begin();
        on.began = undefined;
        on.ended = () => { seen.push("ended"); speaker.hush(); };
        add("", "C");
        add("D", "E"); begin(); fail("No.");
        """
    ) == ["say A", "cancel", "ended", "cancel", "say C", "prepare D", "ended", "cancel"]


async def test_an_answer_that_is_added_after_a_hush_is_spoken() -> None:
    assert await told('add("A", "B"); speaker.hush(); add("C"); spoken();') == [
        *("say A", "cancel", "say C", "began C", "ended C", "empty"),
    ]


async def test_one_sentence_that_fails_is_left_out() -> None:
    assert await told('add("A", "B", "C"); spoken(); fail("No."); spoken();') == [
        *("say A", "began A", "prepare B", "ended A", "say B"),
        *("say C", "began C", "ended C", "empty"),
    ]


async def test_after_two_that_fail_in_a_row_no_more_is_tried_and_the_reason_is_told_once() -> None:
    assert await told(
        """
        add("A", "B", "C"); fail("No."); begin(); fail("Never.");
        add("D"); fail("Never."); add("E", "F"); fail("Never.");
        seen.push("hush"); speaker.hush(); add("G"); fail("Still not.");
        """
    ) == [
        *("say A", "say B", "began B", "prepare C", "ended B", "failed Never.", "empty"),
        *("say D", "empty", "say E", "empty"),
        *("hush", "cancel", "say G", "failed Still not.", "empty"),
    ]


async def test_a_short_answer_that_cannot_be_spoken_says_why() -> None:
    assert await told('add("Yes."); fail("There is no voice."); add("A"); spoken(); add("B"); fail("Gone.");') == [
        *("say Yes.", "failed There is no voice.", "empty", "say A", "began A", "ended A", "empty"),
        *("say B", "failed Gone.", "empty"),
    ]


async def test_a_mouth_that_fails_at_once_does_not_stop_the_queue() -> None:
    assert await told(
        """
        const { say } = mouth;
        mouth.say = (request) => { say(request); if (request.text === "A") fail("No."); };
        add("", "A", "B"); spoken();
        """
    ) == ["ended nothing", "empty", "say A", "failed No.", "empty", "say B", "began B", "ended B", "empty"]


async def test_the_voice_is_asked_for_anew_for_each_sentence() -> None:
    assert await told(
        """
        add("A", "B"); settings = { lang: "de", rate: 2 }; spoken();
        seen.splice(0, Infinity, mouth.voice);
        """
    ) == [{"lang": "de", "rate": 2}]


async def test_another_mouth_begins_with_silence() -> None:
    assert await told(
        """
        add("A", "B"); begin();
        const before = { ...mouth.on };
        speaker.use({ ...mouth, say: ({ text }) => seen.push(`other ${text}`) });
        before.ended(mouth.id); add("C"); speaker.unlock();
        """
    ) == ["say A", "began A", "prepare B", "cancel", "other C", "unlock"]


async def test_who_is_told_may_fail_and_the_queue_goes_on() -> None:
    assert await told(
        """
        on.ended = () => { throw new Error("not mine"); };
        add("A", "B"); begin();
        try { end(); } catch ({ message }) { seen.push(message); }
        """
    ) == ["say A", "began A", "prepare B", "say B", "not mine"]


async def test_thousands_of_stretches_without_words_are_no_deep_call() -> None:
    assert (
        await script(
            f"""{START}
        let ended = 0;
        on.ended = () => (ended += 1);
        add("A");
        for (let i = 0; i < 8000; i++) add("");
        spoken();
        print(ended);
        """
        )
        == 8001
    )
