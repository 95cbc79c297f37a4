"""What all pages of one session show: events as *ops*, with HTML where markdown closed, made once for all of them.

An op is a JSON array; `parts/transcript/` (JavaScript) obeys them. Text lengths count UTF-16 units, as JavaScript does.

    ["turn", turn]                a turn began: a dict as in `snapshot`
    ["message", turn, message]    the agent read a message
    ["ask", turn, ask]            the agent asks a person something
    ["answered", turn, {id, by, reply}]  … somebody answered, or (null) nobody will
    ["thought", turn, thought]    a thought began
    ["text", thought, text]       it grew
    ["block", thought, html, n]   the first n units of its tail are closed: as this HTML, or (null) as a plain paragraph
    ["end", thought, {ms, ok, text?, html?}]   it ended; text or html stand for all of it where they are given
    ["wait", turn, {text, ms}]    the provider is tried again in ms, and why
    ["progress", turn, percent, text]  how far the turn is
    ["trimmed", turn, text]       what the agent is sent no more, from this turn on
    ["over", turn, {state, …}]    the turn ended
    ["clear", at]                 the agent forgot all that is above

A *frame* carries ops to one page over NiceGUI's websocket. Most frames by far carry a few letters of one thought,
so these have a short form:  "text" = the next event is this much more of the thought that grew last;
n, "text" = the same for n events;  n, "text", html, units = the same, then a "block" of it;
from, to, [ops] = events from+1 … to.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from agent.attachments import sized
from agent.events import (
    AskClosed,
    AskOpened,
    Event,
    MessageRead,
    SessionCleared,
    ThoughtDelta,
    ThoughtEnd,
    ThoughtStart,
    TurnEnd,
    TurnProgressed,
    TurnRetried,
    TurnStart,
    TurnTrimmed,
)
from agent.session import Session
from agent.transcript import Ask, Cleared, Message, Thought, Turn, fold

from .markdown import Blocks, plain_paragraph, render
from .outcome import asked, outcome, trimmed, under_way, wait

KEPT = 5_000  # ops; a page that is further behind gets a snapshot
Op = list[Any]
Frame = tuple[Any, ...]


class Render:
    """One session, rendered; reads its log, and is read by any number of pages. `name` is what people call a model."""

    def __init__(self, session: Session, name: Callable[[str], str] = str) -> None:
        self.session = session
        self._name = cache(name)
        self.cursor = len(session.log)
        self.fast = False
        """Whether the last text came faster than a screen shows it: its delta joins several chunks."""
        self._kept: deque[tuple[int, Op]] = deque(maxlen=KEPT)
        self._since = self.cursor  # the ops of all events after this one are kept
        self._growing: dict[str, Blocks] = {}
        self._kinds: dict[str, str] = {}
        self._html: dict[str, str] = {}
        self._frame: tuple[tuple[int, int, str], str, Frame] | None = None
        turn = session.transcript.running
        for thought in turn.thoughts if turn else ():
            self._kinds[thought.id] = thought.kind
            if thought.open and _is_markdown(thought.kind):
                self._growing[thought.id] = blocks = Blocks()
                blocks.write(thought.content)

    def catch_up(self) -> int:
        """Renders what is new in the log; returns the number of its last event."""
        events = self.session.log.after(self.cursor)
        for event in events:
            for op in self._ops(event):
                if len(self._kept) == KEPT:
                    self._since = self._kept[0][0]
                self._kept.append((event.event_id, op))
        self.cursor += len(events)
        return self.cursor

    def frame(self, cursor: int, current: str) -> tuple[int, str, Frame]:
        """What a page that has seen `cursor` events, and `current` grow last, is missing: the cursor and the
        thought it has then, and the frame, the same object for all pages that stand at the same place."""
        upto = self.catch_up()
        place = (cursor, upto, current)
        if self._frame and self._frame[0] == place:
            return upto, self._frame[1], self._frame[2]
        ops = self._after(cursor)
        names = [op[0] for op in ops if op[1] == current]
        if len(ops) == 1 and names == ["text"]:
            frame: Frame = (ops[0][2],) if upto - cursor == 1 else (upto - cursor, ops[0][2])
        elif len(ops) == 2 and names == ["text", "block"]:
            frame = (upto - cursor, ops[0][2], *ops[1][2:])
        else:
            frame = (cursor, upto, ops)
            for op in ops:
                if op[0] == "text":
                    current = op[1]
                elif op[0] == "thought":
                    current = op[2]["id"]
        self._frame = (place, current, frame)
        return upto, current, frame

    def reaches(self, cursor: int) -> bool:
        """Whether `frame` can serve a page from there; else it needs a snapshot."""
        return self._since <= cursor <= self.cursor

    def snapshot(self, turns: int = 20, characters: int = 60_000) -> dict[str, Any]:
        """The last turns as a page is built from them: at most so many, and no more than fill a few screens."""
        upto = self.catch_up()
        return {"cursor": upto, **self._window(self.session.transcript.turns, turns, characters)}

    def earlier(self, before: int, turns: int = 20, characters: int = 60_000) -> dict[str, Any]:
        """The turns that precede the one whose first event is `before`, as in a snapshot; only they are read."""
        shown = self.session.transcript.turns
        at = next((i for i, turn in enumerate(shown) if isinstance(turn, Turn) and turn.event_id >= before), 0)
        if not at:  # further back than the session keeps folded
            log = self.session.log
            stretches = log.past.stretches
            # one stretch more than wanted: a message may have been posted in it and read in the next
            first = max(0, bisect_left(stretches, before) - turns - 1)
            shown = fold(log.between(stretches[first] - 1, before - 1) if stretches else ()).turns
            at = len(shown)
        return self._window(shown[:at], turns, characters)

    def _window(self, turns: Sequence[Turn | Cleared], most: int, characters: int) -> dict[str, Any]:
        out: list[dict[str, Any]] = []
        for turn in reversed(turns):
            size = 0 if isinstance(turn, Cleared) else sum(len(thought.content) for thought in turn.thoughts)
            if out and (len(out) >= most or size > characters):
                break
            characters -= size
            out.append({"cleared": turn.at} if isinstance(turn, Cleared) else self._turn(turn))
        out.reverse()
        first = next((turn["start"] for turn in out if "start" in turn), 0)
        left = any(isinstance(turn, Turn) for turn in turns[: len(turns) - len(out)])
        return {"turns": out, "more": first > 0 and (left or self._turn_before(first))}

    def _turn_before(self, event: int) -> bool:
        """Whether the log has a turn that begins before that event. Looks no further back than it must."""
        return any(isinstance(past, TurnStart) for past in self.session.log.back_from(event - 1))

    # ── events → ops ─────────────────────────────────────────────────────────────────────────────────────

    def _ops(self, event: Event) -> list[Op]:
        match event:
            case ThoughtDelta():
                return self._grown(event)
            case ThoughtStart():
                self._kinds[event.thought] = event.kind
                if _is_markdown(event.kind):
                    self._growing[event.thought] = Blocks()
                thought = Thought(
                    id=event.thought, kind=event.kind, at=event.at, call=event.call, tool=event.tool, args=event.args
                )
                return [["thought", event.turn, self._thought(thought)]]
            case ThoughtEnd():
                return self._ended(event)
            case TurnStart():
                turn = Turn(id=event.turn or "", by=event.by, model=event.model, at=event.at, event_id=event.event_id)
                return [["turn", self._turn(turn)]]
            case MessageRead():
                turn = self._found(event.turn)
                found = [m for m in turn.messages if m.id == event.message] if turn else []
                return [["message", event.turn, _message(message)] for message in found]
            case AskOpened():
                ask = Ask(id=event.ask, kind=event.kind, content=event.content, choices=event.choices)
                return [["ask", event.turn, asked(ask)]]
            case AskClosed():
                return [["answered", event.turn, {"id": event.ask, "by": event.by, "reply": event.content}]]
            case TurnEnd():
                turn = self._found(event.turn)
                return [["over", turn.id, outcome(turn)]] if turn else []
            case TurnRetried():
                return [["wait", event.turn, wait(self.session, event)]]
            case TurnProgressed():
                return [["progress", event.turn, event.percent, event.message]]
            case TurnTrimmed():
                text = trimmed(event.upto, event.turn or "", self.session.transcript.turns)
                return [["trimmed", event.turn, text]]
            case SessionCleared():
                return [["clear", event.at]]
            case _:
                return []

    def _found(self, id: str | None) -> Turn | None:
        turns = reversed(self.session.transcript.turns)
        return next((turn for turn in turns if isinstance(turn, Turn) and turn.id == id), None)

    def _grown(self, event: ThoughtDelta) -> list[Op]:
        self.fast = event.marks is not None
        ops: list[Op] = [["text", event.thought, event.content]]
        blocks = self._growing.get(event.thought)
        for html, closed in _closings(blocks, event.content) if blocks else ():
            ops.append(["block", event.thought, html, closed])
        return ops

    def _ended(self, event: ThoughtEnd) -> list[Op]:
        kind = self._kinds.pop(event.thought, "")
        blocks = self._growing.pop(event.thought, None)
        end: dict[str, Any] = {"ms": event.ms, "ok": event.ok}
        if kind == "observation":
            return [["end", event.thought, {**end, "text": event.content}]]
        if blocks is None:
            return [["end", event.thought, end]]
        ops: list[Op] = []
        tail = blocks.tail
        if rest := blocks.end():
            html, closed = rest
            ops.append(["block", event.thought, None if plain_paragraph(html, tail) else html, _units(tail[:closed])])
        if revised := blocks.revised:
            end["html"] = revised
        self._html[event.thought] = blocks.revised or "".join(blocks.html)
        return [*ops, ["end", event.thought, end]]

    def _after(self, cursor: int) -> list[Op]:
        """The kept ops of later events; neighbouring texts of one thought are one."""
        wanted: list[Op] = []
        for number, op in reversed(self._kept):
            if number <= cursor:
                break
            wanted.append(op)
        ops: list[Op] = []
        for op in reversed(wanted):
            if op[0] == "text" and ops and ops[-1][0] == "text" and ops[-1][1] == op[1]:
                ops[-1] = ["text", op[1], ops[-1][2] + op[2]]
            else:
                ops.append(op)
        return ops

    # ── transcript → snapshot ────────────────────────────────────────────────────────────────────────────

    def _turn(self, turn: Turn) -> dict[str, Any]:
        items = [self._item(item) for item in turn.items]
        out = {"id": turn.id, "by": turn.by, "at": turn.at, "start": turn.event_id, "items": items}
        out |= {"model": turn.model, "name": self._name(turn.model), **under_way(self.session, turn)}
        if turn.trimmed is not None:
            out["trimmed"] = trimmed(turn.trimmed, turn.id, self.session.transcript.turns)
        return out | outcome(turn)

    def _item(self, item: Message | Thought | Ask) -> dict[str, Any]:
        match item:
            case Message():
                return _message(item)
            case Thought():
                return self._thought(item)
            case Ask():
                return asked(item)

    def _thought(self, thought: Thought) -> dict[str, Any]:
        out: dict[str, Any] = {"type": "thought", "id": thought.id, "kind": thought.kind, "open": thought.open}
        if thought.open:
            out["age"] = max(0, self.session.now() - thought.at)
        else:
            out |= {"ms": thought.ms, "ok": thought.ok}
        if thought.args is not None:  # as text: a browser's numbers, and a websocket's, are smaller than JSON's
            out["args"] = json.dumps(thought.args, indent=2, ensure_ascii=False)
        if not _is_markdown(thought.kind):
            if thought.content:
                out["text"] = thought.content
        elif blocks := self._growing.get(thought.id) if thought.open else None:
            if thought.content:
                out |= {"html": "".join(blocks.html), "text": blocks.tail, "source": thought.content}
        elif thought.content:
            out |= {"html": self._rendered(thought), "source": thought.content}
        return out

    def _rendered(self, thought: Thought) -> str:
        html = self._html.get(thought.id)
        if html is None:
            html = self._html[thought.id] = render(thought.content)
        return html


def _is_markdown(kind: str) -> bool:
    return kind in ("thinking", "answer")


def _closings(blocks: Blocks, chunk: str) -> list[tuple[str | None, int]]:
    before = blocks.tail + chunk
    out: list[tuple[str | None, int]] = []
    for html, closed in blocks.write(chunk):
        text = before[:closed]
        out.append((None if plain_paragraph(html, text) else html, _units(text)))
    return out


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _message(message: Message) -> dict[str, Any]:
    out = {"type": "message", "id": message.id, "author": message.author, "text": message.content, "at": message.at}
    files = [{**file, "size": sized(file["size"])} for file in message.attachments]
    return {**out, "files": files} if files else out
