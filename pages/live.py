"""Ties a session's log to the pages that show it: each keeps a cursor, and gets what is new while it is connected."""

from __future__ import annotations

import asyncio
import logging
import time
import weakref
from collections.abc import Callable
from typing import Any

from engineio.packet import MESSAGE, Packet
from nicegui import background_tasks, core, ui
from socketio.packet import EVENT as EVENT_PACKET

from agent.session import Session

from .parts.transcript import TranscriptView
from .render import Render

FRAME = 0.016  # seconds between two frames to one page, at the least
FAST = 0.036  # … while text comes faster than that: two in one cost half the bytes and are seen no later
SHARE = 0.25  # of one core that may go into frames; more pages get them more rarely
BACKLOG = 16  # frames that may wait for a slow browser before it is left to lag
EVENT = 0  # our event's name on the socket: the shortest there is; see parts/transcript.js
logger = logging.getLogger(__name__)
_screens: weakref.WeakValueDictionary[str, Screen] = weakref.WeakValueDictionary()


class Live:
    """A page that shows a session. Made inside the page function; ends with the page's client. `name`: see Render."""

    def __init__(self, session: Session, view: TranscriptView, *, name: Callable[[str], str] = str) -> None:
        self.client = ui.context.client
        self.view = view
        self.current = ""
        self.ready = False
        """Whether the browser has said where it stands, on this very connection."""
        self._over = False
        self._screen = screen_of(session, name)
        self._screen.pages.add(self)
        snapshot = self._screen.render.snapshot()
        self.cursor = snapshot["cursor"]
        view.show(snapshot)
        view.on_ready(self.stand_at)
        view.on_earlier(self._on_earlier)
        self.client.on_connect(self._on_silence)
        self.client.on_disconnect(self._on_cut)
        self.client.on_delete(self._on_delete)

    def stand_at(self, cursor: int) -> None:
        """The browser has everything up to `cursor` and listens: on load, after a cut, when it found a gap."""
        if self._over:
            return
        render = self._screen.render
        render.catch_up()
        if render.reaches(cursor):
            self.cursor, self.current = cursor, ""
        else:
            snapshot = render.snapshot()
            self.cursor, self.current = snapshot["cursor"], ""
            self.view.run_method("reset", snapshot)
        self.ready = True
        self._screen.wake()

    async def _on_earlier(self, before: int) -> None:
        if self._over:
            return
        window = await asyncio.to_thread(self._screen.render.earlier, before)
        self.view.run_method("prepend", {**window, "before": before})

    def _on_silence(self) -> None:
        """A connection begins: nothing is sent until the browser says where it stands."""
        self.ready = False

    def _on_cut(self) -> None:
        """A dead connection may be noticed only after the browser has made another: that one stays."""
        self.ready = self.ready and self.client.has_socket_connection

    def end(self) -> None:
        """Sends nothing more, whatever the browser asks for."""
        self._over = True
        self._on_delete()

    def _on_delete(self) -> None:
        self._screen.pages.discard(self)
        self._screen.wake()

    def lags(self) -> bool:
        """Whether earlier frames still wait for this browser to take them."""
        for _, eio_sid in core.sio.manager.get_participants("/", self.client.id):
            socket = core.sio.eio.sockets.get(eio_sid)
            if socket is not None and socket.queue.qsize() > BACKLOG:
                return True
        return False


class Screen:
    """All pages of one session: one task reads the log and sends each what it is missing."""

    def __init__(self, session: Session, name: Callable[[str], str]) -> None:
        self.render = Render(session, name)
        self.pages: set[Live] = set()
        self._log = session.log
        self._woken = asyncio.Event()
        self._task = background_tasks.create(self._send_all(), name=f"screen {session.id}")

    def wake(self) -> None:
        """Looks at the pages now, although the log has nothing new."""
        self._woken.set()

    async def _send_all(self) -> None:
        follower = background_tasks.create(self._listen(), name="screen follower")
        due = 0.0
        try:
            while True:
                await self._woken.wait()
                wait = due - time.perf_counter()
                if wait > 0:
                    await asyncio.sleep(wait)
                self._woken.clear()
                if not self.pages:
                    return
                began = time.perf_counter()
                try:
                    lagging = await self._send_due()
                except Exception:  # of one frame; the next may be better, and nobody else sends this session's
                    logger.exception("a frame of session %s could not be sent", self.render.session.id)
                    lagging = False
                took = time.perf_counter() - began
                due = began + max(FAST if self.render.fast else FRAME, took / SHARE)
                if lagging:
                    self._woken.set()
        finally:
            follower.cancel()
            if _screens.get(self.render.session.id) is self:
                del _screens[self.render.session.id]

    async def _listen(self) -> None:
        cursor = 0
        while not self._log.closed:
            await self._log.wait_grown(cursor)
            cursor = len(self._log)
            self._woken.set()

    async def _send_due(self) -> bool:
        lagging = False
        upto = self.render.catch_up()
        for page in list(self.pages):
            if not page.ready or page.cursor == upto or not page.client.has_socket_connection:
                continue
            if page.lags():
                lagging = True
                continue
            if not self.render.reaches(page.cursor):
                page.stand_at(page.cursor)
                continue
            page.cursor, page.current, frame = self.render.frame(page.cursor, page.current)
            await send(page.client.id, frame)
        return lagging


async def send(room: str, frame: tuple[Any, ...]) -> None:
    """Past NiceGUI's outbox: `run_method` wraps every few letters in 130 bytes of JavaScript and keeps them for a
    rewind; frames are numbered, so a page that missed some says so and gets them again (docs/decisions/0002)."""
    sio = core.sio
    event = sio.packet_class(EVENT_PACKET, namespace="/", data=[EVENT, *frame])
    message = Packet(MESSAGE, event.encode())
    for _, eio_sid in sio.manager.get_participants("/", room):  # as `emit` does, without a task for each
        await sio.eio.send_packet(eio_sid, message)


def screen_of(session: Session, name: Callable[[str], str] = str) -> Screen:
    """The screen of a session, while any page shows it."""
    screen = _screens.get(session.id)
    if screen is None or screen.render.session is not session:
        screen = _screens[session.id] = Screen(session, name)
    return screen
