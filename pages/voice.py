"""The speech service of this server, for browsers that cannot listen or speak themselves: which doors it has, and what
it offers. agent/speech.py has what is behind it."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from agent.errors import Forbidden
from agent.limits import Seats
from agent.speech import Recordings, Speech

from .api.doors import Doors
from .api.refusals import refusal
from .hearing import Hearing
from .speaking import OWN, Speaking

AT_ONCE, EACH = 32, 4  # recordings, and sentences: of all people, and of each


def mount(app: FastAPI, doors: Doors, speech: Speech, recordings: Recordings | None = None) -> VoiceDoor:
    """Registers `GET /voice/voices`, `POST /voice/speech` and the websocket `/voice/listen`."""
    each = None if doors.locks.open else EACH
    hearing = Hearing(doors, speech, recordings, Seats(AT_ONCE, each))
    speaking = Speaking(doors, speech, Seats(AT_ONCE, each))
    door = VoiceDoor(speech, kept=recordings is not None)
    app.add_api_route("/voice/voices", door.voices, methods=["GET"], include_in_schema=False)
    app.router.routes.append(Route("/voice/speech", speaking, methods=["POST"]))
    app.router.routes.append(WebSocketRoute("/voice/listen", hearing.listen))
    return door


class VoiceDoor:
    """What is offered now: a key that is pasted in Settings counts at once. `kept`: recordings are."""

    def __init__(self, speech: Speech, *, kept: bool) -> None:
        self._speech = speech
        self._kept = kept

    @property
    def offers(self) -> dict[str, bool]:
        return {"listens": self._speech.listens, "speaks": self._speech.speaks, "kept": self._kept}

    async def voices(self, request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return refusal(Forbidden(OWN))
        self._preparing = asyncio.create_task(self._speech.prepare())  # somebody is about to talk
        voices = [{"id": voice.id, "name": voice.name, "lang": voice.lang} for voice in await self._speech.voices()]
        return JSONResponse({"voices": voices, **self.offers}, headers={"cache-control": "no-store"})
