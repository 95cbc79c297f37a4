"""Which keys and addresses are known: what the environment says, and over it what was saved."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from ..errors import BadRequest, ProviderError
from ..models import Account
from ..providers.defaults import TITLES, URLS
from ..providers.endpoint import Endpoint
from .keys import KeyStore, checked_key, checked_url, masked, same_server
from .listing import listed
from .offers import offers

ACCOUNTS = ("openai", "anthropic", "compat")


class Accounts:
    """The access to each vendor. A key is never sent to another server than it was given for."""

    def __init__(self, given: Mapping[str, Endpoint], kept: KeyStore) -> None:
        self._given = dict(given)
        self._kept = kept
        self._saved = dict(kept.load())

    def endpoint(self, vendor: str) -> Endpoint | None:
        """Where the vendor is reached now, and with which key; None where no address is known."""
        given, saved = self._given.get(vendor), self._saved.get(vendor)
        key, url = (given.key, given.url) if given else ("", URLS.get(vendor, ""))
        if saved:
            key = saved[0] or (key if same_server(saved[1], url) else "")
            url = saved[1]
        return Endpoint(vendor=vendor, title=TITLES[vendor], url=url, key=key) if url and vendor in TITLES else None

    def all(self) -> Sequence[Account]:
        return [self._account(vendor) for vendor in ACCOUNTS]

    async def save(self, vendor: str, *, key: str = "", url: str = "") -> str:
        """See Models. Where the server cannot be asked right now, what was given is kept all the same."""
        endpoint = self._meant(vendor, checked_key(key), url)
        try:
            count = len(offers(endpoint, await listed(endpoint)))
        except ProviderError as error:
            if error.kind in ("bad_key", "no_key"):
                raise BadRequest(error.message) from None
            if error.kind in ("unreachable", "timeout"):
                went = f"Saved, but nothing answers at {endpoint.host} right now."
            else:
                went = f"Saved. {error.message}"
        else:
            for_key = " for this key" if endpoint.key else ""
            went = f"Saved. {endpoint.called} lists {count} model{'' if count == 1 else 's'}{for_key}."
        given = self._given.get(vendor)
        theirs = given is not None and endpoint.key == given.key and same_server(endpoint.url, given.url)
        saved = ("" if theirs else endpoint.key, endpoint.url)  # the environment's key stays there, where it may change
        await asyncio.to_thread(self._kept.save, vendor, *saved)
        self._saved[vendor] = saved
        return went

    async def forget(self, vendor: str) -> None:
        await asyncio.to_thread(self._kept.forget, vendor)
        self._saved.pop(vendor, None)

    def _account(self, vendor: str) -> Account:
        endpoint = self.endpoint(vendor)
        return Account(
            vendor=vendor,
            title=TITLES[vendor],
            key=masked(endpoint.key) if endpoint else "",
            url=endpoint.url if endpoint else "",
            source="saved" if vendor in self._saved else "environment" if vendor in self._given else "",
            needs_url=vendor not in URLS,
        )

    def _meant(self, vendor: str, key: str, url: str) -> Endpoint:
        if vendor not in ACCOUNTS:
            raise BadRequest("There is no key or address to set for that.")
        known = self.endpoint(vendor)
        url = checked_url(url) if url.strip() else known.url if known else ""
        if not url:
            raise BadRequest("Give the address of the server, as in https://example.org/v1.")
        if not key and known and known.key:
            if same_server(url, known.url):
                key = known.key
            elif vendor in URLS:
                raise BadRequest("That is another server: give the key for it, too.")
        if not key and vendor in URLS:
            raise BadRequest(f"Paste a key of {TITLES[vendor]} first.")
        if vendor == "openai" and key.startswith("sk-ant-") and same_server(url, URLS["openai"]):
            raise BadRequest("That is a key of Anthropic. Paste it there.")
        return Endpoint(vendor=vendor, title=TITLES[vendor], url=url, key=key)
