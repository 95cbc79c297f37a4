"""The door for what is to be said aloud: a sentence in, its audio out, from the first byte that the service gives."""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from agent.entering import enter
from agent.errors import BadRequest, Forbidden, ProviderError, ThinkaloudError
from agent.limits import Seats
from agent.sound import sound
from agent.speech import NoSpeech, Speech, mute, speakable

from .api.doors import Doors
from .api.refusals import at_most, refusal
from .attended import seat, unless_gone
from .files import is_own
from .models import explained

ARRIVING, SPEAKING = 30.0, 300.0  # seconds for the text to come, and for all of the audio to go
PARTING = 1.0  # … and for its end, once it was broken off
LARGEST = 1_000_000  # bytes of what is asked
OWN = "The speech service is for this server's own pages only."
FULL = "Too much is being spoken at once. Try again in a moment."
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "sandbox; default-src 'none'",  # whatever it was that the service gave
    "cross-origin-resource-policy": "same-origin",
}
logger = logging.getLogger(__name__)


class Speaking:
    """An ASGI app, so that it hears when nobody listens any more. `seats`: how many sentences there may be at once."""

    def __init__(self, doors: Doors, speech: Speech, seats: Seats) -> None:
        self._doors = doors
        self._speech = speech
        self._seats = seats

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request, begun = Request(scope, receive), False

        async def sends(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            if not is_own(request):
                raise Forbidden(OWN)
            person = self._doors.person(request.state)
            asked = await _asked(request)
            await enter(self._doors.hub, person, asked.session, "take part")
            if not self._speech.speaks:
                raise mute()
            with seat(self._seats, person, FULL):
                await unless_gone(_gone(receive), self._speak(asked, sends))
        except ThinkaloudError as error:
            await _refused(error)(scope, receive, send)
        except ClientDisconnect:
            if not begun:  # nobody reads it, but NiceGUI's middlewares want an answer
                await Response(status_code=400)(scope, receive, send)

    async def _speak(self, asked: Asked, send: Send) -> None:
        begun = False
        try:
            async with asyncio.timeout(SPEAKING):
                text = speakable(sound(asked.text))
                audio = await self._speech.say(text, voice=asked.voice, speed=asked.speed, lang=asked.lang)
                try:
                    headers = {"content-type": audio.media} | HEADERS
                    begun = True
                    await send({"type": "http.response.start", "status": 200, "headers": raw(headers)})
                    async for chunk in audio.chunks:
                        await send({"type": "http.response.body", "body": chunk, "more_body": True})
                finally:
                    await audio.chunks.aclose()
                    await audio.close()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except Exception as error:
            why = _why(error)
            if not begun:
                raise why from None
            # what came is all there is: NiceGUI's middlewares end a body in order, whatever is raised below them
            logger.warning("the speech service broke off: %s", why.kind)
            with suppress(TimeoutError):  # whoever takes nothing holds no seat
                async with asyncio.timeout(PARTING):
                    await send({"type": "http.response.body", "body": b"", "more_body": False})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    session: str
    text: str
    voice: str = ""
    speed: float = 1
    lang: str = ""


async def _asked(request: Request) -> Asked:
    """Raises BadRequest, TooLong, ClientDisconnect."""
    try:
        async with asyncio.timeout(ARRIVING):
            body: object = json.loads(await at_most(LARGEST, request).body())
    except (ValueError, RecursionError):
        raise BadRequest("The body is not JSON.") from None
    except TimeoutError:
        raise BadRequest("The body did not come.") from None
    given: dict[str, Any] = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    known = {name: given[name] for name in Asked.__dataclass_fields__ if name in given}
    for name in ("session", "text", "voice", "lang"):
        if not isinstance(known.get(name, "" if name in ("voice", "lang") else None), str):
            raise BadRequest(f"{name}: a text should be there.")
    if isinstance(known.get("speed"), bool) or not isinstance(known.get("speed", 1), int | float):
        raise BadRequest("speed: a number should be there.")
    return Asked(**known)


def _why(error: Exception) -> ThinkaloudError:
    match error:
        case ThinkaloudError():
            return error
        case TimeoutError():
            return ProviderError("Saying that takes too long. Try again.", kind="timeout")
        case _:
            return ThinkaloudError(explained(error, "a text could not be spoken"))


def _refused(error: ThinkaloudError) -> Response:
    answer = refusal(error)
    match error:
        case NoSpeech():
            answer.status_code = 503
        case ProviderError():
            logger.info("the speech service failed: %s", error.kind)
            answer.status_code = {"rate_limited": 429, "timeout": 504}.get(error.kind, 502)
        case _:
            pass
    return answer


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]
