"""Tokens and what they cost, as servers of the chat completions kind count them, or do not."""

import pytest

from agent.providers.base import UsagePiece
from agent.providers.clients import Clients
from agent.providers.endpoint import Endpoint
from agent.providers.openai_chat import OpenAIChat
from tests.agent.providers.frames import DONE, chat, chat_finish, chat_text, chat_usage
from tests.agent.providers.hearing import hear, prompt
from tests.agent.providers.upstream import Stream, Upstream


@pytest.fixture
def endpoint(upstream: Upstream) -> Endpoint:
    return Endpoint(vendor="ollama", title="Ollama", url=f"{upstream.url}/v1")


@pytest.fixture
def model(endpoint: Endpoint, clients: Clients) -> OpenAIChat:
    return OpenAIChat("small", endpoint, clients)


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        ({"prompt_tokens_details": None, "completion_tokens_details": None}, UsagePiece(input=20, output=9)),
        ({"cost": 0.0125}, UsagePiece(input=20, output=9, cost_usd=0.0125)),
        ({"cost": None, "total_tokens": None}, UsagePiece(input=20, output=9)),
        ({"prompt_cache_hit_tokens": 16}, UsagePiece(input=20, output=9, cached=16)),
        ({"completion_tokens": None}, UsagePiece(input=20)),
        (
            {"completion_tokens_details": {"reasoning_tokens": 100}},
            UsagePiece(input=20, output=109, reasoning=100),
        ),
    ],
)
async def test_tokens_are_counted_as_far_as_the_server_does(
    upstream: Upstream, model: OpenAIChat, usage: dict, counted: UsagePiece
):
    upstream.plays(Stream(), chat_text("Four."), chat_finish(), chat_usage(20, 9, **usage), DONE)
    assert (await hear(model, prompt("2+2?"))).usages == [counted]


async def test_a_server_that_counts_with_every_chunk_counts_once(upstream: Upstream, model: OpenAIChat):
    def counting(n: int) -> dict:
        return {"prompt_tokens": 3, "completion_tokens": n, "total_tokens": n}

    upstream.plays(
        Stream(), chat({"content": "Fo"}, usage=counting(1)), chat({}, "stop", usage=counting(2)), chat({}), DONE
    )
    assert (await hear(model, prompt("2+2?"))).usages == [UsagePiece(input=3, output=2)]


async def test_a_paid_step_is_estimated_before_it_is_counted(upstream: Upstream, clients: Clients):
    url = f"http://0.0.0.0:{upstream.port}/v1"  # reaches loopback, and does not look like it
    model = OpenAIChat("small", Endpoint(vendor="compat", title="Far", url=url, key="k"), clients)
    upstream.plays(Stream(), chat_text("Four."), chat_finish(), chat_usage(20, 9, cost=0.5), DONE)
    heard = await hear(model, prompt("x" * 4000, tools=()))
    assert [(usage.input, usage.estimated) for usage in heard.usages] == [(1002, True), (20, False)]
    assert heard.pieces[0] == heard.usages[0]
    assert model.price(heard.usages[1]) == 0.5
    assert model.price(heard.usages[0]) is None


async def test_a_server_that_counts_nothing_leaves_the_estimate(upstream: Upstream, clients: Clients):
    url = f"http://0.0.0.0:{upstream.port}/v1"
    model = OpenAIChat("small", Endpoint(vendor="compat", title="Far", url=url, key="k"), clients)
    upstream.plays(Stream(), chat_text("Four."), chat_finish(), chat_usage(0, 0), DONE)
    assert [usage.estimated for usage in (await hear(model, prompt("2+2?"))).usages] == [True]


@pytest.mark.parametrize("odd", [-5, "7", True, 1e308, 10**400, [1], {"a": 1}, None])
async def test_a_count_that_makes_no_sense_is_none(upstream: Upstream, model: OpenAIChat, odd: object):
    counted = chat_usage(0, 0, prompt_tokens=odd, completion_tokens=odd, cost=odd)
    upstream.plays(Stream(), chat_text("Four."), chat_finish(), counted, DONE)
    heard = await hear(model, prompt("2+2?"))
    assert (heard.error, heard.usages) == (None, [])
