"""Where models really come from: vendors whose key is known, servers of the OpenAI kind, an own agent, the demo."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..chance import Chance
from ..errors import BadRequest, ProviderError
from ..models import Account, Offer, Shelf
from ..providers.base import Provider
from ..providers.clients import Clients
from ..providers.defaults import DEFAULTS, DEMO, LOCAL, TITLES
from ..providers.endpoint import Endpoint
from ..providers.sentences import VARIABLES
from .accounts import ACCOUNTS, Accounts
from .environment import from_environment
from .keys import KeyStore, is_openai
from .listing import is_name, listed
from .local_servers import found
from .missing import Missing
from .offers import offers

if TYPE_CHECKING:
    from ..settings import Settings

FRESH = 60.0  # seconds that a list is good for
TROUBLED = 5.0  # … that a failure is: somebody may just be starting their server
logger = logging.getLogger(__name__)


class Vendors:
    """The models of one server; what was saved beats `endpoints`, which come from the environment.

    Belongs to one event loop, from the first call that is awaited on. Raises StorageError where `kept` does.
    """

    def __init__(
        self,
        *,
        endpoints: Mapping[str, Endpoint],
        kept: KeyStore,
        chance: Chance | None = None,
        pace: float = 1.0,
        effort: str = "medium",
        budget: int = 0,
        agent: Provider | None = None,
        model: str = "",
    ) -> None:
        self._accounts = Accounts(endpoints, kept)
        self._chance = chance or Chance()
        self._pace = pace
        self._effort = effort
        self._budget = budget
        self._agent = agent
        self._model = model
        self._clients = Clients()
        self._made: dict[tuple[str, Endpoint], Provider] = {}
        self._asked: dict[str, _Asked] = {}

    @classmethod
    def from_settings(
        cls, settings: Settings, environ: Mapping[str, str], *, kept: KeyStore, chance: Chance | None = None
    ) -> Vendors:
        """As the settings and the environment have it. Raises BadRequest with what is wrong in them."""
        agent: Provider | None = None
        if settings.agent:
            from ..providers.custom import Custom

            agent = Custom.named(settings.agent, watch=settings.watch)
        vendors = cls(
            endpoints=from_environment(environ),
            kept=kept,
            chance=chance,
            pace=settings.pace,
            effort=settings.effort,
            budget=settings.budget,
            agent=agent,
            model=settings.model,
        )
        if settings.model:
            vendors.check(settings.model)
        return vendors

    # ── a model ──────────────────────────────────────────────────────────────────────────────────────────

    @property
    def default(self) -> str:
        """The one that was set, else the own agent, else that of a vendor whose key is known, else the demo.

        A server of the OpenAI kind has no default: nobody knows the names of its models before asking.
        """
        if self._model:
            return self._model
        if self._agent:
            return self._agent.model
        for vendor, name in DEFAULTS.items():
            endpoint = self._accounts.endpoint(vendor)
            if endpoint and endpoint.key and (vendor != "openai" or is_openai(endpoint.url)):
                return f"{vendor}:{name}"
        return DEMO

    def provider(self, model: str) -> Provider:
        vendor, _, name = model.partition(":")
        if self._agent and model == self._agent.model:
            return self._agent
        if model == DEMO:
            return self._demo()
        if vendor == "agent":
            return Missing(model, f"The agent {name} is not here. Start Thinkaloud with --agent, or choose a model.")
        if vendor not in TITLES or not name:
            return Missing(model, f"There is no model {model}. Choose another one.")
        endpoint = self._accounts.endpoint(vendor)
        if endpoint is None:
            return Missing(model, "No compatible server is known. Give its address in Settings, or choose a model.")
        provider = self._made.get((model, endpoint))
        if provider is None:  # kept, for what it learns about a model as it goes
            provider = self._made[model, endpoint] = self._adapter(endpoint, name)
        return provider

    def check(self, model: str) -> None:
        vendor, colon, name = model.partition(":")
        if not colon or not is_name(name):
            raise BadRequest("A model is written provider:name, without spaces, as in openai:gpt-6.1-terra.")
        known = vendor in TITLES or model == DEMO or (self._agent is not None and model == self._agent.model)
        if not known:
            raise BadRequest(
                f"There is no model {model[:80]}. A model is one of {', '.join(TITLES)}, then a colon and its name; "
                f"or {DEMO}, or an agent of your own that Thinkaloud was started with."
            )

    async def prepare(self, model: str) -> None:
        try:
            if prepare := getattr(self.provider(model), "prepare", None):
                await prepare()
        except Exception:
            logger.debug("%s could not be prepared", model, exc_info=True)

    async def close(self) -> None:
        for asked in self._asked.values():
            asked.task.cancel()
        self._asked.clear()
        await self._clients.close()

    def _adapter(self, endpoint: Endpoint, name: str) -> Provider:
        budget = {"budget": self._budget} if self._budget else {}  # else what suits the model: the adapter knows
        if endpoint.vendor == "anthropic":
            from ..providers.anthropic_messages import AnthropicMessages

            return AnthropicMessages(name, endpoint, self._clients, effort=self._effort, **budget)
        if endpoint.vendor == "openai" and is_openai(endpoint.url):  # others may not speak Responses
            from ..providers.openai_responses import OpenAIResponses

            return OpenAIResponses(name, endpoint, self._clients, effort=self._effort, **budget)
        from ..providers.openai_chat import OpenAIChat

        return OpenAIChat(name, endpoint, self._clients, effort=self._effort, **budget)

    def _demo(self) -> Provider:
        from ..providers.demo import Demo

        return Demo(sleep=self._chance.clock.sleep, dice=self._chance.dice.random, pace=self._pace)

    # ── what there is ────────────────────────────────────────────────────────────────────────────────────

    async def shelves(self) -> Sequence[Shelf]:
        shelves = [_shelf(self._demo())]
        if self._agent:
            shelves.append(_shelf(self._agent))
        asked = [self._once(vendor, self._account_shelf) for vendor in ACCOUNTS]
        asked += [self._once(vendor, self._local_shelf) for vendor in LOCAL]
        return [*shelves, *(shelf for shelf in await asyncio.gather(*asked) if shelf)]

    async def _once(self, vendor: str, ask: Callable[[str], Awaitable[Shelf | None]]) -> Shelf | None:
        """The answer to `ask`, which may be a minute old, or be on its way to somebody else, too."""
        now = self._chance.clock.elapsed()
        asked = self._asked.get(vendor)
        if asked is None or asked.stale(now):
            asked = self._asked[vendor] = _Asked(asyncio.ensure_future(ask(vendor)), now)
        return await asyncio.shield(asked.task)

    async def _account_shelf(self, vendor: str) -> Shelf | None:
        endpoint = self._accounts.endpoint(vendor)
        if endpoint is None:
            return None
        title = endpoint.called
        if vendor != "compat" and not endpoint.key:
            trouble = f"No key yet. Paste one in Settings, or set {VARIABLES[vendor]}."
            return Shelf(vendor=vendor, title=title, trouble=trouble)
        try:
            shown = offers(endpoint, await listed(endpoint))
        except ProviderError as error:
            return Shelf(vendor=vendor, title=title, trouble=error.message)
        trouble = "" if shown else f"{title} lists no model that can answer. Type the name of one."
        return Shelf(vendor=vendor, title=title, offers=shown, trouble=trouble)

    async def _local_shelf(self, vendor: str) -> Shelf | None:
        endpoint = self._accounts.endpoint(vendor)
        return await found(endpoint) if endpoint else None

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────

    def accounts(self) -> Sequence[Account]:
        return self._accounts.all()

    async def save(self, vendor: str, *, key: str = "", url: str = "") -> str:
        went = await self._accounts.save(vendor, key=key, url=url)
        self._changed(vendor)
        return went

    async def forget(self, vendor: str) -> None:
        await self._accounts.forget(vendor)
        self._changed(vendor)

    def _changed(self, vendor: str) -> None:
        self._asked.pop(vendor, None)  # whoever waits for the old answer gets it; nobody else does
        self._made = {made: provider for made, provider in self._made.items() if made[1].vendor != vendor}


class _Asked:
    """A question that was asked once for everybody."""

    def __init__(self, task: asyncio.Future[Shelf | None], at: float) -> None:
        self.task = task
        self._at = at

    def stale(self, now: float) -> bool:
        if not self.task.done():
            return False
        if self.task.cancelled() or self.task.exception():
            return True
        shelf = self.task.result()
        return now - self._at > (FRESH if shelf and not shelf.trouble else TROUBLED)


def _shelf(provider: Provider) -> Shelf:
    offer = Offer(model=provider.model, label=provider.label)
    title = "Demo" if provider.model == DEMO else "Your own agent"
    return Shelf(vendor=provider.model.partition(":")[0], title=title, offers=(offer,))
