"""Laws 1 to 3: append is synchronous and journalled first; a reader is a number; joined deltas keep their marks."""

import asyncio
import random
from contextlib import aclosing

import pytest

from agent.errors import StorageError
from agent.events import Event, MessagePosted, ThoughtDelta, ThoughtEnd
from agent.log import Log, Memory, Past, joined
from tests.builders import MovedClock


def delta(text: str, at: int = 0, thought: str = "a") -> ThoughtDelta:
    return ThoughtDelta(turn="t", thought=thought, content=text, at=at)


class Notebook:
    """A journal that says, when it is written, how many events could be seen."""

    def __init__(self) -> None:
        self.log: Log | None = None
        self.lines: list[Event] = []
        self.seen_before: list[int] = []
        self.full = False

    def write(self, event: Event) -> None:
        if self.full:
            raise StorageError("The disk is full.")
        assert self.log is not None
        self.seen_before.append(len(self.log))
        self.lines.append(event)


def notebook() -> tuple[Notebook, Log]:
    book = Notebook()
    book.log = Log(book, MovedClock())
    return book, book.log


def test_an_event_is_in_the_journal_before_anyone_can_see_it():
    book, log = notebook()
    for word in ["one", "two", "three"]:
        log.append(delta(word))
    assert book.seen_before == [0, 1, 2]
    assert book.lines == list(log.after(0))
    assert [event.event_id for event in book.lines] == [1, 2, 3]


async def test_what_the_journal_refuses_nobody_sees_and_its_number_is_given_again():
    book, log = notebook()
    log.append(delta("one"))
    book.full = True
    with pytest.raises(StorageError):
        log.append(delta("two"))
    assert len(log) == 1
    book.full = False
    assert log.append(delta("three")).event_id == 2


async def test_a_follower_that_stops_anywhere_and_resumes_gets_each_event_once():
    for seed in range(50):
        dice = random.Random(seed)
        log = Log(Memory(), MovedClock())
        got: list[int] = []

        async def write(log: Log, dice: random.Random) -> None:
            for i in range(60):
                log.append(delta(str(i)))
                if dice.random() < 0.5:
                    await asyncio.sleep(0)
            log.close()

        writing = asyncio.create_task(write(log, dice))
        while not (log.closed and len(got) == len(log)):
            left = dice.randint(1, 6)
            async with aclosing(log.follow(len(got))) as follower:
                async for events in follower:
                    got += [event.event_id for event in events]
                    left -= 1
                    if not left:
                        break
        await writing
        assert got == list(range(1, 61)), f"seed {seed}"


async def test_a_reader_that_lags_gets_its_whole_backlog_at_once():
    log = Log(Memory(), MovedClock())
    async with aclosing(log.follow()) as follower:
        log.append(delta("a"))
        assert len(await anext(follower)) == 1
        for _ in range(500):
            log.append(delta("b"))
        assert len(await anext(follower)) == 500


async def test_a_thousand_waiting_readers_are_woken_by_one_append():
    log = Log(Memory(), MovedClock())
    readers = [asyncio.create_task(anext(log.follow())) for _ in range(1000)]
    await asyncio.sleep(0)
    log.append(delta("x"))
    async with asyncio.timeout(5):
        assert all(len(events) == 1 for events in await asyncio.gather(*readers))


async def test_a_reader_that_gives_up_waiting_leaves_nothing_behind():
    log = Log(Memory(), MovedClock())
    reader = asyncio.create_task(log.wait_grown(0))
    await asyncio.sleep(0)
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)
    assert not log._waiting


def test_the_date_that_an_event_brings_is_kept_and_one_without_is_dated():
    clock = MovedClock(now=500)
    log = Log(Memory(), clock)
    assert log.append(delta("a")).at == 500
    assert log.append(delta("b", at=7)).at == 7


def test_a_joined_delta_keeps_its_marks():
    log = Log(Memory(), MovedClock())
    for text, at in (("Hel", 100), ("lo ", 108), ("you", 130)):
        log.append(delta(text, at))
    log.append(delta("other", 140, thought="b"))
    log.append(ThoughtEnd(turn="t", thought="a", content="Hello you", ms=1, at=150))
    first, other, end = joined(log.after(0))
    assert first == ThoughtDelta(
        event_id=3, at=100, turn="t", thought="a", content="Hello you", marks=((0, 3), (8, 3), (30, 3))
    )
    assert (other.event_id, end.event_id) == (4, 5)


def test_joining_in_pieces_gives_the_same_marks_as_joining_at_once():
    log = Log(Memory(), MovedClock())
    dice = random.Random(1)
    at = 0
    for _ in range(40):
        log.append(delta("x" * dice.randint(1, 4), at := at + dice.randint(0, 30)))
    events = list(log.after(0))
    for cut in range(1, 40):
        assert joined(joined(events[:cut]) + events[cut:]) == joined(events)


def test_events_that_the_journal_kept_follow_the_past():
    log = Log(Memory(), MovedClock())
    for word in "abc":
        log.append(MessagePosted(message=word, author="ada", content=word))
    again = Log(Memory(), MovedClock(), kept=list(log.after(0)))
    assert again.append(delta("d")).event_id == 4
    assert [event.event_id for event in again.after(2)] == [3, 4]


def test_between_two_numbers_no_other_event_is_read():
    class Reluctant(Past):
        def __getitem__(self, index):  # type: ignore[no-untyped-def]
            assert isinstance(index, slice)
            assert index.start is not None
            assert index.start >= 2
            return super().__getitem__(index)

    past = Reluctant([delta(str(i)) for i in range(5)], (1, 3))
    log = Log(Memory(), MovedClock(), past)
    for i in range(5, 9):
        log.append(delta(str(i)))
    for first, last in ((2, 4), (2, 7), (3, 5), (5, 9), (6, 8), (4, 4)):
        texts = [event.content for event in log.between(first, last) if isinstance(event, ThoughtDelta)]
        assert texts == [str(i) for i in range(first, last)]
