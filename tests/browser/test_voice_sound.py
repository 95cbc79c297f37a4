"""What is really heard: chromium speaks with espeak-ng, a tape keeps what sounded, a microphone hears a file."""

from __future__ import annotations

import wave
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import correlation, median
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from .sound import SILENCE, SPOKEN, Sound, Tape, figure, latest, microphone, speaking, speech
from .tab import new_person
from .voice_page import voice_page

PACE = 50  # words written in a second

NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()
STORY = [f"This is sentence number {number}, and it takes a while to say all of it." for number in NUMBERS[:10]]


@pytest.fixture(scope="module")
def bare(chromium: Browser, sound: Sound) -> Iterator[Page]:
    with voice_page() as url, opened(chromium, sound, url) as page:
        page.evaluate("voices().then((all) => all.length)")
        yield page


@pytest.fixture
def page(bare: Page, sound: Sound) -> Iterator[Page]:
    """The bare page of voice_page.html, silent and with an empty diary."""
    sound.tape.wait_for_silence()
    bare.evaluate("diary.length = 0, how.rate = 1, use('browser')")
    yield bare
    bare.evaluate("hush()")


@pytest.fixture
def tape(sound: Sound) -> Tape:
    return sound.tape


def test_the_browser_has_voices_of_this_machine(page: Page) -> None:
    voices = page.evaluate("voices()")
    assert {"en-US", "de"} <= {voice["lang"] for voice in voices}
    assert all(voice["local"] for voice in voices)


@pytest.mark.alone
def test_the_first_sentence_is_heard_while_the_others_are_written(page: Page, tape: Tape) -> None:
    told, heard = [], []
    for number in NUMBERS[:6]:
        first = f"Here comes the answer of round {number}."
        began = page.evaluate(
            "([answer, pace]) => { const so_far = diary.length; write(answer, pace); return happens('began', so_far) }",
            [f"{first} {' '.join(STORY)}", PACE],
        )
        assert (began["what"], began["text"].strip()) == ("began", first)
        written = next(entry["at"] for entry in page.evaluate("diary") if entry["text"].strip() == f"{number}.")
        heard.append(tape.first_sound(written) - written)
        told.append(began["at"] - written)
        page.evaluate("hush()")
        tape.wait_for_silence(0.2)
        page.evaluate("diary.length = 0, null")
    print(figure("first sentence written → it begins", told), figure("→ heard", heard), sep="\n")
    assert median(told) <= SPOKEN
    assert median(heard) <= SPOKEN


@pytest.mark.alone
def test_hushed_it_is_silent_at_once(page: Page, tape: Tape) -> None:
    silent = []
    for i in range(5):
        began = speak(page, STORY)
        tape.first_sound(began["at"] + 0.13 * i)
        silent.append(hush(page, tape, 0.35 if i < 4 else 2.5))  # nothing that was queued is heard later, either
    print(figure("hush → silence", silent))
    assert median(silent) <= SILENCE
    assert max(silent) < 0.3, "It goes on."
    assert [entry["what"] for entry in page.evaluate("diary")] == ["began", "hush"] * 5


def test_hushed_before_it_could_begin_it_is_not_spoken(page: Page, tape: Tape) -> None:
    silent = []
    for delay in (0, 20, 40):
        at = page.evaluate(
            "async ([all, delay]) => { speak(all.map((say) => ({ say })));"
            "await new Promise((done) => setTimeout(done, delay)); hush(); return diary.at(-1).at }",
            [STORY[:3], delay],
        )
        silent.append(latest(tape.sounds(at, at + 1.2), at))
    print(figure("hush before it begins → silence", silent))
    assert max(silent) < 1


def test_an_answer_is_spoken_to_its_end(page: Page, tape: Tape) -> None:
    sentences = [f"Now {number}." for number in NUMBERS]
    page.evaluate("how.rate = 2, null")
    page.evaluate("([answer, pace]) => { write(answer, pace) }", [" ".join(sentences), PACE])
    page.wait_for_function(
        "(n) => diary.filter(({ what }) => what === 'ended' || what === 'failed').length === n", arg=len(sentences)
    )
    diary = [entry for entry in page.evaluate("diary") if entry["what"] not in ("wrote", "empty")]
    told = [(entry["what"], entry["text"].strip()) for entry in diary]
    assert told == [(what, sentence) for sentence in sentences for what in ("began", "ended")]
    for began, ended in zip(diary[::2], diary[1::2], strict=True):
        assert len(tape.sounds(began["at"], ended["at"])) > 20, f"Hardly anything was heard of “{began['text']}”"
    pauses = [began["at"] - ended["at"] for ended, began in zip(diary[1:-1:2], diary[2::2], strict=True)]
    print(figure("one sentence ended → the next begins", pauses))


def test_hushed_and_asked_again_it_speaks_each_time(page: Page, tape: Tape) -> None:
    again = []
    for i in range(10):
        at = page.evaluate("now()")
        speak(page, STORY[i % 10 :])
        again.append(tape.first_sound(at) - at)
        page.evaluate("hush()")
        last = tape.until
        tape.sounds(last, last + SILENCE)
    print(figure("asked again → heard", again))


@pytest.mark.alone
def test_the_voice_of_a_service_is_as_fast(page: Page, tape: Tape) -> None:
    page.evaluate("use('service')")
    heard, silent = [], []
    for i in range(4):
        at = page.evaluate("now()")
        speak(page, [f"This is round {NUMBERS[i]}, and what comes is heard.", *STORY])
        heard.append(tape.first_sound(at) - at)
        tape.first_sound(at + 0.3 + 0.13 * i)
        silent.append(hush(page, tape, 0.35))
    print(figure("sentence of a service → heard", heard), figure("hush → silence", silent), sep="\n")
    assert median(heard) <= SPOKEN
    assert median(silent) <= SILENCE
    assert max(silent) < 0.3, "It goes on."


def test_the_microphone_hears_what_is_said(chromium: Browser, sound: Sound, tmp_path: Path) -> None:
    question = speech("What is the capital of France?", tmp_path / "question.wav")
    with voice_page() as url, opened(chromium, sound, url, *microphone(question)) as page:
        heard = page.evaluate("microphone(2.4)")
    said = loudness(question)
    assert max(heard) > 0.2
    assert max(heard[len(said) + 8 :]) < 0.02, "It still hears something after the last word."
    assert max(correlation(said, heard[by : by + len(said)]) for by in range(9)) > 0.6


# ── below: doing and measuring ───────────────────────────────────────────────────────────────────────────


@contextmanager
def opened(chromium: Browser, sound: Sound, url: str, *more: str) -> Iterator[Page]:
    """The page in a browser of its own, after a click, without which it must not sound."""
    faults: list[str] = []
    with speaking(chromium, sound, *more) as browser:
        page = new_person(browser, faults).new_page()
        page.goto(url)
        page.click("button")
        yield page
    assert faults == []


def speak(page: Page, sentences: list[str]) -> dict[str, Any]:
    """Queues them; returns the diary's entry of the first once it begins."""
    began = page.evaluate(
        "(all) => { const so_far = diary.length; speak(all.map((say) => ({ say }))); return happens('began', so_far) }",
        sentences,
    )
    assert (began["what"], began["text"]) == ("began", sentences[0])
    return began


def hush(page: Page, tape: Tape, seconds: float) -> float:
    """How long it was still heard; for so many seconds is listened."""
    at = page.evaluate("(hush(), diary.at(-1).at)")
    return latest(tape.sounds(at, at + seconds), at)


def loudness(path: Path) -> list[float]:
    """The loudest of each 0.05 s, 0 to 1."""
    with wave.open(str(path)) as file:
        samples = array("h", file.readframes(file.getnframes()))
        step = file.getframerate() // 20
    return [max(map(abs, samples[i : i + step])) / 32768 for i in range(0, len(samples) - step, step)]
