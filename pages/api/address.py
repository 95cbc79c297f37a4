"""Under which address somebody asks: `Host` and `Origin` as browsers write them, and nothing that only looks alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}
NAME = r"(?P<name>[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
HOST = re.compile(NAME)
ORIGIN = re.compile(r"(?P<scheme>https?)://" + NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`scheme` is empty for a `Host`, which does not say it; `port` None where it is left to the scheme."""

    scheme: str = ""
    name: str
    port: int | None

    def is_of(self, origin: Address) -> bool:
        """Whether a page of `origin` that asks here asks its own server."""
        usual = DEFAULT_PORTS[origin.scheme]
        same_scheme = not self.scheme or self.scheme == origin.scheme
        return same_scheme and self.name == origin.name and (self.port or usual) == (origin.port or usual)


@lru_cache(256)
def read_host(value: str) -> Address | None:
    """What a `Host` header says; None where that is no host and port."""
    return _read(HOST, value)


@lru_cache(256)
def read_origin(value: str) -> Address | None:
    """What an `Origin` header says; None for `null`, for what is not of the web, and for whatever has more in it than
    scheme, host and port: a name before an @, a path, a #."""
    return _read(ORIGIN, value)


def is_loopback(name: str) -> bool:
    """Whether only this machine answers to the name, however the names of the world are looked up. Browsers write
    `127.1`, `0x7f.1` and `2130706433` in full before they send them, so nothing else needs to pass."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return IPv6Address(name[1:-1]).is_loopback if name.startswith("[") else IPv4Address(name).is_loopback
    except ValueError:
        return False


def url(host: str, port: int) -> str:
    """Where a browser on this machine finds a server that listens there."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def _read(pattern: re.Pattern[str], value: str) -> Address | None:
    found = pattern.fullmatch(value.lower()) if value.isascii() else None
    if found is None:
        return None
    parts = found.groupdict()
    port = int(parts["port"]) if parts["port"] else None
    if port is not None and not 0 < port < 65536:
        return None
    return Address(scheme=parts.get("scheme", ""), name=parts["name"], port=port)
