"""All that is reachable over HTTP: the list of doors."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.hub import Hub
    from agent.speech import Recordings, Speech

    from .api.doors import Doors
    from .api.locks import Locks

HERE = Path(__file__).parent
logger = logging.getLogger(__name__)
TIDY = 15.0  # seconds between two looks at what may leave memory


def mount(
    hub: Hub,
    locks: Locks,
    *,
    examples: Sequence[str] = (),
    speech: Speech | None = None,
    recordings: Recordings | None = None,
) -> Doors:
    """Opens all doors to the hub's sessions; `examples` are the questions that an empty session offers. `speech` is for
    browsers that cannot listen or speak themselves; `recordings`, if given, keeps what people say to it."""
    from nicegui import app  # here, since an invitation does without, and should be there at once
    from starlette.staticfiles import StaticFiles

    from agent.speech import Mute

    from . import absent, docs, files, session, signin, tasks, voice
    from .api.doors import Doors
    from .api.mount import mount as mount_api
    from .gate import Gate
    from .security import SecurityHeaders

    doors = Doors(hub, locks)
    app.add_middleware(Gate, locks=locks)
    app.add_middleware(SecurityHeaders)
    app.config.quasar_config["loadingBar"]["skipHijack"] = True  # no bar over the page for each request it makes
    app.add_api_route("/healthz", healthz, include_in_schema=False)
    files.mount(hub)
    app.mount("/static", StaticFiles(directory=HERE / "static"))
    signin.mount(app, locks)
    docs.mount(app, locks)
    session.mount(doors, examples, voice.mount(app, doors, speech or Mute(), recordings))
    tasks.mount(doors)
    absent.mount(app, doors)
    mount_api(app, doors)
    app.on_connect(warmed_up)  # while the first person reads or types; earlier, it would delay the first page
    return doors


async def keep_tidy(hub: Hub) -> None:
    """Lets sessions leave memory that nobody uses, as long as the server runs."""
    while True:
        await asyncio.sleep(TIDY)
        try:
            await hub.tidy()
        except Exception:
            logger.exception("sessions could not leave memory")


async def warmed_up() -> None:
    """Makes ready what the first answer needs, off the event loop."""
    from .markdown import warm_up

    await asyncio.to_thread(warm_up)


def healthz() -> dict[str, str]:
    """Says that the server answers; builds no page, so it may be asked as often as anyone likes."""
    return {"status": "ok"}
