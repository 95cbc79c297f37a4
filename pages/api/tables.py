"""The tables of docs/protocol.md, rendered from what the code goes by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from fastapi import FastAPI

from agent.events import (
    AskClosed,
    AskOpened,
    Event,
    Kind,
    MessagePosted,
    MessageRead,
    MessageWithdrawn,
    SessionCleared,
    SessionCreated,
    SessionRenamed,
    ThoughtDelta,
    ThoughtEnd,
    ThoughtStart,
    TurnEnd,
    TurnProgressed,
    TurnStart,
)

from .dialects import DIALECTS, Dialect, Facts
from .dialects.ephemeral import EPHEMERAL
from .endpoints import ENDPOINTS, Endpoint
from .example import told
from .incoming import INCOMING
from .mount import mount
from .server import openapi
from .shape import Frame, Shape

MARKED = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
COLUMNS = ("agent", "thoughts", "text", "room", "task")
Row = Callable[[Event, Facts], bool]


def tables() -> Mapping[str, str]:
    """Name → markdown: `sockets`, `rest`, `incoming`, `dialects`, `ephemeral`, and the frames of each dialect by its
    name; of `room`, those that `agent` does not have."""
    known = {"room": DIALECTS["agent"].shapes}
    frames = {
        name: _shapes(DIALECTS[name].shapes, besides=(*EPHEMERAL, *known.get(name, ())))
        for name in COLUMNS
        if DIALECTS[name].shapes
    }
    return {
        "sockets": _table(("endpoint", "dialect", "frames"), [_socket(endpoint) for endpoint in ENDPOINTS]),
        "rest": _table(("request", "takes", "status", "does"), _requests()),
        "incoming": _shapes(INCOMING),
        "dialects": _table(("event", *(f"`{name}`" for name in COLUMNS)), _dialects()),
        "ephemeral": _shapes(EPHEMERAL),
        **frames,
    }


def filled(document: str) -> str:
    """`document` with each table between `<!-- table: NAME -->` and `<!-- end -->` as it is now; raises KeyError where
    there is no such table."""
    all_tables = tables()
    return MARKED.sub(lambda found: f"{found[1]}\n{all_tables[found[2]]}\n{found[3]}", document)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("|" + "".join(f" {cell} |" if cell else " |" for cell in line) + "\n" for line in lines)


def _socket(endpoint: Endpoint) -> Sequence[str]:
    return f"`WS {endpoint.path}`", f"`{endpoint.dialect.name}`" if endpoint.dialect else "—", endpoint.says


def _requests() -> Iterable[Sequence[str]]:
    """As the app's own OpenAPI has them: what it tells programs and what people read is one list."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    doors: Any = SimpleNamespace(hub=None)  # which routes look at only when somebody asks
    mount(app, doors)
    document = openapi(app.routes)
    for path, methods in document["paths"].items():
        for method, about in methods.items():
            status = " / ".join(code for code in about["responses"] if code.startswith("2"))
            yield f"`{method.upper()} {path}`", _taken(about, document), status, about["summary"]


def _taken(about: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """What may stand behind the `?`, then the fields of the body; those that may be left out with a question mark."""
    queries = [f"`?{one['name']}=`" for one in about.get("parameters", ()) if one["in"] == "query"]
    content = about.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = content.get("schema", {})
    while "$ref" in body:
        body = document["components"]["schemas"][body["$ref"].rpartition("/")[2]]
    must = body.get("required", ())
    fields = [f"`{name}`" if name in must else f"`{name}?`" for name in body.get("properties", ())]
    return " ".join([*queries, *fields])


def _shapes(shapes: Iterable[Shape], besides: Sequence[Shape] = ()) -> str:
    rows = [(f"`{shape.type}`", _fields(shape), shape.says) for shape in shapes if shape not in besides]
    return _table(("frame", "fields", "says"), rows)


def _fields(shape: Shape) -> str:
    """Those that may be left out with a question mark."""
    hidden = {"at", "turn"}  # every frame of a log event has them
    names = [*shape.fields, *(f"{name}?" for name in shape.optional if name not in hidden)]
    return " ".join(f"`{name}`" for name in names)


# ── the table of dialects: each row is what the words of each dialect are for the events it is about ─────────


def _thought(kind: Kind, tool: bool = False) -> Row:
    def about(event: Event, facts: Facts) -> bool:
        match event:
            case ThoughtStart():
                start = event
            case ThoughtDelta() | ThoughtEnd():
                start = facts.thought(event)
            case _:
                return False
        return start is not None and start.kind == kind and bool(start.tool) == tool

    return about


def _is(*kinds: type[Event], **fields: str) -> Row:
    def about(event: Event, _: Facts) -> bool:
        return isinstance(event, kinds) and all(getattr(event, name) == value for name, value in fields.items())

    return about


ROWS: Mapping[str, Row] = {
    "message.posted": _is(MessagePosted),
    "message.read": _is(MessageRead),
    "message.withdrawn": _is(MessageWithdrawn),
    "turn.start": _is(TurnStart),
    "thinking": _thought("thinking"),
    "action": _thought("action", tool=True),
    "action without a tool": _thought("action"),
    "observation": _thought("observation"),
    "answer": _thought("answer"),
    "turn.progressed": _is(TurnProgressed),
    "ask.opened": _is(AskOpened),
    "ask.closed": _is(AskClosed),
    "turn.end done": _is(TurnEnd, reason="done"),
    "turn.end interrupted": _is(TurnEnd, reason="interrupted"),
    "turn.end failed": _is(TurnEnd, reason="failed"),
    "session.cleared": _is(SessionCleared),
    "session.created": _is(SessionCreated),
    "session.renamed": _is(SessionRenamed),
}
"""What the rows are about; an event that is in none of them says nothing in any dialect but `native`."""


def _dialects() -> Iterable[Sequence[str]]:
    log = told()
    facts = Facts(log)
    for label, about in ROWS.items():
        events = [event for event in log.after(0) if about(event, facts)]
        cells = [_cell(DIALECTS[name], events, facts) for name in COLUMNS]
        agent, room = COLUMNS.index("agent"), COLUMNS.index("room")
        if cells[room] and cells[room] == cells[agent]:
            cells[room] = "as `agent`"
        yield label, *cells


def _cell(dialect: Dialect, events: Sequence[Event], facts: Facts) -> str:
    said = [", then ".join(_said(dialect, event, frame) for frame in dialect.words(event, facts)) for event in events]
    return " / ".join(dict.fromkeys(one for one in said if one))


def _said(dialect: Dialect, event: Event, frame: Frame) -> str:
    if isinstance(frame, str):
        spoken = "`[ERROR] message`" if frame.startswith("[ERROR] ") else "the closing mark"
        return "the chunk" if isinstance(event, ThoughtDelta) else spoken
    shape = next(shape for shape in dialect.shapes if shape.type == frame["type"])
    fields = {name: schema.get("enum", ()) for name, schema in shape.fields.items()}
    names = [f"`{name}: {values[0]}`" if len(values) == 1 else f"`{name}`" for name, values in fields.items()]
    names += [f"`{name}?`" for name in shape.optional if name in frame and name not in ("at", "turn")]
    when = next((words for kind, words in WHEN.items() if isinstance(event, kind)), "")
    return " ".join([f"`{shape.type}`", *names, *([when] if when else [])])


WHEN: Mapping[type[Event], str] = {
    ThoughtStart: "(at its start)",
    ThoughtDelta: "(each chunk)",
    ThoughtEnd: "(at its end)",
}
