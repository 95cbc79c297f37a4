"""The app with models to choose among, and a provider that also fails, asks, counts and waits as it is told.

python -m tests.browser.shop PORT FOLDER, as `app.py`. A message “play NAME” plays FOLDER/scripts/NAME.json, one of its
steps each time the model is asked, whatever the model; the last one again and again. To what player.py knows come
`["hide"]` (thinking whose text is kept back), `["whole", kind, text]` (a thought of somebody's own agent),
`["usage", {…}]`, `["progress", percent, text]`, `["ask", text, choices]` and `["fail", message, {kind, retry,
retry_after}]`. FOLDER/slow has the seconds that a list of models takes.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from agent.errors import BadRequest, ProviderError
from agent.models import Account, Offer, Shelf
from agent.providers.base import (
    AskPiece,
    FinishPiece,
    Piece,
    ProgressPiece,
    Prompt,
    TextPiece,
    ThinkingPiece,
    UsagePiece,
    UserText,
    WholePiece,
)
from agent.settings import Settings

from .player import there
from .serving import serve

PRICES = {"openai": 2e-6, "anthropic": 3e-6, "ollama": 0.0}
NOTES = {"gpt-6.1-terra": "default", "gpt-6-luna": "cheap", "gpt-6.1-sol": "strong"}
NAMES = [*NOTES, *(f"gpt-{n // 40}.{n % 10}-variant-{n}" for n in range(40, 337))]
OLLAMA = Shelf(
    vendor="ollama",
    title="Ollama",
    found=True,
    offers=(Offer(model="ollama:qwen3:8b", label="qwen3:8b"), Offer(model="ollama:llama4:12b", label="llama4:12b")),
)


class Ware:
    """A provider of any model, which does as a script says."""

    def __init__(self, model: str, folder: Path) -> None:
        self.model = model
        vendor, _, name = model.partition(":")
        self.label = {"claude-sonnet-5-5": "Claude Sonnet 5.5", "rules": "Demo (rules, no AI model)"}.get(name, name)
        self.budget = 300 if name == "small" else 100_000
        self._price = PRICES.get(vendor)
        self._folder = folder
        self._played: dict[str, int] = {}

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        asked = [part.content for part in prompt.parts if isinstance(part, UserText)][-1]
        name = asked.split()[1] if asked.startswith("play ") else ""
        path = self._folder / f"{name}.json"
        script = json.loads(path.read_text(encoding="utf-8")) if name else {"pace": 0, "steps": [[["say", "Well."]]]}
        at = self._played[asked] = self._played.get(asked, -1) + 1
        for kind, *rest in script["steps"][min(at, len(script["steps"]) - 1)]:
            async for piece in pieces(kind, *rest):
                yield piece
            await asyncio.sleep(script["pace"])
        yield FinishPiece(reason="stop")

    def price(self, usage: UsagePiece) -> float | None:
        return None if self._price is None else self._price * (usage.input + 5 * usage.output)


async def pieces(kind: str, *rest: Any) -> AsyncGenerator[Piece, None]:
    match kind:
        case "think":
            yield ThinkingPiece(text=rest[0])
        case "hide":
            yield ThinkingPiece(text="", new=True)
        case "say":
            yield TextPiece(text=rest[0])
        case "wait":
            await asyncio.sleep(rest[0])
        case "until":
            await there(Path(rest[0]))
        case "usage":
            yield UsagePiece(**rest[0])
        case "progress":
            yield ProgressPiece(percent=rest[0], message=rest[1])
        case "ask":
            told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            yield AskPiece(content=rest[0], choices=tuple(rest[1]), answer=told.set_result)
            yield TextPiece(text=f"You said: {await told}.")
        case "whole":
            yield WholePiece(kind=rest[0], content=rest[1])
        case "fail":
            raise ProviderError(rest[0], **(rest[1] if len(rest) > 1 else {}))
        case _:
            raise ValueError(kind)


class Shop:
    """Two vendors (one without a key), an address that nobody gave, a server on this machine, and a demo."""

    default = "demo:rules"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, Ware] = {}
        self._accounts = {
            "openai": Account(vendor="openai", title="OpenAI", key="sk-…a1b2", url=URLS[0], source="environment"),
            "anthropic": Account(vendor="anthropic", title="Anthropic", url=URLS[1]),
            "compat": Account(vendor="compat", title="Compatible server", needs_url=True),
        }
        self._new = dict(self._accounts)

    def provider(self, model: str) -> Ware:
        return self._made.setdefault(model, Ware(model, self._folder / "scripts"))

    def check(self, model: str) -> None:
        if model.endswith(":nonsense"):
            raise BadRequest(f"There is no model {model}. A model is written provider:name, as in openai:gpt-6-luna.")

    async def prepare(self, model: str) -> None:
        pass

    async def shelves(self) -> Sequence[Shelf]:
        slow = self._folder / "slow"
        await asyncio.sleep(float(slow.read_text()) if slow.exists() else 0)
        return [
            Shelf(vendor="demo", title="Demo", offers=(Offer(model="demo:rules", label="Demo (rules, no AI model)"),)),
            Shelf(
                vendor="openai",
                title="OpenAI",
                offers=tuple(Offer(model=f"openai:{name}", label=name, note=NOTES.get(name, "")) for name in NAMES),
            ),
            self._anthropic(),
            OLLAMA,
        ]

    def _anthropic(self) -> Shelf:
        shelf = Shelf(vendor="anthropic", title="Anthropic", trouble="No key yet. Paste one in Settings.")
        offer = Offer(model="anthropic:claude-sonnet-5-5", label="Claude Sonnet 5.5", note="default")
        return replace(shelf, trouble="", offers=(offer,)) if self._new["anthropic"].key else shelf

    def accounts(self) -> Sequence[Account]:
        return list(self._new.values())

    async def save(self, vendor: str, *, key: str = "", url: str = "") -> str:
        await asyncio.sleep(0.3)
        old = self._new[vendor]
        if key.startswith("bad"):
            raise BadRequest(f"{old.title} refused this key. Paste another in Settings.")
        if key.startswith("boom"):
            raise RuntimeError(f"a header of {key}")
        if not (key or url or old.key):
            raise BadRequest(f"Paste a key of {old.title} first.")
        masked = f"sk-…{key[-4:]}" if key else old.key
        self._new[vendor] = replace(old, key=masked, url=url or old.url, source="saved")
        return f"Saved. {old.title} lists 12 models for this key."

    async def forget(self, vendor: str) -> None:
        self._new[vendor] = self._accounts[vendor]

    async def close(self) -> None:
        pass


URLS = ("https://api.openai.com/v1", "https://api.anthropic.com")


if __name__ == "__main__":
    folder = Path(sys.argv[2])
    serve(Settings(port=int(sys.argv[1]), data=folder / "data", browser=False), Shop(folder))
