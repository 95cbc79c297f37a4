"""Loudspeaker and voice of a machine that has no sound card, and a tape that keeps what sounded when.

PulseAudio plays into a sink that leads nowhere, at the speed of a real one; its monitor is recorded. speech-dispatcher
with espeak-ng is the voice that Debian's chromium speaks with, headless or not.
"""

from __future__ import annotations

import array
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import IO

from playwright.sync_api import Browser

from tests import others

from .chromium import started

SPOKEN = 0.300  # s from a sentence written until it is spoken, in the middle of several times
SILENCE = 0.150  # s from Stop until nothing sounds, likewise

PACKAGES = {
    "pulseaudio": "pulseaudio",
    "speech-dispatcher": "speech-dispatcher-espeak-ng",
    "espeak-ng": "espeak-ng",
}
"""Which package brings what is started here; `.ci/run` installs them."""

RATE = 22_050  # what espeak-ng makes: nothing on the way resamples
WINDOW = 110  # samples, 5 ms
LOUD = 100  # of 32,767: the sink is digitally silent, the faintest consonant is above

DISPATCHER = """
LogLevel 1
LogDir "{folder}"
AudioOutputMethod "pulse"
AddModule "espeak-ng" "sd_espeak-ng" "espeak-ng.conf"
DefaultModule "espeak-ng"
"""


@contextmanager
def sounding(folder: Path) -> Iterator[Sound]:
    """Loudspeaker, voice and tape, whose sockets and settings are kept in the folder."""
    packages = [package for program, package in PACKAGES.items() if shutil.which(program) is None]
    if packages:
        others.missing(f"There is no sound on this machine: apt install {' '.join(packages)}.")
    sound = Sound(folder)
    try:
        sound.start()
        yield sound
    finally:
        sound.stop()


@contextmanager
def speaking(chromium: Browser, sound: Sound, *more: str) -> Iterator[Browser]:
    """Another chromium, which speaks and plays there; `more` is what it is started with besides."""
    heard = {"ignore_default_args": ["--mute-audio"], "env": os.environ | sound.environ}
    browser = chromium.browser_type.launch(**started("--enable-speech-dispatcher", *more, **heard))
    yield browser
    browser.close()


class Sound:
    """The two daemons, with sockets and settings of their own in a folder, and the tape that runs along."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        pulse, dispatcher = folder / "pulse.socket", folder / "dispatcher.socket"
        self.environ = {
            "XDG_RUNTIME_DIR": str(folder),
            "HOME": str(folder),
            "PULSE_SERVER": f"unix:{pulse}",
            "SPEECHD_ADDRESS": f"unix_socket:{dispatcher}",
        }
        """What a program needs that is to sound here."""
        self.tape = Tape()
        self._sockets = pulse, dispatcher
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Returns once both answer and the tape runs; raises TimeoutError."""
        pulse, dispatcher = self._sockets
        self._run(
            *("pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disable-shm=yes"),
            *("-L", f"module-native-protocol-unix socket={pulse} auth-anonymous=1"),
            *("-L", f"module-null-sink sink_name=out rate={RATE} channels=1 norewinds=1"),
        )
        settings = self.folder / "settings"
        (settings / "modules").mkdir(parents=True)
        (settings / "speechd.conf").write_text(DISPATCHER.format(folder=self.folder))
        (settings / "modules" / "espeak-ng.conf").write_text("Debug 0\n")
        wait_for(lambda: answers(pulse))
        self._run(
            *("speech-dispatcher", "--run-single", "--timeout", "0", "--config-dir", str(settings)),
            *("--communication-method", "unix_socket", "--socket-path", str(dispatcher)),
            *("--pid-file", str(self.folder / "dispatcher.pid")),
        )
        # 10 ms: the sink works in blocks as short as a listener asks for, but a first one of 2 s where it can rewind
        shape = ("--raw", "--format=s16le", f"--rate={RATE}", "--channels=1", "--latency-msec=10")
        recorder = self._run("parec", "--device=out.monitor", *shape)
        assert recorder.stdout
        self.tape.run(recorder.stdout)
        wait_for(lambda: answers(dispatcher) and self.tape.runs)

    def stop(self) -> None:
        """Ends what was started, each by its process group: speech-dispatcher has a child."""
        for process in reversed(self._processes):
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=3)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=3)
        self._processes.clear()

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        with open(self.folder / f"{command[0]}.log", "wb") as errors:
            process = subprocess.Popen(
                command,
                env=os.environ | self.environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if command[0] == "parec" else errors,
                stderr=errors,
                start_new_session=True,
            )
        self._processes.append(process)
        return process


class Tape:
    """What sounded when, in seconds since 1970, as `performance.timeOrigin + performance.now()` of a page is in ms.

    A sound is dated when it arrives here: 5 ms after it was played in the middle, 40 ms late at worst, never early.
    """

    def __init__(self) -> None:
        self.loud: list[float] = []
        """When each 5 ms began that were not silent."""
        self.until = 0.0
        """Up to when all is known."""

    @property
    def runs(self) -> bool:
        return self.until > 0

    def run(self, source: IO[bytes]) -> None:
        threading.Thread(target=self._keep, args=[source], daemon=True).start()

    def sounds(self, since: float, until: float) -> list[float]:
        """When it was not silent between two times; returns once all of that has arrived."""
        wait_for(lambda: self.until >= until, seconds=until - time.time() + 5)
        return self.loud[bisect_left(self.loud, since) : bisect_left(self.loud, until)]

    def first_sound(self, since: float, *, seconds: float = 5) -> float:
        """When the first sound from then on began; raises TimeoutError."""
        wait_for(lambda: bool(self.loud) and self.loud[-1] >= since, seconds)
        return self.loud[bisect_left(self.loud, since)]

    def wait_for_silence(self, lasting: float = 0.5, *, seconds: float = 15) -> None:
        """Returns once nothing has sounded for so long."""
        wait_for(lambda: not self.loud or self.until - self.loud[-1] >= lasting, seconds)

    def _keep(self, source: IO[bytes]) -> None:
        rest = b""
        while piece := os.read(source.fileno(), 65_536):
            now = time.time()
            rest += piece
            whole = len(rest) // 2 // WINDOW
            samples = array.array("h", rest[: whole * WINDOW * 2])
            began = now - len(rest) / 2 / RATE
            rest = rest[whole * WINDOW * 2 :]
            for i in range(whole):
                window = samples[i * WINDOW : (i + 1) * WINDOW]
                if max(window) > LOUD or min(window) < -LOUD:
                    self.loud.append(began + i * WINDOW / RATE)
            self.until = began + whole * WINDOW / RATE


def speech(text: str, path: Path) -> Path:
    """A WAV of somebody saying the text."""
    subprocess.run(["espeak-ng", "-v", "en-us", "-w", str(path), text], check=True, timeout=10)
    return path


def microphone(path: Path) -> list[str]:
    """What chromium is started with so that its microphone hears the file once, from when a page first listens.

    Its loudspeaker is a fake, too, then: only its synthesiser, which is another program, still sounds.
    """
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={path}%noloop",
    ]


def latest(sounds: list[float], since: float) -> float:
    """How long after `since` the last one ended; 0 if there was none."""
    return sounds[-1] - since if sounds else 0


def figure(what: str, seconds: list[float]) -> str:
    middle, most = (round(1000 * value) for value in (median(seconds), max(seconds)))
    return f"{what}: {middle} ms in the middle, {most} ms at most ({len(seconds)} times)"


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def wait_for(condition: Callable[[], bool], seconds: float = 5) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError("There was no sound, or no end of it.")
        time.sleep(0.005)
