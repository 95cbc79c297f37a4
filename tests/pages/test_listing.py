from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from nicegui import ui
from nicegui.testing import User

from agent.hub import Hub
from agent.store import Card, Hit
from pages.listing import SHOWN
from pages.parts.sessions import SessionList
from pages.parts.theme import ThemeButton

from ..builders import MovedClock, settle


@pytest.fixture
async def two_sessions(hub: Hub, clock: MovedClock) -> list[str]:
    """Two settled sessions, Lisbon the newer."""
    ids = []
    for question in ("Is it far to Berlin?", "Is it far to Lisbon?"):
        session = hub.new()
        session.say(question)
        await clock.pass_(20)
        ids.append(session.id)
    return ids


def listed(user: User) -> list[str]:
    (view,) = user.find(SessionList).elements
    return [item["title"] for item in view.props["state"]["items"]]


async def test_sessions_are_listed_newest_first_and_the_current_one_is_marked(
    user: User, two_sessions: list[str]
) -> None:
    await user.open(f"/s/{two_sessions[0]}")
    assert listed(user) == ["Is it far to Lisbon?", "Is it far to Berlin?"]
    (view,) = user.find(SessionList).elements
    assert view.props["current"] == two_sessions[0]


async def test_a_session_begun_elsewhere_appears_and_shows_that_it_runs(
    people: Callable[[], User], hub: Hub, clock: MovedClock
) -> None:
    user = people()
    await user.open("/")
    assert listed(user) == []
    hub.new().say("Who goes there?")
    await user.should_see("Who goes there?", retries=10)
    (view,) = user.find(SessionList).elements
    assert view.props["state"]["items"][0]["running"]


async def test_a_thousand_sessions_are_sixty_until_somebody_wants_more(user: User, hub: Hub) -> None:
    for i in range(1000):
        hub._cards[f"s{i}"] = Card(id=f"s{i}", title=f"Session {i}", model="m", created=i, updated=i)
    client = await user.open("/")
    assert len(listed(user)) == SHOWN
    assert len(client.elements) < 80
    user.find(SessionList).trigger("more")
    assert len(listed(user)) == 2 * SHOWN


async def test_many_changes_are_sent_as_few(user: User, hub: Hub, two_sessions: list[str]) -> None:
    await user.open("/")
    (view,) = user.find(SessionList).elements
    shown: list[object] = []
    view.show = lambda *args, **more: shown.append(args)  # type: ignore[method-assign]
    for i in range(50):
        await hub.rename(two_sessions[0], f"Title {i}")
    await user.should_see("Is it far", retries=1)
    assert len(shown) <= 1


async def test_search_shows_where_the_words_are_and_forgets_older_answers(
    user: User, hub: Hub, two_sessions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def search(words: str, among: Sequence[Card]) -> list[Hit]:
        return [Hit(card=card, excerpt=f"… the {words} …") for card in hub.cards() if words in card.title]

    monkeypatch.setattr(hub, "search", search)
    await user.open("/")
    user.find(SessionList).trigger("search", {"words": "Berlin"})
    await user.should_see("… the Berlin …")
    assert listed(user) == ["Is it far to Berlin?"]
    user.find(SessionList).trigger("search", {"words": ""})
    await user.should_not_see("… the Berlin …")
    assert len(listed(user)) == 2


async def test_rename_asks_and_shows_the_new_title_everywhere(user: User, hub: Hub, two_sessions: list[str]) -> None:
    await user.open(f"/s/{two_sessions[1]}")
    user.find(SessionList).trigger("rename", {"id": two_sessions[1], "title": "Is it far to Lisbon?"})
    (dialog,) = user.find(ui.dialog).elements
    assert dialog.value
    user.find("Title").clear().type("A trip").trigger("keydown.enter")
    await settle()
    assert not dialog.value
    await user.should_see(kind=SessionList, content="A trip", retries=10)
    assert hub.card(two_sessions[1]).title == "A trip"
    assert user.client.title == "A trip · Thinkaloud"


async def test_an_empty_title_is_refused_with_a_sentence(user: User, hub: Hub, two_sessions: list[str]) -> None:
    await user.open(f"/s/{two_sessions[1]}")
    user.find("Is it far to Lisbon?").click()
    user.find("Title").clear()
    user.find("Save").click()
    await settle()
    (dialog,) = user.find(ui.dialog).elements
    assert dialog.value  # the title can be put right
    assert user.notify.contains("A session needs a title.")


async def test_delete_can_be_undone(user: User, hub: Hub, two_sessions: list[str]) -> None:
    await user.open("/")
    (view,) = user.find(SessionList).elements
    offered: list[tuple[object, ...]] = []
    view.run_method = lambda *args, **_: offered.append(args)  # type: ignore[method-assign]
    user.find(SessionList).trigger("remove", {"id": two_sessions[0]})
    await user.should_not_see("Is it far to Berlin?")
    assert [told for told in offered if told[0] == "removed"] == [("removed", two_sessions[0], "Is it far to Berlin?")]
    user.find(SessionList).trigger("restore", {"id": two_sessions[0]})
    await user.should_see("Is it far to Berlin?")


async def test_the_theme_goes_round_and_is_remembered(user: User) -> None:
    await user.open("/")
    (button,) = user.find(ThemeButton).elements
    seen = [button.props["aria-label"]]
    for _ in range(3):
        user.find(ThemeButton).click()
        seen.append(button.props["aria-label"])
    assert seen == ["Theme: system", "Theme: light", "Theme: dark", "Theme: system"]
    user.find(ThemeButton).click()
    page = (await user.http_client.get("/")).text
    assert 'dataset.theme = "light"' in page  # before the first paint
