from __future__ import annotations

import re

import pytest

from pages import design

TEXTS = ("text", "muted", "accent", "thinking", "action", "observation", "answer", "error")
GROUNDS = ("bg", "surface", "surface-2", "hover", "user", "accent-soft", "error-soft")


@pytest.mark.parametrize("theme", [design.LIGHT, design.DARK], ids=["light", "dark"])
def test_every_text_can_be_read_on_every_ground(theme: dict[str, str]) -> None:
    pairs = [(text, ground) for text in TEXTS for ground in GROUNDS] + [("on-accent", "accent"), ("text", "mark")]
    assert [pair for pair in pairs if contrast(theme[pair[0]], theme[pair[1]]) < 4.5] == []


@pytest.mark.parametrize("theme", [design.LIGHT, design.DARK], ids=["light", "dark"])
def test_the_edge_of_a_field_can_be_seen(theme: dict[str, str]) -> None:
    assert all(contrast(theme["border-strong"], theme[ground]) >= 3 for ground in ("bg", "surface"))


def test_every_variable_that_a_style_sheet_uses_is_there() -> None:
    sheet = design.stylesheet()
    made = set(re.findall(r"(--ta-[\w-]+):", sheet))
    used = set(re.findall(r"var\((--ta-[\w-]+)\)", sheet))
    assert used <= made
    assert set(design.LIGHT) == set(design.DARK)


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert "url(" not in design.stylesheet()
    assert "@import" not in design.stylesheet()


def contrast(one: str, other: str) -> float:
    """As in WCAG 2: from 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
