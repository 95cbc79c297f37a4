"""What both SDKs send through: it goes where it was told to and nowhere else, and reads no more than makes sense."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from .endpoint import Endpoint

if TYPE_CHECKING:
    import httpx2

EVENT = 16 << 20  # bytes of one event of a stream; the longest known repeat a whole answer
COMPLAINT = 1 << 20  # … that are read of an answer that is an error


def options(endpoint: Endpoint) -> dict[str, Any]:
    """What the SDKs' `DefaultAsyncHttpxClient` is made with."""
    import httpx2

    out: dict[str, Any] = {
        "timeout": httpx2.Timeout(connect=10, read=600 if endpoint.local else 120, write=60, pool=10),
        "follow_redirects": False,  # a key and a conversation stay where they were meant to go
        "headers": {"accept-encoding": "identity"},  # what is small when it comes may be huge when it is unpacked
        "event_hooks": {"response": [_bound]},
    }
    if endpoint.local:  # with a transport of its own, since no proxy gets to see this machine's servers
        out |= {"trust_env": False, "transport": httpx2.AsyncHTTPTransport()}
    return out


async def _bound(response: httpx2.Response) -> None:
    """Makes `response` end where it is too long. Raises DecodingError where it is packed, which nobody asked for."""
    import httpx2

    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise httpx2.DecodingError("It is packed.", request=response.request)
    stream = response.stream
    assert isinstance(stream, httpx2.AsyncByteStream)
    chunks = _events(stream, response.request) if response.is_success else _beginning(stream)

    class Bounded(httpx2.AsyncByteStream):
        def __aiter__(self) -> AsyncIterator[bytes]:
            return chunks

        async def aclose(self) -> None:
            await stream.aclose()

    response.stream = Bounded()


async def _events(stream: httpx2.AsyncByteStream, request: httpx2.Request) -> AsyncIterator[bytes]:
    import httpx2

    size = 0
    async for chunk in stream:
        end = max(chunk.rfind(b"\n\n"), chunk.rfind(b"\n\r\n"))
        size = len(chunk) - end if end >= 0 else size + len(chunk)
        if size > EVENT:
            raise httpx2.DecodingError("It has no end.", request=request)
        yield chunk


async def _beginning(stream: httpx2.AsyncByteStream) -> AsyncIterator[bytes]:
    room = COMPLAINT
    async for chunk in stream:
        yield chunk[:room]
        room -= len(chunk)
        if room <= 0:
            return
