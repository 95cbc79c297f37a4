"""What a page's voice tells the other pages of a session."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from nicegui.testing import User

from agent.hub import Hub
from pages.parts.voice import Voice
from pages.session import PAUSE

from ..builders import MovedClock
from ..doors.world import until
from .test_session_page import only

NAMES = Callable[[], User]
SPEAKS = {"thought": "t1", "from": 2, "to": 9, "lang": "de-DE"}


async def two(people: NAMES, hub: Hub, clock: MovedClock) -> tuple[User, list[tuple[Any, ...]]]:
    """Somebody at a session, and what another page there is told to show."""
    session = hub.new()
    session.say("Hello?")
    await clock.pass_(20)
    one, other = people(), people()
    for person in (one, other):
        await person.open(f"/s/{session.id}")
    shown: list[tuple[Any, ...]] = []
    voice = only(other, Voice)
    voice.run_method = lambda name, *args: shown.append((name, *args))  # type: ignore[method-assign,assignment]
    return one, shown


async def test_others_are_told_where_in_the_log_the_voice_is(people: NAMES, hub: Hub, clock: MovedClock) -> None:
    one, shown = await two(people, hub, clock)
    one.find(Voice).trigger("caption", SPEAKS)
    await until(lambda: shown == [("captioned", "t1", 2, 9, "de-DE")])
    one.find(Voice).trigger("caption", {"thought": "", "from": 0, "to": 0})
    await until(lambda: shown[1:] == [("captioned", "", 0, 0, "")])


async def test_a_page_that_tells_ten_thousand_places_shows_others_the_last(
    people: NAMES, hub: Hub, clock: MovedClock
) -> None:
    one, shown = await two(people, hub, clock)
    voice, began = one.find(Voice), time.monotonic()
    for at in range(10_000):
        voice.trigger("caption", {"thought": "t1", "from": at, "to": at})
    voice.trigger("caption", {"thought": "", "from": 0, "to": 0})
    await until(lambda: shown[-1:] == [("captioned", "", 0, 0, "")])
    assert len(shown) <= 2 + (time.monotonic() - began) / PAUSE


@pytest.mark.parametrize(
    "lie",
    [
        {"thought": "t1", "from": -5, "to": 9},
        {"thought": "t1", "from": 9, "to": 2},
        {"thought": "t1", "from": 0, "to": 10**12},
        {"thought": "t1", "from": "x", "to": None},
        {},
        "caption",
        None,
    ],
    ids=str,
)
async def test_a_caption_that_makes_no_sense_is_shown_to_nobody(
    people: NAMES, hub: Hub, clock: MovedClock, lie: object
) -> None:
    one, shown = await two(people, hub, clock)
    one.find(Voice).trigger("caption", lie)
    for _ in range(5):  # the first is told as soon as the event loop gets to it
        await asyncio.sleep(0)
    one.find(Voice).trigger("caption", SPEAKS)
    await until(lambda: bool(shown))
    assert shown == [("captioned", "t1", 2, 9, "de-DE")]
