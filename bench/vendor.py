"""A vendor in a process of its own, in all three dialects, that tells to the nanosecond what it sent and saw.

python -m bench.vendor PORT FOLDER. The model's name says what it does: `headers` never answers, `thought` stops in a
thought, `arguments` in the arguments of a call, `tool` calls `nap`, `busy` wants a wait, `stamped` thinks one word: the
time at which it is sent. Where a client leaves, the time goes to `FOLDER/closed`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from tests.agent.providers.frames import DONE, Messages, Responses, chat, chat_call, chat_finish, chat_thinking

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
BUSY = b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 20\r\ncontent-length: 2\r\n\r\n{}"
PAUSE = 0.02  # between the headers and the first word: they are two things


class Vendor:
    def __init__(self, folder: Path) -> None:
        self._closed = folder / "closed"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                path = head.split(" ", 2)[1]
                length = next(
                    (
                        int(line.split(":")[1])
                        for line in head.splitlines()
                        if line.lower().startswith("content-length")
                    ),
                    0,
                )
                body = json.loads(await reader.readexactly(length)) if length else {}
                if path == "/":
                    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                elif body["model"] == "busy":
                    writer.write(BUSY)
                elif await self._answer(path, body["model"], reader, writer):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, path: str, model: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection is at its end."""
        if model != "headers":
            writer.write(HEAD)
            await writer.drain()
            await asyncio.sleep(PAUSE)
        if model == "tool":
            writer.writelines(called(path, '{"seconds": 60}', whole=True))
            return True
        if model == "stamped":
            before, after = around_a_thought(path)
            writer.writelines(before)
            await asyncio.sleep(PAUSE)
            writer.write(thought(path, f"{time.monotonic_ns()} "))
            await asyncio.sleep(PAUSE)
            writer.writelines(after)
            return True
        if model == "thought":
            writer.writelines([*around_a_thought(path)[0], thought(path, "Hm. ")])
        elif model == "arguments":
            writer.writelines(called(path, '{"seconds": 6', whole=False))
        await reader.read(1)  # only ever the end
        self._saw_it_leave()
        return True

    def _saw_it_leave(self) -> None:
        at = time.monotonic_ns()
        with open(self._closed, "a") as out:
            out.write(f"{at}\n")


def around_a_thought(path: str) -> tuple[list[bytes], list[bytes]]:
    """What comes before its first word, and all that comes after it."""
    if path.endswith("/chat/completions"):
        return [chat({"role": "assistant", "content": ""})], [chat({"content": "So."}), chat_finish(), DONE]
    if path.endswith("/responses"):
        response = Responses()
        created = response.created()
        frames = response.reasoning([" "])
        rest = [*frames[3:], *response.text("So."), response.completed()]
        return [*created, *frames[:2]], rest
    message = Messages()
    frames = message.thinking(" ")
    return [*message.start(), frames[0]], [*frames[2:], *message.text("So."), *message.stop()]


def thought(path: str, word: str) -> bytes:
    if path.endswith("/chat/completions"):
        return chat_thinking(word)
    if path.endswith("/responses"):
        return Responses().reasoning([word])[2]
    return Messages().thinking(word)[1]


def called(path: str, arguments: str, *, whole: bool) -> list[bytes]:
    if path.endswith("/chat/completions"):
        frames = [chat_call("call_1", "nap", arguments)]
        return [*frames, chat_finish("tool_calls"), DONE] if whole else frames
    if path.endswith("/responses"):
        response = Responses()
        created = response.created()
        frames = response.call("call_1", "nap", arguments)
        return [*created, *frames, response.completed()] if whole else [*created, *frames[:2]]
    message = Messages()
    start = message.start()
    frames = message.call("toolu_1", "nap", arguments)
    return [*start, *frames, *message.stop("tool_use")] if whole else [*start, *frames[:2]]


async def main(port: int, folder: Path) -> None:
    vendor = Vendor(folder)
    async with await asyncio.start_server(vendor.serve, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
