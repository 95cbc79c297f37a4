"""Text under the HTML tag that says what it is."""

from __future__ import annotations

from nicegui import ui


def text(tag: str, content: str) -> ui.label:
    """A label that is an `h2`, a `p`, a plain `button` … to browsers and screen readers."""
    label = ui.label(content)
    label.tag = tag
    return label.props("type=button") if tag == "button" else label
