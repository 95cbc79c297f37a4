"""Who reads plain text, or whole thoughts, and stays: what comes is the answer, letter for letter."""

from __future__ import annotations

import asyncio
import json
import random

from websockets.asyncio.client import ClientConnection, connect

from agent.events import ThoughtEnd, ThoughtStart, TurnEnd
from agent.session import Session

from .talker import Talker, ponder
from .world import World, until, world

QUESTIONS = 5


async def test_plain_text_is_each_answer_and_its_mark():
    async with world(Talker(pace=0.004), tools=[ponder]) as one:
        for path, mark in (("/ws/chat", "\n[DONE]"), ("/ws/agent", "[DONE]")):
            session, answers = await _asked(one, path, mark)
            assert answers == _answers(session, mark)


async def test_thoughts_are_told_whole_and_the_answer_as_it_comes():
    async with world(Talker(pace=0.004), tools=[ponder]) as one:
        async with connect(one.ws("/ws/agent-thoughts?session=whole")) as socket:
            frames = []
            for n in range(QUESTIONS):
                await socket.send(f"Why {n}?")
                while not frames or frames[-1]["type"] != "done" or len(_dones(frames)) <= n:
                    frames.append(json.loads(await socket.recv()))
        session = await one.hub.open("whole")
        kinds = {e.thought: e.kind for e in session.log.after(0) if isinstance(e, ThoughtStart)}
        ends = [e for e in session.log.after(0) if isinstance(e, ThoughtEnd)]
        told = [(f["type"], f["content"]) for f in frames if f["type"] not in ("answer", "done")]
        assert told == [(kinds[e.thought], e.content) for e in ends if kinds[e.thought] != "answer"]
        assert _answered(frames) == _answers(session, "")


async def test_many_who_read_at_once_are_told_the_same():
    dice = random.Random(3)
    async with world(Talker(pace=0.004), tools=[ponder]) as one:
        async with asyncio.TaskGroup() as group:
            sockets: list[ClientConnection] = [
                await connect(one.ws("/ws/chat?session=same"), compression=None) for _ in range(30)
            ]
            heard = [group.create_task(_until_mark(socket, QUESTIONS, dice.random() * 0.02)) for socket in sockets]
            for n in range(QUESTIONS):
                session = one.hub.here("same")
                assert session
                session.say(f"Why {n}?")
                await session.wait_idle()
        session = await one.hub.open("same")
        whole = "".join(_answers(session, "\n[DONE]"))
        assert {task.result() for task in heard} == {whole}
        await asyncio.gather(*(socket.close() for socket in sockets))
        await until(lambda: one.empty)


async def _asked(one: World, path: str, mark: str) -> tuple[Session, list[str]]:
    name = path.strip("/").replace("/", "-")
    answers: list[str] = []
    async with connect(one.ws(f"{path}?session={name}")) as socket:
        if path == "/ws/agent":  # nobody knows yet that it will be plain text
            assert json.loads(await socket.recv())["type"] == "hello"
        for n in range(QUESTIONS):
            await socket.send(f"Why {n}?")
            answers.append(await _until_mark(socket, 1, 0, mark))
    return await one.hub.open(name), answers


async def _until_mark(socket: ClientConnection, marks: int, pause: float, mark: str = "\n[DONE]") -> str:
    heard: list[str] = []
    while heard.count(mark) < marks:
        heard.append(str(await socket.recv()))
        await asyncio.sleep(pause)
    return "".join(heard)


def _answers(session: Session, mark: str) -> list[str]:
    """What each turn's `answer` thoughts say, from the log's whole texts."""
    kinds: dict[str, str] = {}
    out = [""]
    for event in session.log.after(0):
        match event:
            case ThoughtStart():
                kinds[event.thought] = event.kind
            case ThoughtEnd() if kinds[event.thought] == "answer":
                out[-1] += event.content
            case TurnEnd():
                out[-1] += mark
                out.append("")
    return out[:-1]


def _answered(frames: list[dict[str, str]]) -> list[str]:
    out = [""]
    for frame in frames:
        if frame["type"] == "done":
            out.append("")
        elif frame["type"] == "answer":
            out[-1] += frame["content"]
    return out[:-1]


def _dones(frames: list[dict[str, str]]) -> list[dict[str, str]]:
    return [frame for frame in frames if frame["type"] == "done"]
