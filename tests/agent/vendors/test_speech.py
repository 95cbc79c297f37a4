"""Which service listens and speaks, with which key, in which voices."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest

from agent.chance import Chance
from agent.errors import BadRequest, TooLong
from agent.providers.endpoint import Endpoint
from agent.settings import Settings
from agent.speech import LARGEST, LONGEST_TEXT, NoSpeech, Recording, language, media_of
from agent.vendors.keys import MemoryKeys
from agent.vendors.speech import SpeechServers
from tests.agent.providers.speech_server import WAV, SpeechServer
from tests.agent.providers.upstream import Hang, Reply
from tests.builders import MovedClock

OPENAI = "https://api.openai.com/v1"
HOME = "http://127.0.0.1:1/v1"
Made = Callable[..., SpeechServers]


@pytest.fixture
async def made() -> AsyncIterator[Made]:
    """From settings and an environment."""
    all: list[SpeechServers] = []

    def make(environ: Mapping[str, str] | None = None, **settings: Any) -> SpeechServers:
        kept = settings.pop("kept", MemoryKeys())
        chance = settings.pop("chance", None)
        all.append(SpeechServers.from_settings(Settings(**settings), environ or {}, kept=kept, chance=chance))
        return all[-1]

    yield make
    for one in all:
        await one.close()


def where(speech: SpeechServers) -> list[tuple[str, str] | None]:
    """Address and key of who listens, and of who speaks."""
    found: list[Endpoint | None] = [speech._listener(), speech._speaker()]
    return [(one.url, one.key) if one else None for one in found]


def test_where_nothing_is_known_nothing_is_offered(made: Made):
    speech = made()
    assert (speech.listens, speech.speaks) == (False, False)


async def test_where_nothing_is_known_that_is_what_one_hears(made: Made):
    speech = made()
    assert await speech.voices() == ()
    with pytest.raises(NoSpeech, match="--speak-url"):
        await speech.say("Hello")
    with pytest.raises(NoSpeech, match="--listen-url"):
        await anext(speech.hear(Recording(data=b"x", media="audio/webm")))


@pytest.mark.parametrize(
    ("environ", "urls", "expected"),
    [
        ({"OPENAI_API_KEY": "sk-a"}, ("", ""), [(OPENAI, "sk-a"), (OPENAI, "sk-a")]),
        (
            {"OPENAI_API_KEY": "sk-a", "OPENAI_BASE_URL": "https://eu.api.openai.com/v1"},
            ("", ""),
            [("https://eu.api.openai.com/v1", "sk-a")] * 2,
        ),
        ({"THINKALOUD_VOICE_KEY": "sk-v"}, ("", ""), [(OPENAI, "sk-v"), (OPENAI, "sk-v")]),
        ({"OPENAI_API_KEY": "sk-a", "THINKALOUD_VOICE_KEY": "sk-v"}, (HOME, ""), [(HOME, "sk-v"), (OPENAI, "sk-a")]),
        ({"OPENAI_API_KEY": "sk-a"}, (HOME, ""), [(HOME, ""), (OPENAI, "sk-a")]),
        ({"OPENAI_API_KEY": "sk-a"}, (HOME, OPENAI), [(HOME, ""), (OPENAI, "sk-a")]),
        ({}, (HOME, ""), [(HOME, ""), None]),
        ({}, ("", HOME), [None, (HOME, "")]),
        ({"THINKALOUD_VOICE_KEY": "sk-v"}, ("", HOME), [None, (HOME, "sk-v")]),
        # another server that speaks like OpenAI may do so in writing only
        ({"OPENAI_API_KEY": "sk-a", "OPENAI_BASE_URL": HOME}, ("", ""), [None, None]),
        ({"OPENAI_API_KEY": "sk-a", "OPENAI_BASE_URL": HOME}, (HOME, OPENAI), [(HOME, ""), (OPENAI, "")]),
    ],
)
def test_a_key_goes_to_the_server_that_it_is_for(
    environ: dict[str, str], urls: tuple[str, str], expected: list[Any], made: Made
):
    assert where(made(environ, listen_url=urls[0], speak_url=urls[1])) == expected


def test_a_key_that_is_pasted_in_settings_counts_at_once(made: Made):
    kept = MemoryKeys()
    speech = made(kept=kept)
    kept.save("openai", "sk-pasted", OPENAI)
    assert where(speech) == [(OPENAI, "sk-pasted")] * 2
    kept.forget("openai")
    assert not speech.listens


@pytest.mark.parametrize(
    ("settings", "environ", "sentence"),
    [
        ({"listen_url": "localhost:1"}, {}, r"^--listen-url should begin with https://"),
        ({"speak_url": "http://a:b@c/v1"}, {}, r"^--speak-url has a name or a password"),
        ({"speak_model": "two words"}, {}, r"'two words' is no name"),
        ({"speak_voices": "ash, two words"}, {}, r"'two words' is no name"),
        ({}, {"THINKALOUD_VOICE_KEY": "sk a"}, r"^THINKALOUD_VOICE_KEY has a space"),
    ],
)
def test_what_makes_no_sense_is_said_at_the_start(
    settings: dict[str, str], environ: dict[str, str], sentence: str, made: Made
):
    with pytest.raises(BadRequest, match=sentence):
        made(environ, **settings)


async def test_a_whisper_and_a_kokoro_server_work_side_by_side(made: Made):
    async with SpeechServer() as whisper, SpeechServer({"voices": ["af_heart", "bf_emma"]}) as kokoro:
        speech = made(listen_url=f"{whisper.url}/v1", speak_url=f"{kokoro.url}/v1")
        whisper.plays(Reply(body={"text": "Hello."}))
        recording = Recording(data=b"x", media=media_of("audio/ogg;codecs=opus"), lang="de-DE")
        assert [words async for words in speech.hear(recording)] == ["Hello."]
        kokoro.plays(Reply(body=WAV, type="audio/wav"))
        audio = await speech.say("  Hello.\n", voice="bf_emma", speed=9)
        assert [chunk async for chunk in audio.chunks] == [WAV]
        await audio.close()
        (asked,) = whisper.asked
        assert asked.body["model"] == "whisper-1"
        assert asked.body["file"][0] == "speech.ogg"
        assert asked.body["language"] == "de"
        (asked,) = kokoro.asked
        body = {"model": "tts-1", "input": "Hello.", "voice": "bf_emma", "response_format": "wav", "speed": 4.0}
        assert asked.body == body


async def test_openais_models_are_those_that_last(made: Made):
    speech = made({"OPENAI_API_KEY": "sk-a"})
    listener, speaker = speech._listener(), speech._speaker()
    assert listener
    assert speaker
    assert (speech._model(0, listener), speech._model(1, speaker)) == ("gpt-transcribe", "gpt-4o-mini-tts")
    named = made({"OPENAI_API_KEY": "sk-a"}, listen_model="whisper-1", speak_model="tts-1")
    assert (named._model(0, listener), named._model(1, speaker)) == ("whisper-1", "tts-1")
    assert {voice.id for voice in await speech.voices()} - {voice.id for voice in await named.voices()} == {
        "marin",
        "cedar",
        "ballad",
        "verse",
    }


# ── voices ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ({"voices": ["af_heart", "alloy"]}, [("af_heart", "af_heart", "en-US"), ("alloy", "alloy", "")]),
        (
            {"voices": [{"id": "x", "name": "Xenia", "language": "de_DE"}, {"voice_id": "y"}]},
            [("x", "Xenia", "de-DE"), ("y", "y", "")],
        ),
        ({"data": [{"id": "x", "languages": []}]}, [("x", "x", "")]),
        ([{"name": "Amy", "locale": "en-GB"}, "Amy"], [("Amy", "Amy", "")]),
        ({"voices": [1, None, {}, "", "two words", "\u202ex", {"id": ["x"]}, "a" * 500]}, []),
        ({"voices": "all"}, []),
        (42, []),
        ("<html>", []),
    ],
)
async def test_voices_are_those_that_the_server_lists(listed: Any, expected: list[Any], made: Made):
    async with SpeechServer(listed) as kokoro:
        voices = await made(speak_url=f"{kokoro.url}/v1").voices()
    assert [(voice.id, voice.name, voice.lang) for voice in voices] == expected


async def test_a_list_of_voices_is_asked_for_once_in_a_while(made: Made):
    clock = MovedClock()
    async with SpeechServer({"voices": ["ash"]}) as kokoro:
        speech = made({"THINKALOUD_VOICE_KEY": "sk-v"}, speak_url=f"{kokoro.url}/v1", chance=Chance(clock=clock))
        both = await asyncio.gather(speech.voices(), speech.voices())
        assert [[voice.id for voice in voices] for voices in both] == [["ash"]] * 2
        assert len(kokoro.requests) == 1
        assert kokoro.requests[0].headers["authorization"] == "Bearer sk-v"
        kokoro.voices = {"voices": ["ash", "nova"]}
        await clock.pass_(299)
        assert len(await speech.voices()) == 1
        await clock.pass_(2)
        assert len(await speech.voices()) == 2


@pytest.mark.parametrize("voices", [None, {"voices": []}])
async def test_without_a_list_of_voices_it_speaks_all_the_same(voices: Any, made: Made):
    async with SpeechServer(voices) as kokoro:
        speech = made(speak_url=f"{kokoro.url}/v1")
        for wanted in ("", "mine"):
            kokoro.plays(Reply(body=WAV, type="audio/wav"))
            await (await speech.say("Hello", voice=wanted)).close()
        assert [request.body["voice"] for request in kokoro.asked] == ["alloy", "mine"]


async def test_a_list_that_does_not_come_is_not_waited_for(made: Made, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("agent.vendors.voices.SECONDS", 0.1)
    async with SpeechServer() as kokoro:
        kokoro.take = lambda request: kokoro.requests.append(request) or [Hang()]  # type: ignore[method-assign,func-returns-value]
        assert await made(speak_url=f"{kokoro.url}/v1").voices() == ()


async def test_named_voices_are_not_asked_for(made: Made):
    speech = made(speak_url=HOME, speak_voices="ash, nova ,")
    assert [voice.id for voice in await speech.voices()] == ["ash", "nova"]


async def test_a_voice_that_is_not_there_is_told(made: Made):
    with pytest.raises(BadRequest, match=r"^That voice is not there any more\. Choose another one\.$"):
        await made(speak_url=HOME, speak_voices="ash").say("Hello", voice="nova")


@pytest.mark.parametrize(
    ("lang", "voice"), [("en-GB", "af_heart"), ("fr-CH", "ff_siwis"), ("is", "af_heart"), ("", "af_heart")]
)
async def test_where_no_voice_was_chosen_one_speaks_the_language(lang: str, voice: str, made: Made):
    async with SpeechServer({"voices": ["af_heart", "ff_siwis"]}) as kokoro:
        kokoro.plays(Reply(body=WAV, type="audio/wav"))
        await (await made(speak_url=f"{kokoro.url}/v1").say("Hello", lang=lang)).close()
        assert kokoro.asked[0].body["voice"] == voice


@pytest.mark.parametrize(
    ("given", "sent"), [(0.1, 0.25), (99, 4.0), (1.25, 1.25), (float("nan"), None), (float("inf"), None), (1, None)]
)
async def test_a_speed_is_one_that_services_know(given: float, sent: float | None, made: Made):
    async with SpeechServer() as kokoro:
        kokoro.plays(Reply(body=WAV, type="audio/wav"))
        await (await made(speak_url=f"{kokoro.url}/v1").say("Hello", speed=given)).close()
        assert kokoro.asked[0].body.get("speed") == sent


@pytest.mark.parametrize(("text", "kind"), [("", BadRequest), (" \n", BadRequest), ("a" * (LONGEST_TEXT + 1), TooLong)])
async def test_there_is_something_to_say_and_not_too_much(text: str, kind: type[Exception], made: Made):
    with pytest.raises(kind):
        await made(speak_url=HOME).say(text)


# ── words for things ─────────────────────────────────────────────────────────────────────────────────────


def test_languages_as_services_call_them():
    names = ["en-US", "de", "pt_BR", "zh-Hant-TW", "EN", "fil-PH", "yue", "", "x", "english", "../.."]
    assert [language(name) for name in names] == ["en", "de", "pt", "zh", "en", "", "", "", "", "", ""]


@pytest.mark.parametrize(
    ("type", "suffix"),
    [
        ("audio/webm;codecs=opus", "webm"),
        ("audio/mp4", "mp4"),
        ("audio/ogg; codecs=opus", "ogg"),
        ("Audio/WAV", "wav"),
        ("video/webm", "webm"),
    ],
)
def test_a_recording_is_named_after_what_it_is(type: str, suffix: str):
    assert Recording(data=b"", media=media_of(type)).suffix == suffix


@pytest.mark.parametrize("type", ["", "text/html", "audio/../etc", "audio/midi"])
def test_what_is_no_recording_is_not_taken(type: str):
    with pytest.raises(BadRequest, match=r"no recording"):
        media_of(type)


async def test_a_proxy_of_a_kind_that_is_not_known_costs_the_list_of_voices_and_no_more(
    made: Made, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    assert await made(speak_url="http://voices.example/v1").voices() == ()


async def test_a_long_recording_goes_in_pieces_and_is_there_once(made: Made):
    come = asyncio.Event()

    async def take_a_little(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(100_000)
        come.set()

    async with await asyncio.start_server(take_a_little, "127.0.0.1", 0) as server:
        speech = made(listen_url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")
        await speech.prepare()
        recording = Recording(data=bytes(LARGEST), media="audio/webm")
        tracemalloc.start()
        try:
            hearing = asyncio.create_task(anext(speech.hear(recording)))
            await asyncio.wait_for(come.wait(), 10)
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        hearing.cancel()
        await asyncio.wait([hearing])
    assert most < LARGEST / 2
