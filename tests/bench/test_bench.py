"""That the bench still runs, at sizes that say nothing about speed."""

from __future__ import annotations

import asyncio
import shutil
import zlib
from pathlib import Path

import pytest

from bench.answer import answer
from bench.browser import pay, see
from bench.frames import Frames
from bench.journal import journal
from bench.painted import Painted
from bench.settling import settling
from bench.streaming import Size, apps, size_rows, work_rows
from bench.table import Row, markdown
from bench.upstream import upstream


def test_the_answer_is_the_same_every_time_and_of_realistic_tokens() -> None:
    tokens = answer(2_000)
    assert tokens == answer(2_000)
    assert tokens[:600] == answer(600)
    assert 4.4 < len("".join(tokens).encode()) / len(tokens) < 4.8
    assert {"```", "|"} <= {token.strip() for token in tokens}


def test_a_token_is_painted_once_the_page_shows_its_letters() -> None:
    painted = Painted(["One", " **two", "**", "\n\n```", "python", "\n", "three"], formatted=True)
    frames = [(10.0, "One"), (30.0, "One two"), (70.0, "One two\nthree")]
    assert painted.lateness([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], frames) == [9.0, 28.0, 63.0]
    with pytest.raises(RuntimeError, match="Only 6 of 11 letters"):
        painted.lateness([1.0] * 7, frames[:2])


def test_frames_are_counted_inflated_however_the_bytes_are_cut() -> None:
    deflate = zlib.compressobj(wbits=-15)
    messages = [b"x" * 50, b"y" * 300, b"x" * 50]
    stream = b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    for message in messages:
        body = (deflate.compress(message) + deflate.flush(zlib.Z_SYNC_FLUSH))[:-4]
        stream += bytes([0xC1, len(body)]) + body
    stream += bytes([0x81, 126]) + (200).to_bytes(2) + b"z" * 200
    frames = Frames()
    found = [length for i in range(0, len(stream), 7) for length in frames.feed(stream[i : i + 7])]
    assert found == [50, 300, 50, 200]


def test_a_row_says_whether_its_bar_is_met() -> None:
    rows = [
        Row(what="near", raw=10, ours=21.5, bar=12, kind="more"),
        Row(what="far", raw=1, ours=3, unit="s", bar=2, kind="times"),
        Row(what="alone", ours=1_501, bar=1_500, digits=0),
        Row(what="free", ours=7),
    ]
    assert [row.met for row in rows] == [True, False, False, None]
    assert "| far   | 1.0 s    | 3.0 s      | × 3.00   | ≤ × 2     | **not met** |" in markdown(rows)


async def test_journal_and_settling_are_measured(tmp_path: Path) -> None:
    rows = [*await asyncio.to_thread(journal, tmp_path, 400), *await settling(tmp_path, 3, 1)]
    assert len(rows) == 5
    assert all(row.ours > 0 for row in rows)


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs chromium")
async def test_an_answer_is_followed_through_the_browser(tmp_path: Path) -> None:
    size = Size(tokens=120, rate=200)
    async with apps(tmp_path) as (browser, raw, ours):
        late = await see(browser, ours, size.order())
        costs = {(size, app.name): [await pay(browser, app, size.order())] for app in (raw, ours)}
    assert all(0 < ms < 5_000 for ms in late)
    for row in [*size_rows(costs), *work_rows(costs)]:
        assert row.ours > 0, row


async def test_stop_and_delay_are_measured_in_every_state_and_dialect(tmp_path: Path) -> None:
    rows = await upstream(tmp_path, 1, lambda said: None)
    assert len(rows) == 3 * 3 + 2 + 3
    assert all(0 <= row.ours < 5_000 for row in rows)
