"""`main.py invite ada --role member --days 30` prints a link that signs ada in, while the server runs or not."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode

from agent.chance import Chance
from agent.errors import BadRequest
from agent.settings import Settings, parser

from .api.auth import Tokens
from .api.locks import Locks
from .api.secret import token_secret


def invite(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """The exit code. All settings may be given as for the server itself. Raises BadRequest or StorageError, with one
    sentence."""
    given = vars(command().parse_args(arguments))
    user, role, days = given.pop("user"), given.pop("role"), given.pop("days")
    if not user:
        raise BadRequest("Say whom to invite: main.py invite ada.")
    if not (days.isascii() and days.isdigit() and len(days) < 9):
        raise BadRequest(f"The days are a whole number, not {days!r}.")
    settings = Settings.read(flags(given), environ)
    tokens = Tokens(token_secret(settings.data, environ), Chance().clock)
    locks = Locks.read(settings, tokens)
    link = f"{locks.address}/signin?" + urlencode({"token": tokens.invite(user, role, int(days))})
    if locks.open:
        print("Nobody needs it: the server is bound to this machine alone, and asks for no sign-in.", file=sys.stderr)
    elif not locks.public and reaches_all(settings.host):
        print("Elsewhere, put this machine's name for the address; --public has it there at once.", file=sys.stderr)
    print(link, flush=True)
    return 0


def command() -> argparse.ArgumentParser:
    out = parser()
    out.prog = "main.py invite"
    out.description = "Prints a link that signs somebody in."
    out.add_argument("user", nargs="?", default="", help="the name that others see")
    out.add_argument("--role", default="member", help="owner, member or viewer (default: member)")
    out.add_argument("--days", default="30", help="how long it holds (default: 30)")
    return out


def flags(given: Mapping[str, Any]) -> list[str]:
    """What was said of the settings, as it was said."""
    out: list[str] = []
    for setting in fields(Settings):
        name = setting.name.replace("_", "-")
        match given.get(setting.name):
            case None:
                pass
            case bool() as on:
                out.append(f"--{name}" if on else f"--no-{name}")
            case value:
                out.append(f"--{name}={value}")
    return out


def reaches_all(host: str) -> bool:
    try:
        return not host or ip_address(host).is_unspecified
    except ValueError:
        return False
