"""What signs: made once, kept in the data folder for its owner alone; for tokens also from the environment."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from agent.errors import BadRequest, StorageError

SHORTEST = 32  # bytes: what HS256 is worth


def token_secret(folder: Path, environ: Mapping[str, str]) -> str:
    """What signs tokens: `JWT_SECRET`, so that other programs may issue them too, else one of our own. Raises
    BadRequest if that is too easily guessed."""
    given = environ.get("JWT_SECRET", "").strip()
    if not given:
        return kept(folder, "token-secret")
    if len(given.encode("utf-8", "replace")) < SHORTEST:
        raise BadRequest(f"JWT_SECRET is too short: make it at least {SHORTEST} random characters, or leave it out.")
    if "-----BEGIN" in given or given.startswith("ssh-"):
        raise BadRequest("JWT_SECRET should be random characters that nobody else knows, and that is half a key pair.")
    return given


def kept(folder: Path, name: str) -> str:
    """The secret of that name, made if there is none; two that ask at once get the same. Raises StorageError."""
    path = folder / name
    try:
        if not (secret := _read(path)):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make(path)
            secret = _read(path)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise StorageError(f"The file {path} could not be used ({reason}). Look at its rights.") from error
    if len(secret) < SHORTEST:
        raise StorageError(f"The file {path} was changed, and is too short to keep anything safe. Delete it.")
    return secret


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""


def _make(path: Path) -> None:
    """Whole or not at all, and never over one that somebody else has made meanwhile: what it signed would be void."""
    new = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        if path.exists() and not _read(path):  # a crash of an older version's left it empty
            path.unlink()
        try:
            os.link(new, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            os.replace(new, path)
    finally:
        with suppress(FileNotFoundError):
            new.unlink()
