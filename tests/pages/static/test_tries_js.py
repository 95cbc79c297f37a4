"""When the browser’s client comes back, and when it gives up."""

from __future__ import annotations

from .double import Double, Plan
from .node import node


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
