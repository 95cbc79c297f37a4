"""What went wrong in somebody's own file, as a sentence with its place and nothing else of their machine."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable

from ..scrub import line, scrub, shorten

Home = Callable[[str], str]
"""A file's name as its author calls it (`tools/search.py`), or "" where it is somebody else's."""

SHORT = 12  # characters: of so few, scrub would leave nothing
_PATH = re.compile(r"(?<![\w:/.])(?:[A-Za-z]:)?(?:[\\/][\w.@+~%-]+)+[\\/]([\w.@+~%-]+)")
_KEEP = str.maketrans("<>{}|`", "‹›❴❵¦‘")  # Python's own words are full of them, and scrub takes them for markup
_BACK = str.maketrans("‹›❴❵¦‘", "<>{}|`")


def sentence(what: str, error: BaseException, home: Home) -> str:
    """`what`: the type of the error, its message, and file and line: `weather:agent failed: KeyError: 'Oslo' (…)`."""
    error = _leaf(error)
    name = type(error).__name__
    if isinstance(error, SystemExit):
        name, message = "it wanted to end the program", ""
    elif isinstance(error, SyntaxError):
        message = error.msg
    else:
        message = _text(error)
    words = f"{name}: {discreet(message)}" if message else f"{name}"
    place = where(error, home)
    return f"{what}: {words.rstrip('.')}{f' ({place})' if place else ''}."


def where(error: BaseException, home: Home) -> str:
    """`my_agent.py, line 12`: the innermost of their own lines that the error went through, or ""."""
    if isinstance(error, SyntaxError) and error.filename and (file := home(error.filename)):
        return f"{file}, line {error.lineno}"
    for frame, number in reversed(list(traceback.walk_tb(error.__traceback__))):
        if file := home(frame.f_code.co_filename):
            return f"{file}, line {number}"
    return ""


def discreet(text: str) -> str:
    """`text` on a line, without keys and folders; of a file only its name."""
    text = _PATH.sub(r"\1", line(text))
    if len(text) < SHORT:
        return text
    return scrub(text.translate(_KEEP)).translate(_BACK).removesuffix(".")


def shown(thing: object) -> str:
    """`42 (int)`: a value as a sentence may say it."""
    try:
        text = repr(thing)
    except Exception:
        text = ""
    text = discreet(shorten(text, 80))
    if isinstance(thing, str):
        return text or "''"
    article = "an" if type(thing).__name__[0].lower() in "aeiou" else "a"
    kind = f"{article} {type(thing).__name__}"
    return f"{kind}, {text}" if text and not text.startswith("<") else kind


def _leaf(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup) and error.exceptions:  # pyright: ignore[reportUnknownMemberType]
        error = error.exceptions[0]  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return error  # pyright: ignore[reportUnknownVariableType]


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""
