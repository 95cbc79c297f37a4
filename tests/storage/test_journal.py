from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from agent.codec import encode
from agent.errors import StorageError
from agent.events import Event
from storage.coding import dumps
from storage.journal import SessionJournal
from storage.journals import OPEN_FILES, Journals
from storage.segments import recover, segment_files

from .turns import turn


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "journal").mkdir()
    (tmp_path / "damaged").mkdir()
    return tmp_path / "journal"


@pytest.fixture
def damaged(folder: Path) -> Path:
    return folder.parent / "damaged"


def left(folder: Path, settled: int = 0) -> list[Event]:
    """What a reader finds who touches nothing."""
    return recover(segment_files(folder), settled, None, pytest.fail)[0]


def handles() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_an_event_is_in_the_file_when_write_returns(folder: Path) -> None:
    journal = SessionJournal(folder, "s")
    for number, event in enumerate(turn(), 1):
        journal.write(event)
        lines = (folder / "s.1.jsonl").read_bytes().splitlines(keepends=True)
        assert lines[-1] == dumps(encode(event)) + b"\n"
        assert len(lines) == number
    journal.close()
    assert left(folder) == turn()


def test_half_an_emoji_and_a_huge_number_survive_the_journal(folder: Path) -> None:
    journal = SessionJournal(folder, "s")
    events = turn(answer="🙂\ud83d"[1:] + " cut", question="\udc00")
    for event in events:
        journal.write(event)
    assert left(folder) == events


def test_a_session_nobody_writes_to_has_no_file(folder: Path) -> None:
    SessionJournal(folder, "s").rotate()
    assert not list(folder.iterdir())


def test_a_turned_journal_goes_on_in_another_file_and_the_old_one_can_go(folder: Path) -> None:
    journal = SessionJournal(folder, "s")
    first, second = turn(1), turn(len(turn()) + 1)
    for event in first:
        journal.write(event)
    journal.rotate()
    for event in second:
        journal.write(event)
    assert left(folder) == first + second
    journal.drop(len(first))
    assert [path.name for path in folder.iterdir()] == [f"s.{len(first) + 1}.jsonl"]
    assert left(folder, len(first)) == second


def test_dropping_never_takes_an_event_that_is_not_settled(folder: Path) -> None:
    journal = SessionJournal(folder, "s")
    for event in turn():
        journal.write(event)
    journal.drop(len(turn()))  # nobody rotated: this file is still being written
    journal.rotate()
    journal.drop(len(turn()) - 1)
    assert left(folder) == turn()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts handles the Linux way")
def test_idle_sessions_keep_no_file_open(folder: Path) -> None:
    before = handles()
    journals = [SessionJournal(folder, f"s{number}") for number in range(20)]
    for journal in journals:
        journal.write(turn()[0])
        journal.rotate()
    assert handles() == before + 20
    for number, journal in enumerate(journals):
        journal.sync() if number % 2 else journal.drop(1)
    assert handles() == before


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts handles the Linux way")
def test_very_many_half_told_sessions_do_not_use_up_the_handles(folder: Path) -> None:
    journals = Journals(folder, pytest.fail)
    before = handles()
    made = [journals.make(f"s{number}") for number in range(OPEN_FILES + 50)]
    for event in turn()[:2]:
        for journal in made:
            journal.write(event)
        journals.sync()
        assert handles() == before + OPEN_FILES
    journals.close()
    assert handles() == before
    assert all(recover(segment_files(folder, f"s{n}"), 0, None, pytest.fail)[0] == turn()[:2] for n in range(250))


def test_once_a_second_what_was_written_is_made_to_survive_a_power_cut(folder: Path, monkeypatch) -> None:
    monkeypatch.setattr("storage.journals.SECONDS", 0.001)
    synced = threading.Event()
    real = os.fsync
    # A power cut cannot be had in a test: that the kernel was asked is all there is to see.
    monkeypatch.setattr("storage.journal.os.fsync", lambda handle: (real(handle), synced.set()))
    journals = Journals(folder, pytest.fail)
    journals.make("s").write(turn()[0])
    assert synced.wait(5)
    journals.close()


def test_on_a_full_disk_half_a_line_is_taken_back_and_later_writes_work(folder: Path, room_for) -> None:
    journal = SessionJournal(folder, "s")
    events = turn(question="?" * 500)
    journal.write(events[0])
    whole = (folder / "s.1.jsonl").stat().st_size
    with room_for(whole + 20):
        for _ in range(2):
            with pytest.raises(StorageError, match="The disk is full"):
                journal.write(events[1])
            assert (folder / "s.1.jsonl").stat().st_size == whole
    for event in events[1:]:
        journal.write(event)
    assert left(folder) == events


def test_half_a_line_that_could_not_be_taken_back_is_cut_before_the_next(folder: Path, room_for, monkeypatch) -> None:
    journal = SessionJournal(folder, "s")
    events = turn(question="?" * 500)
    journal.write(events[0])
    whole = (folder / "s.1.jsonl").stat().st_size

    def refused(handle: int, size: int) -> None:
        raise OSError(5, "Input/output error")  # a disk that fails twice in a row: no file system does it on demand

    with room_for(whole + 20), monkeypatch.context() as patch:
        patch.setattr("storage.journal.os.ftruncate", refused)
        with pytest.raises(StorageError, match="The disk is full"):
            journal.write(events[1])
        assert (folder / "s.1.jsonl").stat().st_size == whole + 20
        with pytest.raises(StorageError, match="cannot be used"):
            journal.write(events[1])
    for event in events[1:]:
        journal.write(event)
    assert left(folder) == events


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a disk that is always full")
def test_a_full_disk_is_called_by_its_name(folder: Path) -> None:
    (folder / "s.1.jsonl").symlink_to("/dev/full")
    with pytest.raises(StorageError, match="The disk is full: make room"):
        SessionJournal(folder, "s").write(turn()[0])


def test_a_half_written_last_line_is_set_aside_whole_then_cut(folder: Path, damaged: Path) -> None:
    lines = [dumps(encode(event)) + b"\n" for event in turn()]
    broken = b"".join(lines)[:-7]
    (folder / "s.1.jsonl").write_bytes(broken)
    told: list[str] = []
    events, segments = recover(segment_files(folder), 0, damaged, told.append)
    assert events == turn()[:-1]
    assert (folder / "s.1.jsonl").read_bytes() == b"".join(lines[:-1])
    assert (damaged / "s.1.jsonl").read_bytes() == broken
    assert [(segment.first, segment.last) for segment in segments] == [(1, len(turn()) - 1)]
    assert len(told) == 1
    assert "journal/s.1.jsonl was damaged" in told[0]


@pytest.mark.parametrize(
    "garbage", [b"\0" * 100 + b"\n", b"{}\n", b"[1]\n", b'{"eventId":9,"type":"x","at":1}\n', b"\xff\n"]
)
def test_garbage_in_the_middle_costs_what_follows_but_nothing_is_thrown_away(
    folder: Path, damaged: Path, garbage: bytes
) -> None:
    lines = [dumps(encode(event)) + b"\n" for event in turn()]
    broken = b"".join([*lines[:3], garbage, *lines[3:6]])
    (folder / "s.1.jsonl").write_bytes(broken)
    (folder / "s.7.jsonl").write_bytes(b"".join(lines[6:]))
    told: list[str] = []
    events, _ = recover(segment_files(folder), 0, damaged, told.append)
    assert events == turn()[:3]
    assert (damaged / "s.1.jsonl").read_bytes() == broken
    assert (damaged / "s.7.jsonl").read_bytes() == b"".join(lines[6:])
    assert len(told) == 2
    assert recover(segment_files(folder), 0, damaged, pytest.fail)[0] == turn()[:3], "mended once, quiet from then on"


def test_a_second_damage_does_not_overwrite_the_first(folder: Path, damaged: Path) -> None:
    for content in (b"one", b"two"):
        (folder / "s.1.jsonl").write_bytes(content)
        recover(segment_files(folder), 0, damaged, lambda _: None)
    assert sorted(path.read_bytes() for path in damaged.iterdir()) == [b"one", b"two"]


def test_when_it_cannot_be_set_aside_the_damaged_file_stays_and_is_read(folder: Path, damaged: Path) -> None:
    damaged.rmdir()
    broken = b"".join(dumps(encode(event)) + b"\n" for event in turn())[:-7]
    (folder / "s.1.jsonl").write_bytes(broken)
    told: list[str] = []
    events, segments = recover(segment_files(folder), 0, damaged, told.append)
    assert events == turn()[:-1]
    assert not segments, "settling must not remove the only copy"
    assert (folder / "s.1.jsonl").read_bytes() == broken
    assert "could not be cut" in told[0]


def test_lines_that_are_settled_already_are_passed_over(folder: Path, damaged: Path) -> None:
    journal = SessionJournal(folder, "s")
    for event in turn():
        journal.write(event)
    journal.close()
    events, _ = recover(segment_files(folder), 4, damaged, pytest.fail)
    assert events == turn()[4:]
    assert recover(segment_files(folder), len(turn()), damaged, pytest.fail) == ([], [])
    assert not list(folder.iterdir())
