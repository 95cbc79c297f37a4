"""Keys and addresses as people give them: checked, masked, and kept; no sentence ever repeats one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from ..errors import BadRequest

LONGEST = 4096
PORTS = {"http": 80, "https": 443}


class KeyStore(Protocol):
    """What was saved: vendor → (key, address). A key may be empty, where only the address was saved."""

    def load(self) -> Mapping[str, tuple[str, str]]:
        """All of it. Raises StorageError."""
        ...

    def save(self, vendor: str, key: str, url: str) -> None:
        """Keeps both for good. Blocks on the disk; raises StorageError, and then nothing has changed."""
        ...

    def forget(self, vendor: str) -> None:
        """Takes both away, if they are there. As `save`."""
        ...


class MemoryKeys:
    """Keeps keys as long as the process lives."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, str]] = {}

    def load(self) -> Mapping[str, tuple[str, str]]:
        return dict(self._kept)

    def save(self, vendor: str, key: str, url: str) -> None:
        self._kept[vendor] = (key, url)

    def forget(self, vendor: str) -> None:
        self._kept.pop(vendor, None)


def checked_key(key: str, where: str = "The key") -> str:
    """`key` without the space around it. Raises BadRequest where no key looks like that."""
    key = key.strip()
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise BadRequest(f"{where} has a space, a line break or a special character in it. Copy it again, on its own.")
    if len(key) > LONGEST:
        raise BadRequest(f"{where} is longer than any key. Copy it again, on its own.")
    return key


def checked_url(url: str, where: str = "The address") -> str:
    """`url` without the space around it and the slash at its end. Raises BadRequest where it is no base address."""
    url = url.strip().rstrip("/")
    parts = _split(url)
    if not url.lower().startswith(("http://", "https://")):
        raise BadRequest(f"{where} should begin with https://, or with http:// for a server of your own.")
    if parts is None or not parts.hostname or len(url) > LONGEST or not url.isprintable() or set(url) & {" ", "\\"}:
        raise BadRequest(f"{where} is not one that can be reached. It looks like https://example.org/v1.")
    if "@" in parts.netloc:
        raise BadRequest(f"{where} has a name or a password in it. Give the key by itself.")
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise BadRequest(f"{where} should end before the ? or #: what is asked for comes after it.")
    return url


def same_server(url: str, other: str) -> bool:
    """Whether a key for the one may be sent to the other."""
    here, there = _origin(url), _origin(other)
    return here is not None and here == there


def is_openai(url: str) -> bool:
    """OpenAI itself, or one of its regions (`eu.api.openai.com`): only there is all that OpenAI offers."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme == "https" and (host == "api.openai.com" or host.endswith(".api.openai.com"))


def masked(key: str) -> str:
    """Enough of a key to know it by: `sk-…abcd`."""
    if not key:
        return ""
    return f"{key[:3]}…{key[-4:]}" if len(key) >= 12 else "…"


def _origin(url: str) -> tuple[str, str, int | None] | None:
    parts = _split(url)
    if parts is None or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return None
    return parts
