"""A bare Starlette endpoint that sends the frames of a script, each at its time; `/loop` sends them all from one loop.

python -m bench.bare PORT FOLDER
"""

import asyncio
import json
import sys
from functools import cache
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

here: set[WebSocket] = set()
begun = asyncio.Event()


async def home(request: Request) -> PlainTextResponse:
    return PlainTextResponse("here")


async def play(request: Request) -> PlainTextResponse:
    """Each connection's endpoint sends its own."""
    begun.set()
    return PlainTextResponse("begun")


async def play_by_loop(request: Request) -> PlainTextResponse:
    """What one loop over all connections can do at its best: it would wait for the slowest of them."""
    start = asyncio.get_running_loop().time()
    for at, frame in script():
        await asyncio.sleep(max(0, start + at / 1000 - asyncio.get_running_loop().time()))
        for websocket in here:
            await websocket.send_text(frame)
    return PlainTextResponse("played")


async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    here.add(websocket)
    playing = asyncio.create_task(played(websocket))
    try:
        while True:
            await websocket.receive_text()
    except WebSocketDisconnect:
        here.discard(websocket)
        playing.cancel()


async def played(websocket: WebSocket) -> None:
    await begun.wait()
    start = asyncio.get_running_loop().time()
    for at, frame in script():
        await asyncio.sleep(max(0, start + at / 1000 - asyncio.get_running_loop().time()))
        await websocket.send_text(frame)


@cache
def script() -> list[tuple[float, str]]:
    return json.loads((Path(sys.argv[2]) / "script.json").read_text())


if __name__ == "__main__":
    routes = [
        Route("/", home),
        Route("/play", play, methods=["POST"]),
        Route("/loop", play_by_loop, methods=["POST"]),
        WebSocketRoute("/socket", socket),
    ]
    uvicorn.run(Starlette(routes=routes), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", ws="wsproto")
