"""The voices that there are: OpenAI's by heart, those of another server as it lists them itself."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from ..providers.endpoint import Endpoint
from ..providers.speech_sentences import foreign, told
from ..sound import sound
from ..speech import Voice
from .listing import is_name

if TYPE_CHECKING:
    import httpx2

NAMES = "marin cedar alloy ash ballad coral echo fable nova onyx sage shimmer verse"
VOICES = tuple(Voice(id=name, name=name.title()) for name in NAMES.split())
NEWER = {"marin", "cedar", "ballad", "verse"}  # … which tts-1 does not have
KOKORO = {
    "a": "en-US",
    "b": "en-GB",
    "e": "es",
    "f": "fr",
    "h": "hi",
    "i": "it",
    "j": "ja",
    "p": "pt-BR",
    "z": "zh",
}
"""The first letter of its voices' names (`af_heart`) is the language."""
SECONDS = 3.0
LARGEST, MOST = 1 << 20, 500  # bytes of a list, and voices in it


def older(voices: Sequence[Voice]) -> Sequence[Voice]:
    return [voice for voice in voices if voice.id not in NEWER]


async def listed_voices(endpoint: Endpoint) -> Sequence[Voice]:
    """What `GET /audio/voices` says, as kokoro-fastapi and speaches have it; none where there is no such door. Raises
    ProviderError, in a few seconds at the most."""
    import httpx2

    try:
        async with asyncio.timeout(SECONDS):
            client = await asyncio.to_thread(_client, endpoint)  # TLS is 100 ms of work
            async with client:
                body = await _got(client, endpoint)
    except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError) as error:
        raise told(error, endpoint, "", "speak") from None
    return _voices(body, endpoint) if body else ()


def _client(endpoint: Endpoint) -> httpx2.AsyncClient:
    import httpx2

    # a key stays where it was meant to go, and no proxy gets to see this machine's own
    return httpx2.AsyncClient(timeout=SECONDS, follow_redirects=False, trust_env=not endpoint.local)


async def _got(client: httpx2.AsyncClient, endpoint: Endpoint) -> bytes:
    headers = {"accept-encoding": "identity"}  # what is small when it comes may be huge when it is unpacked
    if endpoint.key:
        headers["Authorization"] = f"Bearer {endpoint.key}"
    body = bytearray()
    async with client.stream("GET", f"{endpoint.url}/audio/voices", headers=headers) as response:
        if response.status_code != 200 or response.headers.get("content-encoding", "identity").lower() != "identity":
            return b""
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > LARGEST:
                return b""
    return bytes(body)


def _voices(body: bytes, endpoint: Endpoint) -> Sequence[Voice]:
    """A list, or an object with one in it, of names or of objects."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise foreign(endpoint, "speak") from None
    if isinstance(found, dict):
        fields = cast("dict[str, Any]", found)
        found = fields.get("voices") or fields.get("data")
    voices = [_named(one) for one in cast("list[Any]", found)] if isinstance(found, list) else []
    return list({voice.id: voice for voice in voices if voice}.values())[:MOST]


def _named(one: Any) -> Voice | None:
    fields: dict[str, Any] = cast("dict[str, Any]", one) if isinstance(one, dict) else {"id": one}
    texts = {key: sound(value) for key, value in fields.items() if isinstance(value, str)}
    id = texts.get("id") or texts.get("voice_id") or texts.get("name") or ""
    if not is_name(id):
        return None
    name = texts.get("name", "").strip()
    lang = texts.get("lang") or texts.get("language") or texts.get("locale") or ""
    if not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z\d]{2,8}){0,3}", lang):
        lang = KOKORO.get(id[0], "") if re.match(r"[a-z][fm]_\w", id) else ""
    named = name if 0 < len(name) <= 80 and name.isprintable() else id
    return Voice(id=id, name=named, lang=lang.replace("_", "-"))
