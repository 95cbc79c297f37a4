"""`python -m agent.client` as somebody in a shell meets it."""

import asyncio
import json
import os
import pty
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from agent import codec
from agent.events import AskOpened
from tests.builders import Scripted, answer, calls, hub_with, thinks

from .client_server import Asking, Double, Gated, told, wait_for

ROOT = Path(__file__).parents[2]


async def command(*arguments: str, token: str = "") -> Process:
    environ = os.environ | {"PYTHONPATH": str(ROOT), "THINKALOUD_TOKEN": token}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "agent.client", *arguments, env=environ, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )


async def said(process: Process, typed: str = "") -> tuple[int, str, str]:
    out, err = await asyncio.wait_for(process.communicate(typed.encode() or None), 20)
    assert process.returncode is not None
    return process.returncode, out.decode(), (err or b"").decode()


async def test_it_prints_the_thoughts_and_says_that_it_went_well():
    steps = [[*thinks("Let me see."), *calls(("add", {"a": 1, "b": 2}))], answer("It is **three**, \x1b]0;evil\x07.")]
    async with Double(hub_with(Scripted(*steps)).new()) as server:
        code, out, err = await said(await command(server.url, "One", "and", "two?", token="mine"))
        assert (code, err) == (0, "")
        assert server.met[0].authorization == "Bearer mine"
        assert server.said("message")[0]["content"] == "One and two?"
    expected = "Thinking|Let me see.|Action|add(a=1, b=2)|Observation|3|Answer|It is **three**, ]0;evil."
    assert "|".join(line.strip() for line in out.splitlines() if line) == expected


async def test_a_pipe_gets_the_log_line_by_line_and_the_question_may_come_from_one():
    async with Double(hub_with(Scripted(answer("Because. \U0001f300"))).new()) as server:
        code, out, _ = await said(await command(server.url, "-", "--json", "--session", "mine"), "Why?\n")
        events = [codec.decode(json.loads(line)) for line in out.splitlines()]
        assert code == 0
        assert server.met[0].session == "mine"
        assert told(events) == told(server.session.log.after(1))


async def test_ctrl_c_stops_the_agent_and_the_rest_is_still_told():
    async with Double(hub_with(Gated()).new()) as server:
        process = await command(server.url, "Well?")
        await wait_for(lambda: len(server.session.log) > 5, 10)
        process.send_signal(signal.SIGINT)
        code, out, _ = await said(process)
        assert code == 1
        assert "Well, " in out
        assert "Stopped." in out
        assert not server.session.running


async def test_a_session_is_followed_and_ctrl_c_only_leaves():
    async with Double(hub_with(Gated()).new()) as server:
        server.session.say("Well?", author="ada")
        process = await command(server.url, "--session", "standup", "--after", "0")
        assert process.stdout
        async with asyncio.timeout(10):
            assert await process.stdout.readuntil(b"Well, ")
        process.send_signal(signal.SIGINT)
        assert (await said(process))[0] == 130
        assert server.session.running
        server.session.stop()
        await server.session.wait_idle()


async def test_in_a_terminal_what_the_agent_asks_is_answered_by_typing():
    here, there = pty.openpty()
    environ = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}
    async with Double(hub_with(Asking()).new()) as server:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "agent.client", server.url, "A drink?", env=environ, stdin=there, stdout=PIPE
        )
        await wait_for(lambda: any(isinstance(event, AskOpened) for event in server.session.log.after(0)), 10)
        os.write(here, b"\ntea\n")
        code, out, _ = await said(process)
        assert code == 0
        assert out.endswith("Tea or coffee?\n  - tea\n  - coffee\n\nAnswer\nThen tea.\n")
    os.close(here)
    os.close(there)


async def test_what_cannot_be_asked_is_one_sentence():
    async with Double(hub_with(Gated()).new()) as server:
        url = server.url
    code, out, err = await said(await command(url, "Well?", "--tries", "1"))
    assert (code, out, err) == (2, "", f"Nothing answers at {url}. Gave up after 1 tries.\n")
    code, _, err = await said(await command(url))
    assert code == 2
    assert "What is to be asked?" in err
