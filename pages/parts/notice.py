"""A sentence for the person, shown at the top of the page until it is read or dismissed."""

from __future__ import annotations

from nicegui import ui


def notice(sentence: str, *, stays: bool = False) -> None:
    """Shows the sentence for some seconds, or until dismissed where it `stays`."""
    ui.notify(
        sentence,
        position="top",
        multi_line=True,
        close_button="Dismiss",
        classes="ta-notice ta-bad",
        icon="error_outline",
        textColor="ink",  # there is none of that name: Quasar's own is white, and no style sheet could change it
        timeout=0 if stays else 8000,
    )
