"""Thinkaloud: settings → store → models → hub → pages → run. The only file that knows everyone."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from agent.chance import Chance
from agent.errors import BadRequest, ThinkaloudError
from agent.hub import Hub
from agent.models import Models
from agent.settings import Settings, environment
from agent.store import Store
from agent.vendors.keys import KeyStore, MemoryKeys

HERE = Path(__file__).parent
LARGEST_FRAME = 4_000_000  # bytes; what is too long for a message, but not for this, is told in a frame


def main(arguments: Sequence[str]) -> int:
    """Serves until it is told to stop; returns the exit code. What keeps it from starting is one sentence."""
    try:
        environ = environment()
        if arguments and arguments[0] == "invite":
            from pages.invite import invite

            return invite(arguments[1:], environ)
        settings = Settings.read(arguments, environ)
        check_port(settings.host, settings.port)
        serve(settings, environ)
    except ThinkaloudError as error:
        print(error.message, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass  # uvicorn has shut down in order, and then says again what stopped it
    return 0


def build(
    settings: Settings,
    store: Store,
    *,
    models: Models | None = None,
    environ: Mapping[str, str] | None = None,
    keys: KeyStore | None = None,
) -> Hub:
    """The hub as these settings have it, with other models for tests and bench. Raises BadRequest where a key, an
    address, the model or the own agent makes no sense: that should be said now, not on the first page."""
    from agent.tools import toolbox

    chance = Chance()
    notices: list[str] = []
    if models is None:
        from agent.vendors.vendors import Vendors
        from storage.keys import KeyFile

        keys = keys or KeyFile(settings.data)
        models = Vendors.from_settings(settings, environ or {}, kept=keys, chance=chance)
        notices = keys.notices if isinstance(keys, KeyFile) else []
    folders = [HERE / "docs" / "help", *([Path(settings.docs)] if settings.docs else [])]
    tools = toolbox(clock=chance.clock, folders=folders)
    hub = Hub(store, models=models, tools=tools, chance=chance, limits=settings.limits)
    hub.notices += notices
    return hub


def serve(settings: Settings, environ: Mapping[str, str]) -> None:
    """Opens the data folder, ends what a crash cut short, and runs the server."""
    from storage.keys import KeyFile
    from storage.store import DiskStore

    store, keys = DiskStore(settings.data), KeyFile(settings.data)
    try:
        hub = build(settings, store, environ=environ, keys=keys)
        hub.notices += store.notices
        asyncio.run(hub.recover())
        run(settings, hub, environ, keys)
    finally:
        store.close()


def run(settings: Settings, hub: Hub, environ: Mapping[str, str], keys: KeyStore | None = None) -> None:
    """Serves the hub's pages until a signal says stop; running turns end as interrupted, in 3 s at the most. `keys` are
    those that were saved. Raises BadRequest where the locks, or the servers of speech, make no sense."""
    os.environ["NICEGUI_STORAGE_PATH"] = str(settings.data / "nicegui")  # read once, when nicegui is imported
    from nicegui import app, core, ui
    from nicegui.server import Server

    from agent.providers.demo import EXAMPLES
    from agent.vendors.speech import SpeechServers
    from pages import keep_tidy, mount
    from pages.api.address import url
    from pages.api.auth import Tokens
    from pages.api.locks import Locks
    from pages.api.secret import kept, token_secret
    from pages.handshake import Handshake
    from pages.hung_up import HungUp
    from pages.listening import notice_dead_peers, say_goodbye
    from storage.recordings import KeptRecordings

    def started() -> None:
        # NiceGUI ties these to reconnect_timeout; a dead link should be noticed sooner than it is given up
        core.sio.eio.ping_interval, core.sio.eio.ping_timeout = 10, 5
        Server.instance.config.ws_protocol_class = Handshake
        logging.getLogger("uvicorn.error").addFilter(HungUp())

    async def announce() -> None:
        while not Server.instance.started:  # noqa: ASYNC110 (uvicorn has no event for it; handlers run just before)
            await asyncio.sleep(0.01)
        notice_dead_peers(Server.instance)
        say_goodbye(Server.instance, goodbye)
        gc.freeze()  # all that was imported stays: looking through it again and again would hold up everybody
        print(f"Thinkaloud: {url(settings.host, settings.port)}", flush=True)
        await hub.models.prepare(hub.models.default)

    async def goodbye() -> None:
        await hub.shutdown(1.5)
        await doors.close()

    async def stopped() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await hub.models.close()
                await speech.close()

    locks = Locks.read(settings, Tokens(token_secret(settings.data, environ), hub.chance.clock))
    speech = SpeechServers.from_settings(settings, environ, kept=keys or MemoryKeys(), chance=hub.chance)
    recordings = KeptRecordings(Path(settings.recordings), hub.chance.clock) if settings.recordings else None
    doors = mount(hub, locks, examples=EXAMPLES, speech=speech, recordings=recordings)
    app.on_startup(started)
    app.on_startup(announce)
    app.on_startup(lambda: keep_tidy(hub))
    app.on_shutdown(stopped)
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
        storage_secret=kept(settings.data, "secret"),
        session_middleware_kwargs={"same_site": "lax", "https_only": locks.public.startswith("https:")},
        reconnect_timeout=60,
        binding_refresh_interval=None,  # nothing is bound to plain objects
        ws_max_size=LARGEST_FRAME,
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
