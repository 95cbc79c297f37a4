"""The speech service's doors, over real sockets, with a service on loopback that does what a test wants."""

from __future__ import annotations

import asyncio
import json
import logging
import stat
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from websockets.exceptions import InvalidStatus

from agent.chance import RealClock
from agent.errors import StorageError
from agent.speech import LARGEST, Mute, Recording
from agent.vendors.keys import MemoryKeys
from agent.vendors.speech import SpeechServers
from pages import hearing, speaking, voice
from pages.api.locks import COOKIE
from pages.speaking import OWN
from storage.recordings import KeptRecordings
from tests.agent.providers.speech_server import WAV, SpeechServer, delta, done
from tests.agent.providers.upstream import Cut, Hang, Reply, Stream, Wait
from tests.builders import MovedClock
from tests.doors.world import until

from .voice_world import DONE, SECRET, VoiceWorld, rest, voice_world

KEY = "sk-voice-0123456789abcdefSECRET"
SAID = "The quick brown fox is nobody's business."


@pytest.fixture
async def service() -> AsyncIterator[SpeechServer]:
    async with SpeechServer({"voices": ["ash", "nova"]}) as service:
        yield service


@pytest.fixture
async def speech(service: SpeechServer) -> AsyncIterator[SpeechServers]:
    url = f"{service.url}/v1"
    speech = SpeechServers(
        given={}, kept=MemoryKeys(), key=KEY, listen_url=url, speak_url=url, patience=0.5, speaks_within=0.5
    )
    yield speech
    await speech.close()


@pytest.fixture
async def world(speech: SpeechServers) -> AsyncIterator[VoiceWorld]:
    async with voice_world(speech) as world:
        yield world


@pytest.fixture
async def locked(speech: SpeechServers) -> AsyncIterator[VoiceWorld]:
    async with voice_world(speech, locked=True) as world:
        yield world


def faults(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


# ── what is offered ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_page_learns_what_there_is(world: VoiceWorld):
    answer = await world.http.get("/voice/voices")
    voices = [{"id": name, "name": name, "lang": ""} for name in ("ash", "nova")]
    assert answer.json() == {"voices": voices, "listens": True, "speaks": True, "kept": False}
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["permissions-policy"] == "camera=(), geolocation=(), microphone=(self)"


async def test_where_there_is_no_service_that_is_said(caplog: pytest.LogCaptureFixture):
    async with voice_world(Mute()) as world:
        session = world.hub.new().id
        assert (await world.http.get("/voice/voices")).json() == {
            "voices": [],
            "listens": False,
            "speaks": False,
            "kept": False,
        }
        answer = await world.say(session)
        assert (answer.status_code, answer.json()["error"]["kind"]) == (503, "no_speech")
        told, _ = await world.heard(session)
        assert told[0]["error"]["kind"] == "no_speech"
    assert faults(caplog) == []


# ── speaking ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_first_of_the_audio_is_there_before_the_service_has_the_rest(
    world: VoiceWorld, service: SpeechServer
):
    go_on = asyncio.Event()
    service.plays(Stream(type="audio/wav"), WAV, Wait(go_on), b"more")
    asked = {"session": world.hub.new().id, "text": SAID, "voice": "nova", "speed": 1.5, "lang": "en-US"}
    async with world.http.stream("POST", "/voice/speech", json=asked) as answer:
        chunks = answer.aiter_raw()
        assert await anext(chunks) == WAV
        go_on.set()
        assert b"".join([chunk async for chunk in chunks]) == b"more"
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert "content-encoding" not in answer.headers
    body = {"model": "tts-1", "input": SAID, "voice": "nova", "response_format": "wav", "speed": 1.5}
    assert service.asked[0].body == body


@pytest.mark.parametrize("script", [(Hang(),), (Stream(type="audio/wav"), WAV, Hang())])
async def test_who_stops_listening_stops_the_service(
    script: Any, world: VoiceWorld, service: SpeechServer, speech: SpeechServers, caplog: pytest.LogCaptureFixture
):
    speech._speaks_within = 60
    service.plays(*script)
    listening = asyncio.create_task(world.say(world.hub.new().id))
    await until(lambda: len(service.asked) == 1)
    listening.cancel()
    await service.wait_closed()
    await world.wait_idle()
    assert faults(caplog) == []


@pytest.mark.parametrize(("end", "kind"), [(Cut("rst"), "cut"), (Hang(), "timeout")])
async def test_half_a_sentence_is_heard_as_far_as_it_came(
    end: Any, kind: str, world: VoiceWorld, service: SpeechServer, caplog: pytest.LogCaptureFixture
):
    service.plays(Stream(type="audio/wav"), WAV, Wait(go_on := asyncio.Event()), end)
    asked = {"session": world.hub.new().id, "text": SAID}
    async with world.http.stream("POST", "/voice/speech", json=asked) as answer:
        chunks = answer.aiter_raw()
        assert await anext(chunks) == WAV
        go_on.set()
        assert [chunk async for chunk in chunks] == []
    assert faults(caplog) == [f"the speech service broke off: {kind}"]


@pytest.mark.parametrize(
    ("reply", "status", "kind"),
    [
        (Reply(status=401), 502, "bad_key"),
        (Reply(status=429, headers={"retry-after": "3"}), 429, "rate_limited"),
        (Reply(status=500, body=f"no {SAID} with {KEY}"), 502, "overloaded"),
        (Reply(body="<html>", type="text/html"), 502, "no_server"),
        (Reply(body=b"", type="audio/wav"), 502, "cut"),
        (Hang(), 504, "timeout"),
        (Cut(), 502, "cut"),
    ],
)
async def test_a_service_that_fails_is_one_sentence(
    reply: Any, status: int, kind: str, world: VoiceWorld, service: SpeechServer, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    service.plays(reply)
    answer = await world.say(world.hub.new().id, text=SAID)
    assert (answer.status_code, answer.json()["error"]["kind"]) == (status, kind)
    assert answer.json()["error"]["message"].endswith((".", "?"))
    assert answer.headers.get("retry-after") == ("3" if kind == "rate_limited" else None)
    for secret in ("brown fox", KEY, KEY[8:20]):
        assert secret not in answer.text + caplog.text


@pytest.mark.parametrize(
    ("asked", "status", "sentence"),
    [
        ({"text": "a" * 2001}, 413, "That text has 2,001 characters; 2,000 can be said at once."),
        ({"text": " \n"}, 400, "There is nothing to say."),
        ({"text": 1}, 400, "text: a text should be there."),
        ({"voice": "xenia"}, 400, "That voice is not there any more. Choose another one."),
        ({"voice": None}, 400, "voice: a text should be there."),
        ({"speed": "fast"}, 400, "speed: a number should be there."),
        ({"speed": True}, 400, "speed: a number should be there."),
        ({"session": "nobody-has-it"}, 404, "There is no such session. It may have been deleted."),
        ({"session": "../.."}, 404, "There is no such session. It may have been deleted."),
        ({"text": "a" * 1_000_000}, 413, "That request is too large: 1 MB is the most."),
    ],
)
async def test_what_cannot_be_said_is_told(
    asked: dict[str, Any], status: int, sentence: str, world: VoiceWorld, service: SpeechServer
):
    answer = await world.say(asked.pop("session", world.hub.new().id), **asked)
    assert (answer.status_code, answer.json()["error"]["message"]) == (status, sentence)
    assert service.asked == []


async def test_a_speed_that_no_machine_can_count_is_the_fastest(world: VoiceWorld, service: SpeechServer):
    service.plays(Reply(body=WAV, type="audio/wav"))
    assert (await world.say(world.hub.new().id, speed=10**400)).content == WAV
    assert service.asked[0].body["speed"] == 4.0


@pytest.mark.parametrize("body", [b"", b"no", b"[]", b"[" * 50_000, b"{}", b"\xff", b'{"session": "x"}'])
async def test_nonsense_is_refused(body: bytes, world: VoiceWorld):
    answer = await world.http.post("/voice/speech", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["kind"] == "bad_request"


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "none"}, {}],
)
async def test_another_page_gets_nothing_spoken(headers: dict[str, str], world: VoiceWorld):
    async with httpx.AsyncClient(base_url=world.url) as other:
        body = {"session": world.hub.new().id, "text": "Hello"}
        answer = await other.post("/voice/speech", json=body, headers=headers)
        assert answer.status_code == 403
        assert "own pages only" in answer.json()["error"]["message"]
        if "site" in headers.get("sec-fetch-site", ""):
            assert (await other.get("/voice/voices", headers=headers)).status_code == 403


async def test_another_page_is_not_listened_to(world: VoiceWorld):
    with pytest.raises(InvalidStatus) as refused:
        await world.heard(world.hub.new().id, headers={"origin": "http://evil.example"})
    assert refused.value.response.status_code == 403


async def test_nor_is_one_that_the_api_is_open_to(world: VoiceWorld):
    session = world.hub.new().id
    told, _ = await world.heard(session, headers={"origin": "http://localhost:1"})
    assert told == [{"error": {"kind": "forbidden", "message": OWN}}]
    async with world.listen(session, headers={"origin": world.url}) as line:
        await line.send("{}")
        told, _ = await rest(line)
    assert told[0]["error"]["kind"] == "bad_request"


# ── listening ────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_said_is_written_down_while_the_service_hears_it(world: VoiceWorld, service: SpeechServer):
    go_on = asyncio.Event()
    service.plays(Stream(), delta("What"), Wait(go_on), delta(" is it?"), done("What is it?"))
    async with world.listen(world.hub.new().id, lang="pt-BR") as line:
        for piece in (b"one", b"", b"two"):
            await line.send(piece)
        await line.send(DONE)
        assert json.loads(await line.recv()) == {"words": "What"}
        go_on.set()
        told, code = await rest(line)
    assert (told[-1], code) == ({"text": "What is it?"}, 1000)
    assert all(set(one) == {"words"} for one in told[:-1])
    body = service.asked[0].body
    assert body["file"] == ("speech.webm", b"onetwo", "audio/webm")
    assert body["language"] == "pt"


async def test_a_service_that_does_not_stream_will_do(world: VoiceWorld, service: SpeechServer):
    service.plays(Reply(status=400, body={"error": "stream is not supported"}))
    service.plays(Reply(body={"text": "Hello."}))
    told, code = await world.heard(world.hub.new().id, b"x", DONE)
    assert (told[-1], code) == ({"text": "Hello."}, 1000)


async def test_where_nothing_was_said_nothing_is_written(world: VoiceWorld, service: SpeechServer):
    service.plays(Reply(body={"text": ""}))
    assert await world.heard(world.hub.new().id, b"x", DONE) == ([{"text": ""}], 1000)


async def test_ten_thousand_pieces_are_one_recording(world: VoiceWorld, service: SpeechServer):
    service.plays(Reply(body={"text": "Long."}))
    told, _ = await world.heard(world.hub.new().id, *[b"12345"] * 10_000, DONE)
    assert told[-1] == {"text": "Long."}
    assert len(service.asked[0].body["file"][1]) == 50_000


@pytest.mark.parametrize(
    ("frames", "kind"),
    [
        (["Hello"], "bad_request"),
        (["{}"], "bad_request"),
        (["[true]"], "bad_request"),
        (['{"done": 1}'], "bad_request"),
        (["[" * 100_000], "bad_request"),
        ([DONE], "bad_request"),
        ([b"", DONE], "bad_request"),
        ([b"x", "more"], "bad_request"),
        ([b"x" * 1_000_001], "too_long"),
        ([b"x" * 1_000_000] * 26, "too_long"),
    ],
)
async def test_a_liar_gets_one_sentence_and_no_more(
    frames: list[Any], kind: str, world: VoiceWorld, service: SpeechServer, caplog: pytest.LogCaptureFixture
):
    told, _ = await world.heard(world.hub.new().id, *frames)
    assert [one["error"]["kind"] for one in told] == [kind]
    assert service.asked == []
    assert faults(caplog) == []


async def test_who_does_not_hang_up_is_hung_up_on(world: VoiceWorld, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hearing, "PARTING", 0.1)
    async with world.listen("gone") as line:
        await line.recv()
        await line.send(b"x")
        await line.wait_closed()
    assert line.close_code == 1008


async def test_done_said_twice_does_no_harm(world: VoiceWorld, service: SpeechServer):
    service.plays(Reply(body={"text": "Yes."}))
    told, code = await world.heard(world.hub.new().id, b"x", DONE, DONE)
    assert (told[-1], code) == ({"text": "Yes."}, 1000)


async def test_more_after_the_end_is_refused_and_the_service_let_go(world: VoiceWorld, service: SpeechServer):
    service.plays(Hang())
    async with world.listen(world.hub.new().id) as line:
        await line.send(b"x")
        await line.send(DONE)
        await until(lambda: len(service.asked) == 1)
        await line.send(b"y")
        told, _ = await rest(line)
    assert told[0]["error"]["kind"] == "bad_request"
    await service.wait_closed()


async def test_a_recording_that_never_ends_is_given_up(
    world: VoiceWorld, service: SpeechServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(hearing, "SILENCE", 0.1)
    told, _ = await world.heard(world.hub.new().id, b"x")
    assert told[0]["error"]["message"] == "The recording did not come to its end. Say it again."
    assert service.asked == []


async def test_a_recording_may_not_take_for_ever(world: VoiceWorld, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hearing, "WHOLE", 0.1)
    async with world.listen(world.hub.new().id) as line:
        await line.send(b"x")
        told, _ = await rest(line)
    assert told[0]["error"]["kind"] == "bad_request"


async def test_a_line_that_waits_for_somebody_to_speak_ends_quietly(world: VoiceWorld, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hearing, "SILENCE", 0.05)
    assert await world.heard(world.hub.new().id) == ([], 1000)


async def test_who_goes_while_they_speak_is_forgotten(world: VoiceWorld, service: SpeechServer):
    async with world.listen(world.hub.new().id) as line:
        await line.send(b"x" * 100_000)
        line.transport.abort()
    service.plays(Reply(body={"text": "Yes."}))
    await world.heard(world.hub.new().id, b"x", DONE)
    assert len(service.asked) == 1


@pytest.mark.parametrize("script", [(Hang(),), (Stream(), delta("What"), Hang())])
async def test_who_goes_while_the_service_hears_stops_it(
    script: Any, world: VoiceWorld, service: SpeechServer, speech: SpeechServers, caplog: pytest.LogCaptureFixture
):
    speech._patience = 60
    service.plays(*script)
    async with world.listen(world.hub.new().id) as line:
        await line.send(b"x")
        await line.send(DONE)
        await until(lambda: len(service.asked) == 1)
        line.transport.abort()
    await service.wait_closed()
    await world.wait_idle()
    assert faults(caplog) == []


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ((Reply(status=401),), "bad_key"),
        ((Reply(status=429),), "rate_limited"),
        ((Reply(status=500, body=f"no {KEY}"),), "overloaded"),
        ((Reply(body="<html>", type="text/html"),), "no_server"),
        ((Reply(body="{no json", type="application/json"),), "no_server"),
        ((Hang(),), "timeout"),
        ((Stream(), delta("What"), Cut("rst")), "cut"),
        ((Stream(), delta("What"), Hang()), "timeout"),
    ],
)
async def test_a_service_that_cannot_hear_is_one_sentence(
    script: Any, kind: str, world: VoiceWorld, service: SpeechServer, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    service.plays(*script)
    told, _ = await world.heard(world.hub.new().id, b"x", DONE)
    error = told[-1]["error"]
    assert error["kind"] == kind
    assert error["message"].endswith((".", "?"))
    assert [set(one) for one in told[:-1]] in ([], [{"words"}])
    assert KEY not in error["message"] + caplog.text
    assert faults(caplog) == []


@pytest.mark.parametrize("type", ["", "text/html", "audio/midi"])
async def test_what_is_no_recording_is_told(type: str, world: VoiceWorld):
    told, _ = await world.heard(world.hub.new().id, type=type)
    assert told[0]["error"]["message"].startswith("That is no recording")


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_session_in_which_nobody_has_said_anything_yet_will_do(world: VoiceWorld, service: SpeechServer):
    session = world.hub.new()  # as `/` has it: in memory, without a card
    assert world.hub.card(session.id) is None
    service.plays(Reply(body={"text": "First."}))
    told, _ = await world.heard(session.id, b"x", DONE)
    assert told[-1] == {"text": "First."}
    service.plays(Reply(body=WAV, type="audio/wav"))
    assert (await world.say(session.id)).content == WAV
    assert world.hub.cards() == []
    assert len(session.log) == 0


async def test_a_session_that_is_gone_is_told(world: VoiceWorld):
    told, _ = await world.heard("gone")
    assert told[0]["error"]["kind"] == "not_found"
    assert world.hub.here("gone") is None


WHO = {
    "adas, by ada": ({"user": "ada"}, {}, ""),
    "adas, by ben": ({"user": "ben"}, {}, "forbidden"),
    "shared with ben, who takes part": ({"user": "ben"}, {"ben": "member"}, ""),
    "shared with ben, who watches": ({"user": "ben"}, {"ben": "viewer"}, "forbidden"),
    "shared with ben, who is a viewer": ({"user": "ben", "role": "viewer"}, {"ben": "member"}, "forbidden"),
    "by the owner of the server": ({"user": "olga", "role": "owner"}, {}, ""),
    "by nobody": (None, {}, "unauthorized"),
}


@pytest.mark.parametrize("who", WHO)
async def test_only_who_takes_part_may_talk(who: str, locked: VoiceWorld, service: SpeechServer):
    person, people, kind = WHO[who]
    session = locked.hub.new(owner="ada")
    session.rename("Trams")
    for user, role in people.items():
        session.share(user, role)  # type: ignore[arg-type]
    headers = locked.cookie(**person) if person else {}
    service.plays(Reply(body=WAV, type="audio/wav"))
    answer = await locked.say(session.id, headers=headers)
    if not kind:
        assert answer.content == WAV
        service.plays(Reply(body={"text": "Yes."}))
        told, _ = await locked.heard(session.id, b"x", DONE, headers=headers)
        assert told[-1] == {"text": "Yes."}
        return
    assert answer.json()["error"]["kind"] == kind
    assert service.asked == []
    if person is None:
        with pytest.raises(InvalidStatus):
            await locked.heard(session.id)
        assert (await locked.http.get("/voice/voices")).status_code == 401
    else:
        told, _ = await locked.heard(session.id, headers=headers)
        assert told[0]["error"]["kind"] == kind


async def test_who_may_not_take_part_any_more_is_not_written_down(locked: VoiceWorld, service: SpeechServer):
    session = locked.hub.new(owner="ada")
    session.share("ben", "member")
    async with locked.listen(session.id, headers=locked.cookie("ben")) as line:
        await line.send(b"x")
        session.share("ben", "viewer")
        await line.send(DONE)
        told, _ = await rest(line)
    assert told[0]["error"]["kind"] == "forbidden"
    assert service.asked == []


async def test_a_session_that_is_deleted_while_they_speak_is_not_written_down(
    locked: VoiceWorld, service: SpeechServer
):
    session = locked.hub.new(owner="ada")
    session.rename("Trams")
    async with locked.listen(session.id, headers=locked.cookie("ada")) as line:
        await line.send(b"x")
        await locked.hub.delete(session.id)
        await line.send(DONE)
        told, _ = await rest(line)
    assert told[0]["error"]["kind"] == "not_found"
    assert service.asked == []


async def test_a_token_that_runs_out_ends_the_recording_and_what_the_service_does_with_it(
    locked: VoiceWorld, service: SpeechServer, speech: SpeechServers, caplog: pytest.LogCaptureFixture
):
    speech._patience = 60
    service.plays(Hang())
    claims = {"user_id": "ada", "role": "member", "exp": time.time() + 0.5}
    headers = {"cookie": f"{COOKIE}={jwt.encode(claims, SECRET, 'HS256')}"}
    session = locked.hub.new(owner="ada").id
    async with (
        locked.listen(session, headers=headers) as speaks,
        locked.listen(session, headers=headers) as waits,
    ):
        await speaks.send(b"x")
        await waits.send(b"x")
        await waits.send(DONE)
        await until(lambda: len(service.asked) == 1)
        assert (await rest(speaks), await rest(waits)) == (([], 4001), ([], 4001))
    await service.wait_closed()
    assert faults(caplog) == []


async def test_one_person_cannot_take_all_of_it(locked: VoiceWorld, service: SpeechServer):
    session = locked.hub.new(owner="ada").id
    ada = locked.cookie("ada")
    lines = [await locked.listen(session, headers=ada) for _ in range(4)]
    for line in lines:
        await line.send(b"x")
    told, _ = await locked.heard(session, headers=ada)
    assert told[0]["error"]["kind"] == "too_many_connections"
    assert "Too many people are speaking at once" in told[0]["error"]["message"]
    service.plays(Reply(body={"text": "Yes."}))
    mine = locked.hub.new(owner="ben").id
    told, _ = await locked.heard(mine, b"x", DONE, headers=locked.cookie("ben"))
    assert told[-1] == {"text": "Yes."}
    for line in lines:
        await line.close()
    service.plays(Reply(body={"text": "Again."}))
    told, _ = await locked.heard(session, b"x", DONE, headers=ada)
    assert told[-1] == {"text": "Again."}


async def test_what_is_spoken_at_once_has_a_bound(locked: VoiceWorld, service: SpeechServer, speech: SpeechServers):
    speech._speaks_within = 60
    session = locked.hub.new(owner="ada").id
    headers = locked.cookie("ada")
    for _ in range(4):
        service.plays(Hang())
    asking = [asyncio.create_task(locked.say(session, headers=headers)) for _ in range(4)]
    await until(lambda: len(service.asked) == 4)
    answer = await locked.say(session, headers=headers)
    assert (answer.status_code, answer.json()["error"]["kind"]) == (429, "too_many_connections")
    for one in asking:
        one.cancel()
    await asyncio.wait(asking)


async def test_who_never_takes_what_is_spoken_holds_no_seat(
    service: SpeechServer, speech: SpeechServers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(speaking, "SPEAKING", 0.5)
    monkeypatch.setattr(speaking, "PARTING", 0.1)
    monkeypatch.setattr(voice, "AT_ONCE", 1)
    service.plays(Reply(body=WAV + bytes(30_000_000), type="audio/wav"))
    async with voice_world(speech) as world:
        session = world.hub.new().id
        async with world.http.stream("POST", "/voice/speech", json={"session": session, "text": SAID}) as stalled:
            assert stalled.status_code == 200
            assert (await world.say(session)).status_code == 429
            await service.wait_closed()
            service.plays(Reply(body=WAV, type="audio/wav"))
            async with asyncio.timeout(5):
                while (answer := await world.say(session)).status_code == 429:
                    pass
            assert answer.content == WAV


async def test_all_recordings_together_have_a_bound(world: VoiceWorld, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hearing, "TOGETHER", 150_000)
    session = world.hub.new().id
    async with world.listen(session) as line:
        await line.send(b"x" * 100_000)
        await line.ping()
        told, _ = await world.heard(session, b"x" * 100_000)
        assert told[0]["error"]["kind"] == "busy"


async def test_a_server_that_stops_waits_for_no_voice(service: SpeechServer, speech: SpeechServers):
    speech._patience = speech._speaks_within = 60
    async with voice_world(speech) as world:
        session = world.hub.new().id
        service.plays(Stream(type="audio/wav"), WAV, Hang())
        listening = asyncio.create_task(world.say(session))
        await until(lambda: len(service.asked) == 1)
        service.plays(Hang())
        async with world.listen(session) as speaks, world.listen(session) as waits:
            await speaks.send(b"x")
            await waits.send(b"x")
            await waits.send(DONE)
            await until(lambda: len(service.asked) == 2)
            began = time.monotonic()
            await world.stop()
            assert time.monotonic() - began < 3
        await asyncio.wait([listening])
    await service.wait_closed()


# ── the disk ─────────────────────────────────────────────────────────────────────────────────────────────


class Watched:
    """Which files somebody opens to write to, also those without a name."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.on = False
        sys.addaudithook(self._heard)

    def _heard(self, what: str, args: tuple[Any, ...]) -> None:
        if self.on and what == "open":
            path, mode, flags = args
            if (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & 3):
                self.written.append(str(path))
        elif self.on and what.startswith(("tempfile.", "os.mkdir")):
            self.written.append(what)


@pytest.fixture(scope="module")
def watched() -> Watched:
    return Watched()  # a hook stays for good


async def test_what_people_say_is_never_on_disk(
    world: VoiceWorld, service: SpeechServer, speech: SpeechServers, watched: Watched
):
    session = world.hub.new().id
    pieces = [b"x" * 999_999] * 24
    assert sum(map(len, pieces)) < LARGEST
    service.plays(Reply(body={"text": "Long."}))
    service.plays(Reply(body=WAV + bytes(5_000_000), type="audio/wav"))
    await speech.prepare()
    await speech.voices()
    watched.on = True
    try:
        told, _ = await world.heard(session, *pieces, DONE)
        assert len((await world.say(session)).content) > 5_000_000
    finally:
        watched.on = False
    assert told[-1] == {"text": "Long."}
    assert watched.written == []


async def test_the_watch_sees_what_it_should(watched: Watched, tmp_path: Path):
    import tempfile

    watched.on = True
    with tempfile.SpooledTemporaryFile(max_size=10, dir=tmp_path) as file:
        file.write(b"x" * 100)
    watched.on = False
    assert watched.written
    watched.written.clear()


async def test_recordings_are_kept_only_where_that_was_asked_for(
    speech: SpeechServers, service: SpeechServer, tmp_path: Path
):
    folder = tmp_path / "said" / "here"
    recordings = KeptRecordings(folder, MovedClock())
    async with voice_world(speech, recordings=recordings) as world:
        assert (await world.http.get("/voice/voices")).json()["kept"] is True
        session = world.hub.new("standup").id
        for _ in range(2):
            service.plays(Reply(body={"text": "Yes."}))
            await world.heard(session, b"what was said", DONE)
        async with world.listen(session) as line:
            await line.send(b"half of it")
        await until(lambda: len(list(folder.iterdir())) == 2)
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == [
        "2027-01-15T08-00-00.000_standup.webm",
        "2027-01-15T08-00-00.000_standup.webm.2",
    ]
    assert {file.read_bytes() for file in files} == {b"what was said"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_a_disk_that_refuses_is_a_notice_and_the_words_come_all_the_same(
    speech: SpeechServers, service: SpeechServer
):
    class Full:
        def keep(self, session: str, recording: Recording) -> None:
            raise StorageError("A recording could not be kept.")

    async with voice_world(speech, recordings=Full()) as world:
        service.plays(Reply(body={"text": "Yes."}))
        told, _ = await world.heard(world.hub.new().id, b"x", DONE)
        assert told[-1] == {"text": "Yes."}
        await until(lambda: world.hub.notices == ["A recording could not be kept."])


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="There is no folder that nobody can write to.")
def test_a_folder_that_cannot_be_is_told_at_the_start(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"Choose another with --recordings\.$"):
        KeptRecordings(tmp_path / "file" / "below", RealClock())
    with pytest.raises(StorageError, match=r"^Recordings cannot be kept in /proc\. Choose another"):
        KeptRecordings(Path("/proc"), RealClock())
    recordings = KeptRecordings(tmp_path / "gone", RealClock())
    assert list((tmp_path / "gone").iterdir()) == []
    (tmp_path / "gone").rmdir()
    with pytest.raises(StorageError, match=r"^A recording could not be kept"):
        recordings.keep("standup", Recording(data=b"x", media="audio/webm"))
