"""A speech service as pages see it, for browsers that cannot listen or speak; agent/vendors/speech.py has the real one.

It writes down what somebody said, and says aloud what is written. Audio is in memory only, and in no sentence or log.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from .errors import BadRequest, ThinkaloudError, TooLong

LARGEST = 25_000_000  # bytes of a recording: more is refused by OpenAI
LONGEST_TEXT = 2_000  # characters that are said at once: sentences come one by one
SLOWEST, FASTEST = 0.25, 4.0
SUFFIXES: Mapping[str, str] = {
    "audio/webm": "webm",
    "audio/ogg": "ogg",
    "audio/mp4": "mp4",
    "audio/x-m4a": "m4a",
    "audio/mpeg": "mp3",
    "audio/flac": "flac",
    "audio/wav": "wav",
    "audio/wave": "wav",
    "audio/x-wav": "wav",
}
"""What may be recorded, and how a file of that kind is named: services go by the name."""


class NoSpeech(ThinkaloudError):
    """Nothing listens here, or nothing speaks."""

    kind = "no_speech"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """`lang` as in `en-US`, or empty where it is not known, or speaks all."""

    id: str
    name: str
    lang: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What somebody said. `media` is one of SUFFIXES; `lang` as the browser has it, or empty."""

    data: bytes = field(repr=False)
    media: str
    lang: str = ""

    @property
    def suffix(self) -> str:
        return SUFFIXES[self.media]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """What is being said: `chunks` come as they are made, and raise ProviderError; `close` it in any case."""

    media: str
    chunks: AsyncGenerator[bytes, None]
    close: Callable[[], Awaitable[None]]


class Speech(Protocol):
    """Cancelling what waits for any of it, or closing it early, closes the connection to the service."""

    @property
    def listens(self) -> bool: ...

    @property
    def speaks(self) -> bool: ...

    async def voices(self) -> Sequence[Voice]:
        """Those that can be chosen; none where they are not known. Never fails."""
        ...

    async def prepare(self) -> None:
        """Makes ready what the first use would wait for; never fails."""
        ...

    def hear(self, recording: Recording) -> AsyncGenerator[str, None]:
        """All words so far, again and again; the last are all there are. Raises NoSpeech, ProviderError."""
        ...

    async def say(self, text: str, *, voice: str = "", speed: float = 1.0, lang: str = "") -> Audio:
        """Returns once the first of it is there. Raises NoSpeech, BadRequest, ProviderError."""
        ...

    async def close(self) -> None: ...


class Recordings(Protocol):
    """Where recordings are kept, if whoever runs the server asked for that."""

    def keep(self, session: str, recording: Recording) -> None:
        """Blocks on the disk. Raises StorageError."""
        ...


class Mute:
    """Neither listens nor speaks."""

    listens = speaks = False

    async def voices(self) -> Sequence[Voice]:
        return ()

    async def prepare(self) -> None:
        pass

    async def hear(self, recording: Recording) -> AsyncGenerator[str, None]:
        raise deaf()
        yield ""

    async def say(self, text: str, *, voice: str = "", speed: float = 1.0, lang: str = "") -> Audio:
        raise mute()

    async def close(self) -> None:
        pass


def deaf() -> NoSpeech:
    return NoSpeech("This server cannot write down speech. Whoever runs it can set --listen-url, or a key of OpenAI.")


def mute() -> NoSpeech:
    return NoSpeech("This server cannot speak. Whoever runs it can set --speak-url, or a key of OpenAI.")


def media_of(type: str) -> str:
    """`audio/webm` of `audio/webm;codecs=opus`. Raises BadRequest where that is no recording."""
    media = type.partition(";")[0].strip().lower().replace("video/", "audio/")  # some browsers call them so
    if media not in SUFFIXES:
        raise BadRequest("That is no recording that can be written down. Record WebM, MP4, Ogg or WAV.")
    return media


def language(lang: str) -> str:
    """`en` of `en-US`: what services call a language. Empty where it has no such name; they find out by themselves."""
    found = re.match(r"([A-Za-z]{2})(?:[-_]|$)", lang)
    return found[1].lower() if found else ""


def speakable(text: str) -> str:
    """`text` without the space around it. Raises BadRequest, TooLong."""
    text = text.strip()
    if not text:
        raise BadRequest("There is nothing to say.")
    if len(text) > LONGEST_TEXT:
        raise TooLong(f"That text has {len(text):,} characters; {LONGEST_TEXT:,} can be said at once.")
    return text
