"""Two workers that come to another's program at once; a registry that does not answer at the first try."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import others

NPM = """#!/bin/sh
while [ "$1" != --prefix ]; do shift; done
echo asked >> "$0.log"
[ "$(wc -l < "$0.log")" -gt "$(cat "$0.fails")" ] || { echo "the registry is asleep" >&2; exit 1; }
mkdir "$2/node_modules" || exit 1
sleep 0.2
touch "$2/node_modules/whole"
"""


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An npm that takes a moment; `npm.fails` says how often it fails first."""
    program = tmp_path / "npm"
    program.write_text(NPM)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "npm.fails").write_text("0")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(others, "KEPT", tmp_path / "kept")
    monkeypatch.setattr(others.time, "sleep", lambda seconds: None)
    return program


def asked(npm: Path) -> int:
    log = Path(f"{npm}.log")
    return len(log.read_text().splitlines()) if log.exists() else 0


def test_two_who_want_a_program_at_once_fetch_it_once(npm: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        at = list(pool.map(others.folder, ["aimock"] * 4))
    assert len(set(at)) == 1
    assert (at[0] / "node_modules" / "whole").exists()
    assert asked(npm) == 1


def test_what_was_begun_and_broken_off_is_fetched_anew(npm: Path) -> None:
    (others.KEPT / "aimock.new" / "node_modules").mkdir(parents=True)
    assert (others.folder("aimock") / "node_modules" / "whole").exists()


def test_a_registry_may_fail_twice(npm: Path) -> None:
    Path(f"{npm}.fails").write_text("2")
    assert others.fetched("aimock") is None
    assert asked(npm) == 3


def test_one_that_cannot_be_had_says_why_and_fails_in_ci(npm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(f"{npm}.fails").write_text("99")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"could not install @copilotkit/aimock.*: the registry is asleep"):
        others.folder("aimock")
    assert not list(others.KEPT.glob("aimock-*"))
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception):
        others.folder("aimock")
