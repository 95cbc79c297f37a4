"""What /openapi.json promises is what a running server does, whatever it is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as openapi_checks
from websockets.sync.client import connect

from pages.api.auth import Tokens
from pages.api.doors import Doors
from pages.api.locks import Locks
from pages.api.mount import mount
from pages.api.server import openapi
from tests.browser.server import Server
from tests.builders import Scripted, hub_with

STREAMS = {"sessions_stream", "tasks_stream", "agui_api_agui_post"}
"""What has no end is asked by hand, below; AG-UI has tests of its own."""
CHECKS = [
    not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.negative_data_rejection,
    openapi_checks.unsupported_method,
    openapi_checks.allow_header_conformance,
    openapi_checks.missing_required_header,
]


def described() -> dict[str, Any]:
    hub = hub_with(Scripted())
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    mount(app, Doors(hub, Locks(tokens=Tokens("x" * 32, hub.chance.clock), open=True)))
    return openapi(app.routes)


DESCRIBED = described()
SCHEMA = schemathesis.openapi.from_dict(DESCRIBED)
OPERATIONS = sorted(
    operation["operationId"]
    for path in DESCRIBED["paths"].values()
    for operation in path.values()
    if operation["operationId"] not in STREAMS
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("openapi"), entry="main", options=["--pace", "0"]).running() as server:
        yield server


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, verify=False) as http:
        if http.get("/api/sessions/standup").status_code == 404:
            http.post("/api/sessions/standup/messages", json={"content": "Hello"}).raise_for_status()
        yield http


def aim(case: schemathesis.Case, server: Server) -> None:
    """At something that is there, where the id could be one: else nearly all would end at the first look."""
    if re.fullmatch("[A-Za-z0-9_-]{1,64}", str(case.path_parameters.get("id", ""))):
        with httpx.Client(base_url=server.url, verify=False) as http:
            if case.path.startswith("/api/agent/tasks"):
                tasks = http.get("/api/agent/tasks").json()["tasks"]
                begun = tasks[-1] if tasks else http.post("/api/agent/tasks", json={"prompt": "Hello"}).json()
                case.path_parameters["id"] = begun["taskId"]
            else:
                case.path_parameters["id"] = "standup"
                if http.get("/api/sessions/standup").status_code == 404:
                    http.patch("/api/sessions/standup", json={"title": "Stand-up"})
                    http.post("/api/sessions/standup/messages", json={"content": "Hello"}).raise_for_status()


def keeping(operation: str) -> Any:
    """A test that this operation does what it promises, with whatever it allows and much that it does not."""

    @SCHEMA.include(operation_id=operation).parametrize()
    @settings(max_examples=30, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def test(case: schemathesis.Case, server: Server):
        aim(case, server)
        answer = case.call(base_url=server.url)
        case.validate_response(answer, checks=CHECKS)
        if 400 <= answer.status_code < 500:
            assert set(answer.json()) == {"error"}, "every refusal has one shape"

    return test


for operation in OPERATIONS:  # a function each: schemathesis gives the tests of one the same name, and xdist runs one
    globals()[f"test_{operation}_keeps_to_what_it_promises"] = keeping(operation)


def test_every_operation_says_how_it_refuses_and_none_as_fastapi_would():
    operations = [one for path in DESCRIBED["paths"].values() for one in path.values()]
    assert operations
    for one in operations:
        assert "422" not in one["responses"]
        refusal = one["responses"]["4XX"]["content"]["application/json"]["schema"]
        assert refusal == {"$ref": "#/components/schemas/Refusal"}, one["operationId"]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    assert set(names) >= STREAMS


SAY = "/api/sessions/standup/messages"
ODD: Mapping[str, tuple[str, str, bytes | str, int]] = {
    "a NUL character": ("POST", SAY, r'{"content": "a\u0000b"}', 400),
    "no UTF-8": ("POST", SAY, b'{"content": "\xff"}', 400),
    "a number with 5,000 digits": ("POST", SAY, '{"content": ' + "1" * 5000 + "}", 400),
    "not a number": ("POST", "/api/sessions/standup/share", '{"days": NaN}', 400),
    "endless days": ("POST", "/api/sessions/standup/share", '{"days": 1e999}', 400),
    "too many days": ("POST", "/api/sessions/standup/share", '{"days": 99999999999999999999}', 400),
    "nested without end": ("POST", SAY, '{"content": ' + "[" * 100_000 + "]" * 100_000 + "}", 400),
    "no object": ("POST", SAY, "[]", 400),
    "nothing at all": ("POST", SAY, "", 400),
    "cut": ("POST", SAY, '{"content": "Hel', 400),
    "only blanks": ("POST", SAY, '{"content": "  \\n "}', 400),
    "too long a message": ("POST", SAY, json.dumps({"content": "x" * 100_001}), 413),
    "too much of a body": ("POST", SAY, json.dumps({"content": "x" * 4_000_000}), 413),
    "an id with a line in it": ("POST", SAY, r'{"content": "x", "id": "a\nb"}', 400),
    "a file that is not there": ("POST", SAY, '{"content": "x", "attachments": ["none"]}', 400),
    "an id that no session can have": ("POST", "/api/sessions/a%20b/messages", '{"content": "x"}', 400),
    "such an id, only looked at": ("GET", "/api/sessions/a%20b", "", 404),
    "an id with a slash": ("GET", "/api/sessions/a%2Fb", "", 404),
    "an id with a NUL": ("GET", "/api/sessions/%00", "", 404),
    "a path that leads out": ("GET", "/api/sessions/..%2F..%2Fetc%2Fpasswd/events", "", 404),
    "no title": ("PATCH", "/api/sessions/standup", '{"title": " "}', 400),
    "a model of nobody": ("PATCH", "/api/sessions/standup", '{"model": "none:none"}', 400),
    "no model's name": ("POST", "/api/agent/tasks", '{"prompt": "x", "model": "gpt"}', 400),
    "a session that is no task": ("GET", "/api/agent/tasks/standup", "", 404),
    "an invisible name": ("PUT", "/api/sessions/standup/people/a%E2%80%8Bb", '{"role": "viewer"}', 400),
    "half of nothing as a name": ("PUT", "/api/sessions/standup/people/%FF%00", '{"role": "viewer"}', 400),
    "a name of blanks": ("PUT", "/api/sessions/standup/people/%20", '{"role": "viewer"}', 400),
    "an owner made of a guest": ("PUT", "/api/sessions/standup/people/ben", '{"role": "owner"}', 400),
    "a cursor in words": ("GET", "/api/sessions/standup/events?after=last", "", 400),
    "a cursor below nothing": ("GET", "/api/sessions/standup/stream?after=-1", "", 400),
    "a cursor of other digits": ("GET", "/api/sessions/standup/stream?after=%D9%A3", "", 400),
    "a dialect that nobody speaks": ("GET", "/api/sessions/standup/stream?dialect=klingon", "", 400),
    "more than all": ("GET", "/api/sessions?limit=1000000", "", 400),
    "an address of nothing": ("GET", "/api/nothing/here", "", 404),
}


@pytest.mark.parametrize("what", ODD)
def test_what_is_odd_is_refused_with_one_sentence(what: str, http: httpx.Client):
    method, path, body, status = ODD[what]
    answer = http.request(method, path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert set(answer.json()) == {"error"}
    assert set(error) == {"kind", "message"}
    assert error["message"].endswith(".")
    assert "\n" not in error["message"]


def test_a_body_is_not_read_on_once_it_is_too_large(http: httpx.Client):
    answer = http.post(SAY, content=b'{"content": "' + b"x" * 4_000_000, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert "4 MB" in answer.json()["error"]["message"]


@pytest.mark.parametrize("words", ["%00", "%FF", "%ED%A0%80", "'\"", "%25", "\\", "*", ".*(", "\U0001f600", "a " * 400])
def test_any_words_may_be_searched_for(words: str, http: httpx.Client):
    assert isinstance(http.get(f"/api/sessions?q={words}").raise_for_status().json()["sessions"], list)


TEXTS = ["Grüße 👩‍👩‍👧", "\u202eright to left", "x" * 100_000, "'; DROP TABLE --", "</script>", "\x7f\x85"]


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_comes_back_as_it_was_said(text: str, http: httpx.Client):
    posted = http.post(SAY, json={"content": text}).raise_for_status().json()
    lines = http.get(f"/api/sessions/standup/events?after={posted['after']}").raise_for_status().text.splitlines()
    said = [event for event in map(json.loads, lines) if event.get("message") == posted["message"]]
    assert said[0]["content"] == text.strip()


def test_half_a_character_is_mended_wherever_it_stands(http: httpx.Client, server: Server):
    half, whole = r"a\ud83d", "a\ufffd"
    headers = {"content-type": "application/json"}
    with connect(f"ws{server.url[4:]}/ws/agent?session=standup&after=100000000", proxy=None) as socket:
        http.patch("/api/sessions/standup", content=f'{{"title": "{half}"}}', headers=headers).raise_for_status()
        http.post("/api/broadcast", content=f'{{"content": "{half}"}}', headers=headers).raise_for_status()
        http.post(SAY, content=f'{{"content": "{half}"}}', headers=headers).raise_for_status()
        waited_for = {"title", "broadcast", "user_message"}
        while waited_for:
            frame = json.loads(socket.recv(5))
            if whole in (frame.get("title"), frame.get("content")):
                waited_for.discard(frame["type"])


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/sessions", "GET"),
        ("/api/sessions/standup", "DELETE, GET, PATCH"),
        ("/api/sessions/standup/stream", "GET"),
        ("/api/sessions/standup/people/ben", "DELETE, PUT"),
        ("/api/agent/tasks", "GET, POST"),
        ("/api/agui", "POST"),
        ("/metrics", "GET"),
        ("/openapi.json", "GET"),
    ],
)
def test_what_cannot_be_done_at_an_address_is_told_with_what_can(path: str, allowed: str, http: httpx.Client):
    missing = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "TRACE"} - set(allowed.split(", "))
    for method in missing:
        answer = http.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed), method
        assert method == "HEAD" or allowed in answer.json()["error"]["message"]


def test_a_session_is_streamed_by_its_events_numbers(http: httpx.Client):
    last = http.get("/api/sessions/standup").json()["lastEventId"]
    for after, resumed in ((last - 2, {}), (0, {"last-event-id": str(last - 2)})):
        with http.stream("GET", f"/api/sessions/standup/stream?after={after}", headers=resumed) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            ids = (line[4:] for line in stream.iter_lines() if line.startswith("id: "))
            assert [next(ids), next(ids)] == [str(last - 1), str(last)]
    refused = http.get("/api/sessions/standup/stream", headers={"last-event-id": "yesterday"})
    assert (refused.status_code, refused.json()["error"]["kind"]) == (400, "bad_request")


def test_a_tasks_stream_ends_with_it_and_says_so_to_whoever_has_all_of_it(http: httpx.Client):
    task = http.post("/api/agent/tasks", json={"prompt": "Hello"}).raise_for_status().json()["taskId"]
    with http.stream("GET", f"/api/agent/tasks/{task}/stream") as stream:
        lines = list(stream.iter_lines())
    assert json.loads([line for line in lines if line.startswith("data: ")][-1][6:])["type"] == "complete"
    last = http.get(f"/api/sessions/{task}").json()["lastEventId"]
    assert http.get(f"/api/agent/tasks/{task}/stream?after={last}").status_code == 204
