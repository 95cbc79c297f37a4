"""The server itself over HTTP: broadcasts, metrics, and the two documents that describe the doors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from agent.errors import Forbidden, NotFound

from .asyncapi import asyncapi
from .bodies import Announced
from .doors import Doors
from .refusals import DOOR, refusal

SERVER = "0.1.0"
ALONE = ("/metrics", "/openapi.json", "/asyncapi.json")
"""Paths of this file that are not below /api."""

FIGURES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "the server's figures"}
}


class Told(BaseModel):
    connections: int = Field(description="how many were told")


def router(app: FastAPI, doors: Doors) -> APIRouter:
    """`/api/broadcast`, `/metrics`, `/openapi.json`, `/asyncapi.json`, and what is not there."""
    api = APIRouter(tags=["server"], **DOOR)

    @api.post("/api/broadcast", summary="Tell every connection something, or one that has a name")
    async def broadcast(request: Request, body: Announced) -> Told:
        person = doors.person(request.state)
        if person.role == "viewer" or person.rooms:  # who came by a link is a guest in one room
            raise Forbidden("You may watch what is shared with you, but not speak to other connections.")
        if body.to is None and person.role != "owner":
            raise Forbidden("Only an owner of the server may tell everybody something.")
        told = doors.broadcast(body.content, person.user, body.to)
        if body.to is not None and not told:
            raise NotFound("Nobody is connected under that name.")
        return Told(connections=told)

    @api.get("/metrics", response_class=Response, responses=FIGURES, summary="For Prometheus")
    async def metrics(request: Request) -> PlainTextResponse:
        if doors.person(request.state).role != "owner":
            raise Forbidden("Only an owner of the server may see its figures.")
        return PlainTextResponse(figures(doors), media_type="text/plain; version=0.0.4")

    @api.get("/openapi.json", include_in_schema=False)
    async def described() -> JSONResponse:
        return JSONResponse(documents(app)[0])

    @api.get("/asyncapi.json", include_in_schema=False)
    async def described_sockets() -> JSONResponse:
        return JSONResponse(documents(app)[1])

    return api


def catch_all(app: FastAPI) -> None:
    """Programs get a sentence as JSON where nothing is, not a page; to be called when all else is mounted."""
    for path in ("/api/{path:path}", "/api", *ALONE):
        app.router.routes.append(Route(path, Nothing(app), name="nothing", include_in_schema=False))


class Nothing:
    """What answers, whatever the method, where no other route does."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._said(scope)(scope, receive, send)

    def _said(self, scope: Scope) -> Response:
        allowed = sorted(methods(self._app.routes, scope))
        if not allowed:
            return refusal(NotFound("There is nothing at this address. /docs lists what there is."))
        said = refusal(NotFound(f"That cannot be done here. There are: {', '.join(allowed)}."))
        if scope["method"] == "OPTIONS":
            return Response(status_code=204, headers={"allow": ", ".join(allowed)})
        return Response(said.body, 405, {**said.headers, "allow": ", ".join(allowed)})


def methods(routes: Sequence[BaseRoute], scope: Scope) -> set[str]:
    """What may be done at this address, if something may."""
    at = [route for route in iter_route_contexts(routes) if route.methods]
    partial = [route for route in at if route.matches(dict(scope))[0] == Match.PARTIAL]
    return {method for route in partial for method in route.methods or ()}


@cache
def documents(app: FastAPI) -> tuple[dict[str, Any], dict[str, Any]]:
    """OpenAPI and AsyncAPI as they are once all is mounted: they take long to make, and stay as they are."""
    return openapi(app.routes), asyncapi()


def openapi(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """What may be asked over HTTP, as `/openapi.json` tells it."""
    told = get_openapi(
        title="Thinkaloud",
        version=SERVER,
        summary="Watch an agent think, live.",
        description="The websockets are described in /asyncapi.json. Errors are "
        '`{"error": {"kind", "message", "retry_after"?}}`. A token is needed where sign-in is on.',
        routes=routes,
    )
    told.setdefault("components", {})["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "what an invitation has"}
    }
    return told | {"security": [{}, {"token": []}]}


def figures(doors: Doors) -> str:
    """What Prometheus reads."""
    hub = doors.hub
    cards = hub.cards()
    rows = [
        ("sessions", "gauge", "Sessions that are kept.", len(cards)),
        ("sessions_in_memory", "gauge", "Sessions in memory.", hub.in_memory),
        ("runs", "gauge", "Runs that go on.", sum(hub.running(card.id) for card in cards)),
        ("connections", "gauge", "Connections of programs.", doors.seats.taken),
        (
            "turns_total",
            "counter",
            "Turns that have ended, in the sessions that are kept.",
            sum(c.turns for c in cards),
        ),
        ("cost_usd_total", "counter", "What they cost, as far as it is known.", sum(card.cost_usd for card in cards)),
    ]
    return "".join(
        f"# HELP thinkaloud_{name} {help}\n# TYPE thinkaloud_{name} {kind}\nthinkaloud_{name} {value}\n"
        for name, kind, help, value in rows
    )
