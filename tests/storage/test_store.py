from __future__ import annotations

import asyncio
import json
import sys
import threading
from pathlib import Path

import pytest
from tinydb import TinyDB

from agent.chance import RealClock
from agent.errors import BadRequest, Busy, Damaged, NotFound, StorageError, TooLong
from agent.events import Event, MessagePosted, SessionRenamed
from agent.log import Log
from agent.store import MemoryStore, Store
from storage.lines import Lines
from storage.pack import pack, unpack
from storage.past import UNPACKED, SettledPast
from storage.store import DiskStore
from storage.trash import KEPT_MS

from .turns import card, turn

SIZE = len(turn())


async def told(store: Store, session: str = "s", turns: int = 1, *, title: str = "Trams", **words: str) -> list[Event]:
    """A session with so many settled turns, written and settled as a run does it."""
    past, kept, journal = store.open(session)
    log = Log(journal, RealClock(), past, kept)
    for _ in range(turns):
        settled = len(log)
        for event in turn(settled + 1, **words):
            log.append(event)
        await store.settle(session, log.after(settled), card(session, title, len(log), updated=len(log)))
    return list(log.after(0))


def on_disk(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture(params=["memory", "disk"])
def any_store(request: pytest.FixtureRequest) -> Store:
    return MemoryStore() if request.param == "memory" else request.getfixturevalue("store")


# ── what every store does ────────────────────────────────────────────────────────────────────────────────


async def test_settled_turns_are_there_again_with_their_stretches(any_store: Store) -> None:
    events = await told(any_store, turns=3)
    past, kept, _ = any_store.open("s")
    assert list(past) == events
    assert list(past.stretches) == [1, SIZE + 1, 2 * SIZE + 1]
    assert not kept


async def test_the_newest_session_comes_first(any_store: Store) -> None:
    for session, updated in (("a", 5), ("b", 9), ("c", 7)):
        await any_store.settle(session, (), card(session, updated=updated))
    assert [one.id for one in any_store.cards()] == ["b", "c", "a"]


async def test_a_deleted_session_is_gone_until_it_is_restored(any_store: Store) -> None:
    events = await told(any_store)
    await any_store.delete("s")
    assert not any_store.cards()
    with pytest.raises(NotFound):
        await any_store.delete("s")
    await any_store.restore("s")
    assert [one.id for one in any_store.cards()] == ["s"]
    assert list(any_store.open("s")[0]) == events


async def test_a_new_title_is_found_at_once(any_store: Store) -> None:
    await told(any_store)
    await any_store.settle("s", (), card("s", "Boats"))
    assert [hit.card.title for hit in await any_store.search("BOATS")] == ["Boats"]
    assert not await any_store.search("trams")


# ── what only a disk does ────────────────────────────────────────────────────────────────────────────────


async def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    first = DiskStore(tmp_path)
    events = await told(first, turns=2, title="Über Trams")
    cards = first.cards()
    first.close()
    again = DiskStore(tmp_path)
    assert again.cards() == cards
    assert list(again.open("s")[0]) == events
    assert again.unsettled() == []
    assert again.notices == []
    again.close()


async def test_what_was_not_settled_is_handed_back_and_can_be_settled_later(tmp_path: Path) -> None:
    first = DiskStore(tmp_path)
    events = await told(first)
    journal = first.open("s")[2]
    for event in turn(SIZE + 1)[:4]:
        journal.write(event)
    first.close()
    again = DiskStore(tmp_path)
    assert again.unsettled() == ["s"]
    past, kept, journal = again.open("s")
    assert list(past) == events
    assert kept == turn(SIZE + 1)[:4]
    for event in turn(SIZE + 1)[4:]:
        journal.write(event)
    await again.settle("s", turn(SIZE + 1), card(events=2 * SIZE))
    assert list(again.open("s")[0]) == events + turn(SIZE + 1)
    assert again.unsettled() == []
    again.close()


async def test_the_next_turn_may_begin_while_one_is_settled(store: DiskStore, tmp_path: Path) -> None:
    journal = store.open("s")[2]
    for event in turn(1):
        journal.write(event)
    saving = asyncio.create_task(store.settle("s", turn(1), card(events=SIZE)))
    await asyncio.sleep(0)
    for event in turn(SIZE + 1)[:3]:
        journal.write(event)
    await saving
    past, kept, _ = store.open("s")
    assert (list(past), list(kept)) == (turn(1), turn(SIZE + 1)[:3])
    assert [name for name in on_disk(tmp_path) if "journal" in name] == [f"journal/s.{SIZE + 1}.jsonl"]


async def test_settling_twice_keeps_one_turn(store: DiskStore) -> None:
    await told(store)
    await store.settle("s", turn(1), card(events=SIZE))
    await store.settle("s", turn(1) + turn(SIZE + 1), card(events=2 * SIZE))
    assert list(store.open("s")[0]) == turn(1) + turn(SIZE + 1)


async def test_a_turn_that_does_not_follow_is_refused(store: DiskStore) -> None:
    await told(store)
    with pytest.raises(StorageError, match=f"Events {SIZE + 1} to 99 are missing"):
        await store.settle("s", turn(100), card())
    assert list(store.open("s")[0]) == turn(1)


async def test_on_a_full_disk_settling_fails_loses_nothing_and_works_when_there_is_room(
    store: DiskStore, tmp_path: Path, room_for
) -> None:
    await told(store, answer="because " * 50)
    past, _, journal = store.open("s")
    second = turn(len(past) + 1)
    for event in second:
        journal.write(event)
    before = on_disk(tmp_path)
    with room_for(600):
        with pytest.raises(StorageError, match="The disk is full"):
            await store.settle("s", second, card(events=2 * SIZE, updated=9))
        assert on_disk(tmp_path) == before
        assert store.open("s")[1] == second
        assert store.cards()[0].events == SIZE
    await store.settle("s", second, card(events=2 * SIZE, updated=9))
    assert list(store.open("s")[0])[-SIZE:] == second
    assert store.cards()[0].events == 2 * SIZE


async def test_killed_after_the_session_file_before_the_index_the_turn_is_there_once(
    tmp_path: Path, monkeypatch
) -> None:
    first = DiskStore(tmp_path)
    journal = first.open("s")[2]
    for event in turn():
        journal.write(event)
    # The moment cannot be hit from outside: what a kill would leave is made by stopping there.
    monkeypatch.setattr("storage.index.Index.put", lambda *_: (_ for _ in ()).throw(OSError(5, "killed")))
    with pytest.raises(StorageError):
        await first.settle("s", turn(), card(events=SIZE))
    first.close()
    monkeypatch.undo()
    again = DiskStore(tmp_path)
    assert [one.events for one in again.cards()] == [SIZE]
    past, kept, _ = again.open("s")
    assert list(past) == turn()
    assert not kept
    assert again.unsettled() == []
    again.close()


async def test_ids_that_no_file_could_be_named_after_are_kept_apart(tmp_path: Path) -> None:
    ids = ["../up", "room", "Room", "a.1.jsonl", "a", "%41", "A", "日本", "con/../x", ".."]
    first = DiskStore(tmp_path / "data")
    for session in ids:
        await told(first, session, answer=session)
    first.close()
    assert all(name.startswith("data/") for name in on_disk(tmp_path))
    again = DiskStore(tmp_path / "data")
    assert {one.id for one in again.cards()} == set(ids)
    for session in ids:
        assert list(again.open(session)[0]) == turn(answer=session)
    with pytest.raises(TooLong):
        again.open("x" * 201)
    with pytest.raises(BadRequest):
        again.open("")
    again.close()


async def test_files_are_nobody_elses_to_read(store: DiskStore, tmp_path: Path) -> None:
    await told(store)
    for name in on_disk(tmp_path):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0, name


async def test_a_new_session_is_there_at_once_however_busy_the_disk_is(store: DiskStore, monkeypatch) -> None:
    go_on = threading.Event()
    monkeypatch.setattr("storage.sessions.pack", lambda events: go_on.wait(5) and pack(events))
    saving = asyncio.create_task(store.settle("slow", turn(), card("slow")))
    await asyncio.sleep(0)
    past, kept, journal = store.open("new")  # on the event loop, and would wait 5 s for its turn
    assert (len(past), len(kept), saving.done()) == (0, 0, False)
    journal.write(turn()[0])
    go_on.set()
    await saving
    assert store.open("new")[1] == turn()[:1]


# ── damage ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("damage", [b"", b"{", b"\0" * 500, b'{"stretches":{"2":{}}}', b"[]", b'{"session":{}}'])
async def test_an_unreadable_session_is_set_aside_with_a_sentence_and_the_others_work(
    tmp_path: Path, damage: bytes
) -> None:
    first = DiskStore(tmp_path)
    await told(first, "s", title="My trams")
    first.open("s")[2].write(turn(SIZE + 1)[0])
    others = await told(first, "other")
    first.close()
    (tmp_path / "sessions/s.json").write_bytes(damage)
    again = DiskStore(tmp_path)
    with pytest.raises(Damaged) as said:
        again.open("s")
    assert str(said.value) == (
        "The session “My trams” cannot be read: its file is damaged. It is now damaged/s.json, as it was."
    )
    assert (tmp_path / "damaged/s.json").read_bytes() == damage
    assert (tmp_path / f"damaged/s.{SIZE + 1}.jsonl").exists()
    assert [one.id for one in again.cards()] == ["other"]
    assert list(again.open("other")[0]) == others
    assert len(again.open("s")[0]) == 0, "said once; from now on nobody knows it"
    again.close()


async def test_damage_inside_one_turn_is_told_by_whoever_looks_and_the_rest_is_read(
    store: DiskStore, tmp_path: Path
) -> None:
    events = await told(store, turns=3)
    path = tmp_path / "sessions/s.json"
    path.write_bytes(path.read_bytes().replace(b'"type":"turn.start"', b'"type":"turn.stort"', 1))
    past = store.open("s")[0]
    assert past[SIZE:] == events[SIZE:]
    with pytest.raises(Damaged, match=rf"Events 1 to {SIZE} cannot be read: sessions/s\.json"):
        past[0]


async def test_settling_into_a_damaged_file_overwrites_nothing(store: DiskStore, tmp_path: Path) -> None:
    await told(store)
    journal = store.open("s")[2]
    (tmp_path / "sessions/s.json").write_bytes(b"{oops")
    for event in turn(SIZE + 1):
        journal.write(event)
    with pytest.raises(Damaged, match="stays in the journal"):
        await store.settle("s", turn(SIZE + 1), card(events=2 * SIZE))
    assert (tmp_path / "sessions/s.json").read_bytes() == b"{oops"
    assert (tmp_path / f"journal/s.{SIZE + 1}.jsonl").exists()


async def test_a_session_whose_file_is_gone_says_so_until_it_is_put_back(store: DiskStore, tmp_path: Path) -> None:
    events = await told(store, title="My trams")
    content = (tmp_path / "sessions/s.json").read_bytes()
    (tmp_path / "sessions/s.json").unlink()
    for _ in range(2):
        with pytest.raises(Damaged, match=r"“My trams”, sessions/s\.json, is gone: put it back"):
            store.open("s")
    (tmp_path / "sessions/s.json").write_bytes(content)
    assert list(store.open("s")[0]) == events


@pytest.mark.parametrize("content", [None, b"", b'{"cards":{"1":{}}}', b"\0\0"])
async def test_a_lost_or_damaged_index_is_made_again_from_the_sessions(tmp_path: Path, content: bytes | None) -> None:
    first = DiskStore(tmp_path)
    for session in ("a", "b"):
        await told(first, session, title=f"Title {session}")
    cards = first.cards()
    first.close()
    index = tmp_path / "index.json"
    index.unlink() if content is None else index.write_bytes(content)
    again = DiskStore(tmp_path)
    assert again.cards() == cards
    if content is not None:
        assert (tmp_path / "damaged/index.json").read_bytes() == content
        assert again.notices == ["index.json could not be read: it is now damaged/index.json, and a new one was made."]
    again.close()


async def test_an_index_that_is_damaged_while_we_run_is_made_again_from_memory(
    store: DiskStore, tmp_path: Path
) -> None:
    await told(store, "a")
    (tmp_path / "index.json").write_bytes(b"{oops")
    await told(store, "b")
    with TinyDB(tmp_path / "index.json") as plain:
        assert [one["id"] for one in plain.table("cards")] == ["a", "b"]
    assert (tmp_path / "damaged/index.json").read_bytes() == b"{oops"


async def test_a_damaged_session_without_a_card_is_set_aside_at_the_start(tmp_path: Path) -> None:
    first = DiskStore(tmp_path)
    await told(first, "a")
    first.close()
    (tmp_path / "sessions/stray.json").write_bytes(b"{")
    again = DiskStore(tmp_path)
    assert [one.id for one in again.cards()] == ["a"]
    assert again.notices == ["sessions/stray.json cannot be read: it is now damaged/stray.json, as it was."]
    again.close()


async def test_a_crash_leaves_no_temporary_files_for_good(tmp_path: Path) -> None:
    DiskStore(tmp_path).close()
    for name in ("index.json.tmp", "sessions/s.json.tmp", "damaged/s.1.jsonl.tmp"):
        (tmp_path / name).write_bytes(b"half")
    DiskStore(tmp_path).close()
    assert not [name for name in on_disk(tmp_path) if name.endswith(".tmp")]


@pytest.mark.skipif(sys.platform != "linux", reason="/sys is the folder that not even root may write to")
def test_a_read_only_folder_is_told_in_one_sentence() -> None:
    with pytest.raises(StorageError, match=r"^The data folder is read-only: allow writing to it, or choose another"):
        DiskStore(Path("/sys/thinkaloud"))


@pytest.mark.parametrize("place", ["", "sessions"])
def test_a_file_where_a_folder_should_be_is_told_in_one_sentence(tmp_path: Path, place: str) -> None:
    (tmp_path / "data").mkdir(exist_ok=True) if place else None
    (tmp_path / "data" / place).write_text("mine")
    if place:
        (tmp_path / "data/format.json").write_text('{"version":1}')
    with pytest.raises(StorageError, match="There is a file where the data folder needs a folder"):
        DiskStore(tmp_path / "data")
    assert (tmp_path / "data" / place).read_text() == "mine"


def test_a_store_that_could_not_be_opened_lets_go_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "sessions").write_text("mine")
    (tmp_path / "format.json").write_text('{"version":1}')
    with pytest.raises(StorageError):
        DiskStore(tmp_path)
    (tmp_path / "sessions").unlink()
    DiskStore(tmp_path).close()


async def test_after_closing_nothing_is_saved_and_that_is_said(tmp_path: Path) -> None:
    store = DiskStore(tmp_path)
    store.close()
    with pytest.raises(StorageError, match="stopping"):
        await store.settle("s", (), card())


# ── deleting ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_late_event_does_not_bring_a_deleted_session_back(store: DiskStore, tmp_path: Path) -> None:
    await told(store)
    journal = store.open("s")[2]
    late = turn(SIZE + 1)
    journal.write(late[0])
    await store.delete("s")
    for _ in range(2):
        with pytest.raises(StorageError, match="was deleted"):
            journal.write(late[1])
    with pytest.raises(StorageError, match="was deleted"):
        await store.settle("s", late[:1], card())
    assert not [name for name in on_disk(tmp_path) if name.startswith(("sessions", "journal"))]
    await store.restore("s")
    with pytest.raises(StorageError, match="was deleted"):
        journal.write(late[1])  # whoever still has the old session must not write beside the new one
    _, kept, again = store.open("s")
    assert kept == late[:1]
    again.write(late[1])
    assert store.open("s")[1] == late[:2]


async def test_a_deletion_that_was_cut_short_is_finished_at_the_start(tmp_path: Path, monkeypatch) -> None:
    first = DiskStore(tmp_path)
    events = await told(first)
    # As above: stopped where a kill would stop it, with the files moved and the card still there.
    monkeypatch.setattr("storage.index.Index.remove", lambda *_: (_ for _ in ()).throw(OSError(5, "killed")))
    with pytest.raises(StorageError):
        await first.delete("s")
    first.close()
    monkeypatch.undo()
    again = DiskStore(tmp_path)
    assert again.cards() == []
    await again.restore("s")
    assert list(again.open("s")[0]) == events
    again.close()
    last = DiskStore(tmp_path)
    assert list(last.open("s")[0]) == events
    assert not list((tmp_path / "trash").iterdir())
    last.close()


async def test_a_restored_session_does_not_overwrite_a_new_one_of_its_name(store: DiskStore) -> None:
    await told(store, answer="old")
    await store.delete("s")
    new = await told(store, answer="new")
    with pytest.raises(Busy):
        await store.restore("s")
    assert list(store.open("s")[0]) == new
    await store.delete("s")
    await store.restore("s")
    assert list(store.open("s")[0]) == new


async def test_somebody_who_came_to_the_empty_room_in_between_cannot_write_over_the_restored(store: DiskStore) -> None:
    events = await told(store)
    await store.delete("s")
    empty = store.open("s")[2]
    await store.restore("s")
    with pytest.raises(StorageError, match="restored meanwhile"):
        empty.write(turn()[0])
    assert list(store.open("s")[0]) == events


async def test_after_a_week_a_deleted_session_is_really_gone(tmp_path: Path) -> None:
    first = DiskStore(tmp_path)
    for session in ("old", "new"):
        await told(first, session)
        await first.delete(session)
    first.close()
    aged = next((tmp_path / "trash").glob("old.*"))
    deleted = int(aged.suffix[1:])
    aged.rename(aged.with_suffix(f".{deleted - KEPT_MS - 1}"))
    again = DiskStore(tmp_path)
    await again.restore("new")
    with pytest.raises(NotFound, match="too long ago"):
        await again.restore("old")
    again.close()


# ── the past ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def long(store: DiskStore) -> tuple[SettledPast, list[Event]]:
    events = await told(store, turns=12)
    past = store.open("s")[0]
    assert isinstance(past, SettledPast)
    return past, events


async def test_a_long_past_is_a_sequence_like_any_other(long: tuple[SettledPast, list[Event]]) -> None:
    past, events = long
    assert list(past) == events
    assert past[0] == events[0]
    assert past[-1] == events[-1]
    for start in (None, 0, 1, SIZE - 1, SIZE, SIZE + 1, 50, 10**6, -1, -SIZE - 1):
        for stop in (None, 0, SIZE, SIZE + 1, 3 * SIZE + 2, -1, 10**6):
            assert past[start:stop] == events[start:stop], (start, stop)
    assert past[::-7] == events[::-7]
    with pytest.raises(IndexError):
        past[len(events)]
    with pytest.raises(IndexError):
        past[-len(events) - 1]


async def test_a_reader_near_the_end_unpacks_only_the_end(long: tuple[SettledPast, list[Event]], monkeypatch) -> None:
    past, events = long
    unpacked: list[int] = []
    monkeypatch.setattr("storage.past.unpack", lambda packed: unpacked.append(packed["first"]) or unpack(packed))
    assert past[len(past) - 3 :] == events[-3:]
    assert past[len(past) - 2 :] == events[-2:]
    assert unpacked == [11 * SIZE + 1]
    list(past)
    assert len(unpacked) == 13
    list(past[-SIZE * UNPACKED :])
    assert len(unpacked) == 13, "the last few stay in memory"


async def test_a_past_goes_on_being_read_while_turns_are_added(
    store: DiskStore, long: tuple[SettledPast, list[Event]]
) -> None:
    past, events = long
    await told(store, turns=3)
    assert list(past) == events


# ── search ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_search_finds_what_was_asked_and_what_was_answered_in_any_case(store: DiskStore) -> None:
    await told(store, "a", question="Why do TRAMS ring?", answer="A bell, in Zürich’s Straßenbahn.\nIt warns people.")
    await told(store, "b", title="Boats", question="Boats?", answer="No bell.")

    async def found(words: str) -> list[str]:
        return [hit.card.id for hit in await store.search(words)]

    assert sorted(await found("bell")) == ["a", "b"]
    assert await found("BELL trams") == ["a"]
    assert await found("zürich’s STRASSENBAHN") == ["a"]
    assert await found("boats zürich") == []
    assert await found("  ") == []


@pytest.mark.parametrize("words", ["message.posted", "content", "demo:demo", "anna", "t1", "thought", "rows", "count"])
async def test_search_does_not_find_what_only_the_file_says(store: DiskStore, words: str) -> None:
    await told(store, question="Why?", answer="Because.")
    assert not await store.search(words)


@pytest.mark.parametrize("words", ['"quoted"', "back\\slash", "nul\0", "half\ud83d"])
async def test_search_finds_letters_that_json_spells_in_another_way(store: DiskStore, words: str) -> None:
    await told(store, answer=f"so {words} it is")
    assert len(await store.search(words)) == 1


async def test_the_excerpt_is_a_line_around_the_first_place(store: DiskStore) -> None:
    await told(store, "a", answer="ß" * 300 + "\n\nthe  Needle\nin it " + "y" * 300)
    await told(store, "b", title="A needle", answer="needle")
    b, a = sorted(await store.search("needle"), key=lambda hit: hit.excerpt)
    assert b.excerpt == "", "the title says it already"
    assert "ß the Needle in it y" in a.excerpt
    assert a.excerpt.startswith("… ß")
    assert a.excerpt.endswith("y …")
    assert 100 <= len(a.excerpt) <= 125


async def test_search_gives_the_newest_fifty(store: DiskStore) -> None:
    await store.settle("s0", (), card("s0", updated=0))
    for number in range(1, 60):
        await store.settle(f"s{number}", (), card(f"s{number}", updated=number))
    hits = await store.search("trams")
    assert [hit.card.id for hit in hits] == [f"s{number}" for number in range(59, 9, -1)]


async def test_search_passes_over_what_cannot_be_read(store: DiskStore, tmp_path: Path) -> None:
    for session in ("a", "b", "c"):
        await told(store, session, answer="a needle")
    (tmp_path / "sessions/a.json").write_bytes(b"{oops needle")
    (tmp_path / "sessions/b.json").unlink()
    assert [hit.card.id for hit in await store.search("needle")] == ["c"]


async def test_searching_while_turns_are_settled_sees_whole_turns_and_holds_nobody_up(store: DiskStore) -> None:
    await told(store, answer="needle")
    over = asyncio.Event()

    async def searching() -> int:
        searches = 0
        while not over.is_set():
            assert [hit.card.id for hit in await store.search("needle")] == ["s"]
            searches += 1
        return searches

    searcher = asyncio.create_task(searching())
    for _ in range(30):
        await told(store, answer="needle")
    over.set()
    assert await searcher > 5
    assert len(store.open("s")[0]) == 31 * len(turn(answer="needle"))


async def test_a_search_that_nobody_waits_for_ends_early(store: DiskStore, monkeypatch) -> None:
    for number in range(20):
        await told(store, f"s{number}")
    looked: list[str] = []
    started, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def find(words: list[str], path: Path) -> None:
        looked.append(path.name)
        loop.call_soon_threadsafe(started.set)
        go_on.wait(5)

    monkeypatch.setattr("storage.search._find", find)
    search = asyncio.create_task(store.search("needle"))
    await started.wait()
    search.cancel()
    with pytest.raises(asyncio.CancelledError):
        await search
    go_on.set()
    await store.search("  ")  # has its turn on the same thread once the other is over
    assert len(looked) == 1


# ── the event loop ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.alone
async def test_settling_into_a_session_of_a_thousand_turns_leaves_the_event_loop_alone(
    store: DiskStore, tmp_path: Path
) -> None:
    await told(store, turns=1)
    words = {"answer": "The tram leaves at noon. " * 40}
    packed: dict[str, object] = json.loads((tmp_path / "sessions/s.json").read_bytes())
    first, stretches = SIZE + 1, packed["stretches"]
    assert isinstance(stretches, dict)
    for _ in range(999):
        events = turn(first, deltas=15, thoughts=10, **words)
        stretches[str(first)] = pack(events)
        first += len(events)
    Lines(tmp_path / "sessions/s.json").write({"stretches": stretches, "session": packed["session"]})
    assert (tmp_path / "sessions/s.json").stat().st_size > 10_000_000
    gaps: list[float] = []
    loop = asyncio.get_running_loop()

    async def tick() -> None:
        while True:
            before = loop.time()
            await asyncio.sleep(0.001)
            gaps.append(loop.time() - before - 0.001)

    ticking = asyncio.create_task(tick())
    worst: list[float] = []
    for _ in range(3):
        gaps.clear()
        events = turn(first, deltas=15, thoughts=10, **words)
        first += len(events)
        await store.settle("s", events, card(events=first - 1))
        worst.append(max(gaps))
    ticking.cancel()
    assert min(worst) < 0.020, "each time, so it is not the machine's doing"
    assert len(store.open("s")[0]) == first - 1


def test_a_session_that_only_has_a_title_yet_opens_empty(store: DiskStore) -> None:
    asyncio.run(store.settle("new", (), card("new")))
    past, kept, journal = store.open("new")
    assert not past
    assert not kept
    log = Log(journal, RealClock(), past)
    log.append(SessionRenamed(title="Trams"))
    log.append(MessagePosted(message="m", author="anna", content="why?"))
    assert len(store.open("new")[1]) == 2
