"""The server's end of the ear, on loopback: takes recordings, and gives for text whatever a test says."""

from __future__ import annotations

import json
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

VOICE = Path(__file__).parents[2] / "pages" / "parts" / "voice"
PAGE = b"<!doctype html><title>Ear</title><link rel=icon href=data:,><button>Speak</button>"


@dataclass
class Recording:
    """What came on one websocket."""

    query: dict[str, str]
    frames: list[bytes] = field(default_factory=list[bytes])
    done: bool = False


@dataclass
class Stenographer:
    url: str = ""
    text: str = "what was said"
    cuts: int = 0
    """So many connections break at their fifth chunk."""
    policy: str = "microphone=(self)"
    recordings: list[Recording] = field(default_factory=list[Recording])

    def page(self, _: ServerConnection, request: Request) -> Response | None:
        """The page, the modules of voice and what was recorded; None for a websocket."""
        path = urlsplit(request.path).path
        if path == "/voice/listen":
            return None
        body = PAGE
        if path.startswith("/recordings/"):
            body = b"".join(self.recordings[int(path.rpartition("/")[2])].frames)
        elif path.endswith(".js"):
            body = (VOICE / path[1:]).read_bytes()
        kind = mimetypes.guess_type(path)[0] or ("text/html" if body is PAGE else "application/octet-stream")
        headers = {"content-type": kind, "content-length": str(len(body)), "permissions-policy": self.policy}
        return Response(200, "OK", Headers({**headers, "connection": "close"}), body)

    def listen(self, line: ServerConnection) -> None:
        assert line.request
        query = {name: value for name, [value] in parse_qs(urlsplit(line.request.path).query).items()}
        recording = Recording(query)
        self.recordings.append(recording)
        try:
            for frame in line:
                if isinstance(frame, bytes):
                    recording.frames.append(frame)
                elif json.loads(frame) == {"done": True}:
                    recording.done = True
                    for words in (self.text[:4], self.text):
                        line.send(json.dumps({"words": words}))
                    line.send(json.dumps({"text": self.text}))
                    return
                if len(recording.frames) == 5 and len(self.recordings) <= self.cuts:
                    line.socket.close()
        except (ConnectionClosed, OSError):
            pass


@contextmanager
def stenographer() -> Iterator[Stenographer]:
    """One that serves until the end of the block."""
    here = Stenographer()
    with serve(here.listen, "127.0.0.1", 0, process_request=here.page) as server:
        here.url = f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield here
        server.shutdown()
        thread.join(5)
