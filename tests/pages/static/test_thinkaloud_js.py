"""What the browser’s client is: small, typed, and not to be put out by what others say."""

from __future__ import annotations

import asyncio
import subprocess

import pytest

from .double import Double
from .node import HERE, MODULE, node, tool


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


def test_its_types_are_right_and_wrong_use_is_told() -> None:
    command = [tool("tsc"), "--allowJs", "--checkJs", "--strict", "--noEmit", "--noUnusedLocals"]
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
