"""What an empty session shows: what this is, and questions to start with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from .text import text

KINDS = {"thinking": "psychology", "action": "bolt", "observation": "visibility", "answer": "auto_awesome"}


class Welcome(ui.element):
    """A greeting with one button per example; `on_choose` gets its text. `examples` may be hidden."""

    def __init__(self, examples: Sequence[str], on_choose: Callable[[str], Any]) -> None:
        super().__init__("section")
        self.classes("ta-welcome").props('aria-label="Welcome"')
        with self:
            with ui.element().classes("ta-kinds").props("aria-hidden=true"):
                for kind, icon in KINDS.items():
                    with ui.element("span").style(f"color: var(--ta-{kind})"):
                        ui.icon(icon)
            text("h2", "Watch an agent think")
            text("p", "Ask something. What it thinks, does and observes appears here as it happens, then its answer.")
            with ui.element().classes("ta-examples").props('role=group aria-label="Examples"') as self.examples:
                for example in examples:
                    text("button", example).classes("ta-example").on(
                        "click", lambda example=example: on_choose(example)
                    )
