"""NiceGUI behind the gate: python -m tests.pages.gated PORT FOLDER SECRET."""

from __future__ import annotations

import asyncio
import os
import sys

from agent.chance import Chance


def serve(port: int, folder: str, secret: str) -> None:
    os.environ["NICEGUI_STORAGE_PATH"] = folder  # read once, when nicegui is imported
    from nicegui import app, ui
    from nicegui.server import Server

    from pages import signin
    from pages.api.auth import Tokens
    from pages.api.locks import Locks
    from pages.gate import Gate
    from pages.handshake import Handshake
    from pages.security import SecurityHeaders

    locks = Locks(tokens=Tokens(secret, Chance().clock), open=False)
    app.add_middleware(Gate, locks=locks)
    app.add_middleware(SecurityHeaders)
    signin.mount(app, locks)
    static = os.path.join(os.path.dirname(signin.__file__), "static")
    app.add_static_files("/static", static)

    async def started() -> None:
        Server.instance.config.ws_protocol_class = Handshake  # type: ignore[attr-defined]
        while not Server.instance.started:  # noqa: ASYNC110 (as in main.py)
            await asyncio.sleep(0.01)
        print("Thinkaloud: here", flush=True)

    @ui.page("/")
    @ui.page("/s/{id}")
    def page(id: str = "") -> None:
        request = ui.context.client.request
        assert request
        ui.label(f"You are {request.state.person.user}")
        count = ui.label("0")
        ui.button("More", on_click=lambda: count.set_text(str(int(count.text) + 1)))
        ui.button("New", on_click=lambda: ui.codemirror("x"))

    app.on_startup(started)
    ui.run(host="127.0.0.1", port=port, reload=False, show=False, show_welcome_message=False, storage_secret=secret)


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2], sys.argv[3])
