"""The door for what somebody says: a recording comes in while it is made, and its words go back.

It is in memory only, unless whoever runs the server asked for it to be kept.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from contextlib import aclosing, suppress
from typing import Any, cast

from starlette.requests import ClientDisconnect
from starlette.websockets import WebSocket, WebSocketDisconnect

from agent.entering import enter
from agent.errors import BadRequest, Busy, Forbidden, ProviderError, StorageError, ThinkaloudError, TooLong
from agent.limits import Seats
from agent.speech import LARGEST, Recording, Recordings, Speech, deaf, media_of

from .api.doors import Doors
from .attended import seat, unless_gone
from .models import explained
from .speaking import OWN

TOGETHER = 200_000_000  # bytes of recordings that may be here at once
FRAME = 1_000_000  # bytes
SILENCE, WHOLE = 30.0, 630.0  # seconds that a page may send nothing, and take for all of it
WRITING = 610.0  # … that the service may take
PARTING = 1.0  # … that a page has to hang up by itself
OFTEN = 0.1  # … between two looks at the words so far
FULL = "Too many people are speaking at once. Try again in a moment."


class Hearing:
    """`seats` are how many recordings there may be at once."""

    def __init__(self, doors: Doors, speech: Speech, recordings: Recordings | None, seats: Seats) -> None:
        self._doors = doors
        self._speech = speech
        self._recordings = recordings
        self._seats = seats
        self._arriving = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self, socket: WebSocket) -> None:
        """The websocket: bytes, then `{"done": true}`; back come `words` so far, then the `text`, or an `error`."""
        await socket.accept()
        try:
            try:
                await self._listen(socket)
            except ThinkaloudError as error:
                await _refuse(socket, error)
            except TimeoutError:
                late = ProviderError("Writing that down takes too long. Say less at a time.", kind="timeout")
                await _refuse(socket, late)
            except (ClientDisconnect, WebSocketDisconnect, OSError, RuntimeError):
                raise
            except Exception as error:
                await _refuse(socket, ThinkaloudError(explained(error, "a recording could not be written down")))
        except (ClientDisconnect, WebSocketDisconnect, OSError, RuntimeError):
            pass  # gone; starlette says so in these ways

    async def _listen(self, socket: WebSocket) -> None:
        if not self._doors.locks.is_page(socket.scope):
            raise Forbidden(OWN)
        person, session = self._doors.person(socket.state), socket.query_params.get("session", "")
        await enter(self._doors.hub, person, session, "take part")
        if not self._speech.listens:
            raise deaf()
        media, lang = media_of(socket.query_params.get("type", "")), socket.query_params.get("lang", "")
        with seat(self._seats, person, FULL):
            self._beside(self._speech.prepare())  # there is time while they speak
            data, size = bytearray(), 0
            try:
                if not await self._fill(data, socket):
                    return
                await enter(self._doors.hub, person, session, "take part")  # that may have changed
                recording = Recording(data=bytes(data), media=media, lang=lang)
                size = len(data)
                data.clear()  # it is there once, however long the service takes
                if self._recordings:
                    self._keep(self._recordings, session, recording)
                async with asyncio.timeout(WRITING):
                    await unless_gone(_gone(socket), self._write(recording, socket))
            finally:
                self._arriving -= size or len(data)
        await socket.close(1000)

    async def _fill(self, data: bytearray, socket: WebSocket) -> bool:
        """Whether there is a recording, all of it. Raises BadRequest, TooLong, Busy, WebSocketDisconnect."""
        now = asyncio.get_running_loop().time
        end = now() + WHOLE
        while True:
            try:
                message = await asyncio.wait_for(socket.receive(), min(SILENCE, end - now()))
            except TimeoutError:
                if not data:  # it waits for somebody to speak: whoever does so later comes back
                    await socket.close(1000)
                    return False
                raise BadRequest("The recording did not come to its end. Say it again.") from None
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect
            chunk: bytes | None = message.get("bytes")
            if chunk is None:
                _check_done(message)
                if not data:
                    raise BadRequest("Nothing was recorded. Say it again.")
                return True
            data += chunk
            self._arriving += len(chunk)
            if len(chunk) > FRAME:
                raise TooLong("Send the recording in smaller pieces.")
            if len(data) > LARGEST:
                raise TooLong(f"That recording is too long: {LARGEST // 1_000_000} MB is the most. Say less at a time.")
            if self._arriving > TOGETHER:
                raise Busy(FULL)

    async def _write(self, recording: Recording, socket: WebSocket) -> None:
        words, shown = "", -OFTEN
        async with aclosing(self._speech.hear(recording)) as heard:
            async for words in heard:
                now = self._doors.clock.elapsed()
                if words and now - shown >= OFTEN:
                    shown = now
                    await socket.send_json({"words": words})
        await socket.send_json({"text": words})

    def _keep(self, recordings: Recordings, session: str, recording: Recording) -> None:
        """Nobody waits for the disk; what it refuses is a notice, as it is for sessions."""

        async def kept() -> None:
            self._arriving += len(recording.data)  # a disk that is slow does not fill the memory
            try:
                await asyncio.to_thread(recordings.keep, session, recording)
            except StorageError as error:
                notices = self._doors.hub.notices
                notices += {error.message} - {*notices}
            finally:
                self._arriving -= len(recording.data)

        self._beside(kept())

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _gone(socket: WebSocket) -> None:
    """Passes over who says once more that the recording is whole. Raises BadRequest where there is more of it."""
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        _check_done(message)


def _check_done(message: Any) -> None:
    """Raises BadRequest where that is not what ends a recording."""
    try:
        said: object = json.loads(message.get("text") or "")
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or cast("dict[str, object]", said).get("done") is not True:
        raise BadRequest('Send the recording as bytes, then {"done": true}, and no more.')


async def _refuse(socket: WebSocket, error: ThinkaloudError) -> None:
    """Tells why, and lets the page hang up: what is closed while more of a recording comes is cut, and the reason with
    it."""
    await socket.send_json({"error": {"kind": error.kind, "message": error.message}})
    with suppress(TimeoutError):
        async with asyncio.timeout(PARTING):
            while (await socket.receive())["type"] != "websocket.disconnect":
                pass
            return
    await socket.close(1011 if isinstance(error, ProviderError) else 1008)
