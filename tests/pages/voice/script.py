"""Node, to run the modules of voice without a page."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ..static.node import missing

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
    program = shutil.which("node")
    if program is None:
        missing("There is no node on this machine: apt install nodejs.")
    process = await asyncio.create_subprocess_exec(
        *(str(program), "--no-warnings", "--input-type=module", "-"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    whole = SCRIPT % {"voice": json.dumps(FOLDER.as_uri()), "source": source}
    try:
        out, errors = await asyncio.wait_for(process.communicate(whole.encode()), seconds)
    except TimeoutError:
        process.kill()
        out, errors = await process.communicate()
        pytest.fail(f"The script did not end: {out.decode()} {errors.decode()}")
    assert process.returncode == 0, errors.decode()
    assert out, f"The script printed nothing. {errors.decode()}"
    return json.loads(out)
