"""What the server’s speech service sends is heard while it comes, and silent at once when it should be."""

from __future__ import annotations

import pytest

from .mouths import service


async def test_it_is_heard_while_it_comes_without_gaps_and_told_when_it_is_over() -> None:
    seen = await service(
        """
        add("Hello."); await calm();
        const all = wav(seconds(1), { size: 0xffffffff });
        await pass(100);
        requests[0].send(all.slice(0, 2000)); await calm(); // 41 ms
        const early = sounds.length;
        requests[0].send(all.slice(2000, 4001)); await calm();
        const began = clock.now;
        for (let at = 4001; at < all.length; at += 4801) {
          requests[0].send(all.slice(at, at + 4801)); await pass(80);
        }
        requests[0].done(); await pass(2000);
        const gaps = sounds.slice(1).map(({ from }, i) => Math.round(from - sounds[i].to));
        const heard = sounds.reduce((sum, { samples }) => sum + samples, 0);
        print({ asked: [requests[0].url, requests[0].body], early, began, seen, gaps, heard, first: sounds[0] });
        """
    )
    body = {"session": "s", "text": "Hello.", "voice": "alto", "speed": 1.5, "lang": "en-US"}
    assert seen["asked"] == ["/voice/speech", body]
    assert seen["early"] == 0
    assert seen["heard"] == 24_000
    assert set(seen["gaps"]) == {0}
    assert seen["first"]["from"] - seen["began"] == pytest.approx(20)
    assert [name for name, *_ in seen["seen"]] == ["began", "ended"]
    assert seen["seen"][0][2] == seen["began"]
    assert 0 <= seen["seen"][1][2] - (seen["began"] + 1020) <= 20


async def test_where_the_service_is_too_slow_there_is_one_gap_and_nothing_is_lost() -> None:
    seen = await service(
        """
        add("Hello."); await calm();
        const all = wav(seconds(1), { size: 0 });
        requests[0].send(all.slice(0, 44 + 4800)); await pass(6000); // 100 ms, then nothing for long
        for (let at = 44 + 4800; at < all.length; at += 4800) {
          requests[0].send(all.slice(at, at + 4800)); await pass(at === 9644 ? 400 : 40);
        }
        requests[0].done(); await pass(2000);
        const gaps = sounds.slice(1).map(({ from }, i) => Math.round(from - sounds[i].to)).filter((gap) => gap > 0);
        print({ seen, gaps: gaps.length, heard: sounds.reduce((sum, { samples }) => sum + samples, 0) });
        """
    )
    assert (seen["gaps"], seen["heard"]) == (1, 24_000)
    assert [name for name, *_ in seen["seen"]] == ["began", "ended"]


async def test_the_next_sentence_is_fetched_ahead_and_follows_at_once() -> None:
    seen = await service(
        """
        add("A.", "B.", "C."); await calm();
        requests[0].send(wav(seconds(0.5))); requests[0].done(); await calm();
        const ahead = requests.map(({ body }) => body.text);
        requests[1].send(wav(seconds(0.5))); requests[1].done(); await pass(600);
        const text = requests.map(({ body }) => body.text);
        print({ ahead, text, gap: sounds[1].from - sounds[0].to, seen: seen.map(([name, text]) => [name, text]) });
        """
    )
    assert seen["ahead"] == ["A.", "B."]
    assert seen["text"] == ["A.", "B.", "C."]
    assert seen["gap"] <= 50
    assert seen["seen"] == [["began", "A."], ["ended", "A."], ["began", "B."]]


async def test_what_was_fetched_ahead_in_another_voice_is_fetched_again() -> None:
    seen = await service(
        """
        add("A.", "B."); await calm();
        requests[0].send(wav(seconds(0.1))); requests[0].done(); await calm();
        settings = { lang: "en-US", voice: "bass", rate: 1 };
        await pass(300);
        print(requests.map(({ body, aborted }) => [body.text, body.voice, body.speed, aborted]));
        """
    )
    assert seen[1:] == [["B.", "alto", 1.5, True], ["B.", "bass", 1, False]]


@pytest.mark.parametrize(
    "when",
    [
        "",
        "requests[0].send(all.slice(0, 20)); await calm();",
        "requests[0].send(all.slice(0, 44)); await calm();",
        "requests[0].send(all.slice(0, 9000)); await pass(100);",
        "requests[0].send(all); requests[0].done(); await pass(300);",
        "requests[0].send(all); requests[0].done(); await pass(300); requests[1].send(all); await calm();",
        "requests[0].send(new TextEncoder().encode('mp3 9000')); await calm(); requests[0].done();",
    ],
)
async def test_a_hush_is_silence_at_once_however_far_it_was(when: str) -> None:
    seen = await service(
        f"""
        const all = wav(seconds(1));
        add("A.", "B."); await calm();
        {when}
        const before = seen.length;
        speaker.hush();
        const quiet = (since) => sounds.every(({{ to }}) => to <= clock.now - since);
        const silent = quiet(0);
        const aborted = requests.every(({{ aborted, ended }}) => aborted || ended);
        for (const request of requests) {{ request.send(all); request.done(); }}
        await pass(5000);
        const after = {{ silent, aborted, told: seen.length - before, still: quiet(5000) }};
        add("C."); await calm();
        requests.at(-1).send(all); requests.at(-1).done(); await pass(2000);
        print({{ ...after, last: seen.slice(-2).map(([name, text]) => [name, text]), busy: speaker.busy }});
        """
    )
    assert seen == {
        **dict.fromkeys(("silent", "aborted", "still"), True),
        "told": 0,
        "busy": False,
        "last": [["began", "C."], ["ended", "C."]],
    }


async def test_a_sound_that_is_no_wav_is_played_when_it_is_there() -> None:
    seen = await service(
        """
        add("A."); await calm();
        requests[0].send(new TextEncoder().encode("mp3 ")); await calm();
        requests[0].send(new TextEncoder().encode("48000")); await calm();
        const early = sounds.length;
        requests[0].done(); await pass(1500);
        print({ early, samples: sounds[0].samples, seen: seen.map(([name]) => name) });
        """
    )
    assert seen == {"early": 0, "samples": 48_000, "seen": ["began", "ended"]}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ('refuse(503, { error: { kind: "x", message: "The service sleeps." } })', "The service sleeps."),
        ('refuse(502, "<html>")', "The speech service failed (502)"),
        ("cut()", "The server cannot be reached"),
        ('send(new TextEncoder().encode("hello there")); requests[0].done()', "that this browser cannot play"),
        ("done()", "sent no sound"),
        ("send(wav(seconds(1)).slice(0, 30)); requests[0].done()", "sent no sound"),
        ("send(wav(seconds(0.5))); requests[0].cut()", "The server cannot be reached"),
        ("wait", "takes too long"),
    ],
)
async def test_what_goes_wrong_is_told_as_a_sentence(answer: str, sentence: str) -> None:
    seen = await service(
        f"""
        add("A."); await calm();
        requests[0].{answer}; await pass(21_000);
        print({{ seen, busy: speaker.busy }});
        """
    )
    assert sentence in seen["seen"][-1][1]
    assert [name for name, *_ in seen["seen"]].count("failed") == 1
    assert seen["busy"] is False


async def test_what_came_before_the_connection_broke_is_heard_to_its_end() -> None:
    seen = await service(
        """
        add("A."); await calm();
        requests[0].send(wav(seconds(0.5), { size: 0 })); await calm(); requests[0].cut(); await pass(2000);
        print({ seen, lasted: sounds.at(-1).to - sounds[0].from });
        """
    )
    assert seen["lasted"] == 500
    assert [name for name, *_ in seen["seen"]] == ["began", "ended", "failed"]


async def test_a_sentence_without_any_sound_is_no_failure() -> None:
    assert await service(
        """
        add("Hm."); await calm();
        requests[0].send(wav([])); requests[0].done(); await pass(40);
        print(seen.map(([name]) => name));
        """
    ) == ["began", "ended"]


async def test_before_a_gesture_it_says_where_to_click_and_after_it_is_heard() -> None:
    seen = await service(
        """
        scope.gesture = false;
        add("A."); await calm();
        const all = wav(seconds(2), { size: 0 });
        for (let at = 0; at < 60_000; at += 12_000) { requests[0].send(all.slice(at, at + 12_000)); await pass(220); }
        scope.gesture = true; speaker.unlock(); speaker.unlock();
        add("B."); await calm();
        requests[1].send(wav(seconds(0.5))); requests[1].done(); await pass(1000);
        print({ seen, sounds: sounds.length, contexts: scope.contexts.length });
        """
    )
    assert seen["seen"][0][1] == "Click anywhere on this page: before that, the browser lets it make no sound."
    assert seen["seen"][0][2] < 1100
    assert [name for name, *_ in seen["seen"]] == ["failed", "began", "ended"]
    assert (seen["sounds"], seen["contexts"]) == (1, 1)


async def test_a_click_just_in_time_is_enough() -> None:
    seen = await service(
        """
        scope.gesture = false;
        add("A."); await calm();
        requests[0].send(wav(seconds(0.5))); requests[0].done(); await pass(500);
        scope.gesture = true; scope.contexts[0].wake(); await pass(1000);
        print(seen.map(([name]) => name));
        """
    )
    assert seen == ["began", "ended"]


async def test_a_telephone_call_does_not_hold_the_queue_up() -> None:
    seen = await service(
        """
        add("A.", "B."); await calm();
        requests[0].send(wav(seconds(1))); requests[0].done(); await pass(300);
        scope.contexts[0].interrupt(); await pass(5000);
        requests[1].send(wav(seconds(1))); requests[1].done(); await pass(5000);
        print({ seen: seen.map(([name, text]) => [name, text]), busy: speaker.busy });
        """
    )
    assert [name for name, _ in seen["seen"]] == ["began", "ended", "failed"]
    assert seen["busy"] is False


async def test_a_hundred_sentences_and_mouths_use_one_stream_of_sound() -> None:
    """Chrome on Android falls silent after ten."""
    assert await service(
        """
        for (let i = 0; i < 100; i++) {
          speaker.use(new ServiceMouth({ session: "s", scope, clock }));
          add(`${i}`); await calm();
          requests[i].send(wav(seconds(0.05))); requests[i].done(); await pass(100);
        }
        print([scope.contexts.length, seen.length]);
        """
    ) == [1, 200]


async def test_a_browser_without_sound_says_so() -> None:
    seen = await service(
        """
        const deaf = new Speaker({ mouth: new ServiceMouth({ session: "s", scope: {}, clock }), on });
        deaf.unlock(); deaf.add({ text: "A." }); deaf.hush();
        print(seen);
        """
    )
    assert "This browser cannot play sound from the server." in seen[0][1]
