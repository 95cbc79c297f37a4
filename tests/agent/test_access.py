"""Who may do what in a session."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from agent.access import ANYBODY, Act, Person, Role, allow, allow_new, standing
from agent.entering import enter, seen_by
from agent.errors import BadRequest, Forbidden, NotFound
from agent.store import Card
from storage.store import DiskStore

from ..builders import Scripted, answer, hub_with

ADA: dict[str, object] = {"id": "s", "title": "S", "model": "m", "created": 1, "updated": 1}


def card(**more: object) -> Card:
    return Card(**{**ADA, **more})  # type: ignore[arg-type]


CASES: list[tuple[str, Person, Card, Role | None]] = [
    ("one's own", Person(user="ada", role="member"), card(owner="ada"), "owner"),
    ("somebody else's", Person(user="bob", role="member"), card(owner="ada"), None),
    ("shared", Person(user="bob", role="member"), card(owner="ada", people={"bob": "member"}), "member"),
    ("shared to watch", Person(user="bob", role="member"), card(owner="ada", people={"bob": "viewer"}), "viewer"),
    ("a link to more", Person(user="g", role="member", rooms={"s": "member"}), card(owner="ada"), "member"),
    ("a link to another", Person(user="g", role="member", rooms={"t": "member"}), card(owner="ada"), None),
    ("the server's owner", Person(user="eve", role="owner"), card(owner="ada"), "owner"),
    ("a viewer's own, from before", Person(user="ada", role="viewer"), card(owner="ada"), "viewer"),
    ("nobody's", Person(user="ada", role="member"), card(), None),
    ("nobody's, of a nameless", Person(user="", role="member"), card(), None),
    ("while nobody signs in", ANYBODY, card(), "owner"),
]


@pytest.mark.parametrize(("person", "session", "role"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_somebody_is_in_a_session(person: Person, session: Card, role: Role | None) -> None:
    assert standing(person, session) == role
    acts: list[Act] = ["watch", "take part", "own"]
    allowed = {None: 0, "viewer": 1, "member": 2, "owner": 3}[role]
    for i, act in enumerate(acts):
        if i < allowed:
            allow(person, act, session)
        else:
            with pytest.raises(Forbidden):
                allow(person, act, session)


def test_only_who_stands_for_everybody_owns_nothing() -> None:
    assert ANYBODY.owns == ""
    assert Person(user="owner", role="member").owns == "owner"


def test_viewers_and_guests_begin_no_sessions() -> None:
    allow_new(Person(user="ada", role="member"))
    for person in (Person(user="ada", role="viewer"), Person(user="g", role="member", rooms={"s": "member"})):
        with pytest.raises(Forbidden):
            allow_new(person)


async def test_an_id_that_nobody_has_becomes_ones_own_session_and_nobody_elses() -> None:
    hub = hub_with(Scripted(answer("Yes.")))
    ada, bob = (Person(user=user, role="member") for user in ("ada", "bob"))
    with pytest.raises(NotFound):
        await enter(hub, ada, "standup")
    session = await enter(hub, ada, "standup", make=True)
    with pytest.raises(Forbidden):  # also before anybody has said anything
        await enter(hub, bob, "standup", make=True)
    session.say("Hello?", author="ada")
    await session.wait_idle()
    assert hub.card("standup").owner == "ada"  # type: ignore[union-attr]
    assert seen_by(bob, hub.cards()) == []
    session.share("bob", "viewer", by="ada")
    assert await enter(hub, bob, "standup") is session
    with pytest.raises(Forbidden):
        await enter(hub, bob, "standup", "take part")
    assert [card.id for card in seen_by(bob, hub.cards())] == ["standup"]
    session.share("bob", None, by="ada")
    with pytest.raises(Forbidden):
        await enter(hub, bob, "standup")


@pytest.mark.parametrize("id", ["", "a b", "../etc", "x" * 65, "é", "a\n"])
async def test_an_id_that_no_session_can_have_is_refused(id: str) -> None:
    with pytest.raises(BadRequest):
        await enter(hub_with(Scripted()), ANYBODY, id, make=True)


async def test_who_owns_it_and_who_may_come_is_still_known_after_a_restart() -> None:
    from agent.store import MemoryStore

    store = MemoryStore()
    hub = hub_with(Scripted(answer("Yes.")), store=store)
    session = hub.new("s", owner="ada")
    session.say("Hello?", author="ada")
    session.share("bob", "member", by="ada")
    await session.wait_idle()
    again = hub_with(Scripted(answer("Yes.")), store=store)
    for person, act in product((Person(user="bob", role="member"),), ("watch", "take part")):
        await enter(again, person, "s", act)  # type: ignore[arg-type]
    found = await again.open("s")
    assert (found.owner, dict(found.people)) == ("ada", {"bob": "member"})


@pytest.mark.parametrize("name", ["", " ada", "a\nb", "x" * 65, "a\u202eb", "\ud800"])
def test_what_can_name_nobody_is_let_in_nowhere(name: str) -> None:
    session = hub_with(Scripted()).new()
    with pytest.raises(BadRequest):
        session.share(name, "viewer")
    assert not len(session.log)


async def test_a_search_among_ones_own_is_not_crowded_out_by_others(tmp_path: Path) -> None:
    store = DiskStore(tmp_path)
    hub = hub_with(Scripted(*[answer("Trams.") for _ in range(99)]), store=store)
    for number in range(60):
        session = hub.new(owner="bob" if number else "ada")
        session.say(f"Question {number}", author="x")
        await session.wait_idle()
    mine = seen_by(Person(user="ada", role="member"), hub.cards())
    assert [hit.card.title for hit in await hub.search("trams", mine)] == ["Question 0"]
    store.close()
