"""Attachments on disk: durable, found again, and gone once nobody needs them."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from agent.attachments import Attachments, attached
from agent.chance import Chance
from agent.errors import NotFound, StorageError
from agent.events import Event, MessagePosted
from agent.providers.base import Attachment
from storage.files import UNSENT_MS
from storage.store import DiskStore
from storage.trash import KEPT_MS
from tests.builders import MovedClock
from tests.pictures import png

from .turns import card, numbered, turn

DAY = UNSENT_MS / 1000
WEEK = KEPT_MS / 1000
Start = Callable[[], DiskStore]


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def start(tmp_path: Path, clock: MovedClock) -> Start:
    """Starts the store, anew if it runs; returns it once it has removed what nobody needs."""
    running: list[DiskStore] = []

    def started() -> DiskStore:
        if running:
            running.pop().close()
        running.append(DiskStore(tmp_path, clock))
        running[0]._searching.submit(lambda: None).result(timeout=10)  # the thread that sweeps does one thing at a time
        return running[0]

    yield started  # type: ignore[misc]
    running.pop().close()


def kept(store: DiskStore) -> Attachment:
    return Attachments(store, Chance()).keep("a.png", png())


def files(folder: Path) -> set[str]:
    return {path.name for path in (folder / "files").iterdir()}


def sent(file: Attachment) -> list[Event]:
    """A turn whose message brought the file."""
    message = MessagePosted(message="m0", author="anna", content="Look", attachments=(attached(file),))
    return numbered([message, *turn()])


async def told(store: DiskStore, session: str, file: Attachment) -> None:
    store.open(session)
    events = sent(file)
    await store.settle(session, events, card(session, events=len(events)))


def there(store: DiskStore, file: Attachment) -> bool:
    try:
        return store.file(file.id) == png()
    except NotFound:
        return False


async def test_a_file_is_there_after_a_restart_for_its_owner_alone(start: Start, tmp_path: Path):
    file = kept(start())
    assert there(start(), file)
    assert files(tmp_path) == {file.id, f"{file.id}.json"}
    if os.name == "posix":
        assert {path.stat().st_mode & 0o777 for path in (tmp_path / "files").iterdir()} == {0o600}


@pytest.mark.parametrize("id", ["", "..", "../index.json", "a" * 16, "A" * 16, "a" * 16 + ".txt", "a/b", "\0"])
def test_no_id_leads_to_another_file(start: Start, tmp_path: Path, id: str):
    store = start()
    (tmp_path / "files" / ("a" * 16 + ".txt")).write_text("mine")
    with pytest.raises(NotFound):
        store.file(id)
    if id != "a" * 16:
        with pytest.raises(NotFound):
            store.keep(id, b"x")


def test_a_full_disk_is_told_and_leaves_nothing_behind(
    start: Start, tmp_path: Path, room_for: Callable[[int], AbstractContextManager[None]]
):
    store = start()
    with room_for(1_000), pytest.raises(StorageError, match="The disk is full"):
        store.keep("a" * 16, b"x" * 5_000)
    assert files(tmp_path) == set()


def test_a_read_only_folder_is_told(start: Start, monkeypatch: pytest.MonkeyPatch):
    store = start()

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StorageError, match="read-only"):
        store.keep("a" * 16, b"x")


async def test_what_a_kill_left_half_written_is_swept_away(start: Start, tmp_path: Path):
    start()
    (tmp_path / "files" / ("a" * 16 + ".tmp")).write_bytes(b"half")
    start()
    assert files(tmp_path) == set()


async def test_what_was_never_sent_goes_after_a_day_and_what_was_sent_stays(
    start: Start, clock: MovedClock, tmp_path: Path
):
    store = start()
    dropped, settled, running = kept(store), kept(store), kept(store)
    await told(store, "s", settled)
    _, _, journal = store.open("r")
    for event in sent(running):
        journal.write(event)
    await clock.pass_(DAY - 60)
    assert there(start(), settled)
    assert files(tmp_path) == {name for one in (dropped, settled, running) for name in (one.id, f"{one.id}.json")}
    await clock.pass_(DAY + 60)
    start()
    assert files(tmp_path) == {name for one in (settled, running) for name in (one.id, f"{one.id}.json")}


async def test_a_draft_that_is_looked_at_keeps_its_files(start: Start, clock: MovedClock):
    store = start()
    file = kept(store)
    await clock.pass_(DAY - 60)
    assert there(store, file)
    await clock.pass_(DAY - 60)
    assert there(start(), file)


async def test_the_files_of_a_deleted_session_go_with_it_after_a_week(start: Start, clock: MovedClock, tmp_path: Path):
    store = start()
    file = kept(store)
    await told(store, "s", file)
    await store.delete("s")
    await clock.pass_(WEEK - 60)
    store = start()
    await store.restore("s")
    assert there(store, file)
    await store.delete("s")
    await clock.pass_(WEEK + 60)
    start()
    assert files(tmp_path) == set()


async def test_a_file_that_a_fork_still_has_stays(start: Start, clock: MovedClock):
    store = start()
    file = kept(store)
    await told(store, "s", file)
    await told(store, "fork", file)
    await store.delete("s")
    await clock.pass_(WEEK + DAY)
    assert there(start(), file)


async def test_what_a_damaged_session_names_stays(start: Start, clock: MovedClock, tmp_path: Path):
    store = start()
    file = kept(store)
    await told(store, "s", file)
    (tmp_path / "sessions" / "s.json").rename(tmp_path / "damaged" / "s.json")
    await clock.pass_(DAY + 60)
    assert there(start(), file)


async def test_nothing_is_removed_while_a_session_is_on_the_move(start: Start, clock: MovedClock):
    store = start()
    file = kept(store)
    await told(store, "s", kept(store))
    await clock.pass_(DAY + 60)
    await store.delete("s")
    assert store._files.sweep() == []
    assert there(store, file)


async def test_where_a_text_cannot_be_read_nothing_is_removed(
    start: Start, clock: MovedClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    store = start()
    file = kept(store)
    (tmp_path / "damaged" / "odd").mkdir()
    await clock.pass_(DAY + 60)
    assert there(start(), file)
    assert "could not be removed" in caplog.text
