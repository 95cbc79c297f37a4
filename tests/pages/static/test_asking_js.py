"""Asking by the browser’s client: who gets which answer, or why none."""

from __future__ import annotations

import asyncio
import json

import pytest

from .double import Conversation, Double, Plan
from .node import node


async def test_a_question_is_answered_and_all_frames_on_the_way_are_told_once(server: Double) -> None:
    seen = await node(
        """
        const agent = connect(url);
        const all = frames(agent), tokens = [];
        agent.on("token", ({ content }) => tokens.push(content));
        const { content } = await agent.ask("a");
        print({ all, tokens, content, session: agent.session, cursor: agent.cursor, state: agent.state });
        """,
        server.url,
    )
    there = server.conversations[seen["session"]]
    assert seen["all"] == there.log
    assert seen["content"] == "".join(seen["tokens"]) == "a0 a1 a2 a3 a4 "
    assert seen["cursor"] == len(there.log)
    assert there.queries == [{"path": "/ws/agent", "session": seen["session"], "after": "0"}]
    assert len(seen["session"]) == 32


async def test_everybody_gets_the_answer_to_their_own_question(server: Double) -> None:
    """Twenty people in one session, who know nothing of each other."""
    answers = await node(
        """
        const people = Array.from({ length: 20 }, (_, i) => [`<${i}>`, connect({ url, session: "shared" })]);
        await Promise.all(people.map(([, agent]) => until(agent, "open")));
        const answers = await Promise.all(people.map(([content, agent]) => agent.ask(content)));
        print(answers.map(({ content }, i) => content.includes(`<${i}>`)));
        """,
        server.url,
    )
    assert answers == [True] * 20


@pytest.mark.parametrize("reads", [True, False])
async def test_a_question_behind_another_waits_for_its_own_answer(server: Double, reads: bool) -> None:
    """Also where a server does not say what is read: then it is the turn that begins after the question."""
    server.conversation("s", reads=reads)
    answers = await node(
        """
        const agent = connect({ url, session: "s" });
        const first = agent.ask("ask");
        const { ask } = await until(agent, "question");
        const second = agent.ask("b");
        await until(agent, "user_message");
        agent.reply(ask, "a");
        print([(await first).content, (await second).content]);
        """,
        server.url,
    )
    assert answers == ["a0 a1 a2 a3 a4 ", "b0 b1 b2 b3 b4 "]


async def test_what_is_said_to_steer_is_answered_by_the_turn_that_reads_it(server: Double) -> None:
    seen = await node(
        """
        const agent = connect({ url, session: "s" });
        const first = agent.ask("ask");
        const { ask } = await until(agent, "question");
        const second = agent.ask("And?", { intent: "steer" });
        await until(agent, "user_message");
        agent.reply(ask, "that");
        print([(await first).content, (await second).content]);
        """,
        server.url,
    )
    assert seen == ["that0 that1 that2 that3 that4 "] * 2
    assert server.conversations["s"].said[-1] == {"type": "reply", "ask": "q1", "content": "that"}


async def test_whoever_waits_is_told_why_there_is_no_answer(server: Double) -> None:
    seen = await node(
        """
        const agent = connect({ url, session: "s" });
        const failed = await why(agent.ask("fail"));
        const held = agent.ask("hold");
        await until(agent, "read");
        const queued = agent.ask("later");
        agent.withdraw(queued.id);
        const withdrawn = await why(queued);
        agent.interrupt();
        const interrupted = await why(held);
        const last = agent.ask("hold");
        agent.close();
        print({ failed, withdrawn, interrupted, closed: await why(last), after: await why(agent.ask("x")) });
        """,
        server.url,
    )
    assert seen == {
        "failed": {"message": "The vendor is overloaded.", "kind": "overloaded", "retry_after": 7},
        "withdrawn": {"message": "The message was taken back.", "kind": "withdrawn"},
        "interrupted": {"message": "Stopped by owner.", "kind": "interrupted"},
        "closed": {"message": "The connection is closed.", "kind": "closed"},
        "after": {"message": "The connection is closed.", "kind": "closed"},
    }


async def test_a_refused_message_fails_alone(server: Double) -> None:
    there = server.conversation("s")
    server_says = {"type": "error", "kind": "too_long", "message": "That message has too many characters."}

    async def refuse_second() -> None:
        await there.wait_until(lambda: len(there.said) == 2)
        [line] = there.lines
        await line.send(json.dumps({**server_says, "message_id": there.said[1]["id"]}))

    refusing = asyncio.create_task(refuse_second())
    seen = await node(
        """
        const agent = connect({ url, session: "s" });
        const first = agent.ask("hold");
        await until(agent, "read");
        const second = await why(agent.ask("much"));
        agent.interrupt();
        print([second, await why(first)]);
        """,
        server.url,
    )
    await refusing
    assert [one["kind"] for one in seen] == ["too_long", "interrupted"]
    assert seen[0]["message"] == server_says["message"]


async def test_what_was_too_fast_is_said_again(server: Double) -> None:
    """The server does not read what comes too fast, so it does not say which messages that were."""
    there = server.conversation("s")
    there.ignored = 30
    refusing = asyncio.create_task(
        refuse(there, 30, '{"type":"error","kind":"rate_limited","message":"Too fast.","retry_after":0.05}')
    )
    answers = await node(
        """
        const agent = connect({ ...quick, session: "s" });
        const asked = Array.from({ length: 40 }, (_, i) => agent.ask(`<${i}>`));
        print((await Promise.all(asked)).map(({ content }, i) => content.includes(`<${i}>`)));
        """,
        server.url,
    )
    await refusing
    assert answers == [True] * 40
    assert len(there.said) == 70  # each of those that were refused once more, and no storm


async def test_a_message_that_cannot_be_read_is_not_said_for_ever(server: Double) -> None:
    there = server.conversation("s")
    there.ignored = 1
    refusing = asyncio.create_task(refuse(there, 1, '{"type":"error","kind":"bad_request","message":"It has a NUL."}'))
    seen = await node('print(await why(connect({ ...quick, session: "s" }).ask("\\0")));', server.url)
    await refusing
    assert seen == {"message": "It has a NUL.", "kind": "bad_request"}


async def test_a_message_that_is_too_long_for_the_line_is_not_said_again(server: Double) -> None:
    there = server.conversation("s", Plan(frames=1, code=1009))
    seen = await node(
        """
        const agent = connect({ ...quick, session: "s" });
        const asked = await why(agent.ask("much"));
        await until(agent, "open");
        print(asked);
        """,
        server.url,
    )
    assert seen == {"message": "That message is too long.", "kind": "too_long"}
    assert len(there.said) <= 1


async def refuse(there: Conversation, times: int, error: str) -> None:
    for n in range(times):
        await there.wait_until(lambda n=n: len(there.said) > n)
        [line] = there.lines
        await line.send(error)
