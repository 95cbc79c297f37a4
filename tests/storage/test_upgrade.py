from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import StorageError
from storage import upgrade as module
from storage.store import DiskStore
from storage.upgrade import upgrade


def version(folder: Path) -> str:
    return (folder / "format.json").read_text().strip()


def test_a_new_folder_says_its_format_before_it_has_anything_else(tmp_path: Path) -> None:
    upgrade(tmp_path)
    assert version(tmp_path) == '{"version":1}'
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_of_a_newer_thinkaloud_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "format.json").write_text('{"version": 99}')
    with pytest.raises(StorageError, match=r"newer Thinkaloud \(format 99, this one knows 1\): update"):
        DiskStore(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"format.json", "lock"}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": "one"}', '{"version": 0}', "{}"])
def test_a_format_that_cannot_be_read_is_never_guessed(tmp_path: Path, content: str) -> None:
    (tmp_path / "format.json").write_text(content)
    with pytest.raises(StorageError, match=r'it should say \{"version": 1\}'):
        upgrade(tmp_path)
    assert (tmp_path / "format.json").read_text() == content


def test_sessions_without_a_format_are_not_taken_for_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "sessions").mkdir()
    with pytest.raises(StorageError, match="put the file back"):
        upgrade(tmp_path)


def test_an_upgrade_that_was_cut_short_goes_on_where_it_was(tmp_path: Path, monkeypatch) -> None:
    upgrade(tmp_path)
    ran: list[int] = []

    def second(_: Path) -> None:
        ran.append(2)
        if ran.count(2) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(module, "VERSION", 3)
    monkeypatch.setattr(module, "STEPS", {1: lambda _: ran.append(1), 2: second})
    with pytest.raises(KeyboardInterrupt):
        upgrade(tmp_path)
    assert version(tmp_path) == '{"version":2}'
    upgrade(tmp_path)
    assert ran == [1, 2, 2]
    assert version(tmp_path) == '{"version":3}'
