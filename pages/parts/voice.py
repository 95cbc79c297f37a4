"""Talking with the agent: the browser listens and speaks. Its half is `voice.js` and the modules in `voice/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from agent.presence import Caption

from .state import begin, change

LONGEST = 10_000_000  # characters that no thought has


class Voice(ui.element, component="voice.js", esm={"thinkaloud-voice": "voice"}):
    """A strip above the message box that says who listens or speaks, and the dialog "Voice"; the microphone's button
    is in the message box. Nothing of it is on the page until somebody talks, or has something read aloud.

    `service` says of the server's speech service whether it `listens` and `speaks`, for browsers that do neither, and
    whether recordings are `kept`. `on_caption` is called with what is being spoken here.
    """

    def __init__(
        self,
        *,
        session: str,
        service: Mapping[str, bool],
        on_caption: Callable[[Caption], Any],
    ) -> None:
        super().__init__()
        self._props.update(session=session, service=dict(service))
        begin(self, may=True)

        def captioned(event: GenericEventArguments) -> None:
            match event.args:
                case {"thought": str(thought), "from": int(start), "to": int(end), **more} if (
                    0 <= start <= end < LONGEST
                ):
                    lang = str(more.get("lang", ""))[:35]
                    on_caption(Caption(thought=thought[:64], start=start, end=end, lang=lang))
                case _:
                    pass  # no page of ours says that

        self.on("caption", captioned)

    def show(self, *, may: bool) -> None:
        """Whether the person may talk here."""
        change(self, {"may": may})

    def captioned(self, caption: Caption) -> None:
        """Another page speaks that now."""
        self.run_method("captioned", caption.thought, caption.start, caption.end, caption.lang)

    def _displayed_contents(self, *, only_visible: bool) -> list[str]:
        """For tests with NiceGUI's `User`, which runs no JavaScript."""
        return []
