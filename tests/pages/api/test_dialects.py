"""What each kind of client is told: the table of the protocol, row by row, and what holds for any log."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema_rs
import pytest

from agent.codec import decode
from agent.events import EVENTS, Event, ThoughtDelta, ThoughtStart, TurnEnd, TurnStart
from agent.log import joined
from pages.api.dialects import DIALECTS, Dialect, Facts, text
from pages.api.dialects.ephemeral import EPHEMERAL
from pages.api.example import STORY, told
from pages.api.tables import ROWS
from tests.agent.test_any_turn import an_hour
from tests.pages.api.stories import a_session, frames, log_of

ALL = [*DIALECTS.values(), text("[DONE]"), text("")]
NAMES = [*DIALECTS, "text closing with [DONE]", "text without a mark"]
SEEDS = range(60)
every_dialect = pytest.mark.parametrize("dialect", ALL, ids=NAMES)
JSON = [dialect for dialect in ALL if dialect.json]
every_json_dialect = pytest.mark.parametrize("dialect", JSON, ids=[dialect.name for dialect in JSON])

# ── the table of the protocol ────────────────────────────────────────────────────────────────────────────────

CONVERT = {"tool": "convert", "args": {"value": 172, "unit": "km"}, "content": 'convert(value=172, unit="km")'}
USAGE = {"input": 412, "output": 38, "reasoning": 0, "cached": 0, "written": 0, "estimated": False}
BUSY = "The vendor is overloaded. Try again in a moment."
THINKS = [{"content": "The network is 172 km; "}, {"content": "I convert that."}]
PROGRESS = {"type": "progress", "percent": 60, "message": "Converted."}
QUESTION = {"type": "question", "ask": "a1", "content": "Rounded?", "choices": ["yes", "no"]}
APPROVAL = {"type": "approval", "ask": "a2", "content": "May I?", "tool": "fetch", "args": {"url": "example.com"}}
OBSERVATION = {"type": "observation", "content": "106.9 miles", "ok": True, "ms": 12}
FAILED = {"type": "error", "kind": "overloaded", "message": BUSY, "retry_after": 30}
STOPPED = {"type": "interrupted", "by": "ben", "why": "user", "message": "Stopped by ben."}
DONE = {"content": "About 107 miles.", "usage": USAGE, "cost_usd": 0.0004, "ms": 2100}
POSTED = [
    {"type": "user_message", "user_id": user, "content": content}
    for user, content in [
        ("ada", "How far do the trams go in miles?"),
        ("ben", "And by bus?"),
        ("ben", "By bike, then?"),
        ("ben", "Never mind."),
    ]
]
LOOKS = "Looks into a timetable"
TABLE: dict[str, dict[str, list[Any]]] = {
    "message.posted": {"agent": POSTED, "room": POSTED},
    "turn.start": {
        "agent": [{"type": "status", "status": "thinking"}] * 3,
        "room": [{"type": "agent_thinking"}] * 3,
        "task": [{"type": "progress", "percent": 0, "message": "Thinking…"}] * 3,
    },
    "message.read": {
        name: [{"type": "read", "message": id} for id in ("m1", "m2", "m3")] for name in ("agent", "room")
    },
    "message.withdrawn": {name: [{"type": "withdrawn", "message": "m4"}] for name in ("agent", "room")},
    "thinking": {
        "agent": [{"type": "thinking", **chunk} for chunk in THINKS],
        "thoughts": [{"type": "thinking", "content": "The network is 172 km; I convert that."}],
        "room": [{"type": "thinking", **chunk} for chunk in THINKS],
    },
    "action": {
        "agent": [{"type": "action", **CONVERT}],
        "thoughts": [{"type": "action", **CONVERT}],
        "room": [{"type": "action", **CONVERT}],
        "task": [{"type": "progress", "percent": 0, "message": CONVERT["content"]}],
    },
    "action without a tool": {
        "agent": [{"type": "action", "tool": "", "args": {}, "content": LOOKS}],
        "thoughts": [{"type": "action", "content": LOOKS}],
        "room": [{"type": "action", "tool": "", "args": {}, "content": LOOKS}],
        "task": [{"type": "progress", "percent": 0, "message": LOOKS}],
    },
    "observation": {"agent": [OBSERVATION], "thoughts": [OBSERVATION], "room": [OBSERVATION]},
    "answer": {
        "agent": [{"type": "token", "content": "About "}, {"type": "token", "content": "107 miles."}],
        "thoughts": [{"type": "answer", "content": "About "}, {"type": "answer", "content": "107 miles."}],
        "text": ["About ", "107 miles."],
        "room": [{"type": "token", "content": "About "}, {"type": "token", "content": "107 miles."}],
    },
    "turn.progressed": {"agent": [PROGRESS], "room": [PROGRESS], "task": [PROGRESS]},
    "ask.opened": {
        "agent": [QUESTION, APPROVAL],
        "room": [QUESTION, APPROVAL],
        "task": [
            {"type": "progress", "percent": 60, "message": "Rounded?"},
            {"type": "progress", "percent": 0, "message": "May I?"},
        ],
    },
    "ask.closed": {
        "agent": [
            {"type": "replied", "ask": "a1", "by": "ada", "content": "yes"},
            {"type": "replied", "ask": "a2", "by": "ben", "content": "", "allow": False},
        ],
        "room": [{"type": "replied", "ask": "a1"}, {"type": "replied", "ask": "a2", "allow": False}],
        "task": [
            {"type": "progress", "percent": 60, "message": "Answered by ada."},
            {"type": "progress", "percent": 0, "message": "Answered by ben."},
        ],
    },
    "turn.end done": {
        "agent": [{"type": "done", **DONE}],
        "thoughts": [{"type": "done"}],
        "text": ["\n[DONE]"],
        "room": [{"type": "agent_response", **DONE}],
        "task": [{"type": "complete", "result": "About 107 miles."}],
    },
    "turn.end interrupted": {
        "agent": [STOPPED],
        "thoughts": [{"type": "error", "message": "Stopped by ben."}, {"type": "done"}],
        "text": ["[ERROR] Stopped by ben.", "\n[DONE]"],
        "room": [STOPPED],
        "task": [{"type": "error", "message": "Stopped by ben.", "kind": "interrupted"}],
    },
    "turn.end failed": {
        "agent": [FAILED],
        "thoughts": [{"type": "error", "message": BUSY}, {"type": "done"}],
        "text": [f"[ERROR] {BUSY}", "\n[DONE]"],
        "room": [FAILED],
        "task": [{"type": "error", "message": BUSY, "kind": "overloaded"}],
    },
    "session.cleared": {"agent": [{"type": "cleared", "by": "ada"}], "room": [{"type": "cleared", "by": "ada"}]},
    "session.created": {name: [{"type": "title", "title": "Trams in Zürich"}] for name in ("agent", "room")},
    "session.renamed": {
        "agent": [{"type": "title", "title": "Trams, in miles"}],
        "room": [{"type": "title", "title": "Trams, in miles"}],
    },
}


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("name", ["agent", "thoughts", "text", "room", "task"])
def test_a_row_of_the_table(name: str, row: str):
    log = told()
    facts = Facts(log)
    said = frames(DIALECTS[name], [event for event in log.after(0) if ROWS[row](event, facts)], facts)
    expected = TABLE[row].get(name, [])
    assert len(said) == len(expected)
    for frame, want in zip(said, expected, strict=True):
        listed = frame if isinstance(frame, str) else {field: frame.get(field) for field in want}
        assert listed == want


def test_what_has_no_row_says_nothing_except_in_the_logs_own_words():
    log = told()
    facts = Facts(log)
    rest = [event for event in log.after(0) if not any(about(event, facts) for about in ROWS.values())]
    assert {type(event).__name__ for event in rest} == {
        *("SessionShared", "SessionSwitched", "TurnTrimmed", "TurnRetried"),
    }
    for dialect in ALL:
        assert len(frames(dialect, rest, facts)) == (len(rest) if dialect.name == "native" else 0)


def test_the_example_has_every_event_there_is():
    assert {type(event) for event in STORY} == set(EVENTS)


# ── catalogues ───────────────────────────────────────────────────────────────────────────────────────────────


def strict(dialect: Dialect) -> Callable[[Any], None]:
    """Fails for a frame of which the catalogue does not list the type and every field, or that has a null."""
    validators = {
        shape.type: jsonschema_rs.validator_for(shape.schema() | {"additionalProperties": False})
        for shape in dialect.shapes
    }

    def check(frame: Any) -> None:
        frame = json.loads(json.dumps(frame))
        validators[frame["type"]].validate(frame)
        assert None not in frame.values()

    return check


@every_json_dialect
def test_each_frame_has_what_the_catalogue_lists_and_no_more(dialect: Dialect):
    check = strict(dialect)
    for seed in SEEDS:
        log = log_of(a_session(seed))
        for events in (log.after(0), joined(log.after(0))):
            for frame in frames(dialect, events, Facts(log)):
                check(frame)
    for frame in dialect.error("rate_limited", "Too fast.", 0.5):
        check(frame)


@pytest.mark.parametrize("seed", range(0, 40, 5))
async def test_so_has_each_frame_of_a_real_session_in_which_anything_happens(seed: int):
    session, _ = await an_hour(random.Random(seed))
    for dialect in JSON:
        check = strict(dialect)
        for frame in frames(dialect, joined(session.log.after(0)), Facts(session.log)):
            check(frame)


@every_json_dialect
def test_each_frame_of_the_catalogue_is_really_sent(dialect: Dialect):
    log = told()
    sent = {frame["type"] for frame in frames(dialect, log.after(0), Facts(log)) if not isinstance(frame, str)}
    ephemeral = {shape.type for shape in EPHEMERAL} if dialect.ephemeral else set[str]()
    named = [shape.type for shape in dialect.shapes]
    assert len(named) == len(set(named))
    assert set(named) - sent - ephemeral == ({"error"} if dialect.name == "native" else set())


def test_the_logs_own_words_are_the_events():
    for seed in SEEDS:
        log = log_of(a_session(seed))
        said = frames(DIALECTS["native"], log.after(0), Facts(log))
        assert [decode(json.loads(json.dumps(frame))) for frame in said if isinstance(frame, dict)] == log.after(0)


# ── what holds for any log ───────────────────────────────────────────────────────────────────────────────────


@every_dialect
def test_a_reader_may_come_at_any_point_and_is_told_what_follows_alike(dialect: Dialect):
    for seed in SEEDS:
        events = a_session(seed)
        whole = frames(dialect, events, Facts(log_of(events)))
        for cut in range(len(events) + 1):
            log = log_of(events, settled=cut)
            first = frames(dialect, events[:cut], Facts(log))
            assert first + frames(dialect, events[cut:], Facts(log)) == whole, f"cut at {cut}"


@every_dialect
def test_one_index_serves_readers_wherever_they_are(dialect: Dialect):
    for seed in SEEDS:
        events = a_session(seed)
        log = log_of(events)
        ahead = Facts(log)
        ahead.learn(events)
        assert frames(dialect, events, ahead) == frames(dialect, events, Facts(log))
        assert [f for event in reversed(events) for f in reversed(dialect.words(event, ahead))] == list(
            reversed(frames(dialect, events, ahead))
        )


CHUNKS = {
    "native": {"thought.delta"},
    "agent": {"token", "thinking"},
    "room": {"token", "thinking"},
    "thoughts": {"answer"},
    "task": set[str](),
}


def chunks(dialect: Dialect, events: list[Event], facts: Facts) -> Iterator[tuple[str, Any]]:
    """Frames with chunks of a thought in a row made one, without what joining may change."""
    last: tuple[str, Any] | None = None
    for frame in frames(dialect, events, facts):
        if isinstance(frame, str):
            key, content = "text", frame
        elif frame["type"] in CHUNKS[dialect.name]:
            key, content = f"{frame['type']} {frame.get('thought')}", frame["content"]
        else:
            key, content = "", frame
        if last and key and last[0] == key:
            last = (key, last[1] + content)
            continue
        if last:
            yield last
        last = (key, content)
    if last:
        yield last


@every_dialect
def test_a_reader_that_lags_is_told_the_same_in_fewer_frames(dialect: Dialect):
    shorter = 0
    for seed in SEEDS:
        events = a_session(seed)
        log = log_of(events)
        alone, together = (frames(dialect, some, Facts(log)) for some in (events, joined(events)))
        shorter += len(alone) - len(together)
        assert list(chunks(dialect, joined(events), Facts(log))) == list(chunks(dialect, events, Facts(log)))
    assert (shorter > 0) == (dialect.name != "task")


ENDS = {
    "native": {"turn.end"},
    "agent": {"done", "interrupted", "error"},
    "thoughts": {"done"},
    "room": {"agent_response", "interrupted", "error"},
    "task": {"complete", "error"},
}


@every_json_dialect
def test_a_turn_ends_once_and_nothing_of_it_comes_after(dialect: Dialect):
    for seed in SEEDS:
        events = a_session(seed)
        ended: Counter[str] = Counter()
        for frame in frames(dialect, events, Facts(log_of(events))):
            assert isinstance(frame, dict)
            if turn := frame.get("turn"):
                assert not ended[turn]
                ended[turn] += frame["type"] in ENDS[dialect.name]
        assert ended == Counter(event.turn for event in events if isinstance(event, TurnEnd))


@pytest.mark.parametrize("mark", ["\n[DONE]", "[DONE]"])
def test_plain_text_closes_each_answer_once_whatever_the_answer_says(mark: str):
    for seed in SEEDS:
        events = a_session(seed)
        facts = Facts(log_of(events))
        for event in events:
            said = text(mark).words(event, facts)
            assert ["[DONE]" in str(frame) for frame in said] == [False] * (len(said) - 1) + [
                isinstance(event, TurnEnd)
            ] * bool(said)
            assert not isinstance(event, ThoughtDelta) or "".join(map(str, said)) in ("", event.content)


def test_an_answer_that_speaks_of_errors_is_not_taken_for_one():
    start = ThoughtStart(event_id=1, turn="t", thought="h", kind="answer")
    delta = ThoughtDelta(event_id=2, turn="t", thought="h", content="[ERROR] is what I say, and [DONE].")
    said = text("[DONE]").words(delta, Facts(log_of([start, delta])))
    assert said == ["[", "ERROR] is what I say, and [", "DONE]."]


@every_json_dialect
def test_a_frame_has_the_number_of_its_event_and_of_several_the_last_one_has(dialect: Dialect):
    for seed in SEEDS:
        log = log_of(a_session(seed))
        facts = Facts(log)
        numbers: list[int] = []
        for event in joined(log.after(0)):
            said = [frame for frame in dialect.words(event, facts) if isinstance(frame, dict)]
            assert [frame.get("eventId") for frame in said] == [None] * (len(said) - 1) + [event.event_id] * bool(said)
            numbers += [frame["eventId"] for frame in said[-1:]]
        assert numbers == sorted(set(numbers))


@every_dialect
def test_a_thought_whose_beginning_no_log_has_is_passed_over(dialect: Dialect):
    events = [
        event for event in a_session(3) if not isinstance(event, TurnStart) and "Start" not in type(event).__name__
    ]
    events = [decode({**frame, "eventId": n}) for n, frame in enumerate(map(native, events), 1)]
    frames(dialect, events, Facts(log_of(events)))


def native(event: Event) -> dict[str, Any]:
    frame = DIALECTS["native"].words(event, Facts(log_of([])))[0]
    assert isinstance(frame, dict)
    return frame


# ── ends, and errors of one connection ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("end", "sentence"),
    [
        (TurnEnd(reason="interrupted", why="user", by="ada"), "Stopped by ada."),
        (TurnEnd(reason="interrupted", why="user"), "It was stopped."),
        (TurnEnd(reason="interrupted", why="unwatched"), "Nobody was watching, so it was stopped."),
        (TurnEnd(reason="interrupted", why="shutdown"), "The server was stopped."),
        (TurnEnd(reason="interrupted", why="crash"), "The server crashed here."),
        (TurnEnd(reason="interrupted", why="limit"), "It took as many steps as it may."),
        (TurnEnd(reason="failed"), "The agent could not finish. Try again."),
    ],
    ids=["user", "nobody", "unwatched", "shutdown", "crash", "limit", "unknown"],
)
def test_an_end_that_is_not_well_has_a_sentence_in_every_dialect(end: TurnEnd, sentence: str):
    facts = Facts(log_of([]))
    for name in ("agent", "room", "task", "thoughts"):
        assert any(frame["message"] == sentence for frame in DIALECTS[name].words(end, facts)[:1] if frame != "")
    assert text("").words(end, facts) == [f"[ERROR] {sentence}"]


def test_a_refusal_is_told_in_the_connections_own_words_and_without_a_number():
    for name in ("native", "agent", "room", "task"):
        assert DIALECTS[name].error("rate_limited", "Too fast.", 0.5) == [
            {"type": "error", "kind": "rate_limited", "message": "Too fast.", "retry_after": 0.5}
        ]
        assert "retry_after" not in DIALECTS[name].error("bad_request", "What?")[0]
    assert [frame["type"] for frame in DIALECTS["thoughts"].error("busy", "No.") if isinstance(frame, dict)] == [
        "error",
        "done",
    ]
    assert text("\n[DONE]").error("busy", "Not now.") == ["[ERROR] Not now.", "\n[DONE]"]
    assert text("").error("busy", "Not now.") == ["[ERROR] Not now."]


def test_whoever_prints_type_and_content_of_each_thought_until_done_gets_through():
    for seed in SEEDS:
        events = a_session(seed)
        for frame in frames(DIALECTS["thoughts"], events, Facts(log_of(events))):
            assert isinstance(frame, dict)
            assert isinstance(frame["type"] + frame["content"], str)


def test_what_is_shared_between_readers_may_be_kept_by_dialect():
    assert text("[DONE]") is text("[DONE]")
    assert len({*ALL, text("\n[DONE]")}) == len(ALL)
