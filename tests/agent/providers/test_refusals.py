"""What vendors refuse: each refusal is a sentence that a person can act on, and says whether to try again."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from tests.agent.providers.faults import CLOUDS, KEY, OPENAI, Row, after_hel, cases, check, page, refuses
from tests.agent.providers.frames import chat_finish
from tests.agent.providers.upstream import Reply


def date(second: int) -> str:
    return format_datetime(datetime(2026, 11, 20, 12, 0, second, tzinfo=UTC), usegmt=True)


ROUTED = {"message": "Provider returned error", "metadata": {"raw": "Slow down.", "retry_after_seconds": 7}}
GOOGLE = {
    "code": 429,
    "message": "You exceeded your current quota, please check your plan and billing details.",
    "status": "RESOURCE_EXHAUSTED",
    "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}],
}
AGAIN = "Try again in a moment."
NOTHING = r"^(?:OpenAI|Anthropic|127\.0\.0\.1:\d+)"
TABLE = {
    # ── the key and the account
    "bad key": Row(
        does=refuses(401, f"Incorrect API key provided: {KEY}.", "invalid_api_key", "authentication_error"),
        kind="bad_key",
        says=NOTHING + r" refused this key\. Paste another in Settings\.$",
    ),
    "bad key, told with 400": Row(
        to=("chat",),
        does=refuses(400, "API key not valid. Please pass a valid API key.", 400),
        kind="bad_key",
        says="refused this key",
    ),
    "out of credit": Row(
        to=OPENAI,
        does=refuses(429, "You exceeded your current quota, please check your plan.", "insufficient_quota"),
        kind="no_credit",
        says="has no credit",
    ),
    "out of credit at Anthropic": Row(
        to=("anthropic",),
        does=refuses(400, "Your credit balance is too low to access the API.", type="invalid_request_error"),
        kind="no_credit",
        says="The account at Anthropic has no credit. Top it up",
    ),
    "payment required": Row(
        does=refuses(402, "Insufficient Balance", type="billing_error"), kind="no_credit", says="has no credit"
    ),
    "forbidden": Row(
        does=refuses(403, "Project does not have access to model m-1", type="permission_error"),
        kind="forbidden",
        says=r"does not let this key use m-1: Project does not have access to model m-1\. Choose another model\.",
    ),
    "no credit, told with 403": Row(
        to=("chat",),
        does=refuses(403, "Your newly created team doesn't have any credits yet.", "permission denied"),
        kind="no_credit",
        says="has no credit",
    ),
    "forbidden by a web page": Row(
        does=page(403), kind="forbidden", says=r"does not let this key use m-1\. Choose another"
    ),
    # ── the model and the address
    "unknown model": Row(
        to=OPENAI,
        does=refuses(404, "The model `m-1` does not exist or you do not have access to it.", "model_not_found"),
        kind="no_model",
        says="has no model m-1",
    ),
    "unknown model at Anthropic": Row(
        to=("anthropic",),
        does=refuses(404, "model: m-1", type="not_found_error"),
        kind="no_model",
        says="^Anthropic has no model m-1, or not for this key. Choose another one.$",
    ),
    "unknown model at Ollama": Row(
        to=("ollama",),
        does=refuses(404, 'model "m-1" not found, try pulling it first', type="api_error"),
        kind="no_model",
        says="^Ollama has no model m-1. Get it with “ollama pull m-1”, or choose another one.$",
    ),
    "unknown model, told with 400": Row(
        to=("chat",), does=refuses(400, "m-1 is not a valid model ID", 400), kind="no_model", says="has no model m-1"
    ),
    "unknown model behind a router": Row(
        to=("chat",), does=refuses(404, "No endpoints found for m-1.", 404), kind="no_model", says="has no model m-1"
    ),
    "a model of another kind": Row(
        to=OPENAI,
        does=refuses(404, "This is not a chat model and thus not supported in the v1/chat/completions endpoint."),
        kind="refused",
        says="refused the request: This is not a chat model",
    ),
    "a redirection to nowhere": Row(
        does=lambda dialect: [Reply(status=302, body="moved")], kind="no_server", says="has nothing at this address"
    ),
    "wrong path": Row(
        to=OPENAI,
        path="",
        does=page(404),
        kind="no_server",
        says=r"^127\.\S+ has nothing at this address\. Should .* end in /v1\?$",
    ),
    "wrong path behind /v1": Row(
        to=OPENAI,
        does=page(404),
        kind="no_server",
        says=r"at this address\. Check the address in Settings\.$",
    ),
    "wrong path at Anthropic": Row(
        to=("anthropic",),
        does=refuses(404, "Not Found", type="not_found_error"),
        kind="no_server",
        says=r"^127\.\S+ has nothing at this address\.",
    ),
    "a web page instead": Row(
        to=CLOUDS,
        path="",
        does=page(200),
        kind="no_server",
        says=r"^What answers at 127\.\S+ does not speak like a model's",
    ),
    "a method that is not allowed": Row(
        does=refuses(405, "Method Not Allowed"), kind="no_server", says="has nothing at this address"
    ),
    # ── too much
    "rate limit": Row(
        does=refuses(429, "Rate limit reached for m-1.", "rate_limit_exceeded", "rate_limit_error"),
        kind="rate_limited",
        says=NOTHING + r" is getting too many requests from this account\. Try again in a moment\.$",
        retry=True,
    ),
    "rate limit that says when": Row(
        does=refuses(429, "Slow down.", "rate_limit_exceeded", "rate_limit_error", retry_after="20"),
        kind="rate_limited",
        says="Try again in 20 s.$",
        retry=True,
        after=20,
    ),
    "rate limit in milliseconds": Row(
        does=refuses(429, "Slow down.", retry_after_ms="1500", retry_after="2", type="rate_limit_error"),
        kind="rate_limited",
        says="Try again in 2 s.$",
        retry=True,
        after=1.5,
    ),
    "rate limit until a date": Row(
        does=refuses(429, "Slow down.", type="rate_limit_error", date=date(5), retry_after=date(45)),
        kind="rate_limited",
        says="Try again in 40 s.$",
        retry=True,
        after=40,
    ),
    "rate limit that only its words date": Row(
        to=OPENAI,
        does=refuses(429, "Limit 3 / min. Please try again in 1m20s. Visit https://platform.openai.com/x?k=1."),
        kind="rate_limited",
        says="Try again in 80 s.$",
        retry=True,
        after=80,
    ),
    "rate limit with a senseless date": Row(
        does=refuses(429, "Slow down.", type="rate_limit_error", retry_after="soon"),
        kind="rate_limited",
        says=AGAIN,
        retry=True,
    ),
    "rate limit behind a router": Row(
        to=("chat",),
        does=lambda dialect: [Reply(status=429, body={"error": {**ROUTED, "code": 429}})],
        kind="rate_limited",
        says="Try again in 7 s.$",
        retry=True,
        after=7,
    ),
    "a minute's limit of Google's": Row(
        to=("chat",),
        does=lambda dialect: [Reply(status=429, body=[{"error": GOOGLE}])],
        kind="rate_limited",
        says="Try again in 34 s.$",
        retry=True,
        after=34,
    ),
    "more at once than a minute's worth": Row(
        to=OPENAI,
        does=refuses(429, "Request too large for m-1 on tokens per min (TPM): Limit 30000.", "rate_limit_exceeded"),
        kind="too_long",
        says="Start a new session",
    ),
    "too long for the model": Row(
        to=OPENAI,
        does=refuses(400, "This model's maximum context length is 8192 tokens.", "context_length_exceeded"),
        kind="too_long",
        says="^The conversation is longer .* Start a new session, or choose a model that takes more.$",
    ),
    "too long for Anthropic": Row(
        to=("anthropic",),
        does=refuses(400, "prompt is too long: 210000 tokens > 200000 maximum", type="invalid_request_error"),
        kind="too_long",
        says="Start a new session",
    ),
    "too long for llama.cpp": Row(
        to=("ollama",),
        does=refuses(400, "the request exceeds the available context size", 400, "exceed_context_size_error"),
        kind="too_long",
        says="longer context",
    ),
    "too large": Row(
        does=refuses(413, "Request exceeds the maximum size", type="request_too_large"),
        kind="too_large",
        says="Send fewer or smaller attachments.$",
    ),
    "too large for a proxy": Row(does=page(413), kind="too_large", says="attachments"),
    # ── declined
    "content filter": Row(
        to=OPENAI,
        does=refuses(400, "The response was filtered.", "content_filter"),
        kind="filtered",
        says="declined: The response was filtered. Put it in other words.$",
    ),
    "content filter in the middle": Row(
        to=("chat",), does=after_hel(chat_finish("content_filter")), kind="filtered", says="declined this", text="Hel"
    ),
    "refused for a reason": Row(
        does=refuses(400, "tools.0: `foo` is no tool", type="invalid_request_error"),
        kind="refused",
        says=r"refused the request: tools\.0: foo is no tool\.$",
    ),
    "refused field by field": Row(
        to=("chat",),
        does=lambda dialect: [Reply(status=422, body={"detail": [{"loc": ["body", "x"], "msg": "Field required"}]})],
        kind="refused",
        says="refused the request: Field required.$",
    ),
    "refused without a reason": Row(does=refuses(422, ""), kind="refused", says="did not say why. Try another model.$"),
    # ── out of order
    "out of order": Row(
        to=("responses", "anthropic"),
        does=refuses(500, "The server had an error at /srv/app.py", "server_error", "api_error"),
        kind="overloaded",
        says=r"^(?:OpenAI|Anthropic) is overloaded or out of order\. Try again in a moment\.$",
        retry=True,
    ),
    "out of order on somebody's own server": Row(
        to=("ollama",),
        does=refuses(500, "llama runner process has terminated at /home/ann/.ollama/x", type="api_error"),
        kind="overloaded",
        says="^Ollama is in trouble: llama runner process has terminated at …. Try again in a moment.$",
        retry=True,
    ),
    "out of order, with words about the model": Row(
        to=("ollama",),
        does=refuses(500, "the runner of the model was not found"),
        kind="overloaded",
        says="^Ollama is in trouble: the runner",
        retry=True,
    ),
    "too little memory": Row(
        to=("ollama",),
        does=refuses(500, "model requires more system memory (5.6 GiB) than is available (3.1 GiB)"),
        kind="refused",
        says="too little memory for this model. Choose a smaller one.$",
    ),
    "still loading": Row(
        to=("ollama",),
        does=refuses(503, "Loading model", 503, "unavailable_error"),
        kind="overloaded",
        says="still loading the model",
        retry=True,
    ),
    "bad gateway": Row(does=page(502), kind="overloaded", says="out of order", retry=True),
    "unavailable": Row(
        does=refuses(503, "Down.", type="api_error", retry_after="3"),
        kind="overloaded",
        says="3 s",
        retry=True,
        after=3,
    ),
    "overloaded": Row(
        does=refuses(529, "Overloaded", type="overloaded_error"), kind="overloaded", says=AGAIN, retry=True
    ),
    "gave up": Row(
        does=refuses(504, "Deadline", type="timeout_error"), kind="timeout", says="too long and gave up", retry=True
    ),
    "gave up on the request": Row(
        does=refuses(408, "Timed out", type="timeout_error"), kind="timeout", says="too long and gave up", retry=True
    ),
    "a conflict": Row(
        does=refuses(409, "Locked, try again", type="conflict_error"), kind="refused", says="Locked", retry=True
    ),
}


@pytest.mark.parametrize(("dialect", "row"), cases(TABLE))
async def test_a_refusal_names_its_remedy(dialect: str, row: Row):
    await check(dialect, row)
