"""The page of tasks, while nobody signs in."""

from __future__ import annotations

import pytest
from nicegui.testing import User

from agent.errors import ProviderError
from agent.hub import Hub
from agent.providers.base import AskPiece, ProgressPiece, TextPiece
from pages.parts.sessions import SessionList
from pages.parts.tasks import TaskBoard

from ..builders import MovedClock, Scripted, Wait, answer, settle
from .test_rooms import until
from .test_session_page import only


def begin(user: User, text: str, id: str = "1") -> None:
    """As tasks.js does when somebody presses Enter."""
    user.find(TaskBoard).trigger("begin", {"id": id, "text": text})


def rows(user: User) -> list[dict[str, object]]:
    return only(user, TaskBoard).props["state"]["rows"]


def told(user: User) -> list[tuple[object, ...]]:
    """From now on, what the page's list is told to do in the browser: a method and its arguments."""
    out: list[tuple[object, ...]] = []
    only(user, TaskBoard).run_method = lambda *args, **_: out.append(args)  # type: ignore[method-assign, assignment]
    return out


async def test_a_task_is_begun_once_listed_and_marked_in_the_drawer(user: User, hub: Hub) -> None:
    await user.open("/tasks")
    heard = told(user)
    begin(user, "Look into it.")
    begin(user, "Look into it.")  # the browser has not heard of it
    assert [name for name, *_ in heard if name == "begun"] == ["begun", "begun"]
    (card,) = hub.cards()
    assert card.task
    (row,) = rows(user)
    assert (row["title"], row["state"]) == ("Look into it.", "running")
    await until(lambda: bool(only(user, SessionList).props["state"]["items"]))
    assert only(user, SessionList).props["state"]["items"][0]["task"]


@pytest.mark.parametrize(("text", "sentence"), [("  ", "empty"), ("x" * 100_001, "100,001 characters")])
async def test_a_task_that_cannot_be_begun_says_why_and_leaves_nothing(
    user: User, hub: Hub, text: str, sentence: str
) -> None:
    await user.open("/tasks")
    heard = told(user)
    begin(user, text)
    ((name, id, said),) = heard
    assert (name, id) == ("refused", "1")
    assert sentence in str(said)
    assert hub.cards() == []


async def test_how_far_a_task_is_comes_by_itself_and_only_what_is_new(
    user: User, provider: Scripted, clock: MovedClock
) -> None:
    provider.steps[:] = [
        [Wait(seconds=1), ProgressPiece(percent=40, message="Page 4 of 10"), Wait(seconds=99)],
    ]
    await user.open("/tasks")
    begin(user, "Read it all.")
    await settle()
    assert rows(user)[0]["percent"] is None
    heard = told(user)
    await clock.pass_(2)
    await until(lambda: rows(user)[0].get("percent") == 40)
    (row,) = rows(user)
    assert row["doing"] == "Page 4 of 10"
    assert heard[-1] == (
        "change",
        {"put": [{"id": row["id"], "percent": 40, "doing": "Page 4 of 10"}], "take": [], "more": False},
    )


async def test_nothing_is_looked_for_while_nothing_runs_or_nobody_looks(
    user: User, hub: Hub, provider: Scripted, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agent import tasks

    looked: list[int] = []
    listed = tasks.tasks
    monkeypatch.setattr(tasks, "tasks", lambda *args: looked.append(1) or listed(*args))
    client = await user.open("/tasks")
    begin(user, "Read it all.")
    seen = len(looked)
    await until(lambda: len(looked) > seen + 1)
    for socket in list(client._socket_to_document_id):
        client.handle_disconnect(socket)
    await until(lambda: rests(looked))
    await clock.pass_(20)
    assert not hub.running(hub.cards()[0].id)
    await user.open("/tasks")
    await until(lambda: rests(looked))


def rests(looked: list[int], *, before: list[int] = []) -> bool:  # noqa: B006 (what was counted the last times)
    before.append(len(looked))
    return len(before) > 100 and before[-1] == before[-100]  # a second without a look


async def test_the_result_of_a_task_is_shown_as_an_answer_is(user: User, hub: Hub, clock: MovedClock) -> None:
    await user.open("/tasks")
    begin(user, "Look into it.")
    await clock.pass_(20)
    await until(lambda: rows(user)[0]["state"] == "done")
    heard = told(user)
    user.find(TaskBoard).trigger("open", {"id": rows(user)[0]["id"]})
    await until(lambda: bool(heard))
    assert heard[-1][0] == "opened"
    assert heard[-1][2]["html"].startswith("<p>Well … Yes, indeed.")


async def test_a_failed_task_says_what_went_wrong_and_goes_on(
    user: User, hub: Hub, provider: Scripted, clock: MovedClock
) -> None:
    provider.steps[:] = [[TextPiece(text="Half "), ProviderError("The provider is busy.")], answer("and half.")]
    await user.open("/tasks")
    begin(user, "Look into it.")
    await until(lambda: rows(user)[0]["state"] == "failed")
    id = rows(user)[0]["id"]
    heard = told(user)
    user.find(TaskBoard).trigger("open", {"id": id})
    await until(lambda: bool(heard))
    assert heard[-1][2]["trouble"] == "The provider is busy."
    user.find(TaskBoard).trigger("resume", {"id": id})
    await until(lambda: rows(user)[0]["state"] == "done")


async def test_a_task_is_cancelled_and_continued(user: User, hub: Hub, clock: MovedClock) -> None:
    await user.open("/tasks")
    begin(user, "Look into it.")
    id = rows(user)[0]["id"]
    user.find(TaskBoard).trigger("cancel", {"id": id})
    await until(lambda: rows(user)[0]["state"] == "interrupted")
    user.find(TaskBoard).trigger("resume", {"id": id})
    await until(lambda: rows(user)[0]["state"] in ("running", "done"))
    user.find(TaskBoard).trigger("cancel", {"id": "nothing"})
    await settle()
    assert user.notify.contains("no such session")


async def test_a_task_that_asks_says_what(user: User, provider: Scripted, clock: MovedClock) -> None:
    provider.steps[:] = [[AskPiece(content="Which one?", answer=lambda _: None), Wait(seconds=60)]]
    await user.open("/tasks")
    begin(user, "Choose.")
    await until(lambda: bool(rows(user)[0].get("asked")))
    assert rows(user)[0]["doing"] == "Which one?"


async def test_tasks_are_listed_newest_first_and_the_rest_when_wanted(user: User, hub: Hub, clock: MovedClock) -> None:
    from pages.tasks import SHOWN

    for n in range(SHOWN + 2):
        hub.new(task=True).say(f"Task {n}", author=f"person {n}")
        await clock.pass_(0.01)
    await user.open("/tasks")
    assert [row["title"] for row in rows(user)[:2]] == [f"Task {SHOWN + 1}", f"Task {SHOWN}"]
    assert len(rows(user)) == SHOWN
    user.find(TaskBoard).trigger("more")
    assert len(rows(user)) == SHOWN + 2
