"""The AsyncAPI document says what the websocket doors do, and nothing in it leads nowhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from starlette.routing import Router, WebSocketRoute

from pages.api.asyncapi import asyncapi
from pages.api.dialects import DIALECTS, Facts
from pages.api.endpoints import ENDPOINTS, Endpoint
from pages.api.incoming import INCOMING, parse
from tests.pages.api.stories import a_session, frames, log_of

DOCUMENT: dict[str, Any] = json.loads(json.dumps(asyncapi()))
MESSAGES: dict[str, Any] = DOCUMENT["components"]["messages"]
every_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=[endpoint.name for endpoint in ENDPOINTS])


def refs(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            assert list(node) == ["$ref"]
            yield node["$ref"]
        for value in node.values():
            yield from refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs(value)


def found(ref: str) -> Any:
    node: Any = DOCUMENT
    for part in ref.removeprefix("#/").split("/"):
        node = node[part]
    return found(node["$ref"]) if "$ref" in node else node


def told(endpoint: Endpoint, action: str) -> list[dict[str, Any]]:
    return [found(ref["$ref"]) for ref in DOCUMENT["operations"][f"{endpoint.name}-{action}"]["messages"]]


def test_it_has_the_parts_that_the_standard_wants_and_no_others():
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert set(DOCUMENT) == {"asyncapi", "info", "defaultContentType", "channels", "operations", "components"}
    assert {"title", "version"} <= set(DOCUMENT["info"])
    for operation in DOCUMENT["operations"].values():
        assert set(operation) == {"action", "summary", "channel", "messages"}
        assert operation["action"] in ("send", "receive")
    for channel in DOCUMENT["channels"].values():
        assert set(channel) <= {"address", "description", "messages", "parameters", "bindings"}
    for message in MESSAGES.values():
        assert {"name", "payload"} <= set(message) <= {"name", "summary", "contentType", "payload", "examples"}
    keys = [*DOCUMENT["channels"], *DOCUMENT["operations"], *MESSAGES]
    assert [key for key in keys if not re.fullmatch(r"[\w.\-]+", key)] == []


def test_every_reference_leads_somewhere_and_an_operation_says_only_what_its_channel_has():
    for ref in refs(DOCUMENT):
        assert isinstance(found(ref), dict)
    for operation in DOCUMENT["operations"].values():
        channel = operation["channel"]["$ref"]
        assert operation["messages"]
        assert all(ref["$ref"].startswith(f"{channel}/messages/") for ref in operation["messages"])


@pytest.mark.parametrize("name", MESSAGES)
def test_an_example_is_what_its_schema_says(name: str):
    message = MESSAGES[name]
    assert jsonschema_rs.meta.is_valid(message["payload"])
    if name != "native.error":  # in its own words a turn's failure is a `turn.end`
        assert message["examples"]
    for example in message.get("examples", []):
        jsonschema_rs.validate(message["payload"], example["payload"])
        if name.startswith("say."):
            parse(json.dumps(example["payload"]))


@every_endpoint
def test_each_door_is_told_of(endpoint: Endpoint):
    channel = DOCUMENT["channels"][endpoint.name]
    assert channel["address"] == endpoint.path
    assert set(channel.get("parameters", {})) == set(re.findall(r"{(\w+)}", endpoint.path))
    query = channel.get("bindings", {}).get("ws", {}).get("query", {}).get("properties", {})
    assert set(query) == set(endpoint.queries)
    if endpoint.dialect and not endpoint.dialect.prompts:
        said = {message["name"] for message in told(endpoint, "receive")}
        assert said >= {shape.type for shape in INCOMING}
        assert ("prompt" in said) == bool(endpoint.bare)
    else:
        assert [message["name"] for message in told(endpoint, "receive")] == ["prompt"]


@every_endpoint
def test_whatever_a_door_sends_of_a_session_is_in_the_document(endpoint: Endpoint):
    if endpoint.dialect is None:
        return
    schemas = {message["name"]: message["payload"] for message in told(endpoint, "send")}
    for seed in range(10):
        events = a_session(seed)
        for frame in frames(endpoint.dialect, events, Facts(log_of(events))):
            plain = json.loads(json.dumps(frame))
            jsonschema_rs.validate(schemas["chunk" if isinstance(plain, str) else plain["type"]], plain)


def test_every_dialects_frames_can_be_looked_up():
    for dialect in DIALECTS.values():
        for shape in dialect.shapes:
            assert MESSAGES[f"{dialect.name}.{shape.type}"]["payload"] == json.loads(json.dumps(shape.schema()))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/ws", "echo"),
        ("/ws/agent", "agent"),
        ("/ws/agent-thoughts", "agent-thoughts"),
        ("/ws/chat", "chat"),
        ("/ws/secure", "secure"),
        ("/ws/robust", "robust"),
        ("/ws/room/kitchen/ada", "room"),
        ("/ws/somebody", "client"),
    ],
)
def test_a_path_leads_to_its_own_door_in_the_order_of_the_table(path: str, name: str):
    async def door(_: Any) -> None: ...

    router = Router([WebSocketRoute(endpoint.path, door, name=endpoint.name) for endpoint in ENDPOINTS])
    scope = {"type": "websocket", "path": path, "root_path": "", "headers": []}
    matched = next(route for route in router.routes if route.matches(scope)[0].value == 2)
    assert isinstance(matched, WebSocketRoute)
    assert matched.name == name


def test_doors_have_names_of_their_own():
    assert len({endpoint.name for endpoint in ENDPOINTS}) == len({endpoint.path for endpoint in ENDPOINTS}) == 8
