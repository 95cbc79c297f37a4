"""What a page's voice tells the other pages of a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from nicegui.testing import User

from agent.hub import Hub
from pages.parts.voice import Voice

from ..builders import MovedClock
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
    one.find(Voice).trigger("caption", {"thought": "", "from": 0, "to": 0})
    assert shown == [("captioned", "t1", 2, 9, "de-DE"), ("captioned", "", 0, 0, "")]


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
    assert [call for call in shown if call[1]] == []
