"""The list of sessions in the drawer. The browser's half, with days, menu and undo, is `sessions.js`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NotRequired, TypedDict

from nicegui import ui

from .state import begin, change


class Item(TypedDict):
    """A session as it is listed; `updated` in Unix ms, `excerpt` only where a search found it in the text. `task` if it
    is one, `kept` where whoever looks may neither rename nor delete it."""

    id: str
    title: str
    updated: int
    running: bool
    excerpt: str
    task: NotRequired[bool]
    kept: NotRequired[bool]


class SessionList(ui.element, component="sessions.js"):
    """One element for all sessions: a link to a new one, a search box, the list, and per session rename and delete.

    `current` is the id of the one that is shown, or `/tasks`; `drawer` is the id of the drawer that it opens when
    somebody searches by key; `begins` says whether they may begin one.
    """

    def __init__(
        self,
        *,
        current: str,
        drawer: int,
        begins: bool,
        on_search: Callable[[str], Any],
        on_more: Callable[[], Any],
        on_rename: Callable[[str, str], Any],
        on_remove: Callable[[str], Any],
        on_restore: Callable[[str], Any],
    ) -> None:
        super().__init__()
        self._props.update(current=current, drawer=drawer, begins=begins)
        begin(self, items=[], words="", more=False)
        self.on("search", lambda event: on_search(event.args["words"]))
        self.on("more", lambda: on_more())
        self.on("rename", lambda event: on_rename(event.args["id"], event.args["title"]))
        self.on("remove", lambda event: on_remove(event.args["id"]))
        self.on("restore", lambda event: on_restore(event.args["id"]))

    def show(self, items: Sequence[Item], *, words: str, more: bool) -> None:
        """The sessions, newest first, and for which words they were searched. Sends only what is new."""
        state = self._props["state"]
        new = {"items": list(items), "words": words, "more": more}
        change(self, new, None if words or state["words"] else _patch(state["items"], new["items"]) | {"more": more})

    def removed(self, session: str, title: str) -> None:
        """Offers to undo a deletion that has just happened."""
        self.run_method("removed", session, title)

    def _displayed_contents(self, *, only_visible: bool) -> list[str]:
        """For tests with NiceGUI's `User`, which runs no JavaScript."""
        return ["New session", *(item[key] for item in self._props["state"]["items"] for key in ("title", "excerpt"))]


def _differs(old: Item | None, new: Item) -> dict[str, Any]:
    """The fields of `new` that are not those of `old`, and always its id."""
    gone = {name: False for name in old or () if name not in new}
    return gone | {name: value for name, value in new.items() if name == "id" or old is None or old.get(name) != value}


def _patch(old: Sequence[Item], new: Sequence[Item]) -> dict[str, Any]:
    """What makes the one list of the other; where they stand follows from `updated`."""
    known = {item["id"]: item for item in old}
    kept = {item["id"] for item in new}
    put = [_differs(known.get(item["id"]), item) for item in new if known.get(item["id"]) != item]
    return {"put": put, "take": [id for id in known if id not in kept]}
