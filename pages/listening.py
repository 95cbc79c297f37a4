"""What uvicorn leaves to us: peers that are gone without a word, and a last word to those that are not."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

import uvicorn

GONE = 40  # seconds that what was sent may stay without an answer; a heartbeat comes at most 15 s after the last word
OPTIONS = {
    "SO_KEEPALIVE": (socket.SOL_SOCKET, 1),
    "TCP_KEEPIDLE": (socket.IPPROTO_TCP, 20),
    "TCP_KEEPINTVL": (socket.IPPROTO_TCP, 8),
    "TCP_KEEPCNT": (socket.IPPROTO_TCP, 3),
    "TCP_USER_TIMEOUT": (socket.IPPROTO_TCP, GONE * 1000),
}


def notice_dead_peers(server: uvicorn.Server) -> None:
    """From now on a connection whose other end is gone, or takes nothing, ends within a minute, where the system can.

    Websockets are asked by uvicorn; all others, and those to whom something is still to be sent, only the system can
    ask. Connections have these options from the socket that they were accepted on.
    """
    for listening in server.servers:
        for one in listening.sockets:
            with socket.socket(fileno=socket.dup(one.fileno())) as again:
                for name, (level, value) in OPTIONS.items():
                    if option := getattr(socket, name, None):
                        with suppress(OSError):
                            again.setsockopt(level, option, value)


def say_goodbye(server: uvicorn.Server, goodbye: Callable[[], Awaitable[None]]) -> None:
    """Awaits `goodbye` when the server is told to stop, while connections are still open: the `on_shutdown` handlers
    come after uvicorn has cut them off."""
    shutdown = server.shutdown

    async def with_goodbye(sockets: list[socket.socket] | None = None) -> None:
        try:
            await goodbye()
        finally:
            await shutdown(sockets)

    server.shutdown = with_goodbye  # type: ignore[method-assign]
