"""How a door for programs says no: one JSON shape, one status a kind."""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message

from agent.errors import (
    BadRequest,
    Busy,
    Forbidden,
    NotFound,
    RateLimited,
    StorageError,
    ThinkaloudError,
    TooLong,
    TooManyConnections,
    Unauthorized,
)

LARGEST = 4_000_000  # bytes of a body; AG-UI, which carries files, has a bound of its own


class Refused(BaseModel):
    kind: str = Field(description="for programs", examples=["not_found"])
    message: str = Field(description="one sentence for a person")
    retry_after: float | None = Field(default=None, description="seconds after which it may well work")


class Refusal(BaseModel):
    error: Refused


ANSWERS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Refusal, "description": "It cannot be done; the message says why."},
    507: {"model": Refusal, "description": "The disk refuses."},
}


NO_JSON = "The body is not JSON."


class DoorRoute(APIRoute):
    """A route that turns our errors into answers, and what FastAPI finds wrong with a request into one sentence."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        bounded = self.body_field is not None

        async def handled(request: Request) -> Response:
            try:
                return await handle(at_most(LARGEST, request) if bounded else request)
            except RequestValidationError as error:
                return refusal(BadRequest(sentence(error)))
            except HTTPException as error:  # FastAPI's, where it could not read the body; the cause says why
                match error.__cause__:
                    case ThinkaloudError() as cause:
                        return refusal(cause)
                    case ClientDisconnect():
                        return refusal(BadRequest("The body was cut off."))  # nobody is there to hear it
                    case _:
                        return refusal(BadRequest(NO_JSON))
            except ThinkaloudError as error:
                return refusal(error)

        return handled


def named(route: APIRoute) -> str:
    """What an operation is called in OpenAPI, and with that in clients that are made of it."""
    return f"{route.tags[0]}_{route.name}"


DOOR: dict[str, Any] = {"route_class": DoorRoute, "responses": ANSWERS, "generate_unique_id_function": named}
"""What every router of a door for programs is made with."""


def at_most(bytes: int, request: Request) -> Request:
    """The request, whose body raises TooLong once there is more of it."""
    read = 0

    async def receive() -> Message:
        nonlocal read
        message = await request.receive()
        read += len(message.get("body", b""))
        if read > bytes:
            raise TooLong(f"That request is too large: {bytes // 1_000_000} MB is the most.")
        return message

    return Request(request.scope, receive)


def refusal(error: ThinkaloudError) -> JSONResponse:
    """The answer that says so."""
    said: dict[str, Any] = {"kind": error.kind, "message": error.message}
    headers = {"cache-control": "no-store"}
    if error.retry_after is not None:
        said["retry_after"] = error.retry_after
        headers["retry-after"] = str(math.ceil(error.retry_after))
    return JSONResponse({"error": said}, status(error), headers)


def status(error: ThinkaloudError) -> int:
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


STATUSES: tuple[tuple[type[ThinkaloudError], int], ...] = (  # what is more special comes first
    (TooLong, 413),
    (BadRequest, 400),
    (Unauthorized, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (TooManyConnections, 429),
    (RateLimited, 429),
    (Busy, 409),
    (StorageError, 507),
)
KINDS = {error.kind: status for error, status in sorted(STATUSES, key=lambda one: one[1])}
"""The word for programs → the status."""


def sentence(error: RequestValidationError) -> str:
    """Where the first mistake is, and what it is."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return NO_JSON
    where = ".".join(str(part) for part in first["loc"][1:]) or "The body"
    return f"{where}: {str(first['msg']).removeprefix('Value error, ')}."
