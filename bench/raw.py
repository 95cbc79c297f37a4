"""The physical limit of one hop: a websocket page that appends text, in 30 lines of Starlette.

python -m bench.raw PORT FOLDER
"""

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from .source import Order, stream

PAGE = """<!doctype html><meta charset="utf-8"><title>Raw</title>
<pre style="white-space: pre-wrap"></pre><input aria-label="Message"><button>Send</button>
<script>
const text = document.querySelector("pre").appendChild(document.createTextNode(""));
const socket = new WebSocket(`ws://${location.host}/socket`);
socket.onmessage = (event) => text.appendData(event.data);
document.querySelector("button").onclick = () => socket.send(document.querySelector("input").value);
</script>"""


async def page(request: Request) -> HTMLResponse:
    return HTMLResponse(PAGE)


async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    async for asked in websocket.iter_text():
        async for token in stream(Order.read(asked), Path(sys.argv[2])):
            await websocket.send_text(token)


if __name__ == "__main__":
    app = Starlette(routes=[Route("/", page), WebSocketRoute("/socket", socket)])
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
