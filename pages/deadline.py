"""A websocket ends with what let it in: else whoever never hangs up would need no second invitation."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive, Send

CLOSE = {"type": "websocket.close", "code": 4001, "reason": "Invalid token"}


def ended_after(seconds: float, receive: Receive, send: Send) -> tuple[Receive, Send]:
    """The same two, and after `seconds` the websocket is closed as if the other side had hung up."""
    end = asyncio.get_running_loop().time() + seconds
    over = False

    async def receives() -> Message:
        nonlocal over
        if not over:
            try:
                async with asyncio.timeout_at(end):
                    return await receive()
            except TimeoutError:
                over = True
                await send(CLOSE)
        return {"type": "websocket.disconnect", "code": CLOSE["code"], "reason": CLOSE["reason"]}

    async def sends(message: Message) -> None:
        if not over:
            await send(message)

    return receives, sends
