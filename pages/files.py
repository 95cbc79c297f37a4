"""The door for attachments: a page posts a file, and whoever knows its id may have it back."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from urllib.parse import quote, unquote, urlsplit

from fastapi import Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from nicegui import app
from starlette.requests import ClientDisconnect

from agent.access import ANYBODY
from agent.attachments import GONE, LARGEST, POSSIBLE, attached
from agent.errors import BadRequest, Busy, NotFound, ThinkaloudError, TooLong
from agent.hub import Hub
from agent.media import media_type

ARRIVING = 10 * LARGEST  # bytes that may be on their way to the disk at once, of all people together
SILENCE, WHOLE = 30, 900  # seconds that a browser may send nothing of a file, and take for all of it
FILE_HEADERS = {
    # what somebody attached may be a page in disguise: it runs nothing, asks for nothing, and is shown nowhere else
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, max-age=31536000, immutable",
}


def mount(hub: Hub) -> None:
    """Registers `POST /files` and `GET /files/{id}`."""
    door = Door(hub)
    app.add_api_route("/files", door.take, methods=["POST"], include_in_schema=False)
    app.add_api_route("/files/{id}", door.give, methods=["GET", "HEAD"], include_in_schema=False)


class Door:
    """What it refuses, it refuses with a sentence as plain text."""

    def __init__(self, hub: Hub) -> None:
        self._attachments = hub.attachments
        self._arriving = 0

    async def take(self, request: Request) -> Response:
        """The body is the file, `x-file-name` its name, percent-encoded. Answers `{id, name, type, size}`."""
        if not is_own(request):
            return PlainTextResponse("Files can be attached on this server's own pages only.", 403)
        if (getattr(request.state, "person", None) or ANYBODY).role == "viewer":
            return PlainTextResponse("You may watch, but not attach files.", 403)
        data = bytearray()
        try:
            await self._fill(data, request)
            name = unquote(request.headers.get("x-file-name", ""))
            file = await asyncio.to_thread(self._attachments.keep, name, bytes(data))
        except ThinkaloudError as error:
            return PlainTextResponse(error.message, status(error))
        except TimeoutError:
            return PlainTextResponse("That file took too long to arrive: try again.", 408)
        except ClientDisconnect:  # it was taken back
            return Response(status_code=400)
        finally:
            self._arriving -= len(data)
        return JSONResponse(attached(file), 201)

    async def give(self, id: str) -> Response:
        try:
            file, data = await asyncio.to_thread(self._attachments.read, id)
        except ThinkaloudError as error:
            return PlainTextResponse(error.message, status(error))
        media = media_type(data)
        if media is None:  # somebody changed it on disk
            return PlainTextResponse(GONE, 404)
        headers = {**FILE_HEADERS, "content-disposition": disposition(file.name, inline=media.startswith("image/"))}
        return Response(data, media_type=media, headers=headers)

    async def _fill(self, data: bytearray, request: Request) -> None:
        """All of the body, unless it is too much: then the rest is not even looked at. Raises TimeoutError, too."""
        if int(request.headers.get("content-length") or 0) > LARGEST:
            raise TooLong(f"That file is too large. {POSSIBLE}")
        async with asyncio.timeout(WHOLE), aclosing(request.stream()) as stream:
            while chunk := await asyncio.wait_for(anext(stream, b""), SILENCE):
                data += chunk
                self._arriving += len(chunk)
                if len(data) > LARGEST:
                    raise TooLong(f"That file is too large. {POSSIBLE}")
                if self._arriving > ARRIVING:
                    raise Busy("Too many files arrive at the moment: try again soon.")


def is_own(request: Request) -> bool:
    """Whether one of our pages asks: a browser says where a request comes from, and a page cannot make it lie."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("origin", ""))  # browsers leave the other out where there is no HTTPS
    return bool(origin.netloc) and origin.netloc == request.headers.get("host")


def status(error: ThinkaloudError) -> int:
    match error:
        case TooLong():
            return 413
        case BadRequest():
            return 415
        case NotFound():
            return 404
        case Busy():
            return 503
        case _:
            return 507


def disposition(name: str, *, inline: bool) -> str:
    """The name in both spellings that RFC 6266 wants."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
