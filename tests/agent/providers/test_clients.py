"""Clients are made once and closed, all of them."""

from __future__ import annotations

from agent.providers.clients import Clients
from agent.providers.endpoint import Endpoint


async def test_whoever_comes_while_the_clients_are_closed_is_closed_too():
    closed: list[str] = []

    class Client:
        def __init__(self, endpoint: Endpoint) -> None:
            self.url = endpoint.url

        async def close(self) -> None:
            if not closed:
                await clients.get(Endpoint(vendor="v", title="V", url="late"), Client)
            closed.append(self.url)

    clients = Clients()
    await clients.get(Endpoint(vendor="v", title="V", url="early"), Client)
    await clients.close()
    assert closed == ["early", "late"]
