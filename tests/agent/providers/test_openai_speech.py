"""Speech over the wire: what a service is sent, what it may answer, and what a person reads where it fails."""

from __future__ import annotations

import asyncio
import base64
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from agent.errors import ProviderError
from agent.providers.clients import Clients
from agent.providers.endpoint import Endpoint
from agent.providers.openai_speech import hear, speak
from tests.agent.providers.speech_server import WAV, SpeechServer, delta, done, event
from tests.agent.providers.upstream import Cut, Hang, Raw, Reply, Send, Stream, Wait
from tests.aimock import aimock

KEY = "sk-voice-0123456789abcdefSECRET"
TEXT = "The quick brown fox is nobody's business."


@pytest.fixture
async def service() -> AsyncIterator[SpeechServer]:
    async with SpeechServer() as service:
        yield service


def endpoint(url: str, *, vendor: str = "compat", key: str = KEY) -> Endpoint:
    title = "OpenAI" if vendor == "openai" else "Compatible server"
    return Endpoint(vendor=vendor, title=title, url=f"{url}/v1", key=key)


async def heard(
    clients: Clients, at: Endpoint, *, model: str = "w-1", lang: str = "en", patience: float = 5, data: bytes = b"opus"
) -> list[str]:
    file = ("speech.webm", data, "audio/webm")
    async with aclosing(hear(clients, at, model, file=file, lang=lang, patience=patience)) as words:
        return [one async for one in words]


async def spoken(clients: Clients, at: Endpoint, *, speed: float = 1, patience: float = 5) -> tuple[str, bytes]:
    media, chunks, close = await speak(clients, at, "t-1", text=TEXT, voice="ash", speed=speed, patience=patience)
    try:
        return media, b"".join([chunk async for chunk in chunks])
    finally:
        await close()


# ── listening ────────────────────────────────────────────────────────────────────────────────────────────


async def test_words_come_as_the_service_hears_them(service: SpeechServer, clients: Clients):
    go_on = asyncio.Event()
    service.plays(Stream(), delta("What"), delta(" is"), Wait(go_on), delta(" it?"), done("What is it?"))
    seen: list[str] = []
    file = ("speech.webm", b"opus", "audio/webm")
    async for words in hear(clients, endpoint(service.url), "w-1", file=file, lang="en", patience=5):
        seen.append(words)
        if words == "What is":
            go_on.set()
    assert seen == ["What", "What is", "What is it?", "What is it?"]
    (request,) = service.requests
    assert request.path == "/v1/audio/transcriptions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body == {
        "file": ("speech.webm", b"opus", "audio/webm"),
        "model": "w-1",
        "language": "en",
        "response_format": "json",
        "stream": "true",
    }


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body={"text": " What is\n it?\n"}),
        Reply(body="What is it?\n"),
        Reply(body='{"text": "What is it?"}', type="text/plain"),
    ],
)
async def test_a_server_that_does_not_stream_says_it_all_at_once(reply: Reply, service: SpeechServer, clients: Clients):
    service.plays(reply)
    assert await heard(clients, endpoint(service.url)) == ["What is it?"]


async def test_a_server_that_streams_stretches_is_understood(service: SpeechServer, clients: Clients):
    service.plays(Stream(), event(text="What is"), event(text="it?"))
    assert (await heard(clients, endpoint(service.url)))[-1] == "What is it?"


@pytest.mark.parametrize("status", [400, 422, 501])
async def test_a_server_that_refuses_to_stream_is_asked_without_and_remembered(
    status: int, service: SpeechServer, clients: Clients
):
    service.plays(Reply(status=status, body={"detail": "Extra inputs are not permitted"}))
    service.plays(Reply(body={"text": "Yes."}))
    service.plays(Reply(body={"text": "No."}))
    at = endpoint(service.url)
    assert await heard(clients, at) == ["Yes."]
    assert await heard(clients, at) == ["No."]
    assert [request.body.get("stream", "false") for request in service.requests] == ["true", "false", "false"]


async def test_openai_is_asked_again_only_where_it_means_the_stream(service: SpeechServer, clients: Clients):
    at = endpoint(service.url, vendor="openai")
    service.plays(Reply(status=400, body={"error": {"message": "The audio file is corrupted."}}))
    with pytest.raises(ProviderError, match=r"corrupted"):
        await heard(clients, at)
    service.plays(Reply(status=400, body={"error": {"message": "This model does not support streaming."}}))
    service.plays(Reply(body={"text": "Yes."}))
    assert await heard(clients, at) == ["Yes."]


async def test_where_nothing_was_said_there_are_no_words(service: SpeechServer, clients: Clients):
    service.plays(Stream(), done(""))
    service.plays(Reply(body={"text": ""}))
    at = endpoint(service.url)
    assert await heard(clients, at, lang="") == [""]
    assert await heard(clients, at) == [""]
    assert "language" not in service.requests[0].body


async def test_halves_of_characters_do_not_get_in(service: SpeechServer, clients: Clients):
    service.plays(Reply(body='{"text": "a\\ud83d b"}', type="application/json"))
    assert await heard(clients, endpoint(service.url)) == ["a\ufffd b"]


# ── speaking ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_audio_comes_as_it_is_made(service: SpeechServer, clients: Clients):
    go_on = asyncio.Event()
    service.plays(Stream(type="audio/wav"), WAV, Wait(go_on), b"more")
    media, chunks, close = await speak(
        clients, endpoint(service.url), "t-1", text=TEXT, voice="ash", speed=1.5, patience=5
    )
    assert media == "audio/wav"
    assert await anext(chunks) == WAV
    go_on.set()
    assert [chunk async for chunk in chunks] == [b"more"]
    await close()
    (request,) = service.requests
    assert request.path == "/v1/audio/speech"
    assert request.body == {"model": "t-1", "input": TEXT, "voice": "ash", "response_format": "wav", "speed": 1.5}


@pytest.mark.parametrize(
    ("type", "first", "media"),
    [
        ("audio/wav", WAV, "audio/wav"),
        ("audio/mpeg; charset=binary", b"whatever", "audio/mpeg"),
        ("application/octet-stream", WAV, "audio/wav"),
        ("application/octet-stream", b"ID3\4", "audio/mpeg"),
        ("text/plain", b"OggS\0", "audio/ogg"),
    ],
)
async def test_what_kind_of_audio_it_is(type: str, first: bytes, media: str, service: SpeechServer, clients: Clients):
    service.plays(Reply(body=first, type=type))
    assert await spoken(clients, endpoint(service.url)) == (media, first)


async def test_who_stops_listening_closes_the_connection(service: SpeechServer, clients: Clients):
    service.plays(Stream(type="audio/wav"), WAV, Hang())
    _, chunks, close = await speak(clients, endpoint(service.url), "t-1", text=TEXT, voice="ash", speed=1, patience=5)
    await anext(chunks)
    await chunks.aclose()
    await close()
    await service.wait_closed()


@pytest.mark.parametrize("script", [(Hang(),), (Stream(), delta("Wh"), Hang())])
async def test_who_goes_while_it_listens_closes_the_connection(
    script: tuple[Any, ...], service: SpeechServer, clients: Clients
):
    service.plays(*script)
    task = asyncio.create_task(heard(clients, endpoint(service.url)))
    await service.wait_request()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    await service.wait_closed()


# ── failing ──────────────────────────────────────────────────────────────────────────────────────────────

FAILURES: dict[str, tuple[tuple[Any, ...], str, str]] = {
    "no key": ((Reply(status=401, body={"error": f"Bad {KEY}"}),), "bad_key", "{host} refused the key. Set another as"),
    "no model": (
        (Reply(status=404, body={"error": {"code": "model_not_found", "message": "no"}}),),
        "no_model",
        "{host} has no model {model}. Choose another with --{act}-model.",
    ),
    "too much": (
        (Reply(status=429, headers={"retry-after": "7"}),),
        "rate_limited",
        "{host} is getting too many requests from this account. Try again in 7 s.",
    ),
    "in trouble": ((Reply(status=500, body="Boom"),), "overloaded", "{host} is in trouble: Boom."),
    "no door": ((Reply(status=404),), "no_server", "What answers at {host} does not {does}. Check --{act}-url."),
    "a web page": ((Reply(body="<!doctype html><p>Hello", type="text/html"),), "no_server", "does not {does}."),
    "a web page, it lies": ((Reply(body="<!doctype html>", type="text/plain"),), "no_server", "does not {does}."),
    "JSON of another kind": ((Reply(body={"answer": 42}),), "no_server", "does not {does}."),
    "nothing": ((Reply(body=b"", type="application/json"),), "", ""),
    "silence": ((Hang(),), "timeout", "{host} did not answer in time."),
    "hung up": ((Cut(),), "cut", "The connection to {host} broke."),
    "nonsense": ((Raw(b"nonsense\r\n\r\n"), Cut()), "", ""),
}


@pytest.mark.parametrize("act", ["listen", "speak"])
@pytest.mark.parametrize("what", FAILURES)
async def test_a_failure_is_one_sentence(
    what: str, act: str, service: SpeechServer, clients: Clients, caplog: pytest.LogCaptureFixture
):
    script, kind, sentence = FAILURES[what]
    for _ in range(2 if act == "listen" else 1):
        service.plays(*script)
    at = endpoint(service.url)
    with pytest.raises(ProviderError) as failed:
        await (heard(clients, at, patience=0.3) if act == "listen" else spoken(clients, at, patience=0.3))
    told = failed.value
    host = service.url.removeprefix("http://")
    does = "write down speech" if act == "listen" else "speak"
    model = "w-1" if act == "listen" else "t-1"
    assert kind in ("", told.kind)
    assert sentence.format(host=host, act=act, does=does, model=model) in told.message
    assert told.message.endswith(".")
    assert told.__cause__ is None
    for secret in (KEY, KEY[8:20], "Settings", "partial answer", TEXT):
        assert secret not in told.message + caplog.text


async def test_nobody_there_is_one_sentence(clients: Clients):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ProviderError, match=r"^Cannot reach 127.*Is the server running, and --listen-url right\?$"):
            await heard(clients, endpoint(url))


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        ((delta("What"), Cut("rst")), "cut"),
        ((delta("What"), Cut()), "cut"),
        ((delta("What"),), "cut"),
        ((delta("What"), Hang()), "timeout"),
        ((delta("What"), event(error={"message": "I am tired", "code": "server_error"})), "overloaded"),
        ((delta("What"), b"data: {no json\n\n"), "unreadable"),
        ((), "no_server"),
        ((event(type="something.else"),), "no_server"),
        ((delta("x" * 150_000), delta("x" * 150_000)), "no_server"),
    ],
)
async def test_words_that_break_off_are_no_message(
    steps: tuple[Any, ...], kind: str, service: SpeechServer, clients: Clients
):
    service.plays(Stream(), *steps)
    with pytest.raises(ProviderError) as failed:
        await heard(clients, endpoint(service.url), patience=0.3)
    assert failed.value.kind == kind


@pytest.mark.parametrize(("end", "kind"), [(Cut("rst"), "cut"), (Cut(), "cut"), (Hang(), "timeout")])
async def test_audio_that_breaks_off_is_told(end: Any, kind: str, service: SpeechServer, clients: Clients):
    service.plays(Stream(type="audio/wav"), Send(WAV), end)
    with pytest.raises(ProviderError) as failed:
        await spoken(clients, endpoint(service.url), patience=0.3)
    assert failed.value.kind == kind


async def test_a_service_that_repeats_what_it_was_sent_is_not_repeated(
    service: SpeechServer, clients: Clients, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)  # at DEBUG the SDK says all that it sends
    service.plays(Reply(status=400, body={"error": {"message": f"I do not say {TEXT}, and {KEY} neither."}}))
    with pytest.raises(ProviderError) as failed:
        await spoken(clients, endpoint(service.url))
    assert failed.value.message.endswith(" refused the request. Try again.")
    assert "brown fox" not in failed.value.message + caplog.text


# ── another's mock ───────────────────────────────────────────────────────────────────────────────────────


async def test_against_a_mock_of_other_people(tmp_path: Path, clients: Clients):
    audio = WAV + bytes(5_000)
    fixtures: list[dict[str, Any]] = [
        {
            "match": {"endpoint": "speech"},
            "response": {"audio": base64.b64encode(audio).decode(), "format": "wav"},
        },
        {
            "match": {"endpoint": "transcription"},
            "response": {"transcription": {"text": "Hello there, how are you?"}},
            "chunkSize": 6,
        },
    ]
    with aimock(fixtures, tmp_path) as mock:
        at = endpoint(mock.url, vendor="openai")
        words = await heard(clients, at, model="gpt-transcribe")
        assert words[-1] == "Hello there, how are you?"
        assert words[0] == "Hello"
        assert await heard(clients, at, model="whisper-1") == ["Hello there, how are you?"]
        assert await spoken(clients, at) == ("audio/wav", audio)
        assert [body["model"] for body in mock.asked("/v1/audio/transcriptions")] == ["gpt-transcribe", "whisper-1"]
        assert [body["messages"][0]["content"] for body in mock.asked("/v1/audio/speech")] == [TEXT]
