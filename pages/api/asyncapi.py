"""The websocket doors as an AsyncAPI 3.0 document, from the tables that the doors themselves go by."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from .dialects import DIALECTS, Dialect, Facts
from .dialects.ephemeral import HELLO, PING, TYPING, USER_JOINED, USER_LEFT
from .endpoints import ENDPOINTS, Endpoint
from .example import told
from .incoming import INCOMING
from .shape import Shape

EXAMPLES = 2  # of a frame, at most
EPHEMERAL = {
    HELLO.type: HELLO.frame(session="k3v9x2", lastEventId=42, active_users=["ada"], model="demo:rules", title="Trams"),
    USER_JOINED.type: USER_JOINED.frame(user_id="ben", active_users=["ada", "ben"]),
    USER_LEFT.type: USER_LEFT.frame(user_id="ben", active_users=["ada"]),
    TYPING.type: TYPING.frame(user_id="ben"),
    PING.type: PING.frame(),
}
TEXTS = {
    "prompt": ("a bare prompt", "Why is the sky blue?"),
    "upper": ("what was sent, in upper case", "IS ANYBODY THERE?"),
    "chunk": ("a chunk of the answer; its closing mark; or `[ERROR] ` and a sentence", "Because "),
}


def asyncapi(endpoints: Sequence[Endpoint] = ENDPOINTS, *, version: str = "1") -> dict[str, Any]:
    """What may be said at each of `endpoints`, in each direction, as `/asyncapi.json` tells it."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Thinkaloud",
            "version": version,
            "description": "One log per session; every reader follows it from a cursor. `?dialect=` chooses the words.",
        },
        "defaultContentType": "application/json",
        "channels": {endpoint.name: _channel(endpoint) for endpoint in endpoints},
        "operations": {key: value for endpoint in endpoints for key, value in _operations(endpoint).items()},
        "components": {"messages": _messages()},
    }


def _channel(endpoint: Endpoint) -> dict[str, Any]:
    said, told = _incoming(endpoint), _outgoing(endpoint)
    out: dict[str, Any] = {
        "address": endpoint.path,
        "description": endpoint.says,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in dict.fromkeys([*said, *told])},
    }
    if endpoint.params:
        out["parameters"] = {name: {"description": says} for name, says in endpoint.params.items()}
    if queries := endpoint.queries:
        properties = {name: _query(name, says) for name, says in queries.items()}
        query = {"type": "object", "properties": properties, **({"required": ["token"]} if endpoint.token else {})}
        out["bindings"] = {"ws": {"method": "GET", "query": query, "bindingVersion": "0.1.0"}}
    return out


def _query(name: str, says: str) -> dict[str, Any]:
    match name:
        case "after":
            return {"type": "integer", "minimum": 0, "description": says}
        case "dialect":
            return {"type": "string", "enum": list(DIALECTS), "description": says}
        case _:
            return {"type": "string", "description": says}


def _operations(endpoint: Endpoint) -> dict[str, Any]:
    """As AsyncAPI has it: what the server receives, and what it sends."""

    def operation(action: str, summary: str, names: Iterable[str]) -> dict[str, Any]:
        channel = f"#/channels/{endpoint.name}"
        messages = [{"$ref": f"{channel}/messages/{name}"} for name in names]
        return {"action": action, "summary": summary, "channel": {"$ref": channel}, "messages": messages}

    return {
        f"{endpoint.name}-receive": operation("receive", "what a client may say", _incoming(endpoint)),
        f"{endpoint.name}-send": operation("send", "what a client is told", _outgoing(endpoint)),
    }


def _incoming(endpoint: Endpoint) -> list[str]:
    bare = endpoint.dialect is None or endpoint.dialect.prompts or endpoint.bare is not None
    frames = endpoint.dialect is not None and not endpoint.dialect.prompts
    return [*(["prompt"] if bare else []), *([f"say.{shape.type}" for shape in INCOMING] if frames else [])]


def _outgoing(endpoint: Endpoint) -> list[str]:
    if endpoint.dialect is None:
        return ["upper"]
    spoken = [endpoint.dialect, *([endpoint.bare] if endpoint.bare else [])]
    return [name for dialect in spoken for name in (_names(dialect) if dialect.json else ["chunk"])]


def _names(dialect: Dialect) -> list[str]:
    return [f"{dialect.name}.{shape.type}" for shape in dialect.shapes]


def _messages() -> dict[str, Any]:
    out: dict[str, Any] = {name: _text(name, *told) for name, told in TEXTS.items()}
    out |= {f"say.{shape.type}": _message(shape, [_sample(shape)]) for shape in INCOMING}
    for dialect in DIALECTS.values():
        for name, shape in zip(_names(dialect), dialect.shapes, strict=True):
            out[name] = _message(shape, _seen(dialect)[shape.type][:EXAMPLES])
    return out


def _text(name: str, says: str, example: str) -> dict[str, Any]:
    return {
        "name": name,
        "summary": says,
        "contentType": "text/plain",
        "payload": {"type": "string"},
        "examples": [{"payload": example}],
    }


def _message(shape: Shape, examples: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {"name": shape.type, "payload": shape.schema()}
    if shape.says:
        out["summary"] = shape.says
    if shown := [{"payload": example} for example in examples]:
        out["examples"] = shown
    return out


@cache
def _seen(dialect: Dialect) -> Mapping[str, list[dict[str, Any]]]:
    """The frames of the example session, by their type, as JSON has them."""
    log = told()
    facts = Facts(log)
    out: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in log.after(0):
        for frame in dialect.words(event, facts):
            if not isinstance(frame, str):
                out[frame["type"]].append(json.loads(json.dumps(frame)))
    if dialect.ephemeral:
        for name, frame in EPHEMERAL.items():
            out[name].append(frame)
    return out


def _sample(shape: Shape) -> dict[str, Any]:
    """A frame that a client might send."""
    return {"type": shape.type, **{name: SAMPLES[name] for name in shape.fields}, **MORE.get(shape.type, {})}


SAMPLES = {"content": "Why is the sky blue?", "message": "m1", "ask": "a1"}
MORE: Mapping[str, Mapping[str, Any]] = {"message": {"intent": "queue", "id": "m1"}, "reply": {"content": "yes"}}
