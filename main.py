"""Thinkaloud: settings → store → hub → pages → run. The only file that knows everyone, and reads the environment."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from dotenv import dotenv_values

from agent.chance import Chance
from agent.errors import BadRequest, StorageError, ThinkaloudError
from agent.hub import Hub
from agent.providers.base import Provider
from agent.settings import Settings
from agent.store import Store

HERE = Path(__file__).parent


def main(arguments: Sequence[str]) -> int:
    """Serves until it is told to stop; returns the exit code. What keeps it from starting is one sentence."""
    try:
        settings = Settings.read(arguments, environment())
        check_port(settings.host, settings.port)
        serve(settings)
    except ThinkaloudError as error:
        print(error.message, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass  # uvicorn has shut down in order, and then says again what stopped it
    return 0


def environment() -> Mapping[str, str]:
    """The environment, over what a file `.env` in the working directory says."""
    try:
        file = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest("The file .env cannot be read. Save it as UTF-8 text.") from error
    return {**file, **os.environ}


def build(settings: Settings, store: Store, *, provider: Callable[[str], Provider] | None = None) -> Hub:
    """The hub as these settings have it, with another provider for tests and bench."""
    from agent.tools import toolbox

    if provider is None:
        from agent.providers import choose

        provider = partial(choose, pace=settings.pace)
    provider(settings.model)  # what is wrong with it should be said now, not on the first page
    chance = Chance()
    folders = [HERE / "docs" / "help", *([Path(settings.docs)] if settings.docs else [])]
    tools = toolbox(clock=chance.clock, folders=folders)
    return Hub(store, provider=provider, tools=tools, model=settings.model, chance=chance)


def serve(settings: Settings) -> None:
    """Opens the data folder, ends what a crash cut short, and runs the server."""
    from storage.store import DiskStore

    store = DiskStore(settings.data)
    try:
        hub = build(settings, store)
        hub.notices += store.notices
        asyncio.run(hub.recover())
        run(settings, hub, secret(settings.data))
    finally:
        store.close()


def run(settings: Settings, hub: Hub, storage_secret: str) -> None:
    """Serves the hub's pages until a signal says stop; running turns end as interrupted, in 3 s at the most."""
    os.environ["NICEGUI_STORAGE_PATH"] = str(settings.data / "nicegui")  # read once, when nicegui is imported
    from nicegui import app, core, ui

    from agent.providers.demo import EXAMPLES
    from pages import mount

    def started() -> None:
        # NiceGUI ties these to reconnect_timeout; a dead link should be noticed sooner than it is given up
        core.sio.eio.ping_interval, core.sio.eio.ping_timeout = 10, 5

    async def announce() -> None:
        from nicegui.server import Server

        while not Server.instance.started:  # noqa: ASYNC110 (uvicorn has no event for it; handlers run just before)
            await asyncio.sleep(0.01)
        print(f"Thinkaloud: {url(settings.host, settings.port)}", flush=True)

    mount(hub, examples=EXAMPLES)
    app.on_startup(started)
    app.on_startup(announce)
    app.on_shutdown(partial(hub.shutdown, 1.5))
    ui.run(
        host=settings.host,
        port=settings.port,
        title="Thinkaloud",
        favicon=(HERE / "pages" / "static" / "icon.svg").read_text(encoding="utf-8"),
        language="en-US",
        dark=None,
        tailwind=False,
        reload=False,
        show=settings.browser,
        show_welcome_message=False,
        storage_secret=storage_secret,
        session_middleware_kwargs={"same_site": "lax"},
        reconnect_timeout=60,
        binding_refresh_interval=None,  # nothing is bound to plain objects
        timeout_graceful_shutdown=1,  # then streams are cut; with the hub's share that is less than 3 s
    )


def check_port(host: str, port: int) -> None:
    """Raises BadRequest where the server could not listen, with what to do about it."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            if os.name == "posix":  # elsewhere this would let two servers share the port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except PermissionError as error:
        raise BadRequest(f"Port {port} needs special rights here. Choose another with --port.") from error
    except socket.gaierror as error:
        raise BadRequest(f"There is no address {host} on this machine. Choose another with --host.") from error
    except OSError as error:
        if error.errno in (99, 49, 10049):  # EADDRNOTAVAIL on Linux, macOS, Windows
            raise BadRequest(f"There is no address {host} on this machine. Choose another with --host.") from error
        raise BadRequest(f"Port {port} is taken, perhaps by another Thinkaloud. Choose another with --port.") from error


def secret(folder: Path) -> str:
    """What signs the browsers' cookies: made once, kept in the data folder for its owner alone."""
    path = folder / "secret"
    try:
        if path.exists() and (kept := path.read_text(encoding="ascii").strip()):
            return kept
        made = secrets.token_urlsafe(32)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(made + "\n")
    except OSError as error:
        raise StorageError(f"The file {path} could not be used ({error.strerror}). Look at its rights.") from error
    return made


def url(host: str, port: int) -> str:
    """Where a browser on this machine finds it."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
