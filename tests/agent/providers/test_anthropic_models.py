"""How each Claude is asked, and what is tried where the server refuses."""

from __future__ import annotations

import pytest

from agent.providers.anthropic_models import Ask, ask, label


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("claude-sonnet-5-5", "Claude Sonnet 5.5"),
        ("claude-opus-5", "Claude Opus 5"),
        ("claude-haiku-4-5-20251001", "Claude Haiku 4.5"),
        ("claude-opus-4-20250514", "Claude Opus 4"),
        ("claude-3-7-sonnet-20250219", "Claude Sonnet 3.7"),
        ("anthropic/claude-sonnet-4.6", "Claude Sonnet 4.6"),
        ("qwen3:8b", "qwen3:8b"),
        ("claude-mythos-preview", "claude-mythos-preview"),
    ],
)
def test_the_badge_says_a_model_as_people_do(name: str, said: str):
    assert label(name) == said


@pytest.mark.parametrize(
    ("name", "thinking", "effort", "header"),
    [
        ("claude-sonnet-5-5", "adaptive", "medium", None),
        ("claude-fable-5-2", "adaptive", "medium", None),
        ("claude-opus-4-6", "adaptive", "medium", None),
        ("claude-opus-4-5", "enabled", "medium", "interleaved-thinking-2025-05-14"),
        ("claude-haiku-4-5-20251001", "enabled", None, "interleaved-thinking-2025-05-14"),
        ("claude-sonnet-4-5", "enabled", None, "interleaved-thinking-2025-05-14"),
        ("claude-3-5-haiku-20241022", None, None, None),
        ("something-else", "adaptive", "medium", None),
    ],
)
def test_every_model_is_asked_for_thoughts_in_the_way_that_it_takes(name, thinking, effort, header):
    fields = ask(name, "medium").fields()
    assert fields.get("thinking", {}).get("type") == thinking
    assert fields.get("output_config", {}).get("effort") == effort
    assert fields.get("extra_headers", {}).get("anthropic-beta") == header
    assert fields["cache_control"] == {"type": "ephemeral"}
    if thinking:
        assert fields["thinking"]["display"] == "summarized"
    if thinking == "enabled":
        assert 1_024 <= fields["thinking"]["budget_tokens"] < fields["max_tokens"]


@pytest.mark.parametrize(
    ("name", "effort", "sent"),
    [
        ("claude-sonnet-5-5", "max", "max"),
        ("claude-sonnet-4-6", "xhigh", "high"),
        ("claude-opus-4-6", "max", "max"),
        ("claude-opus-4-5", "max", "high"),
        ("unheard-of", "xhigh", "high"),
        ("claude-sonnet-5-5", "none", ""),
    ],
)
def test_an_effort_that_a_model_lacks_becomes_the_next_lower_one(name, effort, sent):
    assert ask(name, effort).effort == sent


def test_the_hardest_thinkers_have_room_left_to_answer():
    assert ask("claude-opus-5-5", "max").max_tokens > ask("claude-opus-5-5", "medium").max_tokens


ADAPTIVE = Ask(thinking="adaptive", effort="medium")
ENABLED = Ask(thinking="enabled", thinking_tokens=10_000)


@pytest.mark.parametrize(
    ("before", "complaint", "then"),
    [
        (ADAPTIVE, "adaptive thinking is not supported on this model", {"thinking": "enabled"}),
        (ADAPTIVE, "Only 'enabled' and 'disabled' are supported for thinking", {"thinking": "enabled"}),
        (ADAPTIVE, "'claude-x' does not support thinking.", {"thinking": ""}),
        (ADAPTIVE, "This model does not support the effort parameter.", {"effort": "", "thinking": "adaptive"}),
        (ADAPTIVE, "output_config: Extra inputs are not permitted", {"effort": ""}),
        (
            ENABLED,
            '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and '
            '"output_config.effort" to control thinking behavior.',
            {"thinking": "adaptive"},
        ),
        (ADAPTIVE, "cache_control: Extra inputs are not permitted", {"cached": False}),
        (ADAPTIVE, "max_tokens: 32000 > 8192, which is the maximum allowed number of output", {"max_tokens": 8192}),
        (ADAPTIVE, "messages.1.content.0: The block is bound to a different conversation", {"lenient": True}),
        (ADAPTIVE, "messages.1.content.0: Invalid `signature` in `thinking` block", {"lenient": True}),
        (ENABLED, "messages.3.content.0.type: Expected `thinking`, but found `tool_use`. … block", {"still": True}),
    ],
)
def test_a_refusal_leaves_out_what_it_is_about(before: Ask, complaint: str, then: dict):
    less = before.less(complaint)
    assert less is not None
    assert {key: getattr(less, key) for key in then} == then


@pytest.mark.parametrize("complaint", ["prompt is too long: 9 tokens > 8", "Your credit balance is too low", ""])
def test_a_refusal_for_another_reason_is_the_persons_to_know(complaint: str):
    assert ADAPTIVE.less(complaint) is None


@pytest.mark.parametrize(
    "complaint",
    [
        "adaptive thinking is not supported, and enabled thinking is not either",
        "thinking block bound to a different conversation",
        "Expected `thinking` or `redacted_thinking`",
        "output_config.effort",
        "anthropic-beta: unexpected value",
    ],
)
@pytest.mark.parametrize("first", [ADAPTIVE, ENABLED, ask("claude-haiku-4-5", "high")])
def test_a_server_that_always_complains_is_given_up(first: Ask, complaint: str):
    asked, times = first, 0
    while (less := asked.less(complaint)) is not None:
        assert less != asked
        asked, times = less, times + 1
        assert times < 7


def test_what_was_left_out_for_one_step_is_asked_for_again_in_the_next():
    once = ADAPTIVE.less("bound to a different conversation")
    assert once
    assert once.lasting.lenient
    twice = once.less("bound to a different conversation")
    assert twice
    assert twice.bare
    assert not twice.lasting.bare
