from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from agent.chance import Chance
from agent.errors import BadRequest, ProviderError
from agent.models import Models, Shelf
from agent.providers.base import Prompt, UserText
from agent.providers.endpoint import Endpoint
from agent.settings import Settings
from agent.vendors.keys import MemoryKeys
from agent.vendors.listing import listed
from agent.vendors.vendors import Vendors
from tests.builders import MovedClock, Scripted

from .list_server import KEY, ListServer, hangs, list_server, lists, says, vendors


async def shelf(models: Models, vendor: str) -> Shelf | None:
    return next((shelf for shelf in await models.shelves() if shelf.vendor == vendor), None)


async def said_by(models: Models, model: str) -> ProviderError:
    """How the use of a model fails."""
    stream = models.provider(model).stream(Prompt(parts=(UserText(author="Ada", content="Hello"),)))
    with pytest.raises(ProviderError) as failed:
        async for _ in stream:
            pass
    return failed.value


@pytest.fixture
async def server() -> AsyncGenerator[ListServer]:
    async with list_server(lists("gpt-6-luna", "gpt-6.1-terra", keys=[KEY])) as server:
        yield server


# ── which model ──────────────────────────────────────────────────────────────────────────────────────────


def test_without_anything_the_demo_answers() -> None:
    models = vendors()
    assert models.default == "demo:rules"
    assert models.provider("demo:rules").label == "Demo (rules, no AI model)"


@pytest.mark.parametrize(
    ("environ", "options", "default"),
    [
        ({"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": "sk-ant-1"}, {}, "openai:gpt-6.1-terra"),
        ({"ANTHROPIC_API_KEY": "sk-ant-1"}, {}, "anthropic:claude-sonnet-5-5"),
        ({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "https://eu.api.openai.com/v1"}, {}, "openai:gpt-6.1-terra"),
        # whose models have names that nobody knows
        ({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "https://models.example.org/v1"}, {}, "demo:rules"),
        ({"THINKALOUD_COMPAT_URL": "https://models.example.org/v1"}, {}, "demo:rules"),
        ({"OPENAI_API_KEY": KEY}, {"agent": Scripted()}, "test:script"),
        ({"OPENAI_API_KEY": KEY}, {"agent": Scripted(), "model": "ollama:qwen3"}, "ollama:qwen3"),
    ],
)
def test_the_default_is_what_was_set_else_the_own_agent_else_whose_key_is_known(
    environ: dict[str, str], options: dict[str, Any], default: str
) -> None:
    assert vendors(environ, **options).default == default


async def test_a_key_that_is_saved_changes_the_default_at_once(server: ListServer) -> None:
    models = vendors({"ANTHROPIC_BASE_URL": server.url})
    assert models.default == "demo:rules"
    await models.save("anthropic", key=KEY)
    assert models.default == "anthropic:claude-sonnet-5-5"
    await models.forget("anthropic")
    assert models.default == "demo:rules"


@pytest.mark.parametrize(
    ("environ", "model", "adapter"),
    [
        ({}, "openai:gpt-6.1-terra", "OpenAIResponses"),
        ({"OPENAI_BASE_URL": "https://eu.api.openai.com/v1/"}, "openai:gpt-6.1-terra", "OpenAIResponses"),
        ({"OPENAI_BASE_URL": "https://models.example.org/v1"}, "openai:gpt-6.1-terra", "OpenAIChat"),
        ({"OPENAI_BASE_URL": "https://api.openai.com.example.org/v1"}, "openai:gpt-6.1-terra", "OpenAIChat"),
        ({}, "anthropic:claude-sonnet-5-5", "AnthropicMessages"),
        ({"THINKALOUD_COMPAT_URL": "https://x.example/v1"}, "compat:org/name:free", "OpenAIChat"),
        ({}, "ollama:llama3.3:latest", "OpenAIChat"),
        ({}, "vllm:Qwen/Qwen3-8B", "OpenAIChat"),
        ({}, "compat:anything", "Missing"),
        ({}, "nobody:anything", "Missing"),
        ({}, "agent:gone.py:agent", "Missing"),
        ({}, "openai:", "Missing"),
        ({}, "", "Missing"),
        ({}, "demo:other", "Missing"),
    ],
)
def test_each_model_has_its_adapter(environ: dict[str, str], model: str, adapter: str) -> None:
    provider = vendors(environ).provider(model)
    assert type(provider).__name__ == adapter
    assert provider.model == model
    assert provider.label or not model


def test_an_adapter_keeps_what_it_has_learned_until_the_key_changes() -> None:
    models = vendors({"OPENAI_API_KEY": KEY})
    assert models.provider("openai:gpt-6-luna") is models.provider("openai:gpt-6-luna")


async def test_what_cannot_be_had_says_so_when_it_is_used() -> None:
    models = vendors()
    assert (await said_by(models, "openai:gpt-6.1-terra")).kind == "no_key"
    gone = await said_by(models, "agent:gone.py:agent")
    assert (gone.kind, gone.message) == (
        "no_model",
        "The agent gone.py:agent is not here. Start Thinkaloud with --agent, or choose a model.",
    )
    assert (await said_by(models, "compat:x")).message.startswith("No compatible server is known.")
    assert (await said_by(models, "nobody:x")).message == "There is no model nobody:x. Choose another one."
    await models.prepare("nobody:x")
    await models.close()


def test_choosing_a_model_imports_no_sdk() -> None:
    code = (
        "import sys\n"
        "from agent.vendors.vendors import Vendors\n"
        "from agent.vendors.keys import MemoryKeys\n"
        "from agent.vendors.environment import from_environment\n"
        "models = Vendors(endpoints=from_environment({'OPENAI_API_KEY': 'k'}), kept=MemoryKeys())\n"
        "models.check(models.default)\n"
        "for model in ('openai:a', 'anthropic:b', 'ollama:c', 'demo:rules', models.default): models.provider(model)\n"
        "print(sorted({'openai', 'anthropic', 'httpx2', 'httpx', 'genai_prices', 'pydantic'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert (ran.stdout, ran.stderr) == ("[]\n", "")


@pytest.mark.parametrize(
    "model", ["openai:gpt-6.1-terra", "ollama:llama3.3:latest", "compat:org/name", "demo:rules", "test:script"]
)
def test_what_may_be_a_model_passes(model: str) -> None:
    vendors(agent=Scripted()).check(model)


@pytest.mark.parametrize(
    "model",
    [
        *("", "gpt-6.1-terra", "openai:", ":x", "openai:two words", "openai:a\n", "openai:\x1b[1m", "openai:a\u200b"),
        *("nobody:x", "demo:other", "agent:gone.py:agent", "openai:" + "x" * 201),
    ],
)
def test_what_can_be_no_model_is_refused(model: str) -> None:
    with pytest.raises(BadRequest):
        vendors().check(model)


def test_settings_with_a_model_that_cannot_be_are_refused() -> None:
    with pytest.raises(BadRequest, match=r"^There is no model gpt:6\."):
        Vendors.from_settings(Settings(model="gpt:6"), {}, kept=MemoryKeys())
    with pytest.raises(BadRequest):
        Vendors.from_settings(Settings(agent="no_such_module_anywhere:agent"), {}, kept=MemoryKeys())


# ── what there is ────────────────────────────────────────────────────────────────────────────────────────


async def test_openais_list_is_filtered_and_ordered() -> None:
    mute = "text-embedding-3-large tts-1 whisper-1 gpt-4o-transcribe gpt-realtime gpt-audio-mini gpt-image-1 dall-e-3 "
    mute += "sora-2 omni-moderation-latest gpt-5-search-api computer-use-preview gpt-3.5-turbo-instruct davinci-002"
    entries: list[dict[str, Any]] = [{"id": name, "created": 99} for name in mute.split()]
    names = "gpt-6-astra gpt-6.1-sol gpt-6-luna gpt-6.1-terra gpt-5.5-2026-04-23 gpt-4o-2024-11-20 o3"
    for age, name in enumerate([*names.split(), "ft:gpt-6-luna:tts-shop::1"]):
        entries.insert(0, {"id": name, "created": 50 - age})
    async with list_server(lists(*entries, keys=[KEY])) as server:
        models = vendors({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.url})
        found = await shelf(models, "openai")
    assert found
    assert (found.title, found.trouble, found.found) == ("OpenAI", "", False)
    assert [(offer.model.removeprefix("openai:"), offer.note) for offer in found.offers] == [
        ("gpt-6.1-terra", "default"),
        ("gpt-6-luna", "cheap"),
        ("gpt-6.1-sol", "strong"),
        ("gpt-6-astra", ""),
        ("gpt-5.5-2026-04-23", ""),
        ("ft:gpt-6-luna:tts-shop::1", ""),
        ("gpt-4o-2024-11-20", "until 2027-01-14"),
        ("o3", "until 2026-12-11"),
    ]


async def test_anthropics_list_has_its_names_and_its_ends() -> None:
    entries = [
        {"id": "claude-fable-5-2", "display_name": "Claude Fable 5.2", "type": "model"},
        {"id": "claude-sonnet-5-5", "display_name": "Claude Sonnet 5.5", "retires_at": None},
        {"id": "claude-opus-4-5", "display_name": "Claude Opus 4.5", "retires_at": "2027-02-01T00:00:00Z"},
        {"id": "claude-sonnet-4-5-20250929"},
    ]
    async with list_server(lists(*entries, keys=[KEY])) as server:
        models = vendors({"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": server.url})
        found = await shelf(models, "anthropic")
        path, headers = server.asked[0]
    assert found
    assert [(offer.model, offer.label, offer.note) for offer in found.offers] == [
        ("anthropic:claude-sonnet-5-5", "Claude Sonnet 5.5", "default"),
        ("anthropic:claude-fable-5-2", "Claude Fable 5.2", ""),
        ("anthropic:claude-opus-4-5", "Claude Opus 4.5", "until 2027-02-01"),
        ("anthropic:claude-sonnet-4-5-20250929", "claude-sonnet-4-5-20250929", "until 2026-11-30"),
    ]
    assert path == "/v1/models?limit=1000"
    assert headers["anthropic-version"]


async def test_all_are_asked_at_once_and_one_that_fails_spoils_nothing() -> None:
    async with (
        list_server(lists("gpt-6-luna", keys=[KEY])) as openai,
        list_server(says(500, "{}")) as anthropic,
        list_server(lists("org/model", {"id": "named", "name": "A model with a name"})) as compat,
        list_server(lists("llama3.3:latest")) as ollama,
    ):
        environ = {
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": openai.url,
            "ANTHROPIC_API_KEY": KEY,
            "ANTHROPIC_BASE_URL": anthropic.url,
            "THINKALOUD_COMPAT_URL": compat.url,
            "OLLAMA_HOST": ollama.url,
        }
        shelves = await vendors(environ, agent=Scripted()).shelves()
    assert [(shelf.vendor, len(shelf.offers), shelf.trouble, shelf.found) for shelf in shelves] == [
        ("demo", 1, "", False),
        ("test", 1, "", False),
        ("openai", 1, "", False),
        ("anthropic", 0, "Anthropic is overloaded or out of order. Try again.", False),
        ("compat", 2, "", False),
        ("ollama", 1, "", True),
    ]
    assert [offer.label for offer in shelves[4].offers] == ["org/model", "A model with a name"]


async def test_without_keys_the_vendors_say_so_and_nobody_is_asked() -> None:
    shelves = await vendors().shelves()
    assert [(shelf.vendor, shelf.trouble) for shelf in shelves] == [
        ("demo", ""),
        ("openai", "No key yet. Paste one in Settings, or set OPENAI_API_KEY."),
        ("anthropic", "No key yet. Paste one in Settings, or set ANTHROPIC_API_KEY."),
    ]


@pytest.mark.parametrize(
    ("status", "body", "trouble"),
    [
        (401, "{}", "{host} wants a key."),
        (403, "{}", "{host} does not let this key in. Look at its rights, and whether {host} serves your country."),
        (403, '{"error": "Missing scopes: api.model.read"}', "This key may not list models: type the name of one."),
        (404, "<html>", "There is no list of models at {host}. Should the address end in /v1?"),
        (302, "", "There is no list of models at {host}. Should the address end in /v1?"),
        (429, "{}", "{host} gets too many requests. Try again in a moment."),
        (503, "{}", "{host} is overloaded or out of order. Try again."),
        (418, "{}", "{host} does not say which models it has. Type the name of one."),
        (200, "<html>Welcome", "What answers at {host} lists no models. Should the address end in /v1?"),
        (200, '{"data": [{"id": 5}]}', "What answers at {host} lists no models. Should the address end in /v1?"),
        (200, '{"data": []}', "{host} lists no model that can answer. Type the name of one."),
        (200, '{"data": [{"id": "bge-embed"}]}', "{host} lists no model that can answer. Type the name of one."),
    ],
)
async def test_a_server_that_cannot_list_says_why(status: int, body: str, trouble: str) -> None:
    async with list_server(says(status, body)) as server:
        models = vendors({"THINKALOUD_COMPAT_URL": server.url})
        found = await shelf(models, "compat")
        assert found
        host = server.url.removeprefix("http://")
        assert (found.title, found.offers, found.trouble) == (host, (), trouble.format(host=host))
        assert len(server.asked) == 1  # a redirect was not followed
        models.check("compat:any-name")


async def test_a_list_is_asked_for_once_a_minute_and_anew_after_a_change(server: ListServer) -> None:
    clock = MovedClock()
    models = vendors({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.url}, chance=Chance.seeded(7, clock))
    await asyncio.gather(models.shelves(), models.shelves(), models.shelves())
    assert len(server.asked) == 1
    clock.ms += 59_000
    await models.shelves()
    assert len(server.asked) == 1
    clock.ms += 2_000
    await models.shelves()
    assert len(server.asked) == 2
    await models.save("openai", key=KEY)  # asks itself, too
    await models.shelves()
    assert len(server.asked) == 4
    server.reply = says(500, "")
    await models.forget("openai")
    assert (await shelf(models, "openai")).trouble  # type: ignore[union-attr]
    server.reply = lists("gpt-6-luna")
    clock.ms += 6_000  # what failed is asked again sooner
    assert not (await shelf(models, "openai")).trouble  # type: ignore[union-attr]


async def test_whoever_stops_waiting_takes_the_list_from_nobody_else() -> None:
    async with list_server(hangs) as server:
        models = vendors({"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.url})
        first = asyncio.create_task(models.shelves())
        second = asyncio.create_task(models.shelves())
        await asyncio.wait_for(server.asked_now.wait(), 5)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert not second.done()
        await models.close()
        with pytest.raises(asyncio.CancelledError):
            await second


async def test_a_server_that_hangs_or_never_ends_is_given_up_in_time() -> None:
    async with list_server(hangs) as server:
        endpoint = Endpoint(vendor="compat", title="Compatible server", url=server.url, key=KEY)
        with pytest.raises(
            ProviderError, match=r"^No answer from 127\.0\.0\.1:\d+ for 0\.1 s\. Try again\.$"
        ) as failed:
            await asyncio.wait_for(listed(endpoint, seconds=0.1), 5)
        assert failed.value.kind == "timeout"
