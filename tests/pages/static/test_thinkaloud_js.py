"""The browser's client in node, against a server that breaks off wherever it hurts."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
from collections.abc import AsyncIterator
from typing import Any

import pytest

from .double import Conversation, Double, Plan, double
from .node import HERE, MODULE, node, tool


@pytest.fixture
async def server() -> AsyncIterator[Double]:
    async with double() as server:
        yield server


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────


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


# ── bad days ─────────────────────────────────────────────────────────────────────────────────────────────

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


async def test_it_gives_up_after_five_tries_in_vain_and_begins_anew_when_told() -> None:
    seen = await node(
        """
        const waits = [];
        const agent = connect({ ...quick });
        agent.on("waiting", ({ attempt }) => waits.push(attempt));
        const asked = why(agent.ask("a"));
        const closed = await until(agent, "closed");
        agent.open();
        const again = await until(agent, "waiting");
        print({ waits, closed, asked: await asked, again });
        """
    )
    assert seen["waits"] == [0, 1, 2, 3, 4, 0]
    assert seen["closed"]["reason"] == seen["asked"]["message"] == "The server cannot be reached."
    assert seen["asked"]["kind"] == "unreachable"
    assert seen["again"] == {"in_ms": 1, "attempt": 0}


async def test_progress_begins_the_count_anew(server: Double) -> None:
    """Nine breaks, each after one more frame, are not five in a row in vain."""
    server.conversation("s", *[Plan(frames=2, code=1001)] * 9)
    seen = await node(
        """
        const attempts = [], agent = connect({ ...quick, session: "s" });
        agent.on("waiting", ({ attempt }) => attempts.push(attempt));
        await agent.ask("a");
        print(attempts);
        """,
        server.url,
    )
    assert len(seen) == 9
    assert set(seen) <= {0, 1}


async def test_waits_double_up_to_half_a_minute_and_are_never_alike() -> None:
    seen = await node(
        """
        const real = setTimeout;
        globalThis.setTimeout = (call, ms) => real(call, ms >= 15_000 && ms === 20_000 ? ms : 0); // all but hello's
        const agent = connect({ url, tries: 8 }), waits = [];
        agent.on("waiting", ({ in_ms }) => waits.push(in_ms));
        await until(agent, "closed");
        print(waits);
        """
    )
    for attempt, wait in enumerate(seen):
        most = min(1000 * 2**attempt, 30_000)
        assert most / 2 <= wait <= most
    assert len({*seen}) == 8


async def test_a_connection_that_says_nothing_is_given_up(server: Double) -> None:
    there = server.conversation("s", Plan(mute=True))
    await node(
        """
        const real = setTimeout;
        globalThis.setTimeout = (call, ms) => real(call, ms / 100);
        await connect({ ...quick, session: "s" }).ask("a");
        print(null);
        """,
        server.url,
    )
    assert len(there.queries) == 2


async def test_a_question_that_nobody_takes_is_asked_again_long_before_a_ping_is_due(server: Double) -> None:
    server.conversation("s").ignored = 1
    seen = await node(
        """
        const real = setTimeout;
        globalThis.setTimeout = (call, ms) => real(call, ms / 50);
        const began = Date.now();
        await connect({ ...quick, session: "s" }).ask("a");
        print(Date.now() - began);
        """,
        server.url,
    )
    assert 400 <= seen < 1500  # a ping would be due after 1,200


async def test_an_idle_connection_that_breaks_now_and_then_is_never_given_up(server: Double) -> None:
    there = server.conversation("s", *[Plan(frames=1, code=1001)] * 9)
    seen = await node(
        """
        const real = Date.now, attempts = [];
        let minutes = 0;
        Date.now = () => real() + 60_000 * minutes;
        const agent = connect({ ...quick, session: "s" });
        agent.on("waiting", ({ attempt }) => attempts.push(attempt));
        for (let i = 0; i < 10; i++) await until(agent, "open").then(() => minutes++);
        print(attempts);
        """,
        server.url,
    )
    assert seen == [0] * 9
    assert len(there.queries) == 10


async def test_what_is_said_meanwhile_waits_for_the_connection_but_who_types_does_not_matter_then(
    server: Double,
) -> None:
    there = server.conversation("s", Plan(frames=6, code=1001))
    await node(
        """
        const agent = connect({ ...quick, session: "s" });
        const asked = why(agent.ask("hold"));
        await until(agent, "waiting");
        agent.typing();
        agent.interrupt();
        await asked;
        for (let i = 0; i < 9; i++) agent.typing();
        agent.clear();
        await until(agent, "cleared");
        print(null);
        """,
        server.url,
    )
    assert [frame["type"] for frame in there.said] == ["message", "interrupt", "typing", "clear"]


NETWORK = """
const network = new EventTarget();
for (const name of ["addEventListener", "removeEventListener"]) globalThis[name] = network[name].bind(network);
Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });
const go = (way) => { navigator.onLine = way === "online"; network.dispatchEvent(new Event(way)); };
"""


async def test_while_offline_no_try_counts_and_online_tries_at_once() -> None:
    seen = await node(
        NETWORK
        + """
        go("offline");
        const agent = connect({ url, backoff: (attempt) => (attempt < 8 ? 1 : 1e6) });
        const waits = [];
        agent.on("waiting", ({ attempt }) => waits.push(attempt));
        while (waits.length < 9) await until(agent, "waiting");
        const before = agent.state;
        go("online");
        const after = agent.state;
        await until(agent, "closed");
        print({ waits, before, after });
        """
    )
    assert seen == {"waits": [*range(9), *range(5)], "before": "waiting", "after": "connecting"}


async def test_online_replaces_a_connection_that_may_be_dead(server: Double) -> None:
    there = server.conversation("s")
    await node(
        NETWORK
        + """
        const agent = connect({ ...quick, session: "s" }), all = frames(agent);
        await agent.ask("a");
        const asked = agent.ask("hold");
        await until(agent, "read");
        go("offline");
        go("online");
        await until(agent, "open");
        agent.interrupt();
        await why(asked);
        agent.close();
        go("online"); // and whoever has left stays away
        await new Promise((resolve) => setTimeout(resolve, 30));
        if (agent.state !== "closed") throw new Error(agent.state);
        print(null);
        """,
        server.url,
    )
    assert len(there.queries) == 2


async def test_a_reload_finds_its_session_where_the_page_wants_that(server: Double) -> None:
    seen = await node(
        """
        const kept = new Map();
        globalThis.sessionStorage = { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, v) };
        const one = connect({ url, remember: true }), other = connect({ url, remember: true }), third = connect(url);
        globalThis.sessionStorage = { getItem() { throw new Error(); }, setItem() { throw new Error(); } };
        const fourth = connect({ url, remember: true }); // a page that may keep nothing
        print([one, other, third, fourth].map(({ session }) => session));
        """,
        server.url,
    )
    assert seen[0] == seen[1]
    assert len(set(seen)) == 3


async def test_what_makes_no_sense_is_passed_over_and_what_is_new_is_passed_on(server: Double) -> None:
    there = server.conversation("s")

    async def talk() -> None:
        await there.wait_until(lambda: there.lines)
        [line] = there.lines
        for text in ("", "{", "null", "7", '"x"', "[]", "{}", '{"type":7}', b"\x00\xff", '{"type":"ping"}'):
            await line.send(text)
        for text in ('{"type":"constructor"}', '{"type":"*"}', '{"type":"open"}', '{"type":"made.later"}'):
            await line.send(text)

    talking = asyncio.create_task(talk())
    seen = await node(
        """
        const agent = connect({ url, session: "s" });
        const all = [], opened = [];
        agent.on("*", ({ type }) => all.push(type));
        agent.on("open", (event) => opened.push(event));
        await until(agent, "made.later");
        print({ all, opened });
        """,
        server.url,
    )
    await talking
    assert seen["all"] == ["hello", "ping", "constructor", "*", "open", "made.later"]
    assert seen["opened"] == [{"session": "s"}]
    assert {"type": "pong"} in there.said


async def test_a_page_whose_listener_fails_loses_nothing_else(server: Double) -> None:
    seen = await node(
        """
        const faults = [], agent = connect(url), all = frames(agent);
        process.on("uncaughtException", ({ message }) => faults.push(message));
        agent.on("token", () => { throw new Error("mine"); });
        await agent.ask("a");
        print({ faults, last: all.at(-1).type });
        """,
        server.url,
    )
    assert seen == {"faults": ["mine"] * 5, "last": "done"}


@pytest.mark.parametrize(
    ("given", "path"),
    [("", "/ws/agent"), ("/", "/ws/agent"), ("/app", "/app/ws/agent"), ("/ws/room/r/ada?x=1", "/ws/room/r/ada")],
)
async def test_the_server_or_one_of_its_doors_may_be_named(server: Double, given: str, path: str) -> None:
    options = '{ session: "s", dialect: "room" }'
    await node(f'await until(connect(url + "{given}", {options}), "open"); print(null);', server.url)
    [query] = server.conversations["s"].queries
    assert query["path"] == path
    assert query["dialect"] == "room"
    assert query.get("x") == ("1" if "?" in given else None)


async def test_a_session_may_be_named_in_the_url(server: Double) -> None:
    url = f"{server.url}/ws/agent?session=mine"
    assert await node('await connect(url).ask("a"); print(connect(url).session);', url) == "mine"
    assert list(server.conversations) == ["mine"]


# ── what it is ───────────────────────────────────────────────────────────────────────────────────────────


def test_its_types_are_right_and_wrong_use_is_told() -> None:
    command = [tool("typescript"), "--allowJs", "--checkJs", "--strict", "--noEmit", "--noUnusedLocals"]
    command += ["--target", "es2022", "--module", "esnext", "--lib", "es2022,dom,dom.iterable"]
    done = subprocess.run(
        [*command, str(HERE / "usage.mjs"), str(MODULE)],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_it_is_small_stands_alone_and_writes_no_html() -> None:
    source = MODULE.read_text(encoding="utf-8")
    small = subprocess.run(
        [tool("terser"), "--module", "--compress", "--mangle", "--", str(MODULE)],
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    ).stdout
    assert 1000 < len(small.encode()) < 5000
    assert "import " not in small.replace("import.meta", "")
    assert "innerHTML" not in source
