from __future__ import annotations

import asyncio
import socket

import pytest

from agent.providers.endpoint import Endpoint
from agent.vendors.local_servers import found

from .list_server import hangs, list_server, lists, models, says


def at(url: str, vendor: str = "ollama") -> Endpoint:
    return Endpoint(vendor=vendor, title="Ollama", url=f"{url}/v1")


async def test_a_server_that_runs_is_found_with_its_models() -> None:
    async with list_server(lists("llama3.3:latest", "nomic-embed-text:latest", "/models/qwen3.gguf")) as server:
        shelf = await found(at(server.url))
    assert shelf
    assert (shelf.vendor, shelf.title, shelf.found, shelf.trouble) == ("ollama", "Ollama", True, "")
    offered = [(offer.model, offer.label) for offer in shelf.offers]
    assert offered == [("ollama:llama3.3:latest", "llama3.3:latest"), ("ollama:/models/qwen3.gguf", "qwen3.gguf")]
    path, headers = server.asked[0]
    assert path == "/v1/models"
    assert "authorization" not in headers


async def test_where_nothing_listens_nothing_is_found() -> None:
    with socket.socket() as taken:  # bound, not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        assert await found(at(f"http://127.0.0.1:{taken.getsockname()[1]}")) is None


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<!doctype html><title>Thinkaloud</title>"),
        (404, "<!doctype html><title>This page is not here</title>"),
        (200, '{"status": "ok"}'),
        (200, '{"data": [{"name": "no id"}]}'),
        (200, '{"data": []}'),
        (200, '[{"id": "a list of something"}]'),
        (200, '{"data": [{"id": 7}, {"id": "with space in it"}, {"id": ""}]}'),
        (200, "[" * 100_000),
        (200, ""),
        (401, models("secret-model")),
        (302, ""),
    ],
)
async def test_something_else_at_that_port_is_not_taken_for_a_server(status: int, body: str) -> None:
    async with list_server(says(status, body)) as server:
        assert await found(at(server.url)) is None
        assert server.asked


@pytest.mark.parametrize("body", ['{"object": "list", "data": null}', '{"object": "list", "data": []}'])
async def test_a_server_without_models_says_so(body: str) -> None:
    async with list_server(says(200, body)) as server:
        shelf = await found(at(server.url))
    assert shelf
    assert shelf.trouble == "Ollama is running, but has no model yet that can answer. Get one there."


async def test_a_silent_one_is_given_up_after_a_second() -> None:
    async with list_server(hangs) as server:
        began = asyncio.get_running_loop().time()
        assert await found(at(server.url)) is None
        assert asyncio.get_running_loop().time() - began < 2


async def test_a_proxy_never_hears_of_this_machines_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    async with list_server(says(500, "")) as proxy, list_server(lists("a")) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert await found(at(server.url))
        assert not proxy.asked
