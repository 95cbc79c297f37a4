"""Node, to run the modules of voice without a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..static.node import printed

FOLDER = Path(__file__).parents[3] / "pages" / "parts" / "voice"
SCRIPT = """
const VOICE = %(voice)s;
let printed;
const print = (value) => (printed = new Promise((done) => process.stdout.write(JSON.stringify(value), done)));
%(source)s
await printed;
process.exit(0);
"""


async def script(source: str, seconds: float = 20) -> Any:
    """What a script prints by `print(value)`, once; `VOICE` is where its modules are: `${VOICE}/reading.js`."""
    return await printed(SCRIPT % {"voice": json.dumps(FOLDER.as_uri()), "source": source}, seconds)
