from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agent.errors import StorageError
from agent.vendors.keys import KeyStore, MemoryKeys
from storage import disk
from storage.keys import KeyFile

KEY = "sk-proj-9d2f4b7a1c"
URL = "https://api.openai.com/v1"


@pytest.fixture(params=["disk", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> KeyStore:
    return KeyFile(tmp_path) if request.param == "disk" else MemoryKeys()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_was_saved_is_there_until_it_is_forgotten(store: KeyStore) -> None:
    assert store.load() == {}
    store.save("openai", KEY, URL)
    store.save("compat", "", "http://localhost:9/v1")
    store.save("openai", KEY + "2", URL)
    assert store.load() == {"openai": (KEY + "2", URL), "compat": ("", "http://localhost:9/v1")}
    store.forget("openai")
    store.forget("anthropic")
    assert store.load() == {"compat": ("", "http://localhost:9/v1")}


def test_what_was_saved_is_there_after_a_restart(tmp_path: Path) -> None:
    KeyFile(tmp_path).save("openai", KEY, URL)
    again = KeyFile(tmp_path)
    again.save("anthropic", "sk-ant-1", "https://api.anthropic.com")
    assert set(KeyFile(tmp_path).load()) == {"openai", "anthropic"}
    assert again.notices == []


@pytest.mark.skipif(os.name == "nt", reason="no such rights there")
def test_nobody_else_can_read_it_at_any_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.umask(0)
    seen: list[int] = []
    replace = os.replace

    def watched(source: Path, target: Path) -> None:
        seen.append(mode(source))
        replace(source, target)

    monkeypatch.setattr(disk.os, "replace", watched)
    try:
        (tmp_path / "keys.json.tmp").write_text("left by a crash")  # with rights for all
        (tmp_path / "keys.json.tmp").chmod(0o666)
        KeyFile(tmp_path).save("openai", KEY, URL)
    finally:
        os.umask(before)
    assert seen == [0o600]
    assert mode(tmp_path / "keys.json") == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]


@pytest.mark.skipif(os.name == "nt", reason="no such rights there")
def test_rights_that_are_too_wide_are_put_right(tmp_path: Path) -> None:
    KeyFile(tmp_path).save("openai", KEY, URL)
    (tmp_path / "keys.json").chmod(0o644)
    assert KeyFile(tmp_path).load()["openai"] == (KEY, URL)
    assert mode(tmp_path / "keys.json") == 0o600


@pytest.mark.parametrize(
    "content",
    [
        b'{"openai": {"key": "' + KEY.encode(),
        b"\xff\xfe\x00",
        b"[]",
        b'{"openai": "' + KEY.encode() + b'"}',
        b'{"openai": {"key": 7, "url": "https://x.example"}}',
        b'{"openai": {"key": "two words", "url": "https://x.example"}}',
        b'{"openai": {"key": "sk-1", "url": "nowhere"}}',
        b"[" * 100_000,
        b"",
    ],
)
def test_a_damaged_file_is_set_aside_and_told_without_its_content(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "keys.json").write_bytes(content)
    keys = KeyFile(tmp_path)
    assert keys.load() == {}
    assert keys.notices == [
        "keys.json was damaged: it is now damaged/keys.json. Give the keys again in Settings.",
    ]
    aside = tmp_path / "damaged" / "keys.json"
    assert aside.read_bytes() == content
    assert os.name == "nt" or mode(aside) == 0o600
    keys.save("openai", KEY, URL)
    assert KeyFile(tmp_path).load() == {"openai": (KEY, URL)}


def test_a_disk_that_refuses_is_a_sentence_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = KeyFile(tmp_path)
    keys.save("openai", KEY, URL)

    def full(*_: object) -> None:
        raise OSError(28, f"No space left on device {KEY}")

    monkeypatch.setattr(disk.os, "fsync", full)
    with pytest.raises(StorageError, match=r"^The disk is full: make room, then try again\.") as failed:
        keys.save("openai", "sk-other", URL)
    assert KEY not in str(failed.value)
    assert keys.load() == KeyFile(tmp_path).load() == {"openai": (KEY, URL)}
    assert json.loads((tmp_path / "keys.json").read_text())["openai"]["key"] == KEY


def test_it_is_on_the_disk_before_save_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def noting(name: str, call: Callable[..., object]) -> Callable[..., object]:
        return lambda *given: (order.append(name), call(*given))[1]

    monkeypatch.setattr(disk.os, "fsync", noting("fsync", os.fsync))
    monkeypatch.setattr(disk.os, "replace", noting("replace", os.replace))
    KeyFile(tmp_path).save("openai", KEY, URL)
    assert order[:2] == ["fsync", "replace"]


def test_two_at_once_do_not_undo_each_other(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: keys.save(f"v{number}", "k", "https://x.example"), range(16)))
    assert len(KeyFile(tmp_path).load()) == 16


def test_neither_kind_shows_a_key(store: KeyStore) -> None:
    store.save("openai", KEY, URL)
    assert KEY not in repr(store)
