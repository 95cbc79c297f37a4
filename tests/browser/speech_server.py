"""A speech service on loopback, with the doors of OpenAI's: it hears what a test says, and speaks in tones."""

from __future__ import annotations

import json
import math
import select
import threading
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from tests.agent.providers.speech_server import WAV, delta, done, read

RATE = 24_000
PIECE = 0.1  # seconds of sound that are sent at once
TONE = array("h", [round(8000 * math.sin(2 * math.pi * 440 * i / RATE)) for i in range(round(PIECE * RATE))]).tobytes()
"""A piece of sound; the next one goes on where it ends."""
VOICES = {"voices": [{"id": "af_one", "name": "Anna", "language": "en-us"}, {"id": "bm_two", "name": "Boris"}]}

Trouble = Literal["", "500", "hangs"]


@dataclass
class Said:
    """A sentence that was asked for; `end`: all of it was sent, or nobody wanted the rest."""

    text: str
    voice: str
    speed: float
    end: Literal["", "whole", "cut"] = ""


@dataclass
class SpeechService:
    """What it is asked, in order, and how it behaves, which may change at any time."""

    url: str = ""
    hears: list[str] = field(default_factory=list[str])
    """What is said in the recordings to come; in all after these, nothing."""
    streams: bool = True
    lasts: float = 0.3
    """Seconds that a sentence takes to be spoken."""
    paced: bool = False
    """It speaks as it would to somebody in the room, not ahead."""
    trouble: Trouble = ""
    recordings: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    spoken: list[Said] = field(default_factory=list[Said])
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def sentences(self) -> list[str]:
        return [said.text for said in self.spoken]

    def again(self) -> None:
        """As it was at first."""
        fresh = SpeechService(url=self.url, over=self.over)
        self.__dict__.update(fresh.__dict__)


@contextmanager
def speech_service() -> Iterator[SpeechService]:
    """One that serves until the end of the block."""
    service = SpeechService()

    class Door(SpeechDoor):
        asked = service

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        server.daemon_threads = True
        service.url = f"http://127.0.0.1:{server.server_port}/v1"
        thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
        thread.start()
        yield service
        service.over.set()
        server.shutdown()
        thread.join(5)


class SpeechDoor(BaseHTTPRequestHandler):
    asked: SpeechService
    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        with suppress(ConnectionError):  # who hangs up need not do so in order
            super().handle()

    def do_GET(self) -> None:
        found = self.path == "/v1/audio/voices"
        self._answer(200 if found else 404, VOICES if found else {})

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = read(headers, self.rfile.read(int(headers["content-length"])))
        match self.path:
            case "/v1/audio/transcriptions":
                self._hear(body)
            case "/v1/audio/speech":
                self._say(body)
            case _:
                self._answer(404, {})

    def _hear(self, body: dict[str, Any]) -> None:
        service = self.asked
        service.recordings.append(body)
        if self._troubled():
            return
        streams = service.streams and body.get("stream") == "true"
        words = service.hears.pop(0) if service.hears else ""
        if not streams:
            self._answer(200, {"text": words})
            return
        self._begin("text/event-stream")
        for word in words.split(" "):
            self._send(delta(word + " "))
            time.sleep(0.03)
        self._send(done(words))
        self._send(b"")

    def _say(self, body: dict[str, Any]) -> None:
        service = self.asked
        said = Said(body["input"], body["voice"], body.get("speed", 1))
        service.spoken.append(said)
        if self._troubled():
            return
        said.end = "cut"
        self._begin("audio/wav")
        self._send(WAV + b"fmt \x10\0\0\0\1\0\1\0" + RATE.to_bytes(4, "little") + (2 * RATE).to_bytes(4, "little"))
        self._send(b"\2\0\x10\0data\xff\xff\xff\xff")  # its length is not known yet
        for _ in range(round(service.lasts / PIECE)):
            self._send(TONE)
            if service.paced and self._left(PIECE):
                return
        self._send(b"")
        said.end = "whole"

    def _troubled(self) -> bool:
        """Whether it does not answer as it should, and has done so."""
        match self.asked.trouble:
            case "500":
                self._answer(500, {"error": {"message": "boom"}})
            case "hangs":
                while not (self._left(0.1) or self.asked.over.is_set()):
                    pass
            case "":
                return False
        return True

    def _left(self, seconds: float) -> bool:
        """Whether who asked hangs up within that time."""
        readable, _, _ = select.select([self.connection], [], [], seconds)
        if readable:
            self.close_connection = True
        return bool(readable)

    def _answer(self, status: int, answer: Any) -> None:
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _begin(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

    def _send(self, data: bytes) -> None:
        """A chunk; an empty one is the last."""
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads along."""
