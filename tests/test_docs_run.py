"""What the docs tell people to type, typed at a server of our own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.browser.server import ROOT, Server

DOCS = ("README.md", "docs/protocol.md", "docs/help/programs.md")
CHUNKS = ("thinking", "token")  # how a text is cut depends on the moment
ERRORS = ("Traceback", '{"error"', '"type":"error"')


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("docs"), entry="main", options=["--pace", "0"]).running() as server:
        yield server


def blocks(language: str, *pages: str) -> list[str]:
    found = []
    for page in pages or DOCS:
        text = (ROOT / page).read_text(encoding="utf-8")
        found += re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return found


def here(text: str, server: Server) -> str:
    return text.replace("uv run python", "python").replace("localhost:8000", f"127.0.0.1:{server.port}")


def environ() -> dict[str, str]:
    """As somebody has it who works in a checkout."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {"PATH": path, "PYTHONPATH": str(ROOT), "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8"}


@pytest.mark.parametrize("commands", blocks("sh"))
def test_commands_do_what_they_are_shown_to_do(server: Server, commands: str):
    stay = 'curl() { command curl --max-time 1 "$@"; }\n'  # what stays is to be left
    ran = subprocess.run(
        ["bash", "-c", stay + here(commands, server)],
        cwd=server.folder,
        env=environ(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )
    assert ran.returncode in (0, 28), ran.stderr
    assert "42" in ran.stdout
    assert not any(error in ran.stdout + ran.stderr for error in ERRORS), ran.stdout + ran.stderr


@pytest.mark.parametrize("program", blocks("python", "docs/protocol.md", "docs/help/programs.md"))
def test_programs_print_the_answer(server: Server, program: str):
    """One that stays is left once it has."""
    with connect(f"ws://127.0.0.1:{server.port}/ws/chat?session=standup") as socket:
        socket.send("What is 6*7?")
        while "[DONE]" not in socket.recv(timeout=10):
            pass
    running = subprocess.Popen(
        [sys.executable, "-u", "-c", here(program, server)], env=environ(), stdout=subprocess.PIPE, text=True
    )
    assert running.stdout
    try:
        said = ""
        while not re.search(r"42|397\.8", said):
            chunk = running.stdout.readline()
            assert chunk, said
            said += chunk
    finally:
        running.kill()
        running.communicate()


def test_a_session_by_hand_goes_as_it_is_told(server: Server):
    hands = blocks("session")
    assert len(hands) >= 3
    cursor: dict[str, int] = {}
    for hand in hands:
        first, *lines = hand.replace("standup", "by-hand").splitlines()
        address = re.sub(r"after=\d+", lambda _: f"after={cursor['observation']}", first.split()[-1].strip("'"))
        with connect(here(address, server)) as socket:
            talk(socket, lines, cursor)


def talk(socket: ClientConnection, lines: list[str], cursor: dict[str, int]) -> None:
    """Says what stands after `>`; what stands after `<` has to come, after other frames only where `…` says so."""
    gap, words = False, ""
    for line in lines:
        if line.startswith("> "):
            socket.send(line[2:])
        elif line.startswith("< {"):
            wanted = json.loads(line[2:])
            while not alike(came := json.loads(socket.recv(timeout=10)), wanted):
                assert gap or came["type"] in CHUNKS, f"{came} instead of {wanted}"
            cursor |= {came["type"]: came["eventId"]} if "eventId" in came else {}
        elif line.startswith("< "):
            while line[2:] not in words:
                words += str(socket.recv(timeout=10))
            words = words.partition(line[2:])[2]
        gap = line == "…"


def alike(came: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """The same fields; the same text too, unless it comes in chunks."""
    same = came["type"] in CHUNKS or came.get("content") == wanted.get("content")
    return came["type"] == wanted["type"] and came.keys() == wanted.keys() and same


def test_what_the_docs_show_as_examples_is_what_the_files_have():
    assert (ROOT / "examples/client.py").read_text(encoding="utf-8") in blocks("python", "docs/protocol.md")
    assert (ROOT / "examples/page.html").read_text(encoding="utf-8") in blocks("html", "docs/protocol.md")
