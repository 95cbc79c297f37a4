"""Docs that cannot rot: what they list is what the code has."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from agent.codec import wire_name
from agent.events import EVENTS, Event

ROOT = Path(__file__).parent.parent
COMMON = {field.name for field in fields(Event)}


def test_the_protocol_lists_every_event_with_all_its_fields_and_no_other():
    rows = re.findall(r"^\| `([a-z]+\.[a-z]+)` \|([^|]*)\|", (ROOT / "docs/protocol.md").read_text(), re.MULTILINE)
    listed = {name: set(re.findall(r"`(\w+)`", cell)) for name, cell in rows}
    assert listed == {wire_name(e): {f.name for f in fields(e)} - COMMON for e in EVENTS}


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", *sorted(p.name for p in (ROOT / "docs").glob("*.md"))]
)
def test_links_to_files_lead_somewhere(page: str):
    path = ROOT / page if (ROOT / page).exists() else ROOT / "docs" / page
    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / link).exists(), f"{page} links to {link}"


def test_ci_runs_exactly_the_test_command_of_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    command = next(line.split("#")[0].strip() for line in readme.splitlines() if "uv run pytest" in line)
    assert command in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()


def test_decisions_are_numbered_without_a_gap():
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs/decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_files_that_the_architecture_names_exist():
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    for name in re.findall(r"`((?:agent|pages|storage|tests)/[\w./]*)`", text):
        assert (ROOT / name).exists(), name
