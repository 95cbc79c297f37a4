"""The keys that were saved: one small file in the data folder, for its owner alone."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from agent.errors import BadRequest
from agent.vendors.keys import checked_key, checked_url

from .disk import move_aside, refusals, replacing


class KeyFile:
    """`keys.json` in a data folder, as agent.vendors.keys.KeyStore wants it. `notices` are sentences about what was
    found damaged and put right. Raises StorageError where the disk refuses."""

    def __init__(self, folder: Path) -> None:
        self.notices: list[str] = []
        self._path = folder / "keys.json"
        self._kept: dict[str, tuple[str, str]] | None = None
        self._writing = threading.Lock()

    def load(self) -> Mapping[str, tuple[str, str]]:
        with self._writing:
            return dict(self._known())

    def save(self, vendor: str, key: str, url: str) -> None:
        with self._writing:
            self._write({**self._known(), vendor: (key, url)})

    def forget(self, vendor: str) -> None:
        with self._writing:
            known = self._known()
            if vendor in known:
                self._write({name: pair for name, pair in known.items() if name != vendor})

    def _known(self) -> dict[str, tuple[str, str]]:
        if self._kept is None:
            self._kept = self._read()
        return self._kept

    @refusals()
    def _read(self) -> dict[str, tuple[str, str]]:
        try:
            if os.name != "nt" and stat.S_IMODE(self._path.stat().st_mode) & 0o077:
                self._path.chmod(0o600)
            data = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        try:
            return _pairs(json.loads(data))
        except (ValueError, RecursionError, BadRequest):  # none of them is shown: they may have a key in them
            damaged = self._path.parent / "damaged"
            damaged.mkdir(mode=0o700, exist_ok=True)
            place = move_aside(self._path, damaged)
        self.notices.append(f"keys.json was damaged: it is now damaged/{place.name}. Give the keys again in Settings.")
        return {}

    @refusals()
    def _write(self, pairs: dict[str, tuple[str, str]]) -> None:
        data = {vendor: {"key": key, "url": url} for vendor, (key, url) in pairs.items()}
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replacing(self._path) as out:
            if os.name != "nt":  # a file that a crash left behind keeps the rights it had
                os.fchmod(out.fileno(), 0o600)
            out.write(json.dumps(data, indent=1).encode())
        self._kept = pairs


def _pairs(data: Any) -> dict[str, tuple[str, str]]:
    """What the file says. Raises ValueError or BadRequest where that makes no sense."""
    if not isinstance(data, dict):
        raise ValueError
    pairs: dict[str, tuple[str, str]] = {}
    for vendor, kept in cast("dict[str, Any]", data).items():
        if not isinstance(kept, dict):
            raise ValueError
        known = cast("dict[str, Any]", kept)
        key, url = known.get("key"), known.get("url")
        if not isinstance(key, str) or not isinstance(url, str):
            raise ValueError
        pairs[vendor] = (checked_key(key), checked_url(url))
    return pairs
