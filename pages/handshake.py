"""Websockets as uvicorn speaks them, but for one thing: what begins with nonsense is refused like any other.

uvicorn 0.54 lets an exception out where a header of the handshake is not ASCII. That would leave a traceback in the
log and the connection in uvicorn's list for good, and then keep the server from shutting down in order.
"""

from __future__ import annotations

from uvicorn.protocols.websockets.wsproto_impl import WSProtocol

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
