"""The models that can be had, as pages see them; `agent/vendors/vendors.py` knows the real ones.

*Vendors* are who answers: `openai`, `anthropic`, `compat` (any server of the OpenAI kind), the local servers `ollama`,
`lmstudio`, `llamacpp`, `vllm`, and `demo`, `agent`. A model is `vendor:name`, with any name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from .errors import BadRequest
from .providers.base import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A model in the picker: `model` is `vendor:name`; `note` says what it is good for, or is empty."""

    model: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What one vendor offers now, the recommended first. `trouble` is the sentence why it offers nothing (else);
    `found`: a server on this machine that was found by looking for it."""

    vendor: str
    title: str
    offers: tuple[Offer, ...] = ()
    trouble: str = ""
    found: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is known about the access to a vendor. `key` is masked (`sk-…abcd`), empty where there is none;
    `source` is where it comes from. `needs_url`: the address is the person's to give."""

    vendor: str
    title: str
    key: str = ""
    url: str = ""
    source: Literal["", "environment", "saved"] = ""
    needs_url: bool = False


class Models(Protocol):
    """Where models come from."""

    @property
    def default(self) -> str:
        """The model of a session that nobody chose one for."""
        ...

    def provider(self, model: str) -> Provider:
        """The provider of `model`, at once, and never fails: what is wrong with it is said when it is used."""
        ...

    def check(self, model: str) -> None:
        """Raises BadRequest where `model` can be no model at all."""
        ...

    async def prepare(self, model: str) -> None:
        """Makes ready what the first use of `model` would wait for (an import, a connection pool); never fails."""
        ...

    async def shelves(self) -> Sequence[Shelf]:
        """What can be had now; asks the vendors whose key is known and looks for servers on this machine."""
        ...

    def accounts(self) -> Sequence[Account]: ...

    async def save(self, vendor: str, *, key: str = "", url: str = "") -> str:
        """Tries the key (where it is empty: the one that is known) at the address, keeps both, and returns the sentence
        about how it went. Raises BadRequest where it makes no sense or was refused; then nothing is kept."""
        ...

    async def forget(self, vendor: str) -> None:
        """Takes back what was saved; what the environment says counts again."""
        ...

    async def close(self) -> None:
        """Lets go of connections."""
        ...


class OneProvider:
    """The same provider for every model: for tests, and wherever there is nothing to choose."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    @property
    def default(self) -> str:
        return self._provider.model

    def provider(self, model: str) -> Provider:
        return self._provider

    def check(self, model: str) -> None:
        if ":" not in model:
            raise BadRequest("A model is written provider:name.")

    async def prepare(self, model: str) -> None:
        pass

    async def shelves(self) -> Sequence[Shelf]:
        offer = Offer(model=self.default, label=self._provider.label)
        return [Shelf(vendor=self.default.split(":")[0], title=self._provider.label, offers=(offer,))]

    def accounts(self) -> Sequence[Account]:
        return ()

    async def save(self, vendor: str, *, key: str = "", url: str = "") -> str:
        raise BadRequest("There is nothing to set here.")

    async def forget(self, vendor: str) -> None:
        pass

    async def close(self) -> None:
        pass
