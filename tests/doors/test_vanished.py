"""Peers that are gone without a word: see half_open.py. It began before the first test of this folder."""

from __future__ import annotations

import asyncio
import sys
import time

import pytest

from pages import listening
from pages.api import sse
from tests.builders import Scripted, answer

from .half_open import MINUTE, HalfOpen, stream, vanish, websocket
from .world import until, world

linux = pytest.mark.skipif(sys.platform != "linux", reason="A peer is made to vanish by a packet filter of Linux.")


@linux
@pytest.mark.timeout(MINUTE + 40)
async def test_whoever_vanishes_is_let_go_within_a_minute(half_open: HalfOpen):
    gone = await asyncio.to_thread(half_open.result)
    print(gone)
    assert gone.pop("left") == 0
    assert len(gone) == 4
    assert max(gone.values()) < MINUTE


@linux
async def test_the_same_in_seconds(monkeypatch: pytest.MonkeyPatch):
    """With all that is waited for a twentieth."""
    options = {"TCP_KEEPIDLE": 1, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 1, "TCP_USER_TIMEOUT": 1500}
    for name, value in options.items():
        monkeypatch.setitem(listening.OPTIONS, name, (listening.OPTIONS[name][0], value))
    monkeypatch.setattr(sse, "HEARTBEAT", 0.5)
    async with world(Scripted(answer("word " * 200, wait=0.02)), ping=1.0) as one:
        peers = [await websocket(one, "a"), await stream(one, "b"), await websocket(one, "c")]
        session = one.hub.here("c")
        assert session
        session.say("Talk")
        began = time.monotonic()
        for _, peer in peers:
            vanish(peer)
        await until(lambda: one.empty, 8)
        assert 1 < time.monotonic() - began < 6
        for _, peer in peers:
            peer.close()
