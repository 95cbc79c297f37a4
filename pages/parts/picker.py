"""The button that says which model answers, and the dialog behind it. The browser's half is `picker.js`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from agent.models import Account, Shelf

from .state import begin, change


class ModelPicker(ui.element, component="picker.js", esm={"thinkaloud-connection": "connection"}):
    """`on_look` is called when somebody opens it, and must end in `fill`; `on_choose(model)` in `show` or `refused`."""

    def __init__(self, *, on_look: Callable[[], Any], on_choose: Callable[[str], Any]) -> None:
        super().__init__()
        self.classes("ta-model")
        begin(self, model="", label="", spent="", fixed=False)
        self.on("look", lambda: on_look())
        self.on("choose", lambda event: on_choose(str(event.args["model"])))

    def show(self, *, model: str, label: str, spent: str, fixed: bool) -> None:
        """Which model the session has, and what the session has cost (empty: nothing to tell); `fixed` where whoever
        looks may not choose."""
        change(self, {"model": model, "label": label, "spent": spent, "fixed": fixed})

    def fill(self, shelves: Sequence[Shelf], accounts: Sequence[Account], sentence: str = "") -> None:
        """What there is to choose from, and who has a place in the settings. `sentence`: why there is not more."""
        settable = [account.vendor for account in accounts]
        vendors = sorted({*settable, *(shelf.vendor for shelf in shelves)})  # whose models may be named, unlisted
        self.run_method("fill", [_told(shelf, shelf.vendor in settable) for shelf in shelves], vendors, sentence)

    def refused(self, sentence: str) -> None:
        """The model cannot be had, and why; the dialog stays open."""
        self.run_method("refused", sentence)

    def _displayed_contents(self, *, only_visible: bool) -> list[str]:
        """For tests with NiceGUI's `User`, which runs no JavaScript."""
        state = self._props["state"]
        return [state["label"], state["spent"]]


def _told(shelf: Shelf, settable: bool) -> dict[str, Any]:
    offers = [{"model": offer.model, "label": offer.label, "note": offer.note} for offer in shelf.offers]
    out: dict[str, Any] = {"vendor": shelf.vendor, "title": shelf.title, "offers": offers}
    return out | {"trouble": shelf.trouble, "found": shelf.found, "settable": settable}
