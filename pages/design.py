"""How the product looks: every colour once, for light and dark, and all style sheets as one text."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

Theme = Literal["light", "dark", "system"]

HERE = Path(__file__).parent
WIDTH = "760px"  # of what is read: about 75 letters a line

LIGHT = {
    "scheme": "light",
    "bg": "#fbfbfd",
    "surface": "#ffffff",
    "surface-2": "#f2f3f8",  # code, fields
    "hover": "#ebecf4",
    "border": "#dfe1ea",
    "border-strong": "#878da0",  # what bounds a field or a button: 3:1 against its ground
    "text": "#1b1d26",
    "muted": "#585e70",
    "accent": "#4f46e5",
    "accent-soft": "#e9e8fd",  # behind accent-coloured text
    "on-accent": "#ffffff",
    "thinking": "#6d3fdc",
    "action": "#1262b8",
    "observation": "#0b6e61",
    "answer": "#1f7436",
    "error": "#b3261e",
    "error-soft": "#fdecea",
    "user": "#ebebfb",
    "line": "#d9dbe6",
    "mark": "#fff0b3",
    "shadow": "0 1px 2px rgb(27 29 38 / 6%), 0 6px 24px rgb(27 29 38 / 8%)",
}
DARK = {
    "scheme": "dark",
    "bg": "#101217",
    "surface": "#171a21",
    "surface-2": "#1d2029",
    "hover": "#252936",
    "border": "#292e3a",
    "border-strong": "#6b7285",
    "text": "#e7e9f0",
    "muted": "#a0a7b8",
    "accent": "#a9a2ff",
    "accent-soft": "#262546",
    "on-accent": "#15132e",
    "thinking": "#b9a0ff",
    "action": "#76b7ff",
    "observation": "#55d3ba",
    "answer": "#86dd92",
    "error": "#ff9a90",
    "error-soft": "#3a1d1d",
    "user": "#242840",
    "line": "#323846",
    "mark": "#54480f",
    "shadow": "0 1px 2px rgb(0 0 0 / 40%), 0 8px 28px rgb(0 0 0 / 45%)",
}
SAME = {
    "radius": "12px",
    "width": WIDTH,
    "font": '"Roboto", system-ui, "Segoe UI", "Helvetica Neue", sans-serif',
    "mono": 'ui-monospace, "SF Mono", "Cascadia Mono", "Roboto Mono", Menlo, Consolas, monospace',
}


def stylesheet() -> str:
    """All CSS of the product: the variables `--ta-…`, `design.css`, then the part's own files by name."""
    files = [HERE / "design.css", *sorted((HERE / "parts").glob("*.css"))]
    return "\n".join([_variables(), *(file.read_text(encoding="utf-8") for file in files)])


def first_paint(theme: Theme) -> str:
    """The `<script>` that gives the page its colours before NiceGUI's own scripts have run: no flash of white."""
    named = {"light": "light", "dark": "dark"}.get(theme, "")  # only words from here get into a script
    return f'<script>document.documentElement.dataset.theme = "{named}"</script>'


@cache
def script(file: Path) -> str:
    """The `<script>` with all that is in the file, which is read once."""
    return f"<script>{file.read_text(encoding='utf-8')}</script>"


def _variables() -> str:
    """Quasar puts `body--light` or `body--dark` on the body once it runs; until then `first_paint` speaks."""
    light, dark = _declared(LIGHT), _declared(DARK)
    return (
        f":root {{ {_declared(SAME)} }}\n"
        f":root, body.body--light {{ {light} }}\n"
        f":root[data-theme=dark], body.body--dark {{ {dark} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root:not([data-theme=light]) {{ {dark} }} }}\n"
    )


def _declared(values: dict[str, str]) -> str:
    return " ".join(f"--ta-{name}: {value};" for name, value in values.items())
