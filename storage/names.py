"""Session ids as file names that every file system keeps apart, and back."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from agent.errors import BadRequest, TooLong

LONGEST = 200  # bytes; file systems stop at 255, and `.<event>.jsonl` or a time is still to come


def file_name(session: str) -> str:
    """The id with all but `a-z 0-9 _ -` as `%41`: a room may be called `../A`, and macOS takes A for a.

    Raises BadRequest for an empty id, TooLong for one that no file could be named after.
    """
    try:
        name = re.sub(rb"[^a-z0-9_-]", lambda found: b"%%%02x" % ord(found[0]), session.encode()).decode()
    except UnicodeEncodeError:
        raise BadRequest("That is no name for a session.") from None
    if not name:
        raise BadRequest("A session needs a name.")
    if len(name) > LONGEST:
        raise TooLong("That name is too long for a session.")
    return name


def session_of(path: Path) -> str:
    """The id of the session that a file `<name>.json` or `<name>.<number>.jsonl` belongs to."""
    return unquote(path.name.partition(".")[0])
