"""Who is here, as circles in the header, and their names behind them. The browser's half is `people.js`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nicegui import ui

from .. import design
from .state import begin, change
from .text import text

MOST = 100  # names that a page is sent


SIGNED_IN = Path(__file__).parent / "signed_in.js"


class PeopleBar(ui.element, component="people.js", esm={"thinkaloud-transcript": "transcript"}):
    """Nothing at all while one is alone. `me` is who looks at it, `naming` where people choose their names: `on_name`
    gets it, and must end in `show` or `refused`."""

    def __init__(self, *, me: str, naming: bool, on_name: Callable[[str], Any]) -> None:
        super().__init__()
        begin(self, others=[], more=0, me=me, naming=naming)
        self.on("name", lambda event: on_name(str(event.args["name"])))

    def show(self, *, others: Sequence[str], me: str) -> None:
        """Who else is here (empty: somebody without a name), and who looks at it."""
        change(self, {"others": list(others[:MOST]), "more": max(0, len(others) - MOST), "me": me})

    def refused(self, sentence: str) -> None:
        self.run_method("refused", sentence)

    def _displayed_contents(self, *, only_visible: bool) -> list[str]:
        """For tests with NiceGUI's `User`, which runs no JavaScript."""
        return [name or "Somebody" for name in self._props["state"]["others"]]


def account(user: str, *, guest: bool) -> None:
    """The line at the foot of the drawer: as whom one has signed in, and the way out. Once that is taken in another
    window, or the time is up, the page leads to signing in."""
    ui.add_head_html(design.script(SIGNED_IN))
    with ui.element("p").classes("ta-me"):
        ui.icon("person_outline" if guest else "person").props("aria-hidden=true")
        with ui.element("span").classes("ta-me-name").props(f'title="{"A guest" if guest else "Signed in"}"'):
            text("strong", "You are a guest" if guest else user)
            text("small", user if guest else "Signed in")
        text("a", "Leave" if guest else "Sign out").props("href=/signout").classes("ta-me-out")
