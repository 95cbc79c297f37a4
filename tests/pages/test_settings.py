"""Keys: what is said about them, and that they go nowhere but where they are meant to go."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from nicegui.testing import User

from agent.errors import BadRequest
from agent.hub import Hub
from agent.models import Account, OneProvider
from pages.parts.settings import SettingsDialog

from ..builders import MovedClock, Scripted, answer, hub_with
from .test_session_page import only

KEY = "-".join(("sk", "live", "0123456789"))  # the log may quote a line of source
ACCOUNT = Account(vendor="acme", title="Acme", url="https://acme.example/v1")


class Safe(OneProvider):
    """Keeps one key, and refuses or fails as the key says."""

    def __init__(self) -> None:
        super().__init__(Scripted(answer("Yes.")))
        self.account = ACCOUNT
        self.kept: list[tuple[str, str, str]] = []

    def accounts(self) -> Sequence[Account]:
        return [self.account]

    async def save(self, vendor: str, *, key: str = "", url: str = "") -> str:
        await asyncio.sleep(0)
        if key.startswith("bad"):
            raise BadRequest("Acme refused this key.")
        if key.endswith("boom"):
            raise RuntimeError(f"header Authorization: Bearer {key}")
        self.kept.append((vendor, key, url))
        self.account = replace(ACCOUNT, key="sk-…6789", source="saved")
        return "Saved. Acme lists 3 models for this key."

    async def forget(self, vendor: str) -> None:
        self.account = ACCOUNT


@pytest.fixture
def safe() -> Safe:
    return Safe()


@pytest.fixture
def hub(safe: Safe, clock: MovedClock) -> Hub:
    return hub_with(safe, clock=clock)


def told(user: User) -> list[tuple[Any, ...]]:
    """From now on, what the page's settings are told to do in the browser."""
    out: list[tuple[Any, ...]] = []
    only(user, SettingsDialog).run_method = lambda *args, **_: out.append(args)  # type: ignore[method-assign, assignment]
    return out


def save(user: User, key: str, url: str = "") -> None:
    user.find(SettingsDialog).trigger("save", {"vendor": "acme", "key": key, "url": url})


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(3):
        while not condition():  # noqa: ASYNC110 (what is waited for is a list that a fake fills)
            await asyncio.sleep(0.005)


async def test_the_dialog_is_told_what_is_known_once_it_opens(user: User, safe: Safe) -> None:
    await user.open("/")
    said = told(user)
    user.find(SettingsDialog).trigger("look")
    ((method, (account,)),) = said
    assert method == "fill"
    assert account == {
        "vendor": "acme", "title": "Acme", "key": "", "url": ACCOUNT.url, "source": "", "needs_url": False,
    }  # fmt: skip


async def test_a_key_is_saved_and_forgotten_and_how_it_went_is_told(user: User, safe: Safe) -> None:
    await user.open("/")
    said = told(user)
    save(user, KEY, "https://other.example/v1")
    await until(lambda: bool(said))
    method, vendor, sentence, ok, (account,) = said.pop()
    assert (method, vendor, sentence, ok) == ("went", "acme", "Saved. Acme lists 3 models for this key.", True)
    assert (account["key"], account["source"]) == ("sk-…6789", "saved")
    assert safe.kept == [("acme", KEY, "https://other.example/v1")]
    user.find(SettingsDialog).trigger("forget", {"vendor": "acme"})
    await until(lambda: bool(said))
    assert said[0][:4] == ("went", "acme", "Forgotten.", True)
    assert said[0][4][0]["source"] == ""


async def test_a_key_that_is_refused_says_why(user: User, safe: Safe) -> None:
    await user.open("/")
    said = told(user)
    save(user, "bad one")
    await until(lambda: bool(said))
    assert said[0][1:4] == ("acme", "Acme refused this key.", False)
    assert safe.kept == []


@pytest.mark.parametrize("ending", ["", "-boom"])
async def test_no_key_stays_on_the_page_or_gets_into_the_log(
    user: User, safe: Safe, caplog: pytest.LogCaptureFixture, ending: str
) -> None:
    caplog.set_level(logging.DEBUG)
    client = await user.open("/")
    sent: list[str] = []
    run = client.run_javascript
    client.run_javascript = lambda code, **options: sent.append(code) or run(code, **options)  # type: ignore[method-assign]
    save(user, KEY + ending)
    await until(lambda: any('"went"' in code for code in sent))
    elements = [element._to_dict() for element in client.elements.values()]
    state = [vars(element) for element in client.elements.values()]
    waiting = [client.outbox.messages, client.outbox.message_history, client.outbox.updates]
    everything = [json.dumps(elements, default=str), repr(state), repr(waiting), repr(sent), caplog.text]
    assert [text for text in everything if KEY in text or "0123456789" in text] == []
    if ending:
        assert "Something went wrong inside Thinkaloud" in sent[-1]
        assert "RuntimeError" in caplog.text, "whoever looks after the server should find something"
        caplog.clear()
