"""What a page is sent, and when: nothing before its browser has said where it stands, and then each event once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from nicegui.testing import User

from agent.hub import Hub
from pages.parts.transcript import TranscriptView

from ..builders import MovedClock, settle
from .test_session_page import send


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch, user: User) -> list[tuple[Any, ...]]:
    """All frames that are sent to anybody, in order."""
    from pages import live  # as it is now: each test imports the pages anew

    sent: list[tuple[Any, ...]] = []

    async def send(room: str, frame: tuple[Any, ...]) -> None:
        sent.append(frame)

    monkeypatch.setattr(live, "send", send)
    return sent


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(3):
        while not condition():  # noqa: ASYNC110 (what is waited for is a list that a fake fills)
            await asyncio.sleep(0.005)


async def test_nothing_is_sent_before_the_browser_listens_and_then_all_that_it_misses(
    user: User, hub: Hub, clock: MovedClock, frames: list[tuple[Any, ...]]
) -> None:
    await user.open("/")
    send(user, "hello")
    await settle()
    await asyncio.sleep(0.05)
    assert frames == []
    user.find(TranscriptView).trigger("ready", {"cursor": 0})
    await until(lambda: bool(frames))
    start, upto, _ = frames[0]
    session = hub.here(hub.cards()[0].id)
    assert session is not None
    assert (start, upto) == (0, len(session.log))
    await clock.pass_(20)
    await until(lambda: sum(len(f) == 3 for f in frames) > 1)


async def test_a_dead_connection_that_is_noticed_late_does_not_silence_the_living_one(
    user: User, hub: Hub, clock: MovedClock, frames: list[tuple[Any, ...]]
) -> None:
    client = await user.open("/")
    send(user, "hello")
    await settle()
    document = "document"
    await client.handle_handshake("old", "tab", None, document, None)
    await client.handle_handshake("new", "tab", None, document, None)
    user.find(TranscriptView).trigger("ready", {"cursor": 0})
    await until(lambda: bool(frames))
    client.handle_disconnect("old")
    before = len(frames)
    await clock.pass_(20)
    await until(lambda: len(frames) > before)


async def test_a_frame_that_cannot_be_sent_does_not_end_the_session_for_everybody(
    user: User, hub: Hub, clock: MovedClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from pages import live

    sent: list[object] = []

    async def send_one(room: str, frame: object) -> None:
        sent.append(frame)
        if len(sent) == 1:
            raise TypeError("not to be encoded")

    monkeypatch.setattr(live, "send", send_one)
    await user.open("/")
    send(user, "hello")
    user.find(TranscriptView).trigger("ready", {"cursor": 0})
    await until(lambda: len(sent) == 1)
    await clock.pass_(20)
    await until(lambda: len(sent) > 1)
    caplog.clear()  # it was logged, as it should be
