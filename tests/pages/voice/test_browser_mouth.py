"""The browser’s own voices, with every fault that they have."""

from __future__ import annotations

import pytest

from .mouths import browser

LONG = "This is a sentence that somebody wrote without ever drawing breath, " * 8


async def test_the_first_sentence_is_spoken_at_once() -> None:
    seen = await browser(
        """
        build();
        add("Hello.", "And you?");
        const asked = [...scope.spoken];
        clock.end();
        print({ asked, seen, sounds: scope.sounds });
        """
    )
    assert seen["asked"] == ["Hello."]
    assert [(name, text) for name, text, _ in seen["seen"]] == [
        *(("began", "Hello."), ("ended", "Hello."), ("began", "And you?"), ("ended", "And you?")),
    ]
    assert seen["sounds"][0]["from"] == 20


async def test_a_hush_is_silence_at_once_and_what_follows_is_not_swallowed() -> None:
    seen = await browser(
        """
        build({ drops: 50 });
        add("One.", "Two."); clock.move(100);
        speaker.hush();
        const silent = scope.sounds[0].to === clock.now;
        add("Three."); clock.end();
        print({ silent, sounds: scope.sounds });
        """
    )
    assert seen["silent"]
    assert [sound["text"] for sound in seen["sounds"]] == ["One.", "Three."]
    assert seen["sounds"][1]["from"] - 100 <= 300


async def test_where_nothing_was_spoken_a_hush_costs_no_time() -> None:
    assert await browser('build(); speaker.hush(); add("A."); clock.end(); print(scope.sounds[0].from);') == 20


@pytest.mark.parametrize("fault", ["stale", "sync"])
async def test_the_end_of_what_was_hushed_is_not_taken_for_that_of_what_is_spoken(fault: str) -> None:
    seen = await browser(
        f"""
        build({{ {fault}: true }});
        add("One is long enough to be interrupted.", "Two."); clock.move(200);
        speaker.hush();
        add("Three is also rather long, longer than half a second."); clock.end();
        print({{ seen, sounds: scope.sounds }});
        """
    )
    assert [name for name, *_ in seen["seen"]] == ["began", "began", "ended"]
    last = seen["sounds"][-1]
    assert last["to"] - last["from"] == 60 * len(last["text"])


async def test_an_event_of_an_earlier_cancel_that_hits_the_next_sentence_does_not_lose_it() -> None:
    """speech-dispatcher tells of a cancel when the next utterance has begun to be asked for."""
    seen = await browser(
        """
        build({ tardy: 110 });
        add("One."); clock.move(100); speaker.hush(); add("Two."); clock.move(50); faults.tardy = 0; clock.end();
        print({ seen, heard: heard() });
        """
    )
    assert seen["heard"] == ["One.", "Two."]
    assert [name for name, *_ in seen["seen"]] == ["began", "began", "ended"]


async def test_what_another_page_left_in_the_queue_is_removed_first() -> None:
    seen = await browser('build({ stuck: true }); add("A.", "B."); clock.end(); print(scope.sounds);')
    assert [sound["text"] for sound in seen] == ["A.", "B."]
    assert seen[0]["from"] <= 300


async def test_a_pause_that_somebody_left_is_ended() -> None:
    assert await browser('build({ paused: true }); add("A."); clock.end(); print(heard());') == ["A."]


async def test_a_sentence_that_never_begins_is_asked_for_once_more() -> None:
    seen = await browser(
        """
        build({ mute: true });
        add("A.", "B."); clock.move(5999); faults.mute = false; clock.end();
        print({ seen, asked: scope.spoken });
        """
    )
    assert seen["asked"] == ["A.", "A.", "B."]
    assert [name for name, *_ in seen["seen"]] == ["began", "ended", "began", "ended"]


async def test_a_browser_that_never_speaks_says_so_once() -> None:
    seen = await browser(
        'build({ mute: true }); add("A.", "B.", "C."); clock.end(); print({ seen, busy: speaker.busy });'
    )
    assert [(name, text) for name, text, _ in seen["seen"]] == [
        ("failed", "The browser’s voice does not answer. Click anywhere on this page, or choose another voice."),
    ]
    assert seen["busy"] is False


async def test_a_browser_without_voices_says_what_to_do_instead() -> None:
    seen = await browser(
        """
        build({ mute: true }, { voices: [] }); add("A.", "B.");  clock.end();
        build({ errors: ["synthesis-failed", "synthesis-failed", "synthesis-failed"] }, { voices: [] });
        add("A.", "B.");  clock.end();
        mouth = new BrowserMouth({ scope: {}, clock });
        mouth.on.failed = (id, sentence) => seen.push(["failed", sentence, clock.now]);
        mouth.unlock(); mouth.say({ id: 1, text: "A." }); mouth.cancel();
        print(seen);
        """
    )
    sentence = (
        "This browser has no voice here: use another browser, or ask whoever runs this server to set up its speech "
        "service."
    )
    assert [(name, text) for name, text, _ in seen] == [("failed", sentence)] * 3


async def test_before_a_gesture_it_says_where_to_click() -> None:
    seen = await browser(
        """
        build({ blocked: true }); add("A.", "B.");
        faults.blocked = false; speaker.unlock(); add("C."); clock.end();
        print({ seen, heard: heard() });
        """
    )
    assert seen["seen"][0][1] == "Click anywhere on this page: before that, the browser lets it make no sound."
    assert seen["heard"][-1] == "C."
    assert [name for name, *_ in seen["seen"]] == ["failed", "began", "ended"]


async def test_on_ios_a_click_lets_it_speak_from_then_on_and_takes_no_time() -> None:
    seen = await browser(
        """
        build({ held: true }); scope.navigator = { vendor: "Apple Computer, Inc." };
        scope.gesture = true; speaker.unlock(); speaker.unlock(); scope.gesture = false;
        clock.move(1000); add("A."); clock.end();
        print({ asked: scope.spoken, from: scope.sounds[0].from });
        """
    )
    assert seen == {"asked": ["", "A."], "from": 1020}


async def test_elsewhere_a_click_is_enough_and_nothing_empty_is_spoken() -> None:
    """Which makes Chromium mute on Linux, until it is started anew."""
    seen = await browser(
        """
        build({ jams: true }); scope.navigator = { vendor: "Google Inc." };
        speaker.unlock(); add("", "A.", " \\n "); clock.end();
        print({ asked: scope.spoken, heard: heard() });
        """
    )
    assert seen == {"asked": ["A."], "heard": ["A."]}


async def test_a_voice_of_the_network_is_given_breaths_that_end_before_it_is_cut_off() -> None:
    seen = await browser(
        f"""
        build({{ cutoff: true }});
        settings = {{ lang: "en-GB", voice: THERE.voiceURI }};
        const long = {LONG!r};
        add(long); clock.end();
        print({{ seen, long, pieces: heard(), lasts: scope.sounds.map(({{ from, to }}) => to - from) }});
        """
    )
    assert "".join(seen["pieces"]) == seen["long"]
    assert max(seen["lasts"]) < 15_000
    assert all(piece.endswith(", ") for piece in seen["pieces"])
    assert [name for name, *_ in seen["seen"]] == ["began", "ended"]


async def test_a_voice_of_this_device_is_not_interrupted() -> None:
    assert await browser(f"build({{}}, {{ voices: [HERE] }}); add({LONG!r}); clock.end(); print(heard().length);") == 1


@pytest.mark.parametrize("faults", ["endless: true", "endless: true, worded: false"])
async def test_an_end_that_never_comes_holds_nothing_up_for_long(faults: str) -> None:
    seen = await browser(
        f"""
        build({{ {faults} }});
        add("This sentence is never told to have ended.", "B."); clock.end();
        print({{ heard: heard(), began: seen.find(([name, text]) => name === "began" && text === "B.")[2] }});
        """
    )
    assert seen["heard"] == ["This sentence is never told to have ended.", "B."]
    assert seen["began"] < 15_000


async def test_a_slow_voice_is_not_taken_for_one_that_has_lost_its_end() -> None:
    seen = await browser(
        """
        build({ worded: false });
        settings = { lang: "en-US", rate: 0.5 };
        add("A sentence that takes twice as long as it would take others to say it.", "B."); clock.end();
        print(scope.sounds.map(({ text, from, to }) => [text.length, to - from]));
        """
    )
    assert [ms == 120 * signs for signs, ms in seen] == [True, True]


async def test_a_voice_of_the_network_that_tells_nothing_is_replaced_and_not_asked_again() -> None:
    seen = await browser(
        """
        build({ deaf: true });
        settings = { lang: "en-GB", voice: THERE.voiceURI };
        add("A.", "B."); clock.end();
        print({ seen, voices: scope.sounds.map(({ voice }) => voice) });
        """
    )
    assert seen["voices"] == ["There", None, None]
    assert [name for name, *_ in seen["seen"]] == ["began", "ended", "began", "ended"]


async def test_a_chosen_voice_that_is_listed_late_is_waited_for_a_moment() -> None:
    seen = await browser(
        """
        build({ late: 120 });
        settings = { lang: "de-DE", voice: GERMAN.voiceURI };
        add("A."); clock.end();
        print(scope.sounds[0]);
        """
    )
    assert (seen["voice"], seen["lang"]) == ("Hier", "de-DE")
    assert seen["from"] <= 300


async def test_voices_that_come_too_late_are_not_waited_for_and_never_twice() -> None:
    seen = await browser(
        """
        build({ late: 60_000 });
        settings = { lang: "de-DE", voice: GERMAN.voiceURI };
        add("A.", "B."); clock.end();
        print({ voices: scope.sounds.map(({ voice }) => voice), first: scope.sounds[0].from, seen });
        """
    )
    assert seen["voices"] == [None, None]
    assert seen["first"] <= 300
    assert seen["seen"][2][2] - seen["seen"][1][2] == 20


async def test_without_a_chosen_voice_none_is_waited_for() -> None:
    assert await browser('build({ late: 60_000 }); add("A."); clock.end(); print(scope.sounds[0].from);') == 20


async def test_a_voice_that_is_gone_is_replaced_by_that_of_the_language() -> None:
    seen = await browser(
        """
        build();
        settings = { lang: "de-DE", voice: "urn:Gone" };
        add("A."); clock.end();
        print(scope.sounds[0]);
        """
    )
    assert (seen["voice"], seen["lang"]) == (None, "de-DE")


async def test_a_voice_that_fails_is_replaced_and_a_second_failure_has_its_reason() -> None:
    seen = await browser(
        """
        settings = { lang: "en-GB", voice: THERE.voiceURI };
        build({ errors: ["voice-unavailable"] }); add("A."); clock.end();
        const voices = scope.sounds.map(({ voice }) => voice);
        build({ errors: ["network", "network"] }); add("B."); clock.end();
        settings = { lang: "et" };
        build({ errors: ["language-unavailable"] }); add("C."); clock.end();
        print({ voices, sentences: seen.filter(([name]) => name === "failed").map(([, sentence]) => sentence) });
        """
    )
    assert seen["voices"] == [None]
    assert seen["sentences"] == [
        "This voice comes over the network, which does not answer. Choose a voice of this device.",
        "This browser has no voice for Estonian. Choose another language in the voice settings.",
    ]


async def test_speed_and_pitch_keep_within_what_can_be_understood() -> None:
    seen = await browser(
        """
        build();
        for (const it of [{ rate: 9, pitch: 9 }, { rate: 0.1, pitch: -1 }, {}, { rate: NaN }]) {
          settings = { lang: "en-US", ...it };
          add("A."); clock.end();
        }
        print(scope.sounds.map(({ rate, pitch }) => [rate, pitch]));
        """
    )
    assert seen == [[2, 2], [0.5, 0], [1, 1], [1, 1]]


async def test_a_page_that_is_left_is_silent_and_one_that_comes_back_goes_on() -> None:
    seen = await browser(
        """
        build();
        add("A sentence.", "B."); clock.move(100); scope.listeners.pagehide();
        const silent = scope.sounds[0].to === clock.now && scope.sounds.length === 1;
        clock.move(1000);
        const still = scope.sounds.length === 1;
        clock.end();
        print({ silent, still, heard: heard(), busy: speaker.busy });
        """
    )
    assert seen == {"silent": True, "still": True, "heard": ["A sentence.", "B."], "busy": False}


@pytest.mark.parametrize(("platform", "after"), [("Linux x86_64", ["One.", " "]), ("MacIntel", ["One."])])
async def test_what_is_hushed_before_it_begins_is_not_spoken_after_all_on_linux(
    platform: str, after: list[str]
) -> None:
    """speech-dispatcher forgets a cancel that comes too early, and ends what it speaks for what comes next."""
    seen = await browser(
        f"""
        build(); scope.navigator = {{ platform: "{platform}" }};
        add("One.", "Two."); clock.move(5);
        speaker.hush();
        clock.end();
        print({{ spoken: scope.spoken, seen }});
        """
    )
    assert seen == {"spoken": after, "seen": []}


async def test_half_a_letter_is_not_given_to_a_voice() -> None:
    assert await browser('build(); add("A\\ud83d."); clock.end(); print(scope.spoken);') == ["A\ufffd."]
