"""The tasks, and the box in which one is begun. The browser's half, with the clocks, is `tasks.js`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NotRequired, TypedDict

from nicegui import ui

from .state import begin, change


class Row(TypedDict):
    """A task as it is listed; times in Unix ms. `at` is when its run began, 0 if that says nothing. Only what runs has
    `percent` (None: its agent does not say), `doing` and `asked` (it waits for an answer). `kept`: whoever looks may
    only watch; `cancelled`: it was interrupted by a person."""

    id: str
    title: str
    state: str
    at: int
    updated: int
    percent: NotRequired[int | None]
    doing: NotRequired[str]
    asked: NotRequired[bool]
    kept: NotRequired[bool]
    cancelled: NotRequired[bool]


MODULES = {"thinkaloud-connection": "connection", "thinkaloud-transcript": "transcript", "thinkaloud-notify": "notify"}


class TaskBoard(ui.element, component="tasks.js", esm=MODULES):
    """`on_begin(id, prompt)` must end in `begun(id)` or `refused(id, sentence)`, `on_open(id)` in `opened(id, …)`;
    `on_cancel(id)` and `on_resume(id)` show in the rows. `now` is the server's clock, in Unix ms."""

    def __init__(
        self,
        *,
        may: bool,
        longest: int,
        now: int,
        on_begin: Callable[[str, str], Any],
        on_cancel: Callable[[str], Any],
        on_resume: Callable[[str], Any],
        on_open: Callable[[str], Any],
        on_more: Callable[[], Any],
    ) -> None:
        super().__init__()
        self._props.update(may=may, longest=longest, now=now)
        begin(self, rows=[], more=False)
        self.on("begin", lambda event: on_begin(str(event.args["id"]), str(event.args["text"])))
        self.on("cancel", lambda event: on_cancel(str(event.args["id"])))
        self.on("resume", lambda event: on_resume(str(event.args["id"])))
        self.on("open", lambda event: on_open(str(event.args["id"])))
        self.on("more", lambda: on_more())

    def show(self, rows: Sequence[Row], *, more: bool) -> None:
        """The newest first. Sends only what is new."""
        known = {row["id"]: row for row in self._props["state"]["rows"]}
        put = [{"id": row["id"]} | differs(known.get(row["id"]), row) for row in rows if known.get(row["id"]) != row]
        kept = {row["id"] for row in rows}
        told = {"put": put, "take": [id for id in known if id not in kept], "more": more}
        if put and any(row["id"] not in known for row in rows):
            told["order"] = [row["id"] for row in rows]
        change(self, {"rows": list(rows), "more": more}, told)

    def begun(self, id: str) -> None:
        self.run_method("begun", id)

    def refused(self, id: str, sentence: str) -> None:
        self.run_method("refused", id, sentence)

    def opened(self, id: str, **result: Any) -> None:
        """What came of it: `html` and its `source`, or `trouble`; and `cost` in dollars."""
        self.run_method("opened", id, result)

    def _displayed_contents(self, *, only_visible: bool) -> list[str]:
        """For tests with NiceGUI's `User`, which runs no JavaScript."""
        return [
            text for row in self._props["state"]["rows"] for text in (row["title"], row["state"], row.get("doing", ""))
        ]


def differs(old: Row | None, new: Row) -> dict[str, Any]:
    """What is other in `new`; None for what is not there any more."""
    before: dict[str, Any] = dict(old or {})
    after: dict[str, Any] = dict(new)
    gone = {name: None for name in before if name not in after}
    return gone | {name: value for name, value in after.items() if name not in before or before[name] != value}
