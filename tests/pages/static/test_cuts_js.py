"""The browser’s client against a server that breaks off wherever it hurts: all frames come once and in order."""

from __future__ import annotations

import random
from typing import Any

import pytest

from .double import Double, Plan
from .node import node

FRAMES = 14  # of one answer, and a hello


def bad_day(dice: random.Random) -> list[Plan]:
    def plan() -> Plan:
        return Plan(
            frames=dice.choice([0, 1, 2, dice.randrange(FRAMES), dice.randrange(FRAMES)]),
            code=dice.choice([None, None, 1001, 1011, 1013, 4000]),
            again=dice.choice([0, 0, 1, 5]),
            deaf=dice.choice([None, None, None, "before", "after"]),
        )

    return [plan() for _ in range(dice.randint(1, 6))]


async def test_however_often_it_breaks_every_frame_comes_once_and_in_order(server: Double) -> None:
    dice = random.Random(11)
    days = {f"day-{n}": bad_day(dice) for n in range(200)}
    for session, plans in days.items():
        server.conversation(session, *plans)
    seen: list[dict[str, Any]] = await node(
        """
        const days = Array.from({ length: 200 }, async (_, n) => {
          const agent = connect({ url, session: `day-${n}`, tries: 99, backoff: () => Math.random() * 5 });
          const all = frames(agent);
          const answers = await Promise.all([agent.ask("a"), agent.ask("b")]);
          agent.close();
          return { session: agent.session, all, answers: answers.map(({ content }) => content) };
        });
        print(await Promise.all(days));
        """,
        server.url,
    )
    broken = 0
    for day in seen:
        there, plans = server.conversations[day["session"]], days[day["session"]]
        assert day["all"] == there.log, plans
        assert day["all"][-1]["type"] == "done"
        assert ["a" in day["answers"][0], "b" in day["answers"][1]] == [True, True], plans
        assert sum(frame["type"] == "user_message" for frame in there.log) == 2
        broken += len(there.queries) - 1
    assert broken > 400, "hardly anything was cut"


async def test_it_comes_back_for_what_follows_the_last_frame_it_saw(server: Double) -> None:
    there = server.conversation("s", Plan(frames=6, code=1001), Plan(frames=0), Plan(frames=0))
    await node('await connect({ ...quick, session: "s" }).ask("a"); print(null);', server.url)
    assert [query["after"] for query in there.queries] == ["0", "5", "5", "5"]


@pytest.mark.parametrize("deaf", ["before", "after"])
async def test_a_message_that_may_not_have_arrived_is_said_again_and_posted_once(server: Double, deaf: Any) -> None:
    there = server.conversation("s", Plan(deaf=deaf), Plan(deaf=deaf))
    await node('await connect({ ...quick, session: "s" }).ask("a"); print(null);', server.url)
    said = [frame["id"] for frame in there.said if frame["type"] == "message"]
    assert len(said) >= (3 if deaf == "before" else 2)
    assert len(set(said)) == 1
    assert sum(frame["type"] == "user_message" for frame in there.log) == 1


async def test_a_log_that_was_lost_is_told_anew(server: Double) -> None:
    there = server.conversation("s", Plan(frames=8, code=1001))
    seen = await node(
        """
        const agent = connect({ ...quick, session: "s", after: 1000 });
        const hellos = [], all = frames(agent);
        agent.on("hello", ({ reset }) => hellos.push(!!reset));
        await agent.ask("a");
        print({ hellos, all });
        """,
        server.url,
    )
    assert seen["hellos"] == [True, False]
    assert seen["all"] == there.log
    assert [query["after"] for query in there.queries] == ["1000", "7"]


async def test_a_question_that_was_lost_with_the_log_is_asked_again(server: Double) -> None:
    there = server.conversation("s", Plan(frames=5, code=1001), Plan(lost=True))
    seen = await node('print((await connect({ ...quick, session: "s" }).ask("a")).content);', server.url)
    assert seen == "a0 a1 a2 a3 a4 "
    assert len(there.said) == 2


@pytest.mark.parametrize(("code", "reason"), [(1000, ""), (4001, "Invalid token"), (4003, "Not yours")])
async def test_a_refusal_is_final(server: Double, code: int, reason: str) -> None:
    there = server.conversation("s", Plan(frames=1, code=code, reason=reason))
    seen = await node(
        """
        const agent = connect({ ...quick, session: "s", token: "a.b.c" });
        const asked = why(agent.ask("a"));
        const closed = await until(agent, "closed");
        await new Promise((resolve) => setTimeout(resolve, 50));
        print({ closed, asked: await asked, state: agent.state });
        """,
        server.url,
    )
    said = reason or "The server closed the connection."
    assert seen == {
        "closed": {"code": code, "reason": said},
        "asked": {"message": said, "kind": "closed"},
        "state": "closed",
    }
    assert [query["token"] for query in there.queries] == ["a.b.c"]


async def test_what_is_refused_at_the_door_is_not_asked_again_and_who_is_sent_away_comes_back(server: Double) -> None:
    barred = server.conversation("barred", Plan(frames=0, code=1008, reason="There is no dialect of that name."))
    slow = server.conversation("slow", Plan(frames=1, code=1008, reason="Too slow: come back with your cursor."))
    seen = await node(
        """
        const barred = until(connect({ ...quick, session: "barred" }), "closed");
        const slow = connect({ ...quick, session: "slow" });
        await until(slow, "waiting");
        await until(slow, "open");
        print(await barred);
        """,
        server.url,
    )
    assert seen == {"code": 1008, "reason": "There is no dialect of that name."}
    assert (len(barred.queries), len(slow.queries)) == (1, 2)


async def test_a_limit_that_says_when_is_waited_for(server: Double) -> None:
    """The server's error names the seconds, and then closes, before it has said hello."""
    error = {"type": "error", "kind": "too_many_connections", "message": "You have 200 open.", "retry_after": 0.4}
    there = server.conversation("s", Plan(greeting=error, frames=1, code=1008))
    seen = await node(
        """
        const agent = connect({ ...quick, session: "s" });
        const waiting = await until(agent, "waiting");
        await until(agent, "open");
        print(waiting);
        """,
        server.url,
    )
    assert 200 < seen["in_ms"] <= 400
    assert len(there.queries) == 2
