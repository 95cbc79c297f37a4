"""What is no websocket, no HTTP, or only the half of either: the server says so or hangs up, and goes on."""

from __future__ import annotations

import asyncio
import json
import os
import random
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass

import httpx
import pytest
from websockets.asyncio.client import connect

from .world import LARGEST_FRAME, World, faults, until, world

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
UNREADABLE = 2000
"""Connections that say something random."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a server said until it hung up, or said nothing more: bytes before the handshake's answer ended, and the
    code and reason of its close."""

    status: int | None
    close: tuple[int, str] | None
    gone: bool


@pytest.fixture
async def one(caplog: pytest.LogCaptureFixture) -> AsyncIterator[World]:
    async with world() as one:
        yield one
        await until(lambda: one.empty, 5, lambda: f"left: {one.server.server_state.connections}")
        async with connect(one.ws("/ws/chat")) as socket:  # it goes on
            await socket.send("Still there?")
            assert await socket.recv() == "Again. "
    assert faults(caplog) == []


def handshake(path: str = "/ws/agent", *more: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: Upgrade", "Upgrade: websocket"]
    lines += ["Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {KEY}", *more, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def frame(
    opcode: int, data: bytes, *, fin: bool = True, mask: bool = True, rsv: int = 0, length: int | None = None
) -> bytes:
    """One frame as a client sends it, or should not."""
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    size = len(data) if length is None else length
    bit = 0x80 if mask else 0
    if size < 126:
        head += bytes([bit | size])
    elif size < 1 << 16:
        head += bytes([bit | 126]) + struct.pack("!H", size)
    else:
        head += bytes([bit | 127]) + struct.pack("!Q", size)
    if not mask:
        return head + data
    key = b"\x01\x02\x03\x04"
    masked = bytes(byte ^ key[i % 4] for i, byte in enumerate(data)) if len(data) < 10_000 else data
    return head + key + masked


TEXT, BINARY, MORE, CLOSE, PING = 1, 2, 0, 8, 9
BROKEN: dict[str, tuple[bytes, int]] = {
    "an opcode that nobody knows": (frame(3, b"x"), 1002),
    "another one, of a control frame": (frame(11, b"x"), 1002),
    "a frame without a mask": (frame(TEXT, b"Hello", mask=False), 1002),
    "a reserved bit": (frame(TEXT, b"Hello", rsv=2), 1002),
    "a continuation of nothing": (frame(MORE, b"Hello"), 1002),
    "a message within a message": (frame(TEXT, b"Hel", fin=False) + frame(TEXT, b"lo"), 1002),
    "a ping in two parts": (frame(PING, b"x", fin=False), 1002),
    "a ping that is too long": (frame(PING, b"x" * 126), 1002),
    "no UTF-8": (frame(TEXT, b"\xff\xfe\xfd"), 1007),
    "no UTF-8 in the second part": (frame(TEXT, b"a", fin=False) + frame(MORE, b"\xc3\x28"), 1007),
    "half a character at the end": (frame(TEXT, "größer"[:3].encode()[:-1]), 1007),
    "a close without a whole code": (frame(CLOSE, b"\x03"), 1002),
    "a close with a code that nobody may send": (frame(CLOSE, struct.pack("!H", 1005)), 1002),
    "a close with a reason that is no text": (frame(CLOSE, struct.pack("!H", 1000) + b"\xff"), 1007),
    "a length with its first bit set": (bytes([0x81, 0xFF]) + b"\xff" * 8 + b"\1\2\3\4", 1002),
}


@pytest.mark.parametrize("what", BROKEN)
async def test_what_breaks_the_rules_is_told_so_and_closed(one: World, what: str):
    data, code = BROKEN[what]
    heard = await say(one, handshake(), data)
    assert heard.close
    assert heard.close[0] == code
    assert heard.gone


async def test_a_message_that_never_ends_is_cut_off_once_it_is_too_long(one: World):
    reader, writer = await asyncio.open_connection("127.0.0.1", one.port)
    writer.write(handshake() + frame(TEXT, b"x" * 9000, fin=False))
    hearing = asyncio.create_task(listen(reader))
    part = frame(MORE, b"x" * 9000, fin=False)
    sent = 9000
    while not hearing.done() and sent < 3 * LARGEST_FRAME:
        try:
            writer.write(part)
            await writer.drain()
        except OSError:
            break
        sent += 9000
        await asyncio.sleep(0)
    heard = await hearing
    writer.transport.abort()
    assert heard.gone
    assert sent < 2 * LARGEST_FRAME


async def test_a_frame_that_is_too_long_is_told_so(one: World):
    heard = await say(one, handshake(), frame(TEXT, b"x" * (LARGEST_FRAME + 1)))
    assert heard.gone
    assert heard.close
    assert heard.close[0] == 1009
    assert "maximum size" in heard.close[1]


@pytest.mark.parametrize("cut", [1, 20, 60, 120, len(handshake()) - 1, len(handshake()), len(handshake()) + 3])
async def test_half_a_handshake_or_half_a_frame_holds_nothing_once_it_is_gone(one: World, cut: int):
    whole = handshake() + frame(TEXT, b"Hello")
    for end in ("close", "reset", "eof"):
        _, writer = await asyncio.open_connection("127.0.0.1", one.port)
        writer.write(whole[:cut])
        await writer.drain()
        await asyncio.sleep(0.01)
        if end == "reset":
            writer.transport.abort()
        elif end == "eof":
            writer.write_eof()
            await asyncio.sleep(0.05)
        writer.close()
        await until(lambda: one.empty)


@pytest.mark.parametrize(
    ("what", "head"),
    [
        ("five thousand headers", handshake("/ws/agent", *(f"X-{n}: {n}" for n in range(5000)))),
        ("one header without an end", handshake("/ws/agent", "X: " + "y" * 200_000)),
        ("an address without an end", handshake("/ws/" + "y" * 200_000)),
        ("no key", handshake().replace(KEY.encode(), b"")),
        ("an old version", handshake().replace(b"Version: 13", b"Version: 7")),
        ("another method", handshake().replace(b"GET", b"POST", 1)),
        ("a body", handshake("/ws/agent", "Content-Length: 5") + b"Hello"),
        ("two hosts", handshake("/ws/agent", "Host: example.org")),
        ("a header that is no text", handshake("/ws/agent", "X: \xff\xfe")),
        ("a line without a colon", handshake("/ws/agent", "nonsense")),
        ("nothing but nonsense", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(100) + b"\r\n\r\n"),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("a NUL in the address", b"GET /api/\0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
        ("a length that is none", b"POST /api/broadcast HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: x\r\n\r\n"),
        ("two lengths", b"POST /api/broadcast HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                        b"Content-Length: 3\r\nContent-Length: 5\r\n\r\n{}"),
        ("a chunk without a length", b"POST /api/broadcast HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                     b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ],
)  # fmt: skip
async def test_a_request_that_makes_no_sense_is_refused_or_answered_and_never_a_500(one: World, what: str, head: bytes):
    heard = await say(one, head, patience=1)
    assert heard.status != 500
    assert heard.status is not None or heard.gone


async def test_requests_in_a_row_on_one_connection_are_answered_in_that_order(one: World):
    request = b"GET /api/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    missing = b"GET /api/sessions/none HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", one.port)
    writer.write(request * 50 + missing)
    answers = (await asyncio.wait_for(reader.read(), 10)).decode()
    writer.close()
    statuses = [line.split()[1] for line in answers.split("\r\n") if line.startswith("HTTP/1.1")]
    assert [status for status in "".join(answers).split("HTTP/1.1 ")[1:] if not status.startswith(("200", "404"))] == []
    assert answers.count("HTTP/1.1 200") == 50
    assert answers.count("HTTP/1.1 404") == 1
    assert len(statuses) >= 1


@pytest.mark.timeout(90)
async def test_two_thousand_connections_that_say_something_random_leave_nothing_behind(one: World):
    """Before the handshake, or after it, where the server closes with a code or answers what it took for a message."""
    dice = random.Random(20261121)
    closes: dict[int, int] = {}
    statuses: dict[int, int] = {}

    async def nonsense() -> None:
        data = dice.randbytes(dice.randint(1, 200))
        early = dice.random() < 0.3
        said = (data + b"\r\n\r\n",) if early else (handshake(), data)
        heard = await say(one, *said, patience=0.15, hang_up=True)
        if heard.close:
            closes[heard.close[0]] = closes.get(heard.close[0], 0) + 1
        if heard.status:
            statuses[heard.status] = statuses.get(heard.status, 0) + 1

    for _ in range(UNREADABLE // 50):
        await asyncio.gather(*(nonsense() for _ in range(50)))
    print(f"closed with {closes}, answered {statuses}")
    assert set(statuses) <= {101, 400}
    assert set(closes) <= {1000, 1002, 1007, 1009} | set(range(3000, 5000))
    assert closes[1002] > UNREADABLE / 4


async def test_rest_takes_any_body_for_what_it_is(one: World):
    """Random bytes, half an object, the wrong kinds: a sentence each, and never a 500."""
    dice = random.Random(7)
    good = json.dumps({"content": "Hello", "to": "somebody", "prompt": "Why?"}).encode()
    makes: list[Callable[[], bytes]] = [
        lambda: dice.randbytes(dice.randint(0, 100)),
        lambda: good[: dice.randint(0, len(good) - 1)],
        lambda: json.dumps(dice.choice([None, 1, [], "x", {"content": 1}, {"content": None}, {"prompt": []}])).encode(),
        lambda: b"[" * 20_000,
        lambda: b'{"content": ' + b"9" * 5000 + b"}",
    ]
    async with httpx.AsyncClient(base_url=one.url, trust_env=False) as http:
        for _ in range(300):
            for path in ("/api/sessions/x/messages", "/api/agent/tasks", "/api/broadcast"):
                answer = await http.post(
                    path, content=dice.choice(makes)(), headers={"content-type": "application/json"}
                )
                assert answer.status_code in (400, 404, 413), (path, answer.text)
                assert answer.json()["error"]["message"][-1] == "."


async def say(one: World, data: bytes, *then: bytes, patience: float = 5, hang_up: bool = False) -> Heard:
    """What it answers; `then` is said once the handshake is over, as a client has to."""
    reader, writer = await asyncio.open_connection("127.0.0.1", one.port)
    head = b""
    with suppress(OSError):
        writer.write(data)
        await writer.drain()
        if then:
            head = await reader.readuntil(b"\r\n\r\n")
            writer.writelines(then)
            await writer.drain()
    try:
        return await listen(reader, patience, head)
    finally:
        if hang_up:
            writer.transport.abort()
        else:
            writer.close()


async def listen(reader: asyncio.StreamReader, patience: float = 5, data: bytes = b"") -> Heard:
    gone = False
    with suppress(TimeoutError):
        async with asyncio.timeout(patience):
            try:
                while chunk := await reader.read(1 << 16):
                    data += chunk
                gone = True
            except OSError:
                gone = True
    head, _, rest = data.partition(b"\r\n\r\n")
    words = head.split(b" ")
    status = int(words[1]) if head.startswith(b"HTTP/1.1 ") else None
    return Heard(status, closed(rest) if status == 101 else None, gone)


def closed(data: bytes) -> tuple[int, str] | None:
    """The close among the frames of a server: they have no mask."""
    while len(data) >= 2:
        opcode, size, start = data[0] & 0xF, data[1] & 0x7F, 2
        if size == 126:
            size, start = struct.unpack("!H", data[2:4])[0], 4
        elif size == 127:
            size, start = struct.unpack("!Q", data[2:10])[0], 10
        body, data = data[start : start + size], data[start + size :]
        if opcode == CLOSE:
            return (struct.unpack("!H", body[:2])[0] if body else 1005, body[2:].decode())
    return None


async def test_half_a_character_breaks_no_door_and_no_other_connection(one: World):
    """JSON can say it, UTF-8 cannot."""
    half = "\ud800"
    asks: list[tuple[str, str, dict[str, object]]] = [
        ("POST", "/api/broadcast", {"content": f"Hello {half}"}),
        ("POST", "/api/broadcast", {"content": "Hello", "to": half}),
        ("POST", "/api/sessions/halves/messages", {"content": f"Hello {half}"}),
        ("POST", "/api/sessions/halves/messages", {"content": "Hello", "id": half}),
        ("POST", "/api/sessions/halves/messages", {"content": "Hello", "intent": half}),
        ("POST", "/api/sessions/halves/messages", {"content": "Hello", "attachments": [half]}),
        ("PATCH", "/api/sessions/halves", {"title": f"Hello {half}"}),
        ("PATCH", "/api/sessions/halves", {"model": half}),
        ("POST", "/api/sessions/halves/asks/x", {"content": half}),
        ("POST", "/api/sessions/halves/share", {"role": half}),
        ("PUT", "/api/sessions/halves/people/x", {"role": half}),
        ("POST", "/api/agent/tasks", {"prompt": f"Hello {half}"}),
        ("POST", "/api/agent/tasks", {"prompt": "Hello", "model": half}),
    ]
    async with (
        connect(one.ws("/ws/agent?session=halves")) as socket,
        httpx.AsyncClient(base_url=one.url, trust_env=False) as http,
    ):
        for method, path, body in asks:
            answer = await http.request(
                method, path, content=json.dumps(body).encode(), headers={"content-type": "application/json"}
            )
            assert answer.status_code < 500, (path, body, answer.text)
        await socket.send('{"type": "message", "content": "Still there?", "id": "last"}')
        while json.loads(await asyncio.wait_for(socket.recv(), 5)).get("message") != "last":
            pass
