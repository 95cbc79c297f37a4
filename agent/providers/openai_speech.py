"""Speech at OpenAI, and at servers that speak like it: whisper ones that listen, kokoro ones that speak."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack, aclosing, contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

from ..errors import ProviderError
from ..sound import sound
from .clients import Clients
from .complaint import complaint
from .endpoint import Endpoint
from .openai_client import client, refused
from .speech_sentences import Act, broken, foreign, told

if TYPE_CHECKING:
    import httpx2

LONGEST_WORDS = 200_000  # characters; ten minutes have 10,000
LARGEST_ANSWER = 4 << 20  # bytes of words that come all at once
LARGEST_AUDIO = 64 << 20  # bytes; of 2,000 characters, spoken as slowly as can be, it is half of that
MAGIC = {
    b"RIFF": "audio/wav",
    b"ID3": "audio/mpeg",
    b"\xff\xfb": "audio/mpeg",
    b"\xff\xf3": "audio/mpeg",
    b"OggS": "audio/ogg",
    b"fLaC": "audio/flac",
}


async def hear(
    clients: Clients, endpoint: Endpoint, model: str, *, file: tuple[str, bytes, str], lang: str, patience: float
) -> AsyncGenerator[str, None]:
    """All words so far of `file` (name, bytes, media type), again and again; the last are all. `lang` as in `en`, or
    empty; `patience` in seconds, for each sign of life. Raises ProviderError."""
    with _telling(endpoint, model, "listen"):
        connection = await clients.get(endpoint, client)
    known = refused(connection, model)
    name, data, media = file
    for stream in (True, False) if "stream" not in known else (False,):
        said = False
        try:
            with _telling(endpoint, model, "listen", streams=stream):
                async with (
                    connection.audio.transcriptions.with_streaming_response.create(
                        file=(name, BytesIO(data), media),  # goes in pieces; bytes would be written all at once
                        model=model,
                        response_format="json",
                        stream=stream,
                        timeout=_timeout(patience),
                        **({"language": lang} if lang else {}),
                    ) as response,
                    aclosing(_words(response, endpoint, stream=stream)) as heard,
                ):
                    async for words in heard:
                        said = True
                        yield " ".join(sound(words).split())
        except _Streamless as error:
            if said:
                raise error.why from None
        else:
            known.update([] if stream else ["stream"])
            return


async def speak(
    clients: Clients, endpoint: Endpoint, model: str, *, text: str, voice: str, speed: float, patience: float
) -> tuple[str, AsyncGenerator[bytes, None], Callable[[], Awaitable[None]]]:
    """The media type, the chunks, and what closes it all, once the first chunk is there; the chunks raise
    ProviderError, too. `patience` as for `hear`. Raises ProviderError."""
    with _telling(endpoint, model, "speak", text=text):
        connection = await clients.get(endpoint, client)
        async with AsyncExitStack() as stack:
            response = await stack.enter_async_context(
                connection.audio.speech.with_streaming_response.create(
                    input=text,
                    model=model,
                    voice=voice,
                    response_format="wav",
                    timeout=_timeout(patience),
                    **({"speed": speed} if speed != 1 else {}),
                )
            )
            chunks: AsyncIterator[bytes] = response.iter_bytes()
            first = b""
            while not first:
                first = await anext(chunks, None)
                if first is None:
                    raise broken(endpoint, "speak")
            media = _media(response.headers.get("content-type", ""), first)
            if media is None:
                raise foreign(endpoint, "speak")
            return media, _spoken(first, chunks, endpoint, model), stack.pop_all().aclose
    raise AssertionError  # the block returns or raises


# ── what comes back ──────────────────────────────────────────────────────────────────────────────────────


async def _words(response: Any, endpoint: Endpoint, *, stream: bool) -> AsyncGenerator[str, None]:
    """The words of an answer, streamed or whole: not every server that is asked to stream does."""
    from openai import AsyncStream

    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "text/event-stream" or not stream:
        yield _whole(await _read(response, endpoint), kind, endpoint)
        return
    words, pieces = "", False
    async for event in await response.parse(to=AsyncStream[object]):
        match event:
            case {"type": "transcript.text.delta", "delta": str(delta)}:
                words, pieces = words + delta, True
            case {"type": "transcript.text.done", "text": str(whole)}:
                yield whole[:LONGEST_WORDS]
                return
            case {"text": str(segment)}:  # speaches streams like this, and says nothing at the end
                words = f"{words} {segment}"
            case _:
                continue
        if len(words) > LONGEST_WORDS:
            raise foreign(endpoint, "listen")
        yield words
    if pieces:
        raise broken(endpoint, "listen")
    if not words:
        raise foreign(endpoint, "listen")


async def _read(response: Any, endpoint: Endpoint) -> bytes:
    body = bytearray()
    async for chunk in response.iter_bytes():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise foreign(endpoint, "listen")
    return bytes(body)


def _whole(body: bytes, kind: str, endpoint: Endpoint) -> str:
    text = body.decode("utf-8", "replace")
    try:
        answer: object = json.loads(text)
    except (ValueError, RecursionError):
        if kind == "text/plain" and not text.lstrip().startswith("<"):
            return text[:LONGEST_WORDS]  # it was asked for JSON, but it is clear what it means
        raise foreign(endpoint, "listen") from None
    words = cast("dict[str, object]", answer).get("text") if isinstance(answer, dict) else None
    if not isinstance(words, str):
        raise foreign(endpoint, "listen")
    return words[:LONGEST_WORDS]


async def _spoken(
    first: bytes, chunks: AsyncIterator[bytes], endpoint: Endpoint, model: str
) -> AsyncGenerator[bytes, None]:
    size, chunk = 0, first
    while chunk is not None and size <= LARGEST_AUDIO:
        size += len(chunk)
        if chunk:
            yield chunk
        with _telling(endpoint, model, "speak"):
            chunk = await anext(chunks, None)


def _media(type: str, first: bytes) -> str | None:
    """What it is, as far as a browser needs to know; None where it is no audio."""
    by_bytes = next((media for magic, media in MAGIC.items() if first.startswith(magic)), None)
    media = type.partition(";")[0].strip().lower()
    if by_bytes or not media.startswith("audio/"):
        return by_bytes
    return media if media.removeprefix("audio/").replace("-", "").replace(".", "").isalnum() else None


# ── what goes wrong ──────────────────────────────────────────────────────────────────────────────────────


class _Streamless(Exception):
    """The server would rather not stream, perhaps; `why` is what it said."""

    def __init__(self, why: ProviderError) -> None:
        self.why = why


@contextmanager
def _telling(endpoint: Endpoint, model: str, act: Act, *, text: str = "", streams: bool = False) -> Generator[None]:
    """Turns what goes wrong in the block into a ProviderError, in which nothing of `text` is repeated."""
    try:
        yield
    except ProviderError:
        raise
    except Exception as error:
        why = told(error, endpoint, model, act, text=text)
        raise (_Streamless(why) if streams and _refuses(error, endpoint) else why) from None


def _refuses(error: Exception, endpoint: Endpoint) -> bool:
    """Whether it may be the streaming that a server does not like; ones at home often do not say so."""
    said = complaint(error)
    if said is None or said.status not in (400, 404, 415, 422, 500, 501):
        return False
    return said.says(r"\bstream") or (endpoint.vendor != "openai" and said.status in (400, 422, 501))


def _timeout(patience: float) -> httpx2.Timeout:
    import httpx2

    return httpx2.Timeout(connect=min(10, patience), read=patience, write=60, pool=10)
