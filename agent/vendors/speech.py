"""Where speech really comes from: OpenAI, where its key is known, or the servers that were named with --listen-url and
--speak-url."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from ..chance import Chance
from ..errors import BadRequest
from ..providers.clients import Clients
from ..providers.defaults import TITLES, URLS
from ..providers.endpoint import Endpoint
from ..speech import FASTEST, SLOWEST, Audio, Recording, Voice, deaf, language, mute, speakable
from .accounts import Accounts
from .environment import from_environment
from .keys import KeyStore, checked_key, checked_url, is_openai, same_server
from .listing import is_name
from .voices import VOICES, listed_voices, older

if TYPE_CHECKING:
    from ..settings import Settings

LISTENER, SPEAKER = "gpt-transcribe", "gpt-4o-mini-tts"
"""Of OpenAI, as of November 2026. Its speech models, all of them, are announced to end on 2027-01-06, with nothing of
the same kind after them; the other models that write down speech end on 2027-02-26."""
AT_HOME = "whisper-1", "tts-1"  # names that servers of other people's take for whatever they have
ANY_VOICE = "alloy"  # … and a voice
FRESH, TROUBLED = 300.0, 10.0  # seconds that a list of voices, or having got none, is good for
BYTES = 4_000  # a second of recording, as browsers record
PATIENCE, LONGEST = 28.0, 600.0  # seconds until the next word, beside the recording's own (a page waits 30), and in all
SPEAKS = 18.0  # seconds until the next piece of audio; a page gives up after 20 (pages/parts/voice/sound.js)
KEY = "THINKALOUD_VOICE_KEY"
logger = logging.getLogger(__name__)


class SpeechServers:
    """`given` and `kept` are the keys that models have, too; `key` is for the two addresses, or for OpenAI where
    neither is given. Belongs to one event loop."""

    def __init__(
        self,
        *,
        given: Mapping[str, Endpoint],
        kept: KeyStore,
        key: str = "",
        listen_url: str = "",
        listen_model: str = "",
        speak_url: str = "",
        speak_model: str = "",
        speak_voices: Sequence[str] = (),
        chance: Chance | None = None,
        patience: float = PATIENCE,
        speaks_within: float = SPEAKS,
    ) -> None:
        self._given = given
        self._kept = kept
        self._key = key
        self._urls = (listen_url, speak_url)
        self._models = (listen_model, speak_model)
        self._named = tuple(Voice(id=name, name=name) for name in speak_voices)
        self._clock = (chance or Chance()).clock
        self._patience = patience
        self._speaks_within = speaks_within
        self._clients = Clients()
        self._asked: tuple[Endpoint, asyncio.Task[Sequence[Voice]], float] | None = None

    @classmethod
    def from_settings(
        cls, settings: Settings, environ: Mapping[str, str], *, kept: KeyStore, chance: Chance | None = None
    ) -> SpeechServers:
        """As the settings and the environment have it. Raises BadRequest with what is wrong in them."""
        voices = [name.strip() for name in settings.speak_voices.split(",") if name.strip()]
        for name in (settings.listen_model, settings.speak_model, *voices):
            if name and not is_name(name):
                raise BadRequest(
                    f"{name[:80]!r} is no name of a model or a voice: it has a space in it, or is too long."
                )
        return cls(
            given=from_environment(environ),
            kept=kept,
            key=checked_key(environ.get(KEY, ""), KEY),
            listen_url=checked_url(settings.listen_url, "--listen-url") if settings.listen_url else "",
            listen_model=settings.listen_model,
            speak_url=checked_url(settings.speak_url, "--speak-url") if settings.speak_url else "",
            speak_model=settings.speak_model,
            speak_voices=voices,
            chance=chance,
        )

    @property
    def listens(self) -> bool:
        return self._listener() is not None

    @property
    def speaks(self) -> bool:
        return self._speaker() is not None

    async def hear(self, recording: Recording) -> AsyncGenerator[str, None]:
        from ..providers.openai_speech import hear

        endpoint = self._listener()
        if endpoint is None:
            raise deaf()
        words = hear(
            self._clients,
            endpoint,
            self._model(0, endpoint),
            file=(f"speech.{recording.suffix}", recording.data, recording.media),
            lang=language(recording.lang),
            patience=min(LONGEST, self._patience + len(recording.data) / BYTES),
        )
        async with aclosing(words):
            async for all in words:
                yield all

    async def say(self, text: str, *, voice: str = "", speed: float = 1.0, lang: str = "") -> Audio:
        from ..providers.openai_speech import speak

        text = speakable(text)
        endpoint = self._speaker()
        if endpoint is None:
            raise mute()
        media, chunks, close = await speak(
            self._clients,
            endpoint,
            self._model(1, endpoint),
            text=text,
            voice=_voice(voice, lang, await self.voices()),
            speed=min(FASTEST, max(SLOWEST, speed)) if abs(speed) < math.inf else 1.0,  # isfinite knows no 10**400
            patience=self._speaks_within,
        )
        return Audio(media=media, chunks=chunks, close=close)

    async def prepare(self) -> None:
        """Makes the clients: importing the SDK takes a second or two."""
        from ..providers.openai_client import prepare

        for endpoint in (self._listener(), self._speaker()):
            if endpoint:
                await prepare(self._clients, endpoint)

    async def close(self) -> None:
        if self._asked:
            self._asked[1].cancel()
        await self._clients.close()

    # ── which server ─────────────────────────────────────────────────────────────────────────────────────

    def _listener(self) -> Endpoint | None:
        return self._endpoint(self._urls[0])

    def _speaker(self) -> Endpoint | None:
        return self._endpoint(self._urls[1])

    def _endpoint(self, url: str) -> Endpoint | None:
        """A key that was given for one server is sent to no other: see Accounts."""
        known = Accounts(self._given, self._kept).endpoint("openai")
        ours = known if known and known.key and is_openai(known.url) else None
        if not url:
            if ours or any(self._urls) or not self._key:
                return ours
            return Endpoint(vendor="openai", title=TITLES["openai"], url=URLS["openai"], key=self._key)
        if not is_openai(url):
            return Endpoint(vendor="compat", title=TITLES["compat"], url=url, key=self._key)
        key = ours.key if ours and same_server(ours.url, url) else self._key
        return Endpoint(vendor="openai", title=TITLES["openai"], url=url, key=key)

    def _model(self, which: int, endpoint: Endpoint) -> str:
        usual = (LISTENER, SPEAKER) if endpoint.vendor == "openai" else AT_HOME
        return self._models[which] or usual[which]

    # ── voices ───────────────────────────────────────────────────────────────────────────────────────────

    async def voices(self) -> Sequence[Voice]:
        endpoint = self._speaker()
        if endpoint is None:
            return ()
        if self._named:
            return self._named
        if endpoint.vendor == "openai":
            return older(VOICES) if self._model(1, endpoint).startswith("tts-") else VOICES
        return await self._listed(endpoint)

    async def _listed(self, endpoint: Endpoint) -> Sequence[Voice]:
        """Asked once for everybody, and again after a while."""
        now = self._clock.elapsed()
        if self._asked is None or self._asked[0] != endpoint or _is_old(self._asked[1], now - self._asked[2]):
            self._asked = endpoint, asyncio.create_task(_tried(endpoint)), now
        return await asyncio.shield(self._asked[1])


async def _tried(endpoint: Endpoint) -> Sequence[Voice]:
    try:
        return await listed_voices(endpoint)
    except Exception as error:  # a proxy of a kind that there is nothing for is an ImportError
        logger.debug("no voices: %s", type(error).__name__)
        return ()


def _is_old(asked: asyncio.Task[Sequence[Voice]], seconds: float) -> bool:
    if not asked.done():
        return False
    return seconds > (FRESH if not asked.cancelled() and not asked.exception() and asked.result() else TROUBLED)


def _voice(wanted: str, lang: str, voices: Sequence[Voice]) -> str:
    """The one that was chosen; where none was, the first that speaks the language. Raises BadRequest."""
    if not wanted:
        mine = [voice for voice in voices if language(voice.lang) == language(lang)] if language(lang) else []
        return next((voice.id for voice in (*mine, *voices)), ANY_VOICE)
    if not is_name(wanted) or (voices and all(voice.id != wanted for voice in voices)):
        raise BadRequest("That voice is not there any more. Choose another one.")
    return wanted
