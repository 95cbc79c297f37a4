from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from agent.errors import BadRequest, StorageError
from agent.models import Models
from agent.vendors.environment import from_environment
from agent.vendors.keys import MemoryKeys, checked_url, masked, same_server

from .list_server import KEY, NOWHERE, ListServer, hangs, list_server, lists, says, vendors

OTHER = "sk-proj-zyxwvutsrq9876"


def account(models: Models, vendor: str) -> tuple[str, str, str]:
    found = next(account for account in models.accounts() if account.vendor == vendor)
    return found.key, found.url, found.source


@pytest.fixture
async def server() -> AsyncGenerator[ListServer]:
    async with list_server(lists("gpt-6-luna", "gpt-6.1-terra", keys=[KEY])) as server:
        yield server


async def test_a_good_key_is_kept_and_shown_masked(server: ListServer) -> None:
    kept = MemoryKeys()
    models = vendors(kept=kept)
    went = await models.save("openai", key=f"  {KEY}\n", url=server.url + "/")
    assert went == "Saved. OpenAI lists 2 models for this key."
    assert account(models, "openai") == ("sk-…abcd", server.url, "saved")
    assert kept.load() == {"openai": (KEY, server.url)}
    assert account(vendors(kept=kept), "openai") == ("sk-…abcd", server.url, "saved")
    await models.forget("openai")
    assert account(models, "openai") == ("", "https://api.openai.com/v1", "")
    assert kept.load() == {}


async def test_a_refused_key_is_not_kept(server: ListServer) -> None:
    kept = MemoryKeys()
    models = vendors({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.url}, kept)
    with pytest.raises(BadRequest, match=r"^OpenAI refused this key\. Copy it again, whole, or make a new one\.$"):
        await models.save("openai", key=OTHER)
    assert kept.load() == {}
    assert account(models, "openai") == ("sk-…abcd", server.url, "environment")


async def test_where_nothing_answers_a_key_is_kept_all_the_same() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        models = vendors()
        went = await models.save("compat", url=f"http://{host}/v1")
    assert went == f"Saved, but nothing answers at {host} right now."
    assert account(models, "compat") == ("", f"http://{host}/v1", "saved")


async def test_a_server_without_a_list_can_be_saved() -> None:
    async with list_server(says(404, "{}")) as server:
        models = vendors()
        went = await models.save("compat", url=f"{server.url}/v1", key=KEY)
        host = server.url.removeprefix("http://")
        assert went == f"Saved. There is no list of models at {host}. If the address is right, type a model's name."
        assert models.provider("compat:any").model == "compat:any"


async def test_a_key_never_goes_to_another_server_because_an_address_changed(server: ListServer) -> None:
    async with list_server(lists("stolen")) as thief:
        models = vendors({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.url})
        with pytest.raises(BadRequest, match=r"^That is another server: give the key for it, too\.$"):
            await models.save("openai", url=thief.url)
        assert not thief.asked
        await models.save("openai", url=server.url + "/v1")  # the same server: the key is still for it
        assert server.asked[-1] == ("/v1/models", server.asked[-1][1])
        assert server.asked[-1][1]["authorization"] == f"Bearer {KEY}"
        # a server that needs no key gets none
        await models.save("compat", key=OTHER, url=NOWHERE)
        assert await models.save("compat", url=thief.url) == (
            f"Saved. {thief.url.removeprefix('http://')} lists 1 model."
        )
        assert "authorization" not in thief.asked[-1][1]
        assert account(models, "compat") == ("", thief.url, "saved")


async def test_a_key_of_the_environment_stays_there_and_with_its_server(server: ListServer) -> None:
    kept = MemoryKeys()
    environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.url}
    await vendors(environ, kept).save("openai", url=server.url + "/v1")
    assert kept.load() == {"openai": ("", server.url + "/v1")}
    assert account(vendors(environ, kept), "openai") == ("sk-…abcd", server.url + "/v1", "saved")
    moved = {"OPENAI_API_KEY": OTHER, "OPENAI_BASE_URL": "https://elsewhere.example/v1"}
    assert account(vendors(moved, kept), "openai") == ("", server.url + "/v1", "saved")


@pytest.mark.parametrize(
    ("vendor", "given", "sentence"),
    [
        ("openai", {}, "Paste a key of OpenAI first."),
        ("compat", {}, "Give the address of the server, as in https://example.org/v1."),
        ("ollama", {"url": NOWHERE}, "There is no key or address to set for that."),
        ("demo", {"key": KEY}, "There is no key or address to set for that."),
        ("openai", {"key": "sk-ant-api03-abcdefgh"}, "That is a key of Anthropic. Paste it there."),
        ("openai", {"key": "two words"}, None),
        ("openai", {"key": "two\nlines"}, None),
        ("openai", {"key": "clé-été"}, None),
        ("openai", {"key": "k" * 5000}, None),
        ("compat", {"url": "example.org/v1"}, None),
        ("compat", {"url": "ftp://example.org/v1"}, None),
        ("compat", {"url": "http:///v1"}, None),
        ("compat", {"url": "https://example.org:port/v1"}, None),
        ("compat", {"url": "https://sk-1:pw@example.org/v1"}, None),
        ("compat", {"url": "https://example.org/v1?key=sk-1"}, None),
        ("compat", {"url": "https://good.example\\@bad.example/"}, None),
        ("compat", {"url": "https://[::1/v1"}, None),
        ("compat", {"url": KEY}, None),
    ],
)
async def test_what_cannot_be_a_key_or_an_address_is_a_sentence_without_it(
    vendor: str, given: dict[str, str], sentence: str | None
) -> None:
    kept = MemoryKeys()
    with pytest.raises(BadRequest) as failed:
        await vendors(kept=kept).save(vendor, **given)
    if sentence:
        assert failed.value.message == sentence
    assert failed.value.message.endswith((".", "/v1."))
    assert not any(value in failed.value.message for value in given.values() if len(value) > 3)
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None
    assert kept.load() == {}


async def test_what_the_disk_refused_does_not_count() -> None:
    class Full(MemoryKeys):
        def save(self, vendor: str, key: str, url: str) -> None:
            raise StorageError("The disk is full.")

    async with list_server(lists("a")) as server:
        models = vendors(kept=Full())
        with pytest.raises(StorageError):
            await models.save("compat", url=server.url)
    assert account(models, "compat") == ("", "", "")


@pytest.mark.parametrize("reply", [lists("a", keys=["another"]), says(200, f"<html>{KEY}"), says(500, KEY), hangs])
async def test_a_key_is_never_shown(reply: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with list_server(reply) as server:
        environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.url}
        models = vendors(environ)
        shown = [repr(models), repr(from_environment(environ)), repr(models.accounts())]
        shelves = asyncio.create_task(models.shelves())
        await asyncio.wait_for(server.asked_now.wait(), 5)
        if reply is not hangs:
            shown.append(repr(await shelves))
            try:
                shown.append(await models.save("openai", key=KEY))
            except BadRequest as error:
                shown += [repr(error), str(error), repr(error.__cause__), repr(error.__context__)]
        shelves.cancel()
        provider = models.provider("openai:gpt-6-luna")
        shown += [repr(provider), provider.label, repr(models)]
        await models.close()
    assert not [text for text in shown if KEY in text]
    assert not [record for record in caplog.records if KEY in caplog.handler.format(record)]


# ── the environment ──────────────────────────────────────────────────────────────────────────────────────


def test_the_environment_says_where_and_with_which_key() -> None:
    found = from_environment(
        {
            "OPENAI_API_KEY": f" {KEY}\n",
            "ANTHROPIC_BASE_URL": "https://proxy.example/anthropic/",
            "THINKALOUD_COMPAT_URL": "http://10.0.0.7:8000/v1",
            "OLLAMA_HOST": "",
            "PATH": "/bin",
        }
    )
    assert {vendor: (endpoint.url, endpoint.key) for vendor, endpoint in found.items()} == {
        "openai": ("https://api.openai.com/v1", KEY),
        "anthropic": ("https://proxy.example/anthropic", ""),
        "compat": ("http://10.0.0.7:8000/v1", ""),
    }


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://localhost:11434/v1"),
        (":5000", "http://localhost:5000/v1"),
        ("127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        ("http://gpu.lan:11434/", "http://gpu.lan:11434/v1"),
        ("https://gpu.lan", "https://gpu.lan:443/v1"),
        ("[::1]:11434", "http://[::1]:11434/v1"),
        ("[::]", "http://localhost:11434/v1"),
        ("not a host", None),
    ],
)
def test_ollama_is_looked_for_where_it_was_told_to_listen(host: str, url: str | None) -> None:
    found = from_environment({"OLLAMA_HOST": host})
    assert (found["ollama"].url if found else None) == url


@pytest.mark.parametrize(
    ("environ", "begins"),
    [
        ({"OPENAI_API_KEY": "sk one"}, "OPENAI_API_KEY has a space,"),
        ({"ANTHROPIC_BASE_URL": "proxy.example"}, "ANTHROPIC_BASE_URL should begin with https://,"),
        ({"THINKALOUD_COMPAT_KEY": KEY}, "THINKALOUD_COMPAT_KEY is set, but not THINKALOUD_COMPAT_URL:"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(environ: dict[str, str], begins: str) -> None:
    with pytest.raises(BadRequest) as failed:
        from_environment(environ)
    assert failed.value.message.startswith(begins)
    assert not any(value in failed.value.message for value in environ.values())


def test_masks_tell_little() -> None:
    assert [masked(key) for key in ("", "short", "elevenchars", "twelve-chars", KEY)] == [
        "",
        "…",
        "…",
        "twe…hars",
        "sk-…abcd",
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/v1", "https://A.example:443/v2", True),
        ("https://a.example/v1", "http://a.example/v1", False),  # a key would go unencrypted
        ("https://a.example/v1", "https://a.example:8443/v1", False),
        ("https://a.example/v1", "https://b.a.example/v1", False),
        ("nonsense", "nonsense", False),
    ],
)
def test_the_same_server_is_the_same_scheme_host_and_port(one: str, other: str, same: bool) -> None:
    assert same_server(one, other) is same


def test_an_address_is_left_as_it_is_but_for_the_slash_at_its_end() -> None:
    assert checked_url(" HTTP://Example.org:80/V1/ ") == "HTTP://Example.org:80/V1"
