"""Where a vendor is reached, and with which key."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`url` is the base that the SDK is given (`https://api.openai.com/v1`); `key` may be empty."""

    vendor: str
    title: str
    url: str
    key: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """`localhost:11434`: what a sentence may say of the address."""
        return re.split(r"[/?#]", self.url.rpartition("://")[2])[0].rpartition("@")[2]

    @property
    def called(self) -> str:
        """What people call it: the vendor, or the host of a server that has no name of its own."""
        return self.host if self.vendor == "compat" else self.title

    @property
    def local(self) -> bool:
        """Whether it is this very machine: nothing leaves it, and nothing is paid."""
        try:
            host = urlsplit(self.url).hostname or ""
            return host == "localhost" or ip_address(host).is_loopback
        except ValueError:
            return False
