"""Long work: begun, looked at, cancelled, cut off by a crash, and gone on with."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.access import ANYBODY, Person
from agent.errors import BadRequest, Forbidden, NotFound
from agent.providers.base import AskPiece, ProgressPiece, TextPiece, ToolResult
from agent.tasks import begin, task, tasks
from storage.store import DiskStore

from ..builders import MovedClock, Scripted, Wait, answer, calls, hub_with

ADA = Person(user="ada", role="member")


async def test_a_task_tells_how_far_it_is_and_what_came_of_it() -> None:
    clock = MovedClock()
    steps = [
        ProgressPiece(percent=40, message="Reading"),
        Wait(seconds=10),
        ProgressPiece(percent=80, message="Writing"),
        TextPiece(text="A "),
        *answer("result."),
    ]
    hub = hub_with(Scripted(steps, clock=clock), clock=clock)
    session = begin(hub, ADA, "Work!")
    assert [(one.state, one.percent, one.doing) for one in tasks(hub, ADA)] == [("running", None, "Starting")]
    await clock.pass_(5)
    (half,) = tasks(hub, ADA)
    assert (half.percent, half.doing, half.result) == (40, "Reading", None)
    await clock.pass_(10)
    await session.wait_idle()
    whole = await task(hub, ADA, session.id)
    assert (whole.state, whole.percent, whole.result) == ("done", 100, "A result. ")
    assert (whole.id, whole.title) == (session.id, "Work!")


async def test_it_says_which_tool_it_uses_and_that_it_waits_for_an_answer() -> None:
    clock = MovedClock()
    asks = AskPiece(content="Which one?", choices=(), answer=lambda content: None)
    hub = hub_with(
        Scripted([*calls(("add", {"a": 1, "b": 2}))[:-1], Wait(seconds=5)], clock=clock), clock=clock, tools=()
    )
    begin(hub, ADA, "Work!")
    await clock.pass_(1)
    assert tasks(hub, ADA)[0].doing == "Using add"
    hub = hub_with(Scripted([asks, Wait(seconds=5)], clock=clock), clock=clock)
    begin(hub, ADA, "Work!")
    await clock.pass_(1)
    (waits,) = tasks(hub, ADA)
    assert (waits.asked, waits.doing) == (True, "Which one?")


async def test_only_ones_own_are_listed_and_what_is_no_task_is_none() -> None:
    hub = hub_with(Scripted(*[answer("Yes.") for _ in range(3)]))
    mine = begin(hub, ADA, "Mine")
    other = begin(hub, Person(user="bob", role="member"), "Other")
    talk = hub.new("talk", owner="ada")
    talk.say("Hello?", author="ada")
    for session in (mine, other, talk):
        await session.wait_idle()
    assert [one.title for one in tasks(hub, ADA)] == ["Mine"]
    assert {one.title for one in tasks(hub, ANYBODY)} == {"Mine", "Other"}
    with pytest.raises(Forbidden):
        await task(hub, ADA, other.id)
    for id in ("talk", "nothing"):
        with pytest.raises(NotFound):
            await task(hub, ADA, id)


async def test_what_cannot_begin_leaves_nothing_behind() -> None:
    hub = hub_with(Scripted())
    for prompt in ("  ", "x" * 100_001):
        with pytest.raises(BadRequest):
            begin(hub, ADA, prompt)
    with pytest.raises(Forbidden):
        begin(hub, Person(user="eve", role="viewer"), "Work!")
    assert (hub.in_memory, tasks(hub, ANYBODY)) == (0, [])


async def test_cancelled_failed_and_gone_on_with() -> None:
    clock = MovedClock()
    provider = Scripted(
        [TextPiece(text="Half "), Wait(seconds=60)], [RuntimeError("no")], answer("Whole."), clock=clock
    )
    hub = hub_with(provider, clock=clock)
    session = begin(hub, ADA, "Work!")
    await clock.pass_(1)
    session.stop(by="ada")
    await session.wait_idle()
    stopped = await task(hub, ADA, session.id)
    assert (stopped.state, stopped.result) == ("interrupted", None)
    session.resume(by="ada")
    await session.wait_idle()
    failed = await task(hub, ADA, session.id)
    assert failed.state == "failed"
    assert failed.error
    assert failed.error.message
    session.resume(by="ada")
    await session.wait_idle()
    assert (await task(hub, ADA, session.id)).state == "done"


async def test_a_task_that_died_with_its_server_goes_on_from_its_last_finished_step(tmp_path: Path) -> None:
    clock = MovedClock()
    before = Scripted(calls(("add", {"a": 1, "b": 2})), [TextPiece(text="It is "), Wait(seconds=60)], clock=clock)
    store = DiskStore(tmp_path)
    session = begin(hub_with(before, store=store, clock=clock), ADA, "What is 1 + 2?")
    await clock.pass_(1)
    assert session.running
    store.close()  # and nothing else: this is what a kill leaves on disk

    after = Scripted(answer("Three."), clock=clock)
    store = DiskStore(tmp_path)
    hub = hub_with(after, store=store, clock=clock)
    assert await hub.recover() == [session.id]
    (told,) = tasks(hub, ADA)
    assert (told.id, told.state) == (session.id, "interrupted")
    again = await hub.open(session.id)
    again.resume(by="ada")
    await again.wait_idle()
    results = [part.content for part in after.prompts[0].parts if isinstance(part, ToolResult)]
    assert results == ["3"]  # the step that was finished is remembered, and not done again
    assert (await task(hub, ADA, session.id)).state == "done"
    store.close()
