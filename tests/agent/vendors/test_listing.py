"""Lists of models from servers that mean no good."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import pytest

from agent.errors import ProviderError
from agent.providers.endpoint import Endpoint
from agent.vendors.listing import listed

from .list_server import list_server, lists, models


def at(url: str) -> Endpoint:
    return Endpoint(vendor="compat", title="Compatible server", url=url)


@pytest.mark.parametrize("name", ["a\u202eb", "a\u200bb", "a\ud83d", "a b", "a\nb", "\x1b[31m", "x" * 201, "", 7, None])
async def test_a_name_that_hides_something_is_not_offered(name: Any) -> None:
    async with list_server(lists("good", {"id": name})) as server:
        assert [model.name for model in await listed(at(server.url))] == ["good"]


async def test_a_list_without_end_is_cut_and_one_that_is_packed_is_not_unpacked() -> None:
    async with list_server(lists(*(f"m{n}" for n in range(20_000)))) as server:
        assert len(await listed(at(server.url))) == 1000
        assert server.asked[0][1]["accept-encoding"] == "identity"
    bomb = gzip.compress(b" " * (50 << 20) + models("a").encode())
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head + bomb)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as packed:
        url = f"http://127.0.0.1:{packed.sockets[0].getsockname()[1]}"
        with pytest.raises(ProviderError, match="lists no models"):
            await listed(at(url))
