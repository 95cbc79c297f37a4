"""Chunks become deltas on the leading edge, at most one a frame, and keep their timing."""

import pytest

from agent.errors import StorageError
from agent.events import Event, ThoughtDelta, ThoughtEnd
from agent.log import Log, Memory
from agent.writer import Writer
from tests.builders import MovedClock


def made() -> tuple[MovedClock, Log, Writer]:
    clock = MovedClock(now=1000)
    log = Log(Memory(), clock)
    return clock, log, Writer(log.append, clock, turn="t", thought="a", kind="answer")


def deltas(log: Log) -> list[tuple[str, int, object]]:
    return [(e.content, e.at, e.marks) for e in log.after(0) if isinstance(e, ThoughtDelta)]


async def test_the_first_chunk_goes_at_once_and_so_does_one_after_a_pause():
    clock, log, writer = made()
    writer.write("one")
    assert deltas(log) == [("one", 1000, None)]
    await clock.pass_(0.020)
    writer.write("two")
    assert deltas(log)[1:] == [("two", 1020, None)]


async def test_chunks_within_a_frame_join_and_keep_their_marks():
    clock, log, writer = made()
    writer.write("a")
    for _ in range(3):
        await clock.pass_(0.004)
        writer.write("bc")
    assert len(deltas(log)) == 1
    await clock.pass_(0.004)
    assert deltas(log)[1:] == [("bcbcbc", 1004, ((0, 2), (4, 2), (8, 2)))]


async def test_the_end_takes_along_what_still_waits_and_repeats_the_whole():
    clock, log, writer = made()
    writer.write("a")
    writer.write("b")
    await clock.pass_(0.005)
    writer.end()
    assert [content for content, _, _ in deltas(log)] == ["a", "b"]
    assert log.after(0)[-1] == ThoughtEnd(event_id=4, at=1005, turn="t", thought="a", content="ab", ms=5)
    await clock.pass_(1)
    assert len(log) == 4, "a timer rang after the end"


async def test_an_empty_chunk_is_no_delta():
    _, log, writer = made()
    writer.write("")
    assert deltas(log) == []


async def test_a_chunk_that_could_not_be_kept_on_time_is_told_to_the_next_and_not_lost():
    clock = MovedClock()
    log = Log(Memory(), clock)
    full = False

    def append(event: Event) -> Event:
        if full:
            raise StorageError("The disk is full.")
        return log.append(event)

    writer = Writer(append, clock, turn="t", thought="a", kind="answer")
    writer.write("a")
    writer.write("b")
    full = True
    await clock.pass_(0.02)
    with pytest.raises(StorageError):
        writer.write("c")
    full = False
    writer.flush()
    assert "".join(content for content, _, _ in deltas(log)) == "ab"


async def test_a_character_that_chunks_cut_in_two_comes_whole_and_half_a_one_as_a_question_mark():
    clock, log, writer = made()
    for chunk in ("a\ud83d", "\ude42b", "\ude42c", "d\ud83d"):
        writer.write(chunk)
        await clock.pass_(0.02)
    writer.end()
    end = log.after(0)[-1]
    assert isinstance(end, ThoughtEnd)
    assert end.content == "a🙂b\ufffdcd\ufffd "
    end.content.encode()
