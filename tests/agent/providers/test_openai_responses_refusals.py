"""What a model or an account may not have of OpenAI's, and how the answer comes all the same."""

from typing import Any

import pytest

from agent.providers.base import WholePiece
from agent.providers.clients import Clients
from agent.providers.endpoint import Endpoint
from agent.providers.openai_responses import UNVERIFIED, OpenAIResponses
from tests.agent.providers.frames import (
    Responses,
)
from tests.agent.providers.hearing import Heard, hear, prompt
from tests.agent.providers.upstream import Reply, Stream, Upstream


@pytest.fixture
def endpoint(upstream: Upstream) -> Endpoint:
    return Endpoint(vendor="openai", title="OpenAI", url=f"{upstream.url}/v1", key="sk-test-0123456789")


@pytest.fixture
def model(endpoint: Endpoint, clients: Clients) -> OpenAIResponses:
    return OpenAIResponses("gpt-6.1-terra", endpoint, clients)


def completed(upstream: Upstream, *events: Any, said: Responses | None = None) -> None:
    said = said or Responses()
    upstream.plays(Stream(), said.created(), *events, said.completed())


def refusal(param: str | None, message: str, code: str | None = "unsupported_parameter", status: int = 400) -> Reply:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return Reply(status=status, body={"error": error})


async def asked_twice(upstream: Upstream, model: OpenAIResponses, no: Reply) -> tuple[Heard, Heard]:
    """What is heard when the first request is refused; and what after that, when nothing is refused any more."""
    upstream.plays(no)
    for _ in range(2):
        said = Responses()
        completed(upstream, said.text("Four."), said=said)
    return await hear(model, prompt("2+2?")), await hear(model, prompt("2+2?"))


async def test_an_unverified_organisation_gets_its_answer_and_is_told_once(upstream: Upstream, model: OpenAIResponses):
    sentence = "Your organization must be verified to generate reasoning summaries."
    heard, after = await asked_twice(upstream, model, refusal("reasoning.summary", sentence, "unsupported_value"))
    assert (heard.thoughts, heard.answers, heard.error) == ([UNVERIFIED], ["Four."], None)
    assert [isinstance(piece, WholePiece) for piece in after.pieces].count(True) == 0
    assert [request.body["reasoning"] for request in upstream.requests] == [
        {"effort": "medium", "summary": "auto"},
        {"effort": "medium"},
        {"effort": "medium"},
    ]


@pytest.mark.parametrize(
    ("no", "reasoning", "include"),
    [
        pytest.param(refusal("reasoning.effort", "Unsupported parameter."), None, None, id="thinks not at all"),
        pytest.param(refusal("reasoning", "Unsupported parameter."), None, None, id="thinks not at all, either"),
        pytest.param(
            refusal(None, "Unknown field: reasoning", None, 422), None, None, id="and its server has no codes"
        ),
        pytest.param(
            refusal("reasoning.effort", "Unsupported value: 'medium'.", "unsupported_value"),
            {"summary": "auto"},
            ["reasoning.encrypted_content"],
            id="thinks otherwise",
        ),
        pytest.param(
            refusal("include", "Encrypted content is not supported with this model."),
            {"effort": "medium", "summary": "auto"},
            None,
            id="hides nothing",
        ),
    ],
)
async def test_what_a_model_does_not_take_is_left_out_from_then_on(
    upstream: Upstream, model: OpenAIResponses, no: Reply, reasoning: Any, include: Any
):
    heard, after = await asked_twice(upstream, model, no)
    assert (heard.answers, after.answers) == (["Four."], ["Four."])
    for request in upstream.requests[1:]:
        assert (request.body.get("reasoning"), request.body.get("include")) == (reasoning, include)


async def test_what_one_model_refuses_another_may_take(upstream: Upstream, endpoint: Endpoint, clients: Clients):
    await asked_twice(upstream, OpenAIResponses("small", endpoint, clients), refusal("reasoning", "No."))
    completed(upstream)
    await hear(OpenAIResponses("large", endpoint, clients), prompt("2+2?"))
    completed(upstream)
    await hear(OpenAIResponses("small", endpoint, clients), prompt("2+2?"))
    assert ["reasoning" in request.body for request in upstream.requests[-2:]] == [True, False]


@pytest.mark.parametrize("name", ["gpt-4.1", "gpt-4o-mini", "ft:gpt-4.1:us::1", "chatgpt-4o-latest"])
async def test_models_that_never_think_are_not_asked_to(
    upstream: Upstream, endpoint: Endpoint, clients: Clients, name: str
):
    completed(upstream)
    await hear(OpenAIResponses(name, endpoint, clients), prompt("2+2?"))
    assert not {"reasoning", "include"} & set(upstream.requests[0].body)


async def test_a_refusal_for_another_reason_is_told_at_once(upstream: Upstream, model: OpenAIResponses):
    upstream.plays(refusal("input", "Your input is odd.", "invalid_value"))
    heard = await hear(model, prompt("2+2?"))
    assert heard.error
    assert heard.error.kind == "refused"
    assert len(upstream.requests) == 1


async def test_thoughts_of_another_account_are_left_out_for_once(upstream: Upstream, model: OpenAIResponses):
    said = Responses()
    completed(upstream, said.reasoning(["Hm."]), said.call("c1", "add", "{}"), said=said)
    first = await hear(model, prompt("2+2?"))
    upstream.plays(refusal(None, "The encrypted content could not be verified.", "invalid_encrypted_content"))
    completed(upstream, (again := Responses()).text("Four."), said=again)
    heard = await hear(model, prompt("2+2?", *first.parts()))
    assert heard.answers == ["Four."]
    completed(upstream)
    await hear(model, prompt("2+2?", *first.parts()))
    kinds = [[item["type"] for item in request.body["input"]] for request in upstream.requests[1:]]
    assert kinds == [
        ["message", "reasoning", "function_call", "function_call_output"],
        ["message", "function_call", "function_call_output"],
        ["message", "reasoning", "function_call", "function_call_output"],
    ]
