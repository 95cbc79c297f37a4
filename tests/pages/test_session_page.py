from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
from nicegui import ui
from nicegui.testing import User

from agent.errors import StorageError
from agent.hub import Hub
from agent.providers.base import AskPiece
from agent.transcript import Ask
from pages.parts.composer import Composer
from pages.parts.transcript import TranscriptView
from pages.parts.welcome import Welcome

from ..builders import MovedClock, Scripted, Wait, settle
from .conftest import EXAMPLES

T = TypeVar("T", bound=ui.element)


def send(user: User, text: str, *, id: str = "m1", session: str | None = None) -> None:
    """As composer.js does when somebody presses Enter."""
    composer = only(user, Composer)
    user.find(Composer).trigger("send", {"id": id, "text": text, "session": session or composer.props["session"]})


def only(user: User, kind: type[T]) -> T:
    (element,) = user.find(kind).elements
    return element


def told(user: User) -> list[tuple[object, ...]]:
    """From now on, what the page's composer is told to do in the browser: a method and its arguments."""
    out: list[tuple[object, ...]] = []
    only(user, Composer).run_method = lambda *args, **_: out.append(args)  # type: ignore[method-assign, assignment]
    return out


async def test_an_empty_session_greets_with_examples_and_leaves_nothing_behind(user: User, hub: Hub) -> None:
    client = await user.open("/")
    await user.should_see("Watch an agent think")
    for example in EXAMPLES:
        await user.should_see(example)
    session = only(user, Composer).props["session"]
    assert hub.cards() == []
    client.delete()
    assert hub.here(session) is None
    assert not hub.watchers


async def test_an_agent_of_somebodys_own_is_not_asked_what_was_thought_up_for_the_demo(
    user: User, hub: Hub, provider: Scripted
) -> None:
    provider.model = "agent:mine:agent"
    await user.open("/")
    await user.should_see("Watch an agent think")
    for example in EXAMPLES:
        await user.should_not_see(example)


async def test_the_first_message_makes_the_session_and_its_address(user: User, hub: Hub) -> None:
    await user.open("/")
    said = told(user)
    send(user, "Is it far to Lisbon?")
    (card,) = hub.cards()
    assert card.title == "Is it far to Lisbon?"
    assert said == [("accepted", "m1")]
    await user.should_not_see(Welcome)
    composer = only(user, Composer)
    assert composer.props["state"]["running"]
    assert composer.props["state"]["queued"] == []
    assert not composer.props["state"]["fresh"]
    await user.should_see("Stop")
    await user.open(f"/s/{card.id}")
    await user.should_see("Is it far to Lisbon?")


async def test_a_click_on_an_example_asks_it_once(user: User, hub: Hub) -> None:
    await user.open("/")
    user.find(EXAMPLES[0]).click().click()
    (card,) = hub.cards()
    session = await hub.open(card.id)
    await settle()
    assert [m.content for m in session.transcript.turns[0].messages] == [EXAMPLES[0]]
    assert session.transcript.queued == []


async def test_a_message_that_is_sent_twice_counts_once(user: User, hub: Hub) -> None:
    await user.open("/")
    said = told(user)
    send(user, "Hello?")
    send(user, "Hello?")
    assert said == [("accepted", "m1"), ("accepted", "m1")]
    session = await hub.open(hub.cards()[0].id)
    assert len(session.transcript.queued) == 1


async def test_after_a_reload_a_message_that_had_arrived_leads_to_its_session(user: User, hub: Hub) -> None:
    await user.open("/")
    send(user, "Hello?")
    (card,) = hub.cards()
    await user.open("/")
    said = told(user)
    send(user, "Hello?", session=card.id)
    assert said == [("accepted", "m1")]
    assert len(hub.cards()) == 1
    await user.should_see("Stop")  # the page of that session
    assert user.back_history[-1] == f"/s/{card.id}"


@pytest.mark.parametrize(("text", "sentence"), [("  ", "the message is empty"), ("x" * 100_001, "100,001 characters")])
async def test_a_refused_message_stays_in_the_box_and_says_why(user: User, hub: Hub, text: str, sentence: str) -> None:
    await user.open("/")
    said = told(user)
    send(user, text)
    assert said == [("refused", "m1")]
    assert user.notify.contains(sentence)
    assert hub.cards() == []


async def test_a_full_disk_is_told_and_the_text_stays(user: User, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    await user.open("/")
    said = told(user)
    session = hub.here(only(user, Composer).props["session"])
    assert session

    def refuse(_: object) -> None:
        raise StorageError("The disk is full. Make some room.")

    monkeypatch.setattr(session.log, "append", refuse)
    send(user, "Hello?")
    assert said == [("refused", "m1")]
    assert user.notify.contains("The disk is full")
    session.troubled("Nothing can be written: the disk is full.")
    await user.should_see("Nothing can be written: the disk is full.")
    session.troubled(None)
    await user.should_not_see("Nothing can be written: the disk is full.")


async def test_stop_stops_and_send_comes_back(user: User, hub: Hub) -> None:
    await user.open("/")
    send(user, "Hello?")
    await user.should_see("Stop")
    user.find(Composer).trigger("stop")
    await user.should_see("Send")
    session = await hub.open(hub.cards()[0].id)
    assert session.transcript.last.state == "interrupted"


async def test_messages_wait_while_the_agent_works_and_can_be_taken_back(user: User, hub: Hub) -> None:
    await user.open("/")
    send(user, "First?")
    await user.should_see("Stop")
    send(user, "Second?", id="m2")
    await user.should_see("Second?")
    said = told(user)
    user.find(Composer).trigger("withdraw", {"id": "m2"})
    assert said == [("giveBack", "Second?")]
    await user.should_not_see("Second?")
    user.find(Composer).trigger("withdraw", {"id": "m2"})
    assert user.notify.contains("read already")


async def test_two_people_see_the_same_session(people: Callable[[], User], hub: Hub, clock: MovedClock) -> None:
    one, two = people(), people()
    await one.open("/")
    send(one, "Hello?")
    (card,) = hub.cards()
    await two.open(f"/s/{card.id}")
    await two.should_see("Stop")
    await one.should_see("Stop")
    await clock.pass_(20)
    await one.should_see("Send")
    await two.should_see("Send")


async def test_asking_again_opens_another_session(user: User, hub: Hub, clock: MovedClock) -> None:
    await user.open("/")
    send(user, "Hello?")
    await clock.pass_(20)
    (card,) = hub.cards()
    turn = (await hub.open(card.id)).transcript.last
    await user.open(f"/s/{card.id}")
    user.find(TranscriptView).trigger("act", {"name": "edit", "args": {"turn": turn.id, "content": "Good day?"}})
    await user.should_see("Good day?")
    assert len(hub.cards()) == 2


async def test_what_the_transcript_asks_for_in_vain_is_explained(user: User, hub: Hub, clock: MovedClock) -> None:
    await user.open("/")
    send(user, "Hello?")
    await clock.pass_(20)
    user.find(TranscriptView).trigger("act", {"name": "resume", "args": {}})
    assert user.notify.contains("There is nothing to continue")


async def test_a_deleted_session_says_so_where_it_is_open_and_returns_when_restored(
    people: Callable[[], User], hub: Hub, clock: MovedClock
) -> None:
    user = people()
    await user.open("/")
    send(user, "Hello?")
    await clock.pass_(20)
    (card,) = hub.cards()
    first = await user.open(f"/s/{card.id}")
    await hub.delete(card.id)
    await user.should_see("This session was deleted.")
    assert only(user, Composer).props["state"]["gone"]
    await hub.restore(card.id)
    await user.should_not_see("This session was deleted.", retries=10)
    assert user.client is not first


async def test_notices_from_the_start_are_shown(user: User, hub: Hub) -> None:
    hub.notices.append("A session could not be read and was set aside.")
    await user.open("/")
    assert user.notify.contains("set aside")


async def test_an_unknown_session_is_a_friendly_page(user: User) -> None:
    response = await user.http_client.get("/s/nothing")
    assert response.status_code == 404
    assert "There is no such session. It may have been deleted." in response.text
    assert "Start a new session" in response.text


@pytest.mark.parametrize("path", ["/nope", "/help", "/settings", "/s/", "/nope/%3Cb%3E"])
async def test_an_unknown_address_is_a_friendly_page_for_browsers(user: User, path: str) -> None:
    response = await user.http_client.get(path, headers={"accept": "text/html,*/*;q=0.8"})
    assert response.status_code == 404
    assert "This page is not here" in response.text
    assert "Start a new session" in response.text


@pytest.mark.parametrize("path", ["/nope", "/_nicegui/nope", "/static/nope", "/static/nope.js"])
async def test_an_unknown_address_is_no_page_for_programs_nor_where_files_are(user: User, path: str) -> None:
    for accept in ("*/*", "text/html") if path != "/nope" else ("*/*", "application/json"):
        response = await user.http_client.get(path, headers={"accept": accept})
        assert (response.status_code, response.json()) == (404, {"detail": "Not Found"})
    posted = await user.http_client.post("/nope", headers={"accept": "text/html"})
    assert (posted.status_code, posted.json()) == (404, {"detail": "Not Found"})


async def test_the_badge_says_which_model(user: User, provider: Scripted) -> None:
    await user.open("/")
    await user.should_see(provider.label)


async def test_health_needs_no_page(user: User) -> None:
    response = await user.http_client.get("/healthz")
    assert response.json() == {"status": "ok"}


async def test_every_answer_carries_the_security_headers(user: User) -> None:
    for path in ("/", "/healthz", "/s/nothing"):
        headers = (await user.http_client.get(path)).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


async def test_no_stylesheet_or_font_comes_from_elsewhere(user: User) -> None:
    page = (await user.http_client.get("/")).text
    assert "https://" not in page.replace("https://www.w3.org", "")


async def test_asking_again_opens_a_fork_that_says_where_it_came_from(user: User, hub: Hub, clock: MovedClock) -> None:
    session = hub.new()
    session.say("Is it far to Lisbon?")
    await clock.pass_(20)
    last = session.transcript.last
    assert last is not None
    await user.open(f"/s/{session.id}")
    user.find(TranscriptView).trigger("act", {"name": "edit", "args": {"turn": last.id, "content": "And to Porto?"}})
    await user.should_see("Forked from “Is it far to Lisbon?”")
    await user.should_see("And to Porto?")


async def test_a_question_of_the_agent_is_answered_once(
    user: User, hub: Hub, provider: Scripted, clock: MovedClock
) -> None:
    answers: list[str] = []
    provider.steps[:] = [[AskPiece(content="Which one?", answer=answers.append), Wait(seconds=60)]]
    await user.open("/")
    send(user, "Choose.")
    await clock.pass_(1)
    await user.open(f"/s/{hub.cards()[0].id}")
    await user.should_see("Which one?")
    view = only(user, TranscriptView)
    refused: list[object] = []
    view.run_method = lambda *args, **_: refused.append(args)  # type: ignore[method-assign, assignment]
    turn = (await hub.open(hub.cards()[0].id)).transcript.running
    assert turn
    (ask,) = (item.id for item in turn.items if isinstance(item, Ask))
    reply = {"name": "reply", "args": {"ask": ask, "content": "This"}}
    user.find(TranscriptView).trigger("act", reply)
    assert answers == ["This"]
    assert refused == []
    user.find(TranscriptView).trigger("act", reply)
    assert answers == ["This"]
    assert refused == [("refused", ask)]
    assert user.notify.contains("does not wait for that answer")
