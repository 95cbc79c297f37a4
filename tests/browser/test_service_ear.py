"""The ear of the server's speech service in a real browser, whose microphone hears a file."""

from __future__ import annotations

import math
import random
import wave
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from .chromium import started
from .stenographer import Stenographer, stenographer

RATE = 48_000
BEGINS, ENDS = 1.0, 4.0  # when somebody speaks in the file, in seconds
STEP = 0.1

OpenEar = Callable[..., Page]

START = """
async (options) => {
  const { ServiceEar } = await import("/service_ear.js");
  const note = (name) => (said) => told.push([name, said ?? null, Math.round(performance.now() - begun)]);
  const on = Object.fromEntries(["heard", "sound", "pause", "writing", "ended"].map((name) => [name, note(name)]));
  const { getUserMedia } = navigator.mediaDevices;
  Object.assign(window, { told: [], tracks: [], begun: performance.now() });
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await getUserMedia.call(navigator.mediaDevices, wanted);
    tracks.push(...stream.getTracks());
    begun = performance.now();
    return stream;
  };
  window.ear = new ServiceEar({ on, session: "one" });
  ear.start({ lang: "en-US", ...options });
}
"""
DECODED = """
async (path) => {
  const bytes = await (await fetch(path)).arrayBuffer();
  const sound = await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(bytes);
  const [samples, size] = [sound.getChannelData(0), 4800];
  const energy = [];
  for (let from = 0; from + size <= samples.length; from += size) {
    energy.push(Math.sqrt(samples.subarray(from, from + size).reduce((sum, x) => sum + x * x, 0) / size));
  }
  return { duration: sound.duration, energy };
}
"""


def voice() -> list[float]:
    """A room; then somebody says aah, aah, aah, unevenly."""
    dice = random.Random(1)
    signal: list[float] = []
    for at in range(round((ENDS + 0.5) * RATE)):
        t = at / RATE
        x = dice.gauss(0, 0.0005)
        if BEGINS <= t < ENDS:
            loud = 0.25 * math.sin(math.pi * 3 * (t - BEGINS)) ** 2 * (1 if int(3 * (t - BEGINS)) % 2 else 0.5)
            pitch = 2 * math.pi * (120 + 15 * math.sin(5 * t)) * t
            x += loud * sum(math.sin(n * pitch) / n for n in (1, 2, 3, 5, 8)) / 2
        signal.append(x)
    return signal


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[float]]:
    """A file, and how loud it is in each tenth of a second."""
    signal = voice()
    path = tmp_path_factory.mktemp("voice") / "said.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(array("h", [round(32767 * x) for x in signal]).tobytes())
    size = round(STEP * RATE)
    return path, [
        math.sqrt(sum(x * x for x in signal[at : at + size]) / size) for at in range(0, len(signal) - size + 1, size)
    ]


@pytest.fixture(scope="module")
def talker(chromium: Browser, said: tuple[Path, list[float]]) -> Iterator[Browser]:
    """A browser whose microphone hears the file, from its beginning each time it is opened, and then nothing."""
    browser = chromium.browser_type.launch(
        **started(
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={said[0]}%noloop",
        )
    )
    yield browser
    browser.close()


@pytest.fixture
def writer() -> Iterator[Stenographer]:
    with stenographer() as writer:
        yield writer


@pytest.fixture
def open_ear(talker: Browser, writer: Stenographer) -> Iterator[OpenEar]:
    context = talker.new_context()
    context.set_default_timeout(15_000)
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))

    def open_ear(**options: Any) -> Page:
        page = context.new_page()
        page.goto(writer.url)
        page.get_by_role("button").click()  # a gesture, as each browser wants one
        page.evaluate(START, options)
        return page

    yield open_ear
    context.close()
    assert faults == []


def told(page: Page, name: str) -> list[Any]:
    """Waits until that was told; returns all that was."""
    page.wait_for_function("name => told.some(([what]) => what === name)", arg=name)
    return page.evaluate("told")


def live(page: Page) -> int:
    return page.evaluate("tracks.filter(({ readyState }) => readyState === 'live').length")


def alike(one: list[float], other: list[float]) -> float:
    """The correlation of two curves, at the shift within half a second where it is best."""
    return max(correlation(one[shift:], other) for shift in range(6))


def correlation(one: list[float], other: list[float]) -> float:
    n = min(len(one), len(other))
    a, b = one[:n], other[:n]
    mean_a, mean_b = sum(a) / n, sum(b) / n
    spread = math.sqrt(sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b))
    return sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True)) / spread if spread else 0.0


def test_what_was_said_arrives_whole_and_is_sent_at_the_pause(
    open_ear: OpenEar, writer: Stenographer, said: tuple[Path, list[float]]
) -> None:
    page = open_ear()
    news = told(page, "ended")
    assert [[name, what] for name, what, _ in news] == [
        ["writing", None],
        ["heard", {"final": "", "interim": "what"}],
        ["heard", {"final": "", "interim": "what was said"}],
        ["heard", {"final": "what was said", "interim": ""}],
        ["pause", None],
        ["ended", None],
    ]
    noticed = news[0][2] / 1000
    assert ENDS + 0.9 < noticed < ENDS + 2.2
    assert live(page) == 0
    [recording] = writer.recordings
    assert recording.done
    assert recording.query == {"session": "one", "lang": "en-US", "type": "audio/webm;codecs=opus"}
    assert recording.frames[0].startswith(b"\x1a\x45\xdf\xa3")  # EBML: the header comes first
    decoded = page.evaluate(DECODED, "/recordings/0")
    assert decoded["duration"] == pytest.approx(noticed, rel=0.1)
    assert alike(decoded["energy"], said[1]) > 0.6
    assert sum(map(len, recording.frames)) < 12_000 * noticed  # bytes


def test_a_key_that_is_let_go_ends_it_while_somebody_speaks(open_ear: OpenEar, writer: Stenographer) -> None:
    page = open_ear()
    page.wait_for_function("performance.now() - begun > 2500")
    page.evaluate("ear.finish()")
    news = told(page, "ended")
    assert news[-2][0] == "pause"
    assert news[-1][2] < 4000
    assert page.evaluate(DECODED, "/recordings/0")["duration"] == pytest.approx(news[0][2] / 1000, rel=0.1)


def test_a_line_that_is_cut_is_laid_again_and_nothing_is_missing(
    open_ear: OpenEar, writer: Stenographer, said: tuple[Path, list[float]]
) -> None:
    writer.cuts = 1
    page = open_ear()
    news = told(page, "ended")
    assert [name for name, *_ in news][-2:] == ["pause", "ended"]
    assert news[-1][1] is None
    assert len(writer.recordings) == 2
    decoded = page.evaluate(DECODED, "/recordings/1")
    assert decoded["duration"] == pytest.approx(news[0][2] / 1000, rel=0.1)
    assert alike(decoded["energy"], said[1]) > 0.6


def test_with_headphones_speech_is_told_when_it_begins(open_ear: OpenEar) -> None:
    page = open_ear(echo=True)
    [[name, _, at]] = told(page, "sound")
    assert name == "sound"
    assert BEGINS * 1000 < at < BEGINS * 1000 + 800
    page.evaluate("ear.abort()")
    assert live(page) == 0
    page.wait_for_timeout(300)
    assert len(page.evaluate("told")) == 1


def test_the_microphone_is_off_after_abort_at_any_time(open_ear: OpenEar, writer: Stenographer) -> None:
    page = open_ear()
    for wait in (0, 30, 150, 1500, 2500):
        page.evaluate("ear.abort(), ear.start({ lang: 'en-US' })")
        page.wait_for_timeout(wait)
        page.evaluate("ear.abort()")
    page.wait_for_timeout(300)
    assert live(page) == 0
    assert page.evaluate("told") == []
    assert not any(recording.done for recording in writer.recordings)


def test_a_site_that_forbids_microphones_is_told_from_a_person_who_does(
    open_ear: OpenEar, writer: Stenographer
) -> None:
    writer.policy = "microphone=()"
    page = open_ear()
    [[_, why, _]] = told(page, "ended")
    assert why["kind"] == "policy"
    assert writer.recordings == [] or writer.recordings[0].frames == []
