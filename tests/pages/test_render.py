"""Events as ops: whoever obeys them from any snapshot, in any frames, ends with what a fresh snapshot shows."""

import copy
import random
from typing import Any

from agent import forking
from agent.errors import ProviderError
from agent.hub import WINDOW
from agent.providers.base import AskPiece, FinishPiece, ProgressPiece, TextPiece, ThinkingPiece, UsagePiece
from agent.session import Session
from agent.store import MemoryStore
from agent.transcript import Ask, Turn
from pages.markdown import render
from pages.outcome import REST
from pages.render import KEPT, Render
from tests.builders import MovedClock, Scripted, Wait, answer, calls, hub_with, settle, thinks
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
                self.turns[id].pop("wait", None)
            elif name in ("message", "ask"):
                self.turns[id]["items"].append(rest[0])
            elif name == "block":
                self.close(id, *rest)
            elif name == "end":
                self.thoughts[id] |= rest[0] | {"open": False}
            elif name == "answered":
                (ask,) = (item for item in self.turns[id]["items"] if item["id"] == rest[0]["id"])
                ask |= rest[0] | {"closed": True}
            elif name in ("wait", "trimmed"):
                self.turns[id][name] = rest[0]
            elif name == "progress":
                self.turns[id][name] = rest
            elif name == "over":
                self.turns[id] |= rest[0]
                self.turns[id].pop("wait", None)
                self.turns[id].pop("progress", None)

    def close(self, thought: str, html: str | None, units: int) -> None:
        tail = self.thoughts[thought]["text"].encode("utf-16-le")
        closed = tail[: units * 2].decode("utf-16-le")
        self.thoughts[thought]["text"] = tail[units * 2 :].decode("utf-16-le")
        self.thoughts[thought]["html"] += render(closed) if html is None else html

    def shown(self) -> list[Any]:
        out: list[Any] = []
        for turn in self.turns.values():
            names = ("id", "kind", "open", "closed", "choices", "by", "reply", "html")
            items = [(*map(item.get, names), item.get("text", "").strip()) for item in turn["items"]]
            rest = {name: value for name, value in turn.items() if name not in ("items", "wait")}
            out.append((rest, turn.get("wait", {}).get("text"), items))
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


async def test_what_stands_before_the_first_turn_is_no_earlier_turn():
    hub = hub_with(Scripted())
    source = hub.new()
    for question in ("one", "two", "three"):
        source.say(question)
        await source.wait_idle()
    first, second, third = [turn for turn in source.transcript.turns if isinstance(turn, Turn)]
    for turn, most, more in ((first, 20, False), (second, 20, False), (second, 1, True), (third, 2, True)):
        fork = await forking.fork(hub, source.id, turn.id, content="changed")
        await fork.wait_idle()
        assert Render(fork).snapshot(turns=most)["more"] == more
        await settle()
        reopened = Render(await hub_with(Scripted(), store=hub._store).open(fork.id))  # type: ignore[arg-type]
        assert reopened.snapshot(turns=most)["more"] == more
        start = reopened.snapshot(turns=1)["turns"][0]["start"]
        assert reopened.earlier(start)["more"] is False


async def eventful() -> tuple[Session, Scripted, MovedClock]:
    """It is made to wait, says how far it is, asks twice (nobody answers the second time), counts, and is stopped."""
    clock = MovedClock()
    busy = ProviderError(
        "Acme gets too many requests. Try again in 4 s.", kind="rate_limited", retry=True, retry_after=4
    )
    provider = Scripted(
        [busy],
        [
            UsagePiece(input=1204, output=310, cached=800),
            ProgressPiece(percent=40, message="Reading"),
            ThinkingPiece(text="", new=True),
            Wait(seconds=1),
            AskPiece(content="Which one?", choices=("This", "That"), answer=lambda _: None),
            Wait(seconds=1),
            TextPiece(text="Well. "),
            AskPiece(content="And when?", answer=lambda _: None),
            Wait(seconds=60),
        ],
        clock=clock,
    )
    return hub_with(provider, clock=clock).new(), provider, clock


def ask_of(session: Session) -> str:
    turn = session.transcript.running
    assert turn
    return next(item.id for item in turn.items if isinstance(item, Ask) and not item.closed)


async def test_waits_progress_asks_and_outcomes_look_alike_from_wherever_a_page_follows():
    whole, _, clock = await eventful()
    whole.say("Go!")
    await clock.pass_(5.5)
    whole.reply(ask_of(whole), "That")
    await clock.pass_(2)
    whole.stop()
    await clock.pass_(1)
    await whole.wait_idle()
    events = list(whole.log.after(0))
    fresh = Browser(Render(whole).snapshot()).shown()
    assert [item[3:7] for item in fresh[0][2] if item[3]] == [
        (True, ["This", "That"], "owner", "That"),
        (True, None, None, None),
    ]
    for cut in range(1, len(events)):
        session = hub_with(Scripted()).new()
        for event in events[:cut]:
            session.append(event)
        renderer = Render(session)
        browser = Browser(renderer.snapshot())
        seen = [browser.shown()]
        for event in events[cut:]:
            session.append(event)
            browser.receive(renderer.frame(browser.cursor, browser.current)[2])
            assert browser.shown() == Browser(Render(session).snapshot()).shown(), f"cut at {cut}, {event}"
            seen.append(browser.shown())
        assert seen[-1] == fresh, f"cut at {cut}"


async def test_a_page_that_is_opened_during_a_wait_counts_down_what_is_left_of_it():
    session, _, clock = await eventful()
    session.say("Go!")
    await clock.pass_(1.5)
    renderer = Render(session)
    assert renderer.snapshot()["turns"][0]["wait"] == {"text": "Acme gets too many requests.", "ms": 2500}
    await clock.pass_(4)
    assert "wait" not in renderer.snapshot()["turns"][0]
    assert renderer.snapshot()["turns"][0]["progress"] == [40, "Reading"]
    session.stop()
    await session.wait_idle()


async def test_a_turn_says_what_it_took_and_nothing_where_nobody_counted():
    session, provider, clock = await eventful()
    provider.prices = {1204: 0.0041}
    session.say("Go!")
    await clock.pass_(6)
    session.stop()
    await session.wait_idle()
    (turn,) = Render(session).snapshot()["turns"]
    assert turn["usage"] == {"input": 1204, "output": 310, "cached": 800, "estimated": True}
    assert (turn["first_ms"], turn["cost_usd"]) == (4000, 0.0041)
    uncounted = hub_with(Scripted(answer("Yes."))).new()
    uncounted.say("?")
    await uncounted.wait_idle()
    (turn,) = Render(uncounted).snapshot()["turns"]
    assert turn.keys().isdisjoint({"usage", "first_ms", "cost_usd"})


async def test_a_turn_that_failed_says_of_what_kind():
    session = hub_with(Scripted([ProviderError("There is no key.", kind="no_key")])).new()
    session.say("?")
    await session.wait_idle()
    (turn,) = Render(session).snapshot()["turns"]
    assert (turn["state"], turn["error"], turn["kind"]) == ("failed", "There is no key.", "no_key")


async def test_what_the_agent_is_not_sent_any_more_is_told_by_what_it_still_sees():
    provider = Scripted(*[answer("word " * 40) for _ in range(4)])
    provider.budget = 190
    session = hub_with(provider).new()
    for question in ("First?", "Second?", "Third?", "Fourth?"):
        session.say(question)
        await session.wait_idle()
    lines = [turn.get("trimmed") for turn in Render(session).snapshot()["turns"]]
    assert lines == [None, None, None, REST.replace("the beginning of this session", "what came before “Third?”")]


async def test_a_number_that_is_larger_than_a_websocket_takes_travels_as_text():
    import orjson

    session = hub_with(Scripted(calls(("add", {"a": 10**30, "b": 1})), answer("So."))).new()
    render = Render(session)
    session.say("?")
    await session.wait_idle()
    snapshot = render.snapshot(20, 10_000)
    assert orjson.dumps(snapshot)
    args = [item["args"] for turn in snapshot["turns"] for item in turn["items"] if "args" in item]
    assert args == ['{\n  "a": 1000000000000000000000000000000,\n  "b": 1\n}']


async def test_what_it_still_sees_is_not_guessed_where_that_is_no_longer_at_hand():
    store, provider = MemoryStore(), Scripted(*[answer("word " * 40) for _ in range(WINDOW + 10)])
    provider.budget = 190
    session = hub_with(provider, store=store).new()
    for number in range(WINDOW + 10):
        session.say(str(number))
        await session.wait_idle()
    said = {turn["id"]: turn.get("trimmed") for turn in Render(session).snapshot(99, 999_999)["turns"]}
    renderer = Render(await hub_with(provider, store=store).open(session.id))
    first = renderer.snapshot(99, 999_999)["turns"][0]["start"]
    earlier = renderer.earlier(first)["turns"]
    assert any("trimmed" in turn for turn in earlier)
    assert all(turn.get("trimmed") in (said[turn["id"]], REST) for turn in earlier)
