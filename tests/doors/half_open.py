"""Peers that vanish without a word: nothing they are sent is acknowledged, and they say nothing. How long does the
server keep them? It takes most of a minute, so it happens beside the other tests of this folder."""

from __future__ import annotations

import asyncio
import ctypes
import json
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

from tests.builders import Scripted, answer

from .world import World, world

MINUTE = 60.0
ROOT = Path(__file__).parents[2]
ATTACH_FILTER = 26  # SO_ATTACH_FILTER
DROP_ALL = struct.pack("HBBI", 0x06, 0, 0, 0)  # a packet filter of one instruction: keep no byte of anything


def vanish(peer: socket.socket) -> None:
    """From now on its kernel takes no notice of anything that comes, as if the cable was cut."""
    code = ctypes.create_string_buffer(DROP_ALL)
    peer.setsockopt(socket.SOL_SOCKET, ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(code)))


class HalfOpen:
    """Begins at once, in a process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", __name__], stdout=subprocess.PIPE, cwd=ROOT)

    def result(self) -> dict[str, float]:
        """After how many seconds each was let go; `left` is how many connections were left then."""
        return json.loads(self._process.communicate(timeout=MINUTE + 25)[0])

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


async def live() -> dict[str, float]:
    """Four peers: by websocket and by SSE, in silence and while much is told."""
    words = " ".join(["word" * 4000] * 700)  # 16 kB a time: more than any buffer between holds
    gone: dict[str, float] = {}
    async with world(Scripted(answer(words, wait=0.1), answer(words, wait=0.1))) as one:
        peers = [
            await websocket(one, "websocket-in-silence"),
            await websocket(one, "websocket-while-much-is-told"),
            await stream(one, "stream-in-silence"),
            await stream(one, "stream-while-much-is-told"),
        ]
        sessions = {name: one.hub.here(name) for name, _ in peers}
        for name, session in sessions.items():
            if session and "told" in name:
                session.say("Talk")
        await asyncio.sleep(0.3)
        for _, peer in peers:
            vanish(peer)
        began = time.monotonic()
        while len(gone) < len(peers) and time.monotonic() - began < MINUTE + 15:
            for name, session in sessions.items():
                if name not in gone and session and not len(session.presence):
                    gone[name] = round(time.monotonic() - began, 1)
            await asyncio.sleep(0.1)
        left = one.doors.seats.taken + len(one.doors.readers) + len(one.server.server_state.connections)
        for _, peer in peers:
            peer.close()
        for session in sessions.values():
            if session:
                session.stop()
    return gone | {"left": left}


async def websocket(one: World, name: str) -> tuple[str, socket.socket]:
    lines = [f"GET /ws/agent?session={name} HTTP/1.1", "Host: 127.0.0.1", "Connection: Upgrade"]
    lines += ["Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
    return name, await _said(one, lines)


async def stream(one: World, name: str) -> tuple[str, socket.socket]:
    one.hub.new(name)
    return name, await _said(one, [f"GET /api/sessions/{name}/stream HTTP/1.1", "Host: 127.0.0.1"])


async def _said(one: World, lines: list[str]) -> socket.socket:
    loop = asyncio.get_running_loop()
    peer = socket.socket()
    peer.setblocking(False)
    await loop.sock_connect(peer, ("127.0.0.1", one.port))
    await loop.sock_sendall(peer, "\r\n".join([*lines, "", ""]).encode())
    assert await loop.sock_recv(peer, 1000)
    return peer


if __name__ == "__main__":
    print(json.dumps(asyncio.run(live())))
