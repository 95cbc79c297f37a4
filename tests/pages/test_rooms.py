"""Pages of a server at which people sign in: who sees what, and what they may do there."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable

import httpx
import pytest
from nicegui import core
from nicegui.testing import User
from nicegui.testing.user_simulation import user_simulation

from agent.access import Role
from agent.hub import Hub
from pages.api.auth import Tokens
from pages.api.locks import Locks
from pages.parts.composer import Composer
from pages.parts.people import PeopleBar
from pages.parts.picker import ModelPicker
from pages.parts.sessions import SessionList
from pages.parts.settings import SettingsDialog
from pages.parts.share import ShareDialog
from pages.parts.tasks import TaskBoard
from pages.parts.transcript import TranscriptView

from ..builders import MovedClock, settle
from .test_session_page import only, send

SignIn = Callable[[str, Role], User]


@pytest.fixture
def tokens(hub: Hub) -> Tokens:
    return Tokens("x" * 32, hub.chance.clock)


@pytest.fixture
async def sign_in(hub: Hub, tokens: Tokens, caplog: pytest.LogCaptureFixture) -> AsyncGenerator[SignIn, None]:
    """Makes somebody who has signed in, in a browser of their own."""
    async with user_simulation():
        from pages import mount

        mount(hub, Locks(tokens=tokens, open=False))

        def person(user: str, role: Role) -> User:
            cookies = {"thinkaloud": tokens.invite(user, role, 1)}
            transport = httpx.ASGITransport(core.app)
            return User(httpx.AsyncClient(transport=transport, base_url="http://localhost", cookies=cookies))

        yield person
        await hub.shutdown()
    assert not [record.getMessage() for record in caplog.get_records("call") if record.levelname == "ERROR"]


@pytest.fixture
async def adas(sign_in: SignIn, hub: Hub, clock: MovedClock) -> str:
    """A session of ada's, with an answer."""
    session = hub.new(owner="ada")
    session.say("Is it far to Lisbon?", author="ada")
    await clock.pass_(20)
    return session.id


async def status_of(user: User, path: str) -> tuple[int, str]:
    answer = await user.http_client.get(path)
    return answer.status_code, answer.text


def act(user: User, name: str, **args: object) -> None:
    user.find(TranscriptView).trigger("act", {"name": name, "args": args})


async def test_whose_a_new_session_is_and_who_wrote_in_it(sign_in: SignIn, hub: Hub) -> None:
    ada = sign_in("ada", "member")
    await ada.open("/")
    send(ada, "Hello?")
    (card,) = hub.cards()
    assert card.owner == "ada"
    await settle()
    turn = hub.here(card.id).transcript.last
    assert [message.author for message in turn.messages] == ["ada"]
    assert only(ada, TranscriptView).props["viewer"]["mine"] == ["ada"]
    await ada.should_see("Sign out")


async def test_a_foreign_session_is_refused_with_a_sentence_and_listed_nowhere(
    sign_in: SignIn, hub: Hub, adas: str
) -> None:
    bob = sign_in("bob", "member")
    status, text = await status_of(bob, f"/s/{adas}")
    assert status == 403
    assert "not shared with you" in text
    assert "Lisbon" not in text
    assert (await status_of(bob, "/s/nothing"))[0] == 404
    await bob.open("/")
    assert only(bob, SessionList).props["state"]["items"] == []
    bob.find(SessionList).trigger("search", {"words": "Lisbon"})
    await settle()
    assert only(bob, SessionList).props["state"]["items"] == []


async def test_who_may_only_watch_gets_no_message_box_and_can_do_nothing(
    sign_in: SignIn, hub: Hub, adas: str, clock: MovedClock
) -> None:
    session = await hub.open(adas)
    session.share("vera", "viewer", by="ada")
    vera = sign_in("vera", "member")
    await vera.open(f"/s/{adas}")
    await vera.should_see("You may watch this session")
    await vera.should_not_see("Share")
    assert not only(vera, TranscriptView).props["viewer"]["may"]
    before, turn = len(session.log), session.transcript.last
    send(vera, "Let me in.")
    act(vera, "resume")
    act(vera, "edit", turn=turn.id, content="Mine now")
    act(vera, "regenerate", turn=turn.id)
    vera.find(ModelPicker).trigger("choose", {"model": "test:other"})
    vera.find(SessionList).trigger("remove", {"id": adas})
    await settle()
    assert vera.notify.contains("not take part in it")
    assert len(session.log) == before
    assert len(hub.cards()) == 1
    session.say("Again?", author="ada")
    vera.find(Composer).trigger("stop")
    assert session.running


async def test_only_whose_it_is_renames_deletes_and_restores(sign_in: SignIn, hub: Hub, adas: str) -> None:
    (await hub.open(adas)).share("bob", "member", by="ada")
    bob, ada = sign_in("bob", "member"), sign_in("ada", "member")
    await bob.open(f"/s/{adas}")
    (item,) = only(bob, SessionList).props["state"]["items"]
    assert item["kept"]
    bob.find(SessionList).trigger("remove", {"id": adas})
    await settle()
    assert bob.notify.contains("Only the session's owner")
    await ada.open("/")
    ada.find(SessionList).trigger("remove", {"id": adas})
    await settle()
    assert hub.cards() == []
    bob.find(SessionList).trigger("restore", {"id": adas})
    await settle()
    assert hub.cards() == []
    ada.find(SessionList).trigger("restore", {"id": adas})
    await settle()
    assert [card.id for card in hub.cards()] == [adas]


async def test_a_viewer_of_the_server_finds_what_is_shared_and_begins_nothing(
    sign_in: SignIn, hub: Hub, adas: str
) -> None:
    vera = sign_in("vera", "viewer")
    await vera.open("/")
    await vera.should_see("Nothing is shared with you yet")
    await vera.should_not_see(Composer)
    (await hub.open(adas)).share("vera", "member", by="ada")
    await vera.open("/")
    await vera.should_see("Is it far to Lisbon?")
    assert not only(vera, SessionList).props["begins"]
    refused = await vera.http_client.post("/files", content=b"x", headers={"sec-fetch-site": "same-origin"})
    assert (refused.status_code, refused.text) == (403, "You may watch, but not attach files.")
    assert len(hub.cards()) == 1


async def test_keys_are_for_who_owns_the_server(sign_in: SignIn) -> None:
    for role, seen in (("owner", 1), ("member", 0)):
        person = sign_in(role, role)
        client = await person.open("/")
        assert sum(isinstance(element, SettingsDialog) for element in client.elements.values()) == seen
        assert only(person, TranscriptView).props["viewer"]["keys"] == bool(seen)
        client = await person.open("/tasks")
        assert sum(isinstance(element, SettingsDialog) for element in client.elements.values()) == seen


async def test_an_unknown_address_tells_strangers_nothing(sign_in: SignIn, adas: str) -> None:
    vera, html = sign_in("vera", "viewer"), {"accept": "text/html"}
    answer = await vera.http_client.get("/nope", headers=html)
    assert (answer.status_code, "What you may watch" in answer.text, "Lisbon" in answer.text) == (404, True, False)
    vera.http_client.cookies.clear()
    assert (await vera.http_client.get("/nope", headers=html)).headers["location"] == "/signin?next=%2Fnope"
    assert (await vera.http_client.get("/nope")).status_code == 401


async def test_a_share_link_lets_somebody_in_who_has_signed_in_and_leaves_the_address(
    sign_in: SignIn, hub: Hub, tokens: Tokens, adas: str
) -> None:
    bob = sign_in("bob", "member")
    link = f"/s/{adas}?share={tokens.share(adas, 'member', 7)}"
    answer = await bob.http_client.get(link)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/s/{adas}")
    await bob.open(f"/s/{adas}")
    await bob.should_see("Send")
    session = await hub.open(adas)
    assert session.people == {"bob": "member"}
    before = len(session.log)
    await bob.http_client.get(f"/s/{adas}?share={tokens.share(adas, 'viewer', 7)}")
    ada = sign_in("ada", "member")
    await ada.http_client.get(link)
    assert len(session.log) == before  # neither less for bob, nor anything for who owns it


async def test_who_owns_it_makes_links_and_changes_what_others_may(
    sign_in: SignIn, hub: Hub, tokens: Tokens, adas: str
) -> None:
    ada = sign_in("ada", "member")
    await ada.open(f"/s/{adas}")
    told: list[tuple[object, ...]] = []
    only(ada, ShareDialog).run_method = lambda *args, **_: told.append(args)
    ada.find(ShareDialog).trigger("link", {"role": "member", "days": 7})
    (name, path), *_ = told
    assert name == "linked"
    found = re.fullmatch(rf"/s/{adas}\?share=(.+)", str(path))
    assert found
    assert tokens.grant(found[1]).role == "member"
    session = await hub.open(adas)
    session.share("bob", "viewer", by="ada")
    ada.find(ShareDialog).trigger("role", {"user": "bob", "role": "member"})
    assert session.people == {"bob": "member"}
    ada.find(ShareDialog).trigger("role", {"user": "bob", "role": "owner"})
    ada.find(ShareDialog).trigger("link", {"role": "owner", "days": 7})
    assert [entry[0] for entry in told[-2:]] == ["refused", "refused"]
    ada.find(ShareDialog).trigger("role", {"user": "bob", "role": ""})
    assert session.people == {}


async def test_a_page_stops_showing_what_is_not_shared_any_more(
    sign_in: SignIn, hub: Hub, adas: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pages import live

    sent: list[str] = []

    async def frame(room: str, frame: object) -> None:
        sent.append(room)

    monkeypatch.setattr(live, "send", frame)
    session = await hub.open(adas)
    session.share("bob", "member", by="ada")
    bob, ada = sign_in("bob", "member"), sign_in("ada", "member")
    client = await bob.open(f"/s/{adas}")
    page = await ada.open(f"/s/{adas}")
    for person in (bob, ada):
        person.find(TranscriptView).trigger("ready", {"cursor": len(session.log)})
    view, bar = only(bob, TranscriptView), only(ada, PeopleBar)
    assert session.presence.users == ("bob", "ada")
    told: list[object] = []
    view.run_method = lambda *args, **_: told.append(args)
    session.share("bob", None, by="ada")
    assert session.presence.users == ("ada",)
    sent.clear()
    session.say("What I think of bob", author="ada")  # in the same breath
    await until(lambda: page.id in sent)
    bob.find(TranscriptView).trigger("ready", {"cursor": 0})
    bob.find(TranscriptView).trigger("earlier", {"before": 100})
    await settle()
    assert client.id not in sent
    assert told == []
    await until(lambda: bar.props["state"]["others"] == [])


async def test_a_dead_connection_that_is_noticed_late_leaves_one_seat_and_no_second(
    sign_in: SignIn, hub: Hub, adas: str
) -> None:
    ada = sign_in("ada", "member")
    client = await ada.open(f"/s/{adas}")
    session = await hub.open(adas)
    assert len(session.presence) == 1
    tab = client.tab_id
    await client.handle_handshake("new", tab, None, "document", None)
    assert len(session.presence) == 1
    (old,) = [socket for socket in client._socket_to_document_id if socket != "new"]
    client.handle_disconnect(old)
    assert len(session.presence) == 1
    client.handle_disconnect("new")
    assert len(session.presence) == 0
    await client.handle_handshake("third", tab, None, "document", None)
    assert len(session.presence) == 1
    client.delete()
    assert len(session.presence) == 0


async def test_everybody_sees_who_is_here_and_who_writes(sign_in: SignIn, hub: Hub, adas: str) -> None:
    session = await hub.open(adas)
    session.share("bob", "member", by="ada")
    ada, bob = sign_in("ada", "member"), sign_in("bob", "member")
    await ada.open(f"/s/{adas}")
    bar, composer = only(ada, PeopleBar), only(ada, Composer)
    assert bar.props["state"]["others"] == []
    assert composer.props["state"]["alone"]
    told: list[tuple[object, ...]] = []
    composer.run_method = lambda *args, **_: told.append(args)
    await bob.open(f"/s/{adas}")
    await until(lambda: bar.props["state"]["others"] == ["bob"])
    bob.find(Composer).trigger("typing")
    assert told[-1] == ("typed", "bob", True)
    await until(lambda: not composer.props["state"]["alone"])
    await bob.http_client.aclose()
    bob.client.delete()
    await until(lambda: bar.props["state"]["others"] == [])


async def test_tasks_are_each_persons_own(sign_in: SignIn, hub: Hub, clock: MovedClock) -> None:
    ada, bob, vera = sign_in("ada", "member"), sign_in("bob", "member"), sign_in("vera", "viewer")
    await ada.open("/tasks")
    ada.find(TaskBoard).trigger("begin", {"id": "1", "text": "Look into it."})
    (card,) = hub.cards()
    assert (card.owner, card.task) == ("ada", True)
    await bob.open("/tasks")
    board = only(bob, TaskBoard)
    assert board.props["state"]["rows"] == []
    bob.find(TaskBoard).trigger("cancel", {"id": card.id})
    await settle()
    assert bob.notify.contains("not shared with you")
    assert hub.running(card.id)
    await vera.open("/tasks")
    assert not only(vera, TaskBoard).props["may"]
    told: list[tuple[object, ...]] = []
    only(vera, TaskBoard).run_method = lambda *args, **_: told.append(args)
    vera.find(TaskBoard).trigger("begin", {"id": "2", "text": "Mine"})
    assert [entry[:2] for entry in told] == [("refused", "2")]
    assert len(hub.cards()) == 1


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(4):
        while not condition():  # noqa: ASYNC110 (pages redraw when the loop gets to it)
            await asyncio.sleep(0.01)
