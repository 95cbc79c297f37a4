"""What can be set, each with its default and one sentence of help; the two mains alone read them from the world.

A flag beats `THINKALOUD_*` in the environment, which beats `.env`, which beats the default.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from .errors import BadRequest
from .limits import Limits

PREFIX = "THINKALOUD_"
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


def _setting(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    host: str = _setting("127.0.0.1", "Address to listen on; anything but this machine's own opens it to the network.")
    port: int = _setting(8000, "Port to listen on.")
    data: Path = _setting(Path("data"), "Folder that keeps the sessions.")
    model: str = _setting(
        "",
        "Model of new sessions, as provider:name; if empty, your own agent, else a vendor whose key is known, "
        "else the demo.",
    )
    agent: str = _setting("", "An agent of your own, as module:attribute or path/to/file.py:attribute.")
    watch: bool = _setting(False, "Load your own agent anew when its file is saved.")
    effort: str = _setting("medium", "How hard models think: low, medium, high, xhigh, max; or none, minimal.")
    budget: int = _setting(
        0, "About how many tokens of conversation a model is sent; what came first is left out. 0: what suits it."
    )
    docs: str = _setting("", "Folder of .md and .txt files that the search tool also looks through.")
    browser: bool = _setting(True, "Open the page in a browser at the start.")
    pace: float = _setting(1.0, "How slowly the demo thinks: 1 like a real model, 0 without any waiting.")

    listen_url: str = _setting(
        "",
        "Address of a server that writes down what people say, as in http://localhost:8001/v1; if empty, OpenAI's "
        "where its key is known.",
    )
    listen_model: str = _setting("", "Model that writes it down; if empty, gpt-transcribe, or elsewhere whisper-1.")
    speak_url: str = _setting("", "Address of a server that speaks; if empty, OpenAI's where its key is known.")
    speak_model: str = _setting("", "Model that speaks; if empty, gpt-4o-mini-tts, or elsewhere tts-1.")
    speak_voices: str = _setting("", "Its voices, with commas between; if empty, those that the server lists.")
    recordings: str = _setting("", "Folder in which recordings of what people say are kept; if empty, none is.")

    signin: bool = _setting(False, "Ask people to sign in also on this machine's own address; on any other it does.")
    public: str = _setting("", "The address that people use where it is another, such as https://think.example.org.")
    origins: str = _setting("", "Addresses of other pages that may use the API from a browser, with commas between.")
    grace: float = _setting(300.0, "Seconds that a run goes on which nobody watches; 0: until it is done.")
    idle: float = _setting(3600.0, "Seconds that a connection may stay on which nothing is said; 0: for ever.")
    longest: int = _setting(100_000, "Characters that a message may have.")
    arguments: int = _setting(100_000, "Characters that the arguments of one tool call may have.")
    rate: int = _setting(20, "Messages a second on one connection.")
    connections: int = _setting(2000, "Connections that may be open in all.")
    per_person: int = _setting(200, "Connections of one person, where people sign in.")
    runs: int = _setting(20, "Runs that one person may have going on.")
    memory: int = _setting(200, "Sessions that stay in memory although nobody uses them now.")

    @property
    def limits(self) -> Limits:
        return Limits(
            message=self.longest,
            rate=self.rate,
            connections=self.connections,
            per_user=self.per_person,
            runs=self.runs,
            args=self.arguments,
            grace=self.grace,
            idle=self.idle,
            memory=self.memory,
        )

    @classmethod
    def read(cls, arguments: Sequence[str], environ: Mapping[str, str]) -> Settings:
        """From a command line and an environment. Raises BadRequest with one sentence; `--help` exits."""
        given = vars(parser().parse_args(arguments))
        values: dict[str, Any] = {}
        for setting in fields(cls):
            flag = given.get(setting.name)
            variable = PREFIX + setting.name.upper()
            if flag is not None:
                values[setting.name] = _value(setting, flag, f"--{dashed(setting.name)}")
            elif environ.get(variable) or (variable in environ and isinstance(setting.default, bool)):
                values[setting.name] = _value(setting, environ[variable], variable)
        settings = cls(**values)
        if not 0 < settings.port < 65536:
            raise BadRequest(f"A port is between 1 and 65535, not {settings.port}.")
        if not 0 <= settings.pace <= 100:
            raise BadRequest(f"The pace is between 0 and 100, not {settings.pace:g}.")
        if settings.effort not in EFFORTS:
            raise BadRequest(f"The effort is one of {', '.join(EFFORTS)}, not {settings.effort!r}.")
        if settings.budget and settings.budget < 1000:
            raise BadRequest(f"The budget is 0 or at least 1000 tokens, not {settings.budget}.")
        for name in ("longest", "arguments", "rate", "connections", "per_person", "runs"):
            if getattr(settings, name) < 1:
                raise BadRequest(f"--{name.replace('_', '-')} is at least 1, not {getattr(settings, name)}.")
        for name in ("grace", "idle", "memory"):
            if not 0 <= getattr(settings, name) < 1e9:
                raise BadRequest(f"--{name} is 0 or more, not {getattr(settings, name):g}.")
        return settings


def environment() -> Mapping[str, str]:
    """The environment, over what a file `.env` in the working directory says. Raises BadRequest."""
    from dotenv import dotenv_values

    try:
        file = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest("The file .env cannot be read. Save it as UTF-8 text.") from error
    return {**file, **os.environ}


def parser() -> argparse.ArgumentParser:
    """The command line: one flag a setting; what is on by default has a `--no-` flag."""
    out = argparse.ArgumentParser(
        prog="main.py",
        description="Thinkaloud: watch an agent think, live.",
        epilog=f"Each is also read from the environment or a file .env, as {PREFIX}HOST and so on; a flag wins.",
    )
    for setting in fields(Settings):
        flag, help = f"--{dashed(setting.name)}", setting.metadata["help"].replace("%", "%%")
        if isinstance(setting.default, bool):
            out.add_argument(
                f"--{dashed(setting.name)}", action=argparse.BooleanOptionalAction, default=None, help=help
            )
        else:
            shown = f" (default: {setting.default})" if str(setting.default) else ""
            out.add_argument(flag, default=None, metavar=setting.name.upper(), help=help + shown)
    return out


def dashed(name: str) -> str:
    return name.replace("_", "-")


def _value(setting: Field[Any], given: Any, where: str) -> Any:
    try:
        match setting.default:
            case bool():
                if isinstance(given, str) and given.lower() not in YES + NO:
                    raise ValueError
                return given.lower() in YES if isinstance(given, str) else given
            case int() | float() | Path() as default:
                return type(default)(given)
            case _:
                return given
    except ValueError as error:
        kinds = {"bool": "1 or 0", "int": "a whole number", "float": "a number"}
        raise BadRequest(f"{where} should be {kinds[type(setting.default).__name__]}, not {given!r}.") from error
