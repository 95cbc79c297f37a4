"""The transcript as one element: it gets a snapshot and then frames, and draws them in the browser.

The browser's side is `transcript.js` (the Vue shell) and the modules in `transcript/`; what frames and snapshots
hold is told in `pages/render.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

MODULES = {"thinkaloud-transcript": "transcript", "thinkaloud-notify": "notify", "thinkaloud-voice": "voice"}


class TranscriptView(ui.element, component="transcript.js", esm=MODULES):
    """Draws a session. `on_action` is called with what a person asks for: `("regenerate", {"turn": …})`,
    `("edit", {"turn": …, "content": …})`, `("resume", {})`, `("reply", {"ask": …, "content": …})`."""

    def __init__(self, *, on_action: Callable[[str, dict[str, Any]], None]) -> None:
        super().__init__()
        self._snapshot: dict[str, Any] = {"cursor": 0, "turns": []}
        self._props["viewer"] = {}
        self.on("act", lambda event: on_action(str(event.args["name"]), dict(event.args["args"])))

    def show(self, snapshot: dict[str, Any]) -> None:
        """What the page shows at first; call it once, before the page is sent."""
        self._snapshot = snapshot
        self._props["snapshot"] = json.dumps(snapshot, ensure_ascii=False, separators=(",", ":"))

    def look(self, *, session: str, mine: Sequence[str], may: bool, keys: bool) -> None:
        """Who looks at it: the names under which they write, whether they may take part, and see the settings."""
        viewer = {"session": session, "mine": list(mine), "may": may, "keys": keys}
        if viewer == self._props["viewer"]:
            return
        if not self.client.has_socket_connection:
            self._props["viewer"] = viewer
            return
        self.run_method("look", viewer)
        with self._props.suspend_updates():
            self._props["viewer"] = viewer

    def on_ready(self, call: Callable[[int], Any]) -> None:
        """Calls with the browser's cursor when it listens, anew after each cut, and when it found a gap."""

        def ready(event: GenericEventArguments) -> None:
            dict.pop(self._props, "snapshot", None)  # it was only for the first drawing
            call(int(event.args["cursor"]))

        self.on("ready", ready)

    def on_earlier(self, call: Callable[[int], Any]) -> None:
        """Calls with the number of the first event that is shown when a person wants to see what was before it."""
        self.on("earlier", lambda event: call(int(event.args["before"])))

    def refused(self, ask: str) -> None:
        """A reply to `ask` was not taken; it may be given again."""
        self.run_method("refused", ask)

    def _displayed_contents(self, *, only_visible: bool) -> list[str]:
        """For tests with NiceGUI's `User`: the texts that the page starts with."""
        out: list[str] = []
        for turn in self._snapshot["turns"]:
            for item in turn.get("items", ()):
                out.append(item.get("text", ""))
                out.append(re.sub(r"<[^>]*>", "", item.get("html", "")))
        return [text for text in out if text]
