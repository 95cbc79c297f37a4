"""Whether somebody speaks: signals that are made here, and a voice where this machine has one."""

from __future__ import annotations

import json
import math
import random
import shutil
import subprocess
import wave
from array import array
from pathlib import Path
from typing import Any

import pytest

from .script import script

RATE = 8000
Signal = list[float]

QUIET = -55.0


async def hear(signals: dict[str, Signal], *, ms: int = 20, rate: int = RATE) -> dict[str, dict[str, Any]]:
    """For each signal when it was told what (ms), and what is known in the end."""
    frame = rate * ms // 1000
    levels = {
        name: [
            math.sqrt(sum(x * x for x in signal[at : at + frame]) / frame)
            for at in range(0, len(signal) - frame + 1, frame)
        ]
        for name, signal in signals.items()
    }
    return await script(
        f"""
const {{ Loudness }} = await import(`${{VOICE}}/loudness.js`);
const all = {{}};
for (const [name, levels] of Object.entries({json.dumps(levels)})) {{
  const loudness = new Loudness();
  const told = {{ started: [], paused: [], nothing: [] }};
  levels.forEach((rms, at) => {{
    const now = loudness.hear(rms, {ms});
    for (const what in told) if (now[what]) told[what].push((at + 1) * {ms});
  }});
  const {{ heard, perhaps, dead, speaking }} = loudness;
  all[name] = {{ ...told, heard, perhaps, dead, speaking }};
}}
print(all);
"""
    )


def noise(seconds: float, level: float, *, rumble: float = 0.95, seed: int = 1) -> Signal:
    """A steady noise; the more it rumbles, the less steady it is from moment to moment."""
    dice = random.Random(seed)
    gain, y, signal = 10 ** (level / 20), 0.0, []
    for _ in range(round(seconds * RATE)):
        y = rumble * y + math.sqrt(1 - rumble * rumble) * dice.gauss(0, 1)
        signal.append(y * gain)
    return signal


def babble(seconds: float, level: float) -> Signal:
    """Four syllables a second, as loud as speech at that level."""
    return [
        1.6 * x * max(0.05, math.sin(math.pi * 4 * at / RATE) ** 2)
        for at, x in enumerate(noise(seconds, level, rumble=0.5, seed=2))
    ]


def mixed(room: Signal, *sounds: tuple[float, Signal]) -> Signal:
    signal = list(room)
    for second, sound in sounds:
        for at, x in enumerate(sound, round(second * RATE)):
            signal[at] += x
    return signal


async def test_noise_that_is_steady_is_no_speech_however_loud_it_is():
    fans = {
        f"{level} dB, rumble {rumble}": noise(12, level, rumble=rumble)
        for level in (-75, -60, -50, -40, -30, -20, -10)
        for rumble in (0.0, 0.95, 0.99)
    }
    for ms in (20, 50):
        for name, told in (await hear(fans, ms=ms)).items():
            assert (told["started"], told["paused"], told["nothing"]) == ([], [], [10_000]), name
            assert not told["heard"], name


async def test_a_muted_microphone_is_known_from_a_quiet_room():
    seen = await hear({"muted": [0.0] * RATE * 11, "quiet": noise(11, -80)})
    assert [seen[name]["nothing"] for name in seen] == [[10_000], [10_000]]
    assert [seen[name]["dead"] for name in seen] == [True, False]
    assert [seen[name]["perhaps"] for name in seen] == [False, False]


@pytest.mark.parametrize("ms", [20, 50])
@pytest.mark.parametrize("room", [-60, -50, -40, -30])
async def test_speech_in_a_room_is_heard_from_its_first_syllable_to_its_last(room: int, ms: int):
    seen = await hear(
        {f"{above} dB above": mixed(noise(10, room), (3, babble(4, room + above))) for above in (12, 18, 25)}, ms=ms
    )
    for name, told in seen.items():
        [started], [paused] = told["started"], told["paused"]
        assert 3120 <= started <= 3350, name
        assert 8000 <= paused <= 8400, name  # 1,200 ms after its end
        assert told["nothing"] == [], name


async def test_who_speaks_before_the_room_was_ever_quiet_is_heard_too():
    seen = await hear({"at once": mixed(noise(6, QUIET), (0, babble(3, -25)))})
    assert seen["at once"]["started"][0] <= 700
    assert 4000 <= seen["at once"]["paused"][0] <= 4400


async def test_between_sentences_it_waits_for_a_second():
    seen = await hear({"sentences": mixed(noise(9, QUIET), (1, babble(2, -25)), (4, babble(2, -25)))})
    assert [at // 1000 for at in seen["sentences"]["paused"]] == [7]


async def test_a_word_that_just_begins_when_the_pause_is_over_is_waited_for():
    seen = await hear({"late": mixed(noise(7, QUIET), (1, noise(2, -25, rumble=0)), (4.12, babble(1, -25)))})
    assert [at // 1000 for at in seen["late"]["paused"]] == [6]


def clicks(seconds: float, every: float, length: float) -> Signal:
    dice = random.Random(3)
    fade = length * RATE / 4
    click = [dice.gauss(0, 0.3) * math.exp(-at / fade) for at in range(round(length * RATE))]
    return mixed(noise(seconds + 1, -60), *[(1 + n * every, click) for n in range(int((seconds - 1) / every))])


async def test_clicks_and_typing_are_no_speech():
    seen = await hear(
        {
            "clicks": clicks(11, 0.7, 0.03),
            "a door": clicks(11, 4, 0.09),
            "typing": clicks(11, 0.15, 0.04),
            "fast typing": clicks(11, 0.1, 0.03),
        }
    )
    for name, told in seen.items():
        assert (told["started"], told["nothing"]) == ([], [10_000]), name


async def test_typing_after_the_last_word_does_not_hold_it_up():
    typing = clicks(6, 0.15, 0.03)[RATE:]
    seen = await hear({"then types": mixed(noise(10, -60), (1, babble(2, -25)), (3, typing))})
    [paused] = seen["then types"]["paused"]
    assert 4000 <= paused <= 4500


async def test_noise_that_rises_slowly_is_no_speech():
    rising = {
        f"{rise} dB a second": [
            x * 10 ** (min(-15.0, -65 + rise * at / RATE) / 20) for at, x in enumerate(noise(11, 0))
        ]
        for rise in (1, 2, 3, 4)
    }
    for name, told in (await hear(rising)).items():
        assert told["started"] == [], name


async def test_a_fan_that_is_switched_on_is_soon_taken_for_what_it_is():
    seen = await hear({"fan": noise(3, -60) + noise(9, -30)})
    assert len(seen["fan"]["started"]) == 1
    assert seen["fan"]["paused"][0] <= 8000
    assert not seen["fan"]["speaking"]


async def test_speech_that_is_clipped_is_speech_and_noise_that_is_clipped_is_noise():
    def clip(signal: Signal) -> Signal:
        return [max(-1.0, min(1.0, x)) for x in signal]

    seen = await hear({"speech": clip(mixed(noise(9, QUIET), (2, babble(4, 6)))), "noise": clip(noise(11, 10))})
    assert 2100 <= seen["speech"]["started"][0] <= 2300
    assert 7000 <= seen["speech"]["paused"][0] <= 7400
    assert seen["noise"]["started"] == []


async def test_a_microphone_that_begins_with_nothing_and_then_hums_hears_no_speech():
    silence = [0.0] * (RATE * 2)
    seen = await hear({f"{level} dB": silence + noise(9, level) for level in (-60, -45, -30)})
    for name, told in seen.items():
        assert (told["started"], told["dead"]) == ([], False), name


async def test_a_headset_that_sends_nothing_between_words_is_heard():
    silence = [0.0] * RATE
    seen = await hear(
        {
            "one word": silence + babble(0.5, -25) + silence * 3,
            "muted": noise(4, -35) + silence * 3,
            "two": silence + babble(0.5, -25) + silence[: RATE // 2] + babble(2, -25) + silence * 3,
        }
    )
    assert [at // 500 for at in seen["one word"]["paused"]] == [5]
    assert [at // 500 for at in seen["two"]["paused"]] == [10]
    assert seen["muted"]["started"] == []


async def test_what_might_be_a_word_is_written_down_when_asked_for_and_a_quiet_room_is_not():
    word = [0.03 * math.sin(at / 3) for at in range(RATE // 2)]  # "aah" as long as the key is held
    seen = await hear({"aah": word, "soft": mixed(noise(3, -60), (1, babble(1, -48))), "room": noise(3, QUIET)})
    assert [seen[name]["perhaps"] for name in ("aah", "soft", "room")] == [True, True, False]


SENTENCES = [
    "Yes.",
    "Stop!",
    "What is the weather in Berlin tomorrow, and do I need an umbrella?",
    "I think that we should first look at the numbers from last year and then decide what to do with the money.",
]


@pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="There is no voice on this machine: apt install espeak-ng."
)
@pytest.mark.parametrize("voice", ["en-us", "de", "en-us+f3"])
async def test_a_voice_is_heard_to_its_end_and_not_taken_for_over_before(voice: str, tmp_path: Path):
    signals: dict[str, Signal] = {}
    ends: dict[str, float] = {}
    for sentence in SENTENCES:
        spoken, rate = speak(sentence, voice, tmp_path / "spoken.wav")
        loud = [at for at, x in enumerate(spoken) if abs(x) > 0.02]
        for room, gain in ((-60.0, 1.0), (-45.0, 1.0), (-60.0, 0.15), (-200.0, 1.0)):
            name = f"{sentence} {room} {gain}"
            length = len(spoken) / rate + 4
            background = noise(length, room)[: round(length * RATE)]
            there = [
                gain * spoken[min(len(spoken) - 1, round(at * rate / RATE))] for at in range(int((length - 4) * RATE))
            ]
            signals[name] = [round(x * 32768) / 32768 for x in mixed(background, (1, there))]
            ends[name] = 1000 + 1000 * loud[-1] / rate
    for name, told in (await hear(signals)).items():
        assert told["started"], name
        [paused] = told["paused"]
        assert ends[name] + 900 <= paused <= ends[name] + 1600, name


def speak(words: str, voice: str, path: Path) -> tuple[Signal, int]:
    """A sentence as samples, and how many of them there are in a second."""
    subprocess.run(["espeak-ng", "-v", voice, "-w", path, words], check=True, timeout=20)
    with wave.open(str(path)) as sound:
        samples = array("h", sound.readframes(sound.getnframes()))
        return [sample / 32768 for sample in samples], sound.getframerate()
