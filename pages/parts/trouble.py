"""The banner above the message box that says why nothing can be written at the moment."""

from __future__ import annotations

from nicegui import ui


class Trouble(ui.element):
    """Hidden until there is a sentence to show."""

    def __init__(self) -> None:
        super().__init__()
        self.classes("ta-trouble").props("role=alert")
        self.visible = False
        with self:
            ui.icon("error_outline").props("aria-hidden=true")
            self._label = ui.label()

    def show(self, sentence: str | None) -> None:
        if (sentence or "") != self._label.text:
            self._label.text = sentence or ""
        self.visible = bool(sentence)
