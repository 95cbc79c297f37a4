"""Docs that cannot rot: what they list is what the code has."""

import re
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

import pytest

from agent import errors
from agent.codec import wire_name
from agent.events import EVENTS, Event
from agent.settings import PREFIX, Settings, dashed
from pages.api.refusals import status

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROTOCOL = (ROOT / "docs/protocol.md").read_text(encoding="utf-8")
COMMON = {field.name for field in fields(Event)}


def test_the_protocol_lists_every_event_with_all_its_fields_and_no_other():
    rows = re.findall(r"^\| `([a-z]+\.[a-z]+)` \|([^|]*)\|", PROTOCOL, re.MULTILINE)
    listed = {name: set(re.findall(r"`(\w+)`", cell)) for name, cell in rows}
    assert listed == {wire_name(e): {f.name for f in fields(e)} - COMMON for e in EVENTS}


PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "examples/README.md"]


@pytest.mark.parametrize("page", [str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_somewhere(page: str):
    text = (ROOT / page).read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert ((ROOT / page).parent / link).exists(), f"{page} links to {link}"
    heads = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in re.findall(r"^#+ (.*)$", text, re.M)}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= heads


def test_the_readme_lists_every_setting_with_its_default_and_no_other():
    rows = re.findall(r"^\| `--([\w-]+)` \| `(THINKALOUD_[\w=]+)` \|([^|]*)\|", README, re.M)
    listed = {flag: (variable, default.strip().strip("`")) for flag, variable, default in rows}
    assert listed == {flag_of(setting): (variable_of(setting), default_of(setting)) for setting in fields(Settings)}


def test_help_lists_every_setting_and_no_other():
    text = (ROOT / "docs/help/settings.md").read_text(encoding="utf-8")
    listed = re.findall(r"^- `--([\w-]+)` \(`(THINKALOUD_[\w=]+)`\)", text, re.M)
    assert listed == [(flag_of(setting), variable_of(setting)) for setting in fields(Settings)]


def flag_of(setting: Field[Any]) -> str:
    return f"no-{setting.name}" if setting.default is True else dashed(setting.name)


def variable_of(setting: Field[Any]) -> str:
    variable = PREFIX + setting.name.upper()
    return f"{variable}={int(not setting.default)}" if isinstance(setting.default, bool) else variable


def default_of(setting: Field[Any]) -> str:
    return "" if isinstance(setting.default, bool) else str(setting.default)


def test_the_protocol_tells_each_limit_with_its_setting():
    rows = re.findall(r"^\|[^|]*\| ([\d,]+)[^|]*\| `--([\w-]+)` \|", PROTOCOL, re.M)
    listed = {flag.replace("-", "_"): int(most.replace(",", "")) for most, flag in rows}
    limits = ("longest", "rate", "connections", "per_person", "runs", "arguments", "idle", "memory")
    assert listed == {name: getattr(Settings(), name) for name in limits}
    assert f"for {Settings().grace / 60:g} minutes (`--grace`)" in PROTOCOL


def test_the_protocol_lists_the_kinds_of_errors_with_their_status():
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| (\d{3})[^|]*\|", PROTOCOL, re.M)
    listed = {kind: int(status) for kinds, status in rows for kind in re.findall(r"`(\w+)`", kinds)}
    limited = [errors.RateLimited("", 1), errors.TooManyConnections("", 1)]
    others = ("BadRequest", "Unauthorized", "Forbidden", "NotFound", "Busy", "TooLong", "StorageError", "Damaged")
    assert listed == {
        error.kind: status(error) for error in [*limited, *(getattr(errors, name)("") for name in others)]
    }


def test_ci_runs_exactly_the_test_command_of_the_readme():
    command = next(line.split("#")[0].strip() for line in README.splitlines() if "uv run pytest" in line)
    assert command in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()


def test_decisions_are_numbered_without_a_gap():
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs/decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_files_that_the_architecture_names_exist():
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    for name in re.findall(r"`((?:agent|pages|storage|tests)/[\w./]*)`", text):
        assert (ROOT / name).exists(), name
