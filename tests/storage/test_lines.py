from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tinydb import TinyDB
from tinydb.table import Document

from agent.errors import StorageError
from storage.disk import refusals
from storage.lines import Line, Lines, changing

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file.json"
    Lines(path).write({"turns": {"1": {"text": "one"}, "5": {"text": "fünf,\n"}}, "empty": {}, "card": {"1": {"n": 1}}})
    return path


def test_the_file_is_json_with_a_document_on_each_line_that_any_tinydb_reads(path: Path) -> None:
    assert json.loads(path.read_bytes())["turns"]["5"] == {"text": "fünf,\n"}
    assert path.read_bytes().count(b"\n") == 9
    with TinyDB(path) as plain:
        assert plain.table("turns").all() == [{"text": "one"}, {"text": "fünf,\n"}]


def test_what_a_plain_tinydb_wrote_is_read_and_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    with TinyDB(path, indent=2) as plain:
        plain.table("turns").insert({"text": "one"})
    with changing(path) as file:
        file.put("turns", 2, {"text": "two"})
    assert path.read_bytes() == b'{"turns":{\n"1":{"text":"one"},\n"2":{"text":"two"}\n}}\n'


def test_everything_tinydb_does_works_on_documents_that_were_never_parsed(path: Path) -> None:
    with TinyDB(path, storage=Lines) as db:
        turns = db.table("turns")
        turns.insert({"text": "six"})
        turns.insert(Document({"text": "nine"}, doc_id=9))
        turns.update({"seen": True}, doc_ids=[5])
        turns.remove(doc_ids=[1])
        turns.update(lambda document: document.pop("text"), doc_ids=[6])
        turns.upsert(Document({"text": "9"}, doc_id=9))
    with TinyDB(path) as plain:
        assert {document.doc_id: document for document in plain.table("turns")} == {
            5: {"text": "fünf,\n", "seen": True},
            6: {},
            9: {"text": "9"},
        }
        assert plain.table("card").all() == [{"n": 1}]


def test_an_insert_parses_none_of_the_other_documents(path: Path, monkeypatch) -> None:
    monkeypatch.setattr(Line, "parsed", lambda line: pytest.fail("parsed"))
    with changing(path) as file:
        file.put("turns", 9, {"text": "nine"})
    assert list(json.loads(path.read_bytes())["turns"]) == ["1", "5", "9"]


def test_documents_stay_where_they_are_when_others_come(path: Path) -> None:
    before = Lines(path).read()
    assert before
    with changing(path) as file:
        file.put("turns", 9, {"text": "nine"})
        file.put("card", 1, {"n": 2})
    assert before["turns"]["5"].parsed() == {"text": "fünf,\n"}
    with pytest.raises(ValueError, match="not where it was"):
        before["card"]["1"].parsed()


def test_a_change_that_fails_half_way_changes_nothing(path: Path) -> None:
    before = path.read_bytes()

    def change() -> None:
        with changing(path) as file:
            file.put("turns", 9, {"text": "nine"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change()
    assert path.read_bytes() == before


@pytest.mark.parametrize("moment", ["os.replace", "os.fsync"])
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a Unix word")
def test_killed_between_writing_and_renaming_the_old_file_is_whole(path: Path, moment: str) -> None:
    before = path.read_bytes()
    script = (
        f"import os, signal, pathlib; from storage.lines import changing; "
        f"{moment} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"with changing(pathlib.Path({str(path)!r})) as file: file.put('turns', 9, {{'text': 'nine'}})"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == -signal.SIGKILL
    assert path.read_bytes() == before
    assert path.with_name("file.json.tmp").exists(), "it died at the moment that was meant"


def test_on_a_full_disk_the_old_file_stays_and_the_room_is_given_back(path: Path, room_for) -> None:
    before = path.read_bytes()
    with room_for(len(before) + 100), pytest.raises(StorageError, match="The disk is full"), refusals():
        Lines(path).write({"turns": {"1": {"text": "x" * 1000}}})
    assert path.read_bytes() == before
    assert [path.name for path in path.parent.iterdir()] == ["file.json"]


@pytest.mark.parametrize("keep", [0, 1, 20, 60, -1, -2, -3, -4])
def test_a_file_cut_anywhere_is_noticed(path: Path, keep: int) -> None:
    path.write_bytes(path.read_bytes()[:keep])
    if keep == -1:  # only the last line feed is missing: still JSON
        assert Lines(path).read() == json.loads(path.read_bytes())
    else:
        with pytest.raises(ValueError, match=r"line \d|unexpected"):
            Lines(path).read()


def test_a_hole_of_zeros_is_noticed(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"one", b"\0\0\0"))
    with pytest.raises(ValueError, match=r"line \d|unexpected"):
        Lines(path).read()


@pytest.mark.parametrize("content", [b"[]", b'{"turns":[]}', b'{"turns":{"1":7}}', b"null"])
def test_json_that_is_no_tables_is_noticed(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(ValueError, match="no tables"):
        Lines(path).read()
