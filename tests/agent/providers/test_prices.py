"""Checked by hand against the prices that genai-prices 0.2 carries, in dollars per million tokens."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from agent.providers.base import UsagePiece
from agent.providers.endpoint import Endpoint
from agent.providers.prices import price, warm

OPENAI = Endpoint(vendor="openai", title="OpenAI", url="https://api.openai.com/v1", key="sk-1")
ANTHROPIC = Endpoint(vendor="anthropic", title="Anthropic", url="https://api.anthropic.com", key="sk-ant-1")
M = 1_000_000


def compat(url: str) -> Endpoint:
    return Endpoint(vendor="compat", title="Compatible", url=url)


@pytest.mark.parametrize(
    ("endpoint", "name", "usage", "dollars"),
    [
        # gpt-6.1-terra: 1 in, 5 out, cache 0.05 read and 1.25 written; above 272k of prompt all in ×2, out ×1.5
        (OPENAI, "gpt-6.1-terra", UsagePiece(input=200_000, output=1_000), (200_000 * 1 + 1_000 * 5) / M),
        (
            OPENAI,
            "gpt-6.1-terra",
            UsagePiece(input=272_000, cached=100_000, written=2_000, output=1_000, reasoning=900),
            (170_000 * 1 + 100_000 * 0.05 + 2_000 * 1.25 + 1_000 * 5) / M,
        ),
        (
            OPENAI,
            "gpt-6.1-terra",
            UsagePiece(input=300_000, cached=100_000, output=1_000),
            (200_000 * 2 + 100_000 * 0.1 + 1_000 * 7.5) / M,
        ),
        # claude-haiku-5-5: 0.1 in, 0.5 out, cache 0.01 read; all ×5 above 100k of prompt, whatever of it was cached
        (ANTHROPIC, "claude-haiku-5-5", UsagePiece(input=100_000, output=2_000), (100_000 * 0.1 + 2_000 * 0.5) / M),
        (
            ANTHROPIC,
            "claude-haiku-5-5",
            UsagePiece(input=150_000, cached=140_000, output=2_000),
            (10_000 * 0.5 + 140_000 * 0.05 + 2_000 * 2.5) / M,
        ),
        # claude-sonnet-5-5: 2 in, 10 out, cache 0.1 read and 2.5 written, the same at every length
        (
            ANTHROPIC,
            "claude-sonnet-5-5",
            UsagePiece(input=500_000, cached=480_000, written=15_000, output=3_000),
            (5_000 * 2 + 480_000 * 0.1 + 15_000 * 2.5 + 3_000 * 10) / M,
        ),
    ],
)
def test_a_step_costs_what_the_vendor_lists(endpoint: Endpoint, name: str, usage: UsagePiece, dollars: float) -> None:
    assert price(endpoint, name, usage) == pytest.approx(dollars, rel=1e-9)


def test_what_the_vendor_says_itself_beats_any_estimate() -> None:
    assert price(OPENAI, "gpt-6.1-terra", UsagePiece(input=M, cost_usd=0.25)) == 0.25
    assert price(OPENAI, "gpt-6.1-terra", UsagePiece(input=M, cost_usd=0.0)) == 0.0


def test_a_model_on_this_machine_is_free() -> None:
    assert price(compat("http://localhost:11434/v1"), "llama3.3", UsagePiece(input=M, output=M)) == 0.0


def test_a_compatible_vendor_is_known_by_its_address() -> None:
    usage = UsagePiece(input=M)
    asked = price(compat("https://api.groq.com/openai/v1"), "llama-3.3-70b-versatile", usage)
    assert asked == pytest.approx(0.59)
    # the same name where nobody knows the prices: no guess
    assert price(compat("https://models.example.org/v1"), "llama-3.3-70b-versatile", usage) is None


def test_the_vendors_own_prices_count_behind_a_proxy() -> None:
    behind = Endpoint(vendor="openai", title="OpenAI", url="https://proxy.example.org/v1", key="sk-1")
    assert price(behind, "gpt-6.1-terra", UsagePiece(input=M // 10)) == pytest.approx(0.1)


@pytest.mark.parametrize("name", ["no-such-model", "", "../..", "ü" * 300])
def test_a_model_that_nobody_knows_has_no_price(name: str) -> None:
    assert price(OPENAI, name, UsagePiece(input=10, output=10)) is None


@pytest.mark.parametrize(
    "usage", [UsagePiece(input=-1), UsagePiece(output=-5), UsagePiece(input=10, cached=-3, written=50)]
)
def test_numbers_that_make_no_sense_never_raise(usage: UsagePiece) -> None:
    price(OPENAI, "gpt-6.1-terra", usage)


def test_more_from_the_cache_than_was_sent_still_has_a_price() -> None:
    usage = UsagePiece(input=5, cached=1_000, written=0)
    assert price(OPENAI, "gpt-6.1-terra", usage) == pytest.approx(1_000 * 0.05 / M)


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object) -> Callable[..., None]:
        raise AssertionError("a price went to the network")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", connect)
    warm()
    assert price(OPENAI, "gpt-6-luna", UsagePiece(input=M // 10)) is not None


@pytest.mark.parametrize("cost", [float("inf"), float("nan"), 1e308])
def test_a_cost_that_nobody_could_pay_is_none(cost: float) -> None:
    assert price(OPENAI, "gpt-6.1-terra", UsagePiece(cost_usd=cost)) is None
