"""Websockets as uvicorn speaks them, but for three things.

What begins with nonsense is refused like any other: uvicorn 0.54 lets an exception out where a header of the handshake
is not ASCII, which would leave a traceback in the log and the connection in uvicorn's list for good, and then keep the
server from shutting down in order. Whoever breaks a rule later hears which. And who is gone before being let in is no
error of ours.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.websockets.wsproto_impl import WSProtocol
from wsproto.connection import ConnectionState
from wsproto.events import CloseConnection

NONSENSE = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Handshake(WSProtocol):
    """For `uvicorn.Config.ws_protocol_class`, once that is loaded."""

    def data_received(self, data: bytes) -> None:
        try:
            super().data_received(data)
        except ValueError:  # UnicodeError is one
            if not self.handshake_complete:
                self.transport.write(NONSENSE)
            self.transport.close()

    def handle_close(self, event: CloseConnection) -> None:
        if not self.close_sent and self.conn.state is ConnectionState.OPEN:  # wsproto tells of a broken rule like this
            self.transport.write(self.conn.send(CloseConnection(code=event.code, reason=event.reason)))
        super().handle_close(event)

    async def send(self, message: Any) -> None:
        if message["type"] == "websocket.accept" and self.transport.is_closing():
            self.handshake_complete = True
            return
        await super().send(message)
