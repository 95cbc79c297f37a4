"""Who is here while nobody signs in: people give themselves names, or have none."""

from __future__ import annotations

from collections.abc import Callable

from nicegui.testing import User

from agent.hub import Hub
from pages.parts.composer import Composer
from pages.parts.people import PeopleBar
from pages.parts.transcript import TranscriptView

from ..builders import MovedClock, settle
from .test_rooms import until
from .test_session_page import only, send

NAMES = Callable[[], User]


def others(user: User) -> list[str]:
    return only(user, PeopleBar).props["state"]["others"]


def call(user: User, name: str) -> None:
    user.find(PeopleBar).trigger("name", {"name": name})


async def test_browsers_without_names_see_that_somebody_is_here(people: NAMES, hub: Hub, clock: MovedClock) -> None:
    session = hub.new()
    session.say("Hello?")
    await clock.pass_(20)
    one, two = people(), people()
    await one.open(f"/s/{session.id}")
    assert others(one) == []
    await two.open(f"/s/{session.id}")
    await until(lambda: others(one) == [""])
    await until(lambda: others(two) == [""])
    two.client.delete()
    await until(lambda: others(one) == [])


async def test_a_name_is_shown_to_the_others_and_kept_and_signs_what_is_written(
    people: NAMES, hub: Hub, clock: MovedClock
) -> None:
    session = hub.new()
    session.say("Hello?")
    await clock.pass_(20)
    one, two = people(), people()
    for person in (one, two):
        await person.open(f"/s/{session.id}")
    call(one, "  Ada   Lovelace ")
    await until(lambda: others(two) == ["Ada Lovelace"])
    assert only(one, TranscriptView).props["viewer"]["mine"] == ["owner"]  # until it is drawn anew
    await until(lambda: only(one, TranscriptView).props["viewer"]["mine"] == ["Ada Lovelace", "owner"])
    send(one, "Who am I?")
    await settle()
    assert session.transcript.last.messages[0].author == "Ada Lovelace"
    assert session.owner == ""
    await one.open(f"/s/{session.id}")
    assert only(one, PeopleBar).props["state"]["me"] == "Ada Lovelace"
    assert session.presence.users.count("Ada Lovelace") == 1


async def test_a_name_that_cannot_be_shown_is_refused(user: User, hub: Hub) -> None:
    await user.open("/")
    told: list[tuple[object, ...]] = []
    only(user, PeopleBar).run_method = lambda *args, **_: told.append(args)  # type: ignore[method-assign, assignment]
    for name in ("x" * 65, "a\u202eb"):
        call(user, name)
    assert [entry[0] for entry in told] == ["refused", "refused"]
    assert only(user, PeopleBar).props["state"]["me"] == "owner"


async def test_what_somebody_else_has_written_cannot_be_taken_back(people: NAMES, hub: Hub) -> None:
    one, two = people(), people()
    await one.open("/")
    send(one, "First?")
    (card,) = hub.cards()
    await two.open(f"/s/{card.id}")
    call(two, "Bob")
    send(two, "Second?", id="m2")
    await settle()
    session = hub.here(card.id)
    await until(lambda: len(only(one, Composer).props["state"]["queued"]) == 1)
    (chip,) = only(one, Composer).props["state"]["queued"]
    assert chip["by"] == "Bob"
    one.find(Composer).trigger("withdraw", {"id": "m2"})
    assert one.notify.contains("not yours")
    assert len(session.transcript.queued) == 1
    two.find(Composer).trigger("withdraw", {"id": "m2"})
    assert session.transcript.queued == []


async def test_an_empty_session_is_forgotten_although_somebody_sat_in_it(user: User, hub: Hub) -> None:
    client = await user.open("/")
    session = only(user, Composer).props["session"]
    assert len(hub.here(session).presence) == 1
    client.delete()
    assert hub.here(session) is None
