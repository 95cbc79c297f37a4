"""What a server, or the way to it, cannot do to us: send a key and a conversation on, or more than makes sense."""

from __future__ import annotations

import gzip

import pytest

from agent.providers.clients import Clients
from agent.providers.endpoint import Endpoint
from agent.providers.http_client import COMPLAINT, EVENT
from tests.agent.providers.faults import CLOUDS, DIALECTS, KEY, PROMPT, ask
from tests.agent.providers.hearing import hear
from tests.agent.providers.upstream import Hang, Reply, Send, Stream, Upstream


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("dialect", CLOUDS)
async def test_a_server_that_points_elsewhere_is_not_followed(dialect: str, status: int):
    async with Upstream() as upstream, Upstream() as elsewhere:
        upstream.plays(Reply(status=status, headers={"location": f"{elsewhere.url}/v1/messages"}))
        heard = await ask(dialect, f"{upstream.url}/v1")
        assert elsewhere.connections == 0
    assert heard.error.kind == "no_server"


@pytest.mark.parametrize("dialect", CLOUDS)
async def test_a_proxy_never_hears_of_this_machines_servers(
    dialect: str, clients: Clients, monkeypatch: pytest.MonkeyPatch
):
    async with Upstream() as upstream, Upstream() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        kind = DIALECTS[dialect]
        endpoint = Endpoint(vendor=kind.vendor, title=kind.title, url=f"{upstream.url}/v1", key=KEY)
        upstream.plays(Reply(status=400))
        heard = await hear(kind.provider("m-1", endpoint, clients), PROMPT)
        assert heard.error
        assert len(upstream.requests) == 1
        assert proxy.connections == 0


@pytest.mark.parametrize("dialect", CLOUDS)
async def test_of_an_endless_complaint_the_beginning_is_enough(dialect: str):
    async with Upstream() as upstream:
        upstream.plays(Stream(status=500), *[Send(b"Boom. " * 10_000)] * (COMPLAINT // 60_000 + 1), Hang())
        heard = await ask(dialect, f"{upstream.url}/v1")
    assert heard.error.kind == "overloaded"


@pytest.mark.parametrize("dialect", CLOUDS)
async def test_an_event_without_an_end_is_given_up(dialect: str):
    async with Upstream() as upstream:
        upstream.plays(*DIALECTS[dialect].begin(), b"data: ", *[Send(b"x" * (1 << 20))] * ((EVENT >> 20) + 4))
        heard = await ask(dialect, f"{upstream.url}/v1")
    assert (heard.error.kind, heard.text) == ("unreadable", "Hel")


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("dialect", CLOUDS)
async def test_what_is_packed_is_not_unpacked(dialect: str, status: int):
    async with Upstream() as upstream:
        bomb = gzip.compress(bytes(50 << 20))
        upstream.plays(Reply(status=status, body=bomb, headers={"content-encoding": "gzip"}))
        heard = await ask(dialect, f"{upstream.url}/v1")
        assert upstream.requests[0].headers["accept-encoding"] == "identity"
    assert heard.error.kind == "unreadable"
