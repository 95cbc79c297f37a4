"""Node and what it needs from npm, to run a page's script without a page."""

from __future__ import annotations

import asyncio
import atexit
import json
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import others

HERE = Path(__file__).parent
MODULE = HERE.parents[2] / "pages" / "static" / "thinkaloud.js"
SCRIPT = """
const { connect } = await import(%(module)s);
const url = %(url)s;
const quick = { url, backoff: () => 1 };
let printed;
const print = (value) => (printed = new Promise((done) => process.stdout.write(JSON.stringify(value), done)));
const until = (agent, type) => new Promise((resolve) => { const off = agent.on(type, (x) => { off(); resolve(x); }); });
const why = (promise) => promise.then((frame) => ({ frame }), ({ message, kind, retry_after }) =>
  ({ message, kind, retry_after }));
const frames = (agent) => { const all = []; agent.on("*", (x) => x.eventId && all.push(x)); return all; };
%(script)s
await printed;
process.exit(0);
"""


async def node(script: str, url: str | None = None, seconds: float = 20) -> Any:
    """What a script prints, which has `connect`, `url` (None: of no server) and the few words of SCRIPT."""
    if url is None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    source = SCRIPT % {"module": json.dumps(MODULE.as_uri()), "url": json.dumps(url), "script": script}
    return await printed(source, seconds, "--experimental-websocket")


async def printed(source: str, seconds: float, *options: str) -> Any:
    """The JSON that a script writes."""
    command = (others.found("node"), "--no-warnings", *options, "--input-type=module", "-")
    process = _waiting.pop(command, None) or _started(command)
    _waiting[command] = _started(command)  # it gets ready while this one works
    try:
        out, errors = await asyncio.to_thread(process.communicate, source.encode(), seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        out, errors = process.communicate()
        pytest.fail(f"The script did not end: {out.decode()} {errors.decode()}")
    if b"bad option" in errors:
        others.missing("This node has no WebSocket of its own: install 20.10 or newer.")
    assert process.returncode == 0, errors.decode()
    assert out, f"The script printed nothing. {errors.decode()}"
    return json.loads(out)


def _started(command: tuple[str, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


_waiting: dict[tuple[str, ...], subprocess.Popen[bytes]] = {}
"""The next node for each command, which has no script yet."""


@atexit.register
def _dismissed() -> None:
    for process in _waiting.values():
        process.kill()
        process.communicate()


def tool(name: str) -> str:
    """Where a program from npm is, which is fetched once."""
    return str(others.folder("scripts") / "node_modules" / ".bin" / name)
