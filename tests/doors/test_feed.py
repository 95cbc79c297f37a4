"""Readers are woken for everything that they have not seen, from their first moment on."""

from __future__ import annotations

import asyncio

from pages.api import feed
from pages.api.dialects import DIALECTS
from tests.builders import Scripted, hub_with


async def test_what_is_said_right_after_somebody_has_looked_is_not_missed():
    """A reader that is told all there is without ever waiting, and the log that grows before anything else happens."""
    feed.PULSE = feed.Pulse()
    session = hub_with(Scripted()).new()
    session.rename("A title")
    woken = asyncio.Event()
    one = feed.feed_of(session)
    with one.reader(woken.set):
        upto, _ = await one.after(DIALECTS["native"], 0)
        session.rename("Another")
        await asyncio.wait_for(woken.wait(), 2)
        after, frames = await one.after(DIALECTS["native"], upto)
    assert after == len(session.log)
    assert len(frames) == 1
