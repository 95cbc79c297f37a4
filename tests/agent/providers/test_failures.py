"""What fails before a vendor could say anything, and what nobody foresaw: keys, addresses, and whatever is raised."""

from __future__ import annotations

import asyncio
import json
import random
import re
import socket
import ssl
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from anyio import EndOfStream

from agent.errors import FAILURES, ProviderError
from agent.providers.base import Prompt, UserText
from agent.providers.endpoint import Endpoint
from agent.providers.failures import empty, failure, filtered, incomplete, length, no_key, no_model, told, too_long
from tests.agent.providers.faults import CLOUDS, DIALECTS, KEY, after_hel, ask, fit_to_be_shown
from tests.agent.providers.frames import Messages, Responses, chat_error
from tests.agent.providers.upstream import Cut, Reply, Upstream, Wait

OPENAI = Endpoint(vendor="openai", title="OpenAI", url="https://api.openai.com/v1", key=KEY)
OLLAMA = Endpoint(vendor="ollama", title="Ollama", url="http://localhost:11434/v1")


@pytest.fixture
def nobody() -> Iterator[int]:
    """A port that nobody listens at; it is held, so that nobody will."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("dialect", "variable"), [("responses", "OPENAI_API_KEY"), ("anthropic", "ANTHROPIC_API_KEY")])
async def test_without_a_key_nothing_is_asked(dialect: str, variable: str):
    async with Upstream() as upstream:
        heard = await ask(dialect, upstream.url, key="", impatiently=False)
        assert upstream.connections == 0
    title = DIALECTS[dialect].title
    assert heard.error.kind == "no_key"
    assert str(heard.error) == f"There is no {title} key. Paste one in Settings or set {variable}."


async def test_a_server_that_wants_a_key_is_told_from_one_that_refuses_it():
    async with Upstream() as upstream:
        upstream.plays(Reply(status=401, body={"error": {"message": "Missing Authentication header", "code": 401}}))
        heard = await ask("chat", f"{upstream.url}/v1", key="")
    assert heard.error.kind == "no_key"
    assert re.fullmatch(r"127\.0\.0\.1:\d+ wants a key\. Paste one in Settings\.", str(heard.error))


@pytest.mark.parametrize("dialect", CLOUDS)
@pytest.mark.parametrize(
    "key", ["sk-one\nsk-two", "sk-quite-a-key\n", "sk-schlüssel-1234", "sk-key-“quoted”", "\x00sk-key-1", "sk-a key"]
)
async def test_a_key_that_can_be_none_is_no_riddle(dialect: str, key: str):
    async with Upstream() as upstream:
        upstream.plays(Reply(status=401, body={"error": {"message": "No.", "type": "authentication_error"}}))
        heard = await ask(dialect, f"{upstream.url}/v1", key=key)
    assert heard.error.kind == "bad_key"
    if upstream.requests:  # some of them can be sent, after all
        assert str(heard.error).endswith("refused this key. Paste another in Settings.")
    else:
        assert str(heard.error).endswith("has characters in it that no key has. Paste it again in Settings.")


# ── addresses ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("dialect", CLOUDS)
@pytest.mark.parametrize("url", ["api.example.com/v1", "ftp://example.com", "ann:secret@example.com:99/v1?k=1"])
async def test_an_address_without_http_is_said_to_be_none(dialect: str, url: str):
    heard = await ask(dialect, url, impatiently=False)
    assert heard.error.kind == "unreachable"
    assert "must begin with http:// or https://" in str(heard.error)
    assert "secret" not in str(heard.error)
    assert not heard.error.retry


async def test_a_server_of_ones_own_that_is_not_running_is_named(nobody: int):
    heard = await ask("ollama", f"http://127.0.0.1:{nobody}/v1")
    assert str(heard.error) == f"Cannot reach 127.0.0.1:{nobody}. Is Ollama running?"
    assert (heard.error.kind, heard.error.retry) == ("unreachable", False)


@pytest.mark.parametrize("dialect", CLOUDS)
async def test_a_refused_connection_elsewhere_is_worth_another_try(dialect: str, nobody: int):
    heard = await ask(dialect, f"http://127.0.0.1:{nobody}")
    assert str(heard.error).startswith(f"Cannot reach 127.0.0.1:{nobody}. Is ")
    assert (heard.error.kind, heard.error.retry) == ("unreachable", True)


@pytest.mark.parametrize("dialect", CLOUDS)
async def test_a_name_that_nobody_has_is_unreachable(dialect: str):
    heard = await ask(dialect, "https://nobody.invalid/v1")
    assert str(heard.error).startswith("Cannot reach nobody.invalid. Is ")
    assert heard.error.kind == "unreachable"


@pytest.mark.parametrize("dialect", ["responses", "ollama", "anthropic"])
async def test_https_where_http_is_spoken_is_told_apart(dialect: str):
    async with Upstream() as upstream:
        heard = await ask(dialect, upstream.url.replace("http:", "https:") + "/v1")
    assert heard.error.kind == "unreachable"
    assert str(heard.error).endswith("Should the address begin with http://?")


# ── on the way ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("dialect", CLOUDS)
async def test_a_connection_that_is_reset_keeps_what_came(dialect: str):
    async with Upstream() as upstream:
        seen = asyncio.Event()
        upstream.plays(*after_hel()(dialect), Wait(seen), Cut("rst"))
        heard = await ask(dialect, f"{upstream.url}/v1", began=seen)  # a reset may overtake what was sent before it
    assert (heard.error.kind, heard.error.retry, heard.text) == ("cut", True, "Hel")
    assert str(heard.error).endswith("broke; the partial answer is kept. Continue, or try again.")


@pytest.mark.parametrize("dialect", CLOUDS)
async def test_half_a_character_in_a_message_is_no_bug_of_the_vendors(dialect: str):
    prompt = Prompt(parts=(UserText(author="Ann", content="a half \ud83d of one"),))
    async with Upstream() as upstream:
        heard = await ask(dialect, f"{upstream.url}/v1", prompt=prompt)
    assert heard.error.kind == "refused"
    assert "has characters in it that cannot be sent" in str(heard.error)


NASTY = (
    f"Bad key {KEY} for Bearer abcDEF123456 at https://ann:pw@host.example/v1?api_key=zzz999 in /home/ann/x.py <b>now"
    "</b>\n"
    'Traceback (most recent call last):\n  File "/srv/app.py", line 3, in x\nValueError: no'
)
TELLERS = {
    "responses": lambda message: Responses().error("odd", message),
    "chat": lambda message: chat_error(message, "odd"),
    "anthropic": lambda message: Messages().error("invalid_request_error", message),
}


@pytest.mark.parametrize("dialect", CLOUDS)
@pytest.mark.parametrize("status", [200, 400, 403, 409, 422, 500])
async def test_nothing_that_a_vendor_repeats_is_shown(dialect: str, status: int):
    async with Upstream() as upstream:
        if status == 200:
            upstream.plays(*after_hel(TELLERS[dialect](NASTY))(dialect))
        else:
            upstream.plays(Reply(status=status, body={"error": {"message": NASTY, "type": "odd", "code": "odd"}}))
        heard = await ask(dialect, f"{upstream.url}/v1")
    for secret in ("abcDEF123456", "pw", "zzz999", "ann", "app.py", "x.py", "<b>", "ValueError"):
        assert secret not in str(heard.error)


# ── whatever is raised ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx2.ReadTimeout(""), "timeout"),
        (httpx2.ConnectTimeout(""), "unreachable"),
        (httpx2.ConnectError(ssl.SSLCertVerificationError(1, "certificate verify failed")), "unreachable"),  # type: ignore[arg-type]
        (httpx2.PoolTimeout(""), "timeout"),
        (httpx2.RemoteProtocolError("peer closed connection"), "cut"),
        (httpx2.DecodingError("bad gzip"), "unreadable"),
        (httpx2.TooManyRedirects("20"), "no_server"),
        (httpx2.InvalidURL("bad port"), "unreachable"),
        (EndOfStream(), "cut"),
        (ssl.SSLError(1, "record layer failure"), "unreachable"),
        (ConnectionResetError(104, "reset"), "cut"),
        (ConnectionRefusedError(111, "refused"), "unreachable"),
        (TimeoutError(), "timeout"),
        (json.JSONDecodeError("Expecting value", "{", 1), "unreadable"),
        (ValueError("Unable to parse tool parameter JSON from model"), "unreadable"),
        (TypeError("unexpected keyword argument 'temperature'"), "provider"),
        (RuntimeError("/home/ann/x.py broke"), "provider"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_whatever_is_raised_becomes_a_sentence(error: Exception, kind: str):
    for endpoint in (OPENAI, OLLAMA):
        said = failure(error, endpoint, "m-1")
        fit_to_be_shown(str(said), KEY)
        assert said.kind == kind


def test_an_sdk_that_misses_its_key_is_understood():
    error = TypeError("Could not resolve authentication method. Expected one of api_key, auth_token.")
    keyless = Endpoint(vendor="anthropic", title="Anthropic", url="https://api.anthropic.com")
    assert failure(error, keyless, "m-1").kind == "no_key"
    assert failure(error, OPENAI, "m-1").kind == "provider", "there is one"


def test_too_many_connections_at_once_are_no_silence_of_the_vendors():
    assert "under way at once" in str(failure(httpx2.PoolTimeout(""), OPENAI, "m-1"))


ODD = [
    "",
    "x",
    0,
    1e308,
    -1,
    True,
    None,
    [],
    {},
    ["x", {"a": []}],
    {"message": {}},
    "429",
    529,
    "[" * 500,
    "\ud83d",
    "{}",
]


def test_no_body_is_too_odd_for_a_sentence():
    dice = random.Random(3)
    names = ["error", "message", "code", "type", "status", "metadata", "raw", "details", "detail", "retry_after", "msg"]

    def body(depth: int) -> Any:
        if depth == 0 or dice.random() < 0.2:
            return dice.choice(ODD)
        if dice.random() < 0.2:
            return [body(depth - 1) for _ in range(3)]
        return {name: body(depth - 1) for name in dice.sample(names, 4)}

    for _ in range(500):
        error = Exception("x")
        answer = {"retry-after": str(dice.choice(ODD)), "date": "Fri, 20 Nov 2026 12:00:00 GMT"}
        error.__dict__ |= {
            "body": body(5),
            "status_code": dice.choice([None, 200, 400, 404, 418, 429, 500]),
            "code": body(1),
        }
        error.__dict__["response"] = SimpleNamespace(headers=answer)
        said = failure(error, dice.choice([OPENAI, OLLAMA]), "m-1")
        fit_to_be_shown(str(said))
        assert said.kind in FAILURES
        assert said.retry_after is None or said.retry_after >= 0


def test_what_was_said_already_stays_as_it_is():
    said = no_key(OPENAI)
    assert failure(said, OPENAI, "m-1") is said


def test_a_failure_is_not_mistaken_for_an_earlier_one_that_was_dealt_with():
    error = httpx2.ReadTimeout("")
    error.__context__, error.__suppress_context__ = httpx2.ConnectError("refused"), True
    assert failure(error, OPENAI, "m-1").kind == "timeout"


@pytest.mark.parametrize("code", [None, "", "502", "429", "server_error", "insufficient_quota", "what is this"])
@pytest.mark.parametrize("message", ["", "Boom", '{"error": {"message": "Inner", "code": 503}}', "<html>no</html>"])
def test_what_is_told_in_a_stream_is_always_a_sentence(code: str | None, message: str):
    said = told(OPENAI, "m-1", code=code, message=message)
    fit_to_be_shown(str(said))
    assert said.kind in FAILURES


@pytest.mark.parametrize(
    "message", ["library/m-1 does not support tools", "No endpoints found that support tool use. Try disabling add."]
)
def test_a_model_without_tools_is_told_apart(message: str):
    said = told(OLLAMA, "m-1", code="404", message=message)
    assert str(said) == "The model m-1 cannot use tools. Choose one that can."


@pytest.mark.parametrize("endpoint", [OPENAI, OLLAMA, Endpoint(vendor="compat", title="x", url="http://h:1/api")])
def test_every_plain_failure_is_fit_to_be_shown(endpoint: Endpoint):
    odd = "/models/secret place/my.gguf"
    plain: list[ProviderError] = [make(endpoint) for make in (no_key, empty, incomplete, length, too_long, filtered)]
    for said in [
        *plain,
        no_model(endpoint, "m-1"),
        no_model(endpoint, odd),
        no_model(endpoint, ""),
        filtered(endpoint, NASTY),
    ]:
        fit_to_be_shown(str(said))
        assert "secret place" not in str(said)


@pytest.mark.parametrize("digits", [10, 400, 5000])
@pytest.mark.parametrize("unit", ["h", "m", "s", "ms", " minutes"])
def test_a_wait_without_end_is_a_sentence_all_the_same(digits: int, unit: str):
    said = told(OPENAI, "m-1", code="rate_limit_exceeded", message=f"Try again in {'9' * digits}{unit}.")
    fit_to_be_shown(str(said))
    assert said.kind == "rate_limited"
