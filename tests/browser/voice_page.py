"""A page with the modules of the voice and nothing else, and a speech service for them, on loopback."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGE = Path(__file__).with_suffix(".html")
MODULES = Path(__file__).parents[2] / "pages" / "parts" / "voice"


@contextmanager
def voice_page() -> Iterator[str]:
    """Its address, while it is served: see voice_page.html for what it offers."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


class Door(SimpleHTTPRequestHandler):
    extensions_map = {".html": "text/html", ".js": "text/javascript"}  # noqa: RUF012 - the base class's shape

    def translate_path(self, path: str) -> str:
        """The page for all but /voice/NAME."""
        folder, _, name = path.strip("/").partition("/")
        return str(MODULES / name if folder == "voice" and (MODULES / name).is_file() else PAGE)

    def do_POST(self) -> None:
        """What pages/voice.py answers at /voice/speech, of a service that sends while it speaks."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("content-type", "audio/wav")
        self.end_headers()
        pace = round(175 * asked["speed"])
        voice = ["espeak-ng", "-v", asked["lang"].lower(), "-s", str(pace), "--stdout", asked["text"]]
        with suppress(ConnectionError):
            subprocess.run(voice, stdout=self.wfile.fileno(), timeout=10, check=False)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads along."""
