"""Events as ops: whoever obeys them from any snapshot, in any frames, ends with what a fresh snapshot shows."""

import copy
import random
from typing import Any

from agent.providers.base import FinishPiece, TextPiece
from agent.session import Session
from pages.markdown import render
from pages.render import KEPT, Render
from tests.builders import Scripted, answer, calls, hub_with, settle, thinks
from tests.pages.test_markdown import RICH


class Browser:
    """What transcript/*.js does with snapshots and frames, in Python, with texts in place of elements."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self.cursor = snapshot["cursor"]
        self.current = ""
        self.turns: dict[str, dict[str, Any]] = {}
        self.thoughts: dict[str, dict[str, Any]] = {}
        for turn in copy.deepcopy(snapshot["turns"]):
            self.turn(turn)

    def turn(self, turn: dict[str, Any]) -> None:
        self.turns[turn["id"]] = turn
        for item in turn["items"]:
            self.item(item)

    def item(self, item: dict[str, Any]) -> None:
        if item["type"] == "thought":
            self.thoughts[item["id"]] = item
            item.setdefault("text", "")
            item.setdefault("html", "")

    def receive(self, frame: tuple[Any, ...]) -> None:
        if len(frame) != 3:
            events, text, *block = frame if len(frame) > 1 else (1, frame[0])
            self.cursor += events
            self.thoughts[self.current]["text"] += text
            if block:
                self.close(self.current, *block)
            return
        _, self.cursor, ops = frame
        for name, id, *rest in ops:
            if name == "text":
                self.current = id
                self.thoughts[id]["text"] += rest[0]
            elif name == "turn":
                self.turn(copy.deepcopy(id))
            elif name == "thought":
                item = copy.deepcopy(rest[0])
                self.current = item["id"]
                self.item(item)
                self.turns[id]["items"].append(item)
            elif name == "message":
                self.turns[id]["items"].append(rest[0])
            elif name == "block":
                self.close(id, *rest)
            elif name == "end":
                self.thoughts[id] |= rest[0] | {"open": False}
            elif name == "over":
                self.turns[id] |= rest[0]

    def close(self, thought: str, html: str | None, units: int) -> None:
        tail = self.thoughts[thought]["text"].encode("utf-16-le")
        closed = tail[: units * 2].decode("utf-16-le")
        self.thoughts[thought]["text"] = tail[units * 2 :].decode("utf-16-le")
        self.thoughts[thought]["html"] += render(closed) if html is None else html

    def shown(self) -> list[Any]:
        out: list[Any] = []
        for turn in self.turns.values():
            items = [
                (item["id"], item.get("kind"), item.get("html", ""), item.get("text", "").strip(), item.get("open"))
                for item in turn["items"]
            ]
            out.append((turn["id"], turn["state"], items))
        return out


def pieces_of(text: str, dice: random.Random) -> list[Any]:
    out, at = [], 0
    while at < len(text):
        size = dice.choice((1, 3, 7, 20))
        out.append(TextPiece(text=text[at : at + size]))
        at += size
    return [*out, FinishPiece(reason="stop")]


async def finished(seed: int) -> Session:
    steps = [
        [*thinks("Let me *see*.\n\nWell."), *calls(("add", {"a": 1, "b": 2}))],
        pieces_of(RICH, random.Random(seed)),
    ]
    session = hub_with(Scripted(*steps, answer("Short."))).new()
    session.say("First 🙂?")
    await session.wait_idle()
    session.say("Second?")
    await session.wait_idle()
    return session


async def test_a_page_that_followed_from_any_point_in_any_frames_shows_what_a_new_page_shows():
    for seed in range(4):
        dice = random.Random(seed)
        whole = await finished(seed)
        session = hub_with(Scripted()).new()
        renderer = Render(session)
        browsers = [(Browser(renderer.snapshot()), dice.random())]
        for event in whole.log.after(0):
            session.append(event)
            if dice.random() < 0.03:
                browsers.append((Browser(renderer.snapshot()), dice.random()))
            for browser, haste in browsers:
                if dice.random() < haste:
                    cursor, current, frame = renderer.frame(browser.cursor, browser.current)
                    browser.receive(frame)
                    assert (browser.cursor, browser.current) == (cursor, current)
        fresh = Browser(Render(session).snapshot()).shown()
        for browser, _ in browsers:
            if browser.cursor < len(session.log):
                browser.receive(renderer.frame(browser.cursor, browser.current)[2])
            assert browser.shown() == fresh, f"seed {seed}"


async def test_a_page_opened_in_mid_answer_goes_on_with_the_same_blocks():
    whole = await finished(9)
    events = list(whole.log.after(0))
    for cut in range(1, len(events), 17):
        session = hub_with(Scripted()).new()
        for event in events[:cut]:
            session.append(event)
        renderer = Render(session)
        browser = Browser(renderer.snapshot())
        for event in events[cut:]:
            session.append(event)
        if browser.cursor < len(session.log):
            browser.receive(renderer.frame(browser.cursor, "")[2])
        assert browser.shown() == Browser(Render(whole).snapshot()).shown(), f"cut at {cut}"


async def test_a_few_letters_more_travel_in_a_few_bytes_more():
    session = hub_with(Scripted([TextPiece(text="Hello "), TextPiece(text="you"), FinishPiece(reason="stop")])).new()
    renderer = Render(session)
    session.say("?")
    await session.wait_idle()
    events = session.log.after(0)
    again = hub_with(Scripted()).new()
    renderer = Render(again)
    browser = Browser(renderer.snapshot())
    frames = []
    for event in events:
        again.append(event)
        frame = renderer.frame(browser.cursor, browser.current)[2]
        browser.receive(frame)
        frames.append(frame)
    assert ("you",) in frames


async def test_pages_at_the_same_place_get_the_same_frame_made_once():
    session = hub_with(Scripted(answer("a b c"))).new()
    renderer = Render(session)
    session.say("?")
    await session.wait_idle()
    assert renderer.frame(0, "")[2] is renderer.frame(0, "")[2]
    assert renderer.frame(3, "")[2] is not renderer.frame(0, "")[2]


async def test_a_page_that_is_too_far_behind_is_told_so():
    session = hub_with(Scripted([*[TextPiece(text="x")] * 10, FinishPiece(reason="stop")])).new()
    renderer = Render(session)
    for round in range(3 + KEPT // 6):
        session.say(f"{round}?")
        await session.wait_idle()
        renderer.catch_up()
    assert not renderer.reaches(0)
    assert renderer.reaches(len(session.log))
    assert not renderer.reaches(len(session.log) + 1), "a cursor from another life of the log"


async def test_the_last_turns_come_first_and_the_earlier_ones_on_demand():
    hub = hub_with(Scripted())
    session = hub.new()
    for i in range(50):
        session.say(f"question {i}")
        await session.wait_idle()
    await settle()

    def asked(window: dict[str, Any]) -> list[str]:
        return [item["text"] for turn in window["turns"] for item in turn["items"] if item["type"] == "message"]

    renderer = Render(session)
    window = renderer.snapshot(turns=20)
    seen = asked(window)
    assert seen == [f"question {i}" for i in range(30, 50)]
    reopened = Render(await hub_with(Scripted(), store=hub._store).open(session.id))  # type: ignore[arg-type]
    reopened.session.transcript.turns[:] = reopened.session.transcript.turns[-20:]  # as after many more turns
    other = window
    while window["more"]:
        window = renderer.earlier(window["turns"][0]["start"], turns=20)
        other = reopened.earlier(other["turns"][0]["start"], turns=20)
        assert asked(other) == asked(window)
        seen = asked(window) + seen
    assert seen == [f"question {i}" for i in range(50)]
